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
    // Data that the model has not learnt from are taken whole.
    place.write("others", images(false));
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
    let mut changed = images(false);
    changed[20] ^= 1;
    place.write("pairs", changed);
    place.fail(1, "train --resume --out run", &["run", "pairs is not what it was"]);
}
