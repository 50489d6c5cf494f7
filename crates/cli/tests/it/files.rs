//! Folders of runs that are not what they should be.

use crate::common::{Place, listing};

#[test]
fn folders_without_a_run_are_named() {
    let place = Place::new();
    std::fs::create_dir(place.path("bare")).unwrap();
    for command in ["eval", "sample", "reconstruct", "encode"] {
        place.fail(1, &format!("{command} nowhere"), &["nowhere", "no such folder"]);
        place.fail(1, &format!("{command} bare"), &["bare", "config.toml"]);
    }
}

#[test]
fn a_file_is_no_run() {
    let place = Place::new();
    place.write("afile", "text");
    place.fail(1, "eval afile", &["afile: a file, not the folder of a run"]);
}

#[test]
fn files_of_other_people_are_not_overwritten() {
    let place = Place::new();
    std::fs::create_dir(place.path("own")).unwrap();
    for name in ["samples.png", "loss.png", "manifold.png"] {
        place.write(&format!("own/{name}"), "mine");
        for resume in ["", " --resume"] {
            let line = format!("train optdigits --epochs 1 --out own{resume}");
            place.fail(1, &line, &[&format!("own/{name}"), "overwrite"]);
        }
        assert_eq!(listing(&place.path("own")), [name]);
        std::fs::remove_file(place.path(&format!("own/{name}"))).unwrap();
    }
    place.write("own/notes.txt", "mine");
    place.succeed("train optdigits --epochs 1 --out own");
}

#[test]
fn parameters_that_are_no_numbers_are_refused() {
    let place = Place::new();
    place.succeed("train optdigits --epochs 1 --out run");
    let mut model = place.bytes("run/model.safetensors");
    let last = model.len() - 4;
    for (value, word) in [(f32::NAN, "NaN"), (f32::NEG_INFINITY, "-inf")] {
        model[last..].copy_from_slice(&value.to_le_bytes());
        place.write("run/model.safetensors", &model);
        for command in ["eval", "sample", "encode", "reconstruct"] {
            place.fail(1, &format!("{command} run"), &["run/model.safetensors", "parameter", word]);
        }
    }
}

#[test]
fn damaged_files_are_named() {
    let place = Place::new();
    place.succeed("train optdigits --epochs 1 --out run");
    let (config, model) = (place.text("run/config.toml"), place.bytes("run/model.safetensors"));

    let models: [(&[u8], &str); 5] = [
        (b"", "fewer than 8 bytes"),
        (b"not a model at all", "not a model"),
        (&model[..100], "ends before its header"),
        (&model[..5_000], "does not fit"),
        (&model[..model.len() - 1], "model.safetensors"),
    ];
    for (bytes, word) in models {
        place.write("run/model.safetensors", bytes);
        place.fail(1, "sample run", &["run/model.safetensors", word]);
    }
    std::fs::remove_file(place.path("run/model.safetensors")).unwrap();
    place.fail(1, "sample run", &["run/model.safetensors", "missing"]);
    place.write("run/model.safetensors", &model);

    let configs = [
        ("[model".to_owned(), "run/config.toml"),
        (config.replace("latent", "latest"), "latest"),
        (config.replace("latent = 10", "latent = 9"), "model.safetensors was written: model.latent was 10, and is 9"),
        (config.replace("relu", "tanh"), "model.activation was \"relu\", and is \"tanh\""),
        (config.replace("dynamic", "threshold"), "train.binarization was \"dynamic\", and is \"threshold\""),
        (config.replace("hidden = [200]", "hidden = [60000, 60000]"), "too large"),
        (config.replace("hidden = [200]", "hidden = [50000]"), "model.hidden was [200], and is [50000]"),
        (config.replace("hidden = [200]", "hidden = []"), "model.hidden"),
        ("x".repeat(2 << 20), "more than a megabyte"),
    ];
    for (text, word) in configs {
        place.write("run/config.toml", text);
        place.fail(1, "eval run", &["run/", word]);
    }
    place.write("run/config.toml", config);
    place.succeed("eval run --samples 2");
}
