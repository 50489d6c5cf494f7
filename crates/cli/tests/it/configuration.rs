//! Settings that are refused, and which ones win.

use crate::common::Place;

#[test]
fn unknown_keys_are_named_with_the_known_ones() {
    let place = Place::new();
    place.fail(2, "train --set model.lattent=3", &["`model.lattent`", "did you mean `model.latent`?", "train.clip"]);
    place.fail(2, "train --set latent=3", &["`latent`", "did you mean `model.latent`?"]);
    place.write("a.toml", "[train]\nepoch = 3\n");
    place.fail(2, "train --config a.toml", &["a.toml", "`train.epoch`", "`train.epochs`", "model.hidden"]);
    assert!(!place.path("runs").exists(), "a refused command leaves nothing behind");
}

#[test]
fn values_that_make_no_sense_are_refused() {
    let place = Place::new();
    let cases: [(&str, &[&str]); 16] = [
        ("--epochs 0", &["train.epochs", "at least 1"]),
        ("--latent 0", &["model.latent", "at least 1"]),
        ("--batch 0", &["train.batch", "at least 1"]),
        ("--epochs -1", &["-1"]),
        ("--set train.learning_rate=-0.1", &["train.learning_rate", "-0.1"]),
        ("--set train.learning_rate=nan", &["train.learning_rate", "NaN"]),
        ("--set train.clip=0", &["train.clip"]),
        ("--set train.epochs=many", &["--set train.epochs=many", "train.epochs", "many"]),
        ("--set model.hidden=7", &["model.hidden"]),
        ("--set model.hidden=[]", &["model.hidden", "at least 1"]),
        ("--set model.hidden=[60000,60000]", &["too large", "model.hidden"]),
        ("--set model.likelihood=poisson", &["poisson", "bernoulli", "gaussian"]),
        ("--set model.scale=0.1", &["model.scale", "gaussian"]),
        ("--set train.samples=10000", &["train.samples"]),
        ("--set nonsense", &["KEY=VALUE"]),
        ("--preset huge", &["`huge`", "quick", "manifold"]),
    ];
    for (options, words) in cases {
        place.fail(2, &format!("train {options}"), words);
    }
    assert!(!place.path("runs").exists(), "a refused command leaves nothing behind");
}

#[test]
fn later_settings_win() {
    let place = Place::new();
    place.write("a.toml", "data = \"optdigits\"\n[train]\nepochs = 3\nbatch = 50\n[model]\nlatent = 3\n");
    let line = "train --preset quick --config a.toml --set train.batch=99 --set train.epochs=9 --epochs 1 --out run";
    place.succeed(line);
    let config = place.text("run/config.toml");
    for expected in ["data = \"optdigits\"", "epochs = 1\n", "batch = 99", "latent = 3", "hidden = [200]"] {
        assert!(config.contains(expected), "{expected} in {config}");
    }
}

#[test]
fn wrong_usage_and_failure_have_different_codes() {
    let place = Place::new();
    place.fail(2, "", &["Usage"]);
    place.fail(2, "bogus", &["bogus"]);
    place.fail(2, "train --bogus", &["--bogus"]);
    place.fail(2, "sample run -n 0", &["0"]);
    place.fail(1, "train --config missing.toml", &["missing.toml"]);
    place.fail(1, "train nowhere", &["`nowhere`", "`digits`"]);
    for command in ["train", "eval", "sample", "reconstruct", "encode", "data"] {
        let help = place.succeed(&format!("{command} --help")).out;
        // Seed and threads change nothing there.
        let own = if command == "data" { [].as_slice() } else { &["--seed", "--threads"] };
        for word in ["Example", "--json"].iter().chain(own) {
            assert!(help.contains(word), "{command} --help has no {word}");
        }
    }
}
