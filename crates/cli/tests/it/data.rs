//! Data from files, good and bad.

use crate::common::{Place, idx};

/// 60 images of 3 × 2 in two kinds.
fn images(grey: bool) -> Vec<u8> {
    let image = |i: u8| {
        let on = if grey { 100 + i } else { 1 };
        if i.is_multiple_of(2) { [on, 0, on, 0, on, 0] } else { [0, on, on, on, 0, 0] }
    };
    idx(&[60, 3, 2], &(0..60).flat_map(image).collect::<Vec<u8>>())
}

#[test]
fn a_file_of_images_is_enough() {
    let place = Place::new();
    place.write("pairs-images-idx3-ubyte", images(false));
    let facts = place.succeed("data pairs-images-idx3-ubyte --json").json();
    assert_eq!((&facts["shape"], &facts["binary"]), (&serde_json::json!([3, 2]), &true.into()));
    assert_eq!((&facts["likelihood"], &facts["binarization"]), (&"bernoulli".into(), &"none".into()));
    assert_eq!(facts["parts"]["train"]["rows"], 50);

    let json = place.succeed("train pairs-images-idx3-ubyte --epochs 2 --latent 2 --out run --json").json();
    assert!(json["test"].is_null(), "there is no test part");
    assert_eq!(place.succeed("eval run --samples 2 --json").json()["part"], "validation");
    // The run's own data are known by their values, whatever they are called.
    place.write("copy", images(false));
    for name in ["./pairs-images-idx3-ubyte", "copy"] {
        let part = |options: &str| {
            place.succeed(&format!("eval run {name} --samples 2 --json{options}")).json()["part"].clone()
        };
        assert_eq!(part(""), "validation", "{name}");
        assert_eq!(part(" --part all"), "all", "{name}");
    }
    // Data that the model has not learnt from are taken whole.
    let mut others = images(false);
    others[20] ^= 1;
    place.write("others", &others);
    let other = place.succeed("encode run others -o codes.csv --json").json();
    assert_eq!((&other["part"], &other["rows"]), (&"all".into(), &60.into()));
    place.fail(1, "eval run --part test", &["no test part"]);
}

#[test]
fn what_suits_data_is_what_is_trained() {
    let place = Place::new();
    let grey: Vec<u8> = (0..60 * 6_u32).map(|i| (60 + i * 37 % 120) as u8).collect();
    place.write("grey", idx(&[60, 6], &grey));
    assert_eq!(place.succeed("data grey --json").json()["likelihood"], "gaussian");
    place.succeed("train grey --epochs 1 --out run");
    assert!(place.text("run/config.toml").contains("likelihood = \"gaussian\""));
    let text = place.succeed("data optdigits").out;
    for word in ["1,250", "8 × 8", "0..16", "ink", "classes", "bernoulli", "dynamic"] {
        assert!(text.contains(word), "{word} in {text}");
    }
}

#[test]
fn data_that_cannot_be_used_are_refused() {
    let place = Place::new();
    place.write("grey", images(true));
    let whole = images(false);
    place.write("short", &whole[..200]);
    place.write("text", "these are not the images you are looking for");
    place.write("empty", "");
    place.write("one", idx(&[1, 3, 2], &[0; 6]));
    place.fail(1, "data short", &["short", "expected 360 values"]);
    place.fail(1, "train text", &["text", "IDX"]);
    place.fail(1, "train empty", &["empty"]);
    place.fail(1, "train one", &["one", "at least 2"]);
    place.fail(1, "train .", &["train-images-idx3-ubyte"]);
    place.fail(1, "train grey --set train.binarization=none --set model.likelihood=bernoulli", &["grey", "binar"]);
    assert!(!place.path("runs").exists(), "a refused command leaves nothing behind");
}

#[test]
fn a_doubtful_scale_is_mentioned() {
    let place = Place::new();
    let values: Vec<u8> = (0..60 * 6_u32).map(|i| (i * 7 % 17) as u8).collect();
    place.write("sixteen", idx(&[60, 6], &values));
    let text = place.succeed("data sixteen").out;
    assert!(text.contains("warning     the largest value is 16"), "{text}");
    assert!(place.succeed("data sixteen --json").json()["warning"].is_string());
    let done = place.succeed("train sixteen --epochs 1 --out run");
    assert!(done.err.contains("sixteen: the largest value is 16"), "{}", done.err);
    for good in ["digits", "optdigits"] {
        assert!(place.succeed(&format!("data {good} --json")).json()["warning"].is_null());
    }
}

#[test]
fn grey_data_are_made_binary_for_a_binary_model() {
    let place = Place::new();
    place.write("binary", images(false));
    place.write("grey", images(true));
    place.succeed("train binary --epochs 1 --latent 2 --out run");
    let eval = |seed: u32| {
        let done = place.succeed(&format!("eval run grey --samples 2 --seed {seed} --json"));
        assert!(done.err.contains("grey") && done.err.lines().count() == 1, "{}", done.err);
        done.json()["rows"].clone()
    };
    assert_eq!((eval(1), eval(2)), (60.into(), 60.into()));
    for command in ["encode", "reconstruct"] {
        place.succeed(&format!("{command} run grey"));
    }
    assert!(place.succeed("eval run binary --samples 2").err.is_empty());
}

#[test]
fn all_rows_are_those_of_the_parts() {
    let place = Place::new();
    place.write("grey", images(true));
    for word in ["fixed", "dynamic"] {
        let set = format!("--set model.likelihood=bernoulli --set train.binarization={word}");
        place.succeed(&format!("train grey --epochs 1 --latent 2 --out {word} {set}"));
        for part in ["train", "validation", "all"] {
            place.succeed(&format!("encode {word} --part {part} -o {part}.csv"));
        }
        let rows = |part: &str| -> Vec<String> {
            place.text(&format!("{part}.csv")).lines().skip(1).map(String::from).collect()
        };
        assert_eq!(rows("all"), [rows("train"), rows("validation")].concat());
    }
}

#[test]
fn help_is_silent_about_what_does_nothing() {
    let place = Place::new();
    let help = place.succeed("data --help").out;
    assert!(!help.contains("--seed") && !help.contains("--threads") && help.contains("--json"), "{help}");
    assert!(place.succeed("eval --help").out.contains("--seed"));
    place.succeed("data optdigits --seed 1 --threads 2");
}

#[test]
fn data_of_another_shape_are_refused() {
    let place = Place::new();
    place.succeed("train optdigits --epochs 1 --out run");
    for command in ["eval", "encode", "reconstruct"] {
        place.fail(1, &format!("{command} run digits"), &["run", "8 × 8", "28 × 28"]);
    }
}

#[test]
fn a_run_does_not_go_on_with_other_data() {
    let place = Place::new();
    place.write("pairs", images(false));
    place.succeed("train pairs --epochs 1 --out run");
    std::fs::remove_file(place.path("run/summary.json")).unwrap();
    // Neither a training row nor one that validates may differ, however far the run has come.
    let last = images(false).len() - 1;
    for has_checkpoint in [true, false] {
        for byte in [20, last] {
            let mut changed = images(false);
            changed[byte] ^= 1;
            place.write("pairs", changed);
            place.fail(1, "train --resume --out run", &["run", "pairs is not what it was"]);
        }
        if has_checkpoint {
            std::fs::remove_file(place.path("run/checkpoint.safetensors")).unwrap();
        }
    }
    place.write("pairs", images(false));
    place.succeed("train --resume --out run");
}

#[test]
fn a_run_finds_its_data_from_another_folder() {
    let place = Place::new();
    std::fs::create_dir(place.path("elsewhere")).unwrap();
    place.write("pairs", images(false));
    place.succeed("train pairs --epochs 1 --out run");
    let eval = || place.command("eval ../run --samples 2").current_dir(place.path("elsewhere")).output().unwrap();
    assert_eq!(eval().status.code(), Some(0));
    // However the path is written, it is the same.
    place.succeed("train ./elsewhere/../pairs --resume --out run");
    std::fs::rename(place.path("pairs"), place.path("moved")).unwrap();
    place.fail(1, "eval run", &["run/config.toml: unknown data set", "pairs`"]);
    std::fs::remove_file(place.path("run/summary.json")).unwrap();
    place.fail(1, "train --resume --out run", &["run/config.toml: unknown data set", "pairs`"]);
    // Data that have moved are the same data.
    let config = place.text("run/config.toml");
    place.write("run/config.toml", config.replace("/pairs\"", "/moved\""));
    place.succeed("eval run --samples 2");
    place.succeed("train --resume --out run");
}
