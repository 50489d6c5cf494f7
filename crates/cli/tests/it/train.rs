//! What a training run leaves behind.

use crate::common::{Place, listing};

#[test]
fn a_run_leaves_its_files_and_a_summary() {
    let place = Place::new();
    let json = place.succeed("train optdigits --epochs 3 --seed 7 --json").json();
    let files = [
        "checkpoint.safetensors",
        "config.toml",
        "latent.png",
        "loss.png",
        "metrics.jsonl",
        "model.safetensors",
        "origin.toml",
        "reconstructions.png",
        "samples.png",
        "summary.json",
    ];
    assert_eq!(listing(&place.path("runs/optdigits-1")), files);
    assert_eq!(json, serde_json::from_str::<serde_json::Value>(&place.text("runs/optdigits-1/summary.json")).unwrap());
    assert_eq!((&json["epochs"], &json["steps"], &json["seed"]), (&3.into(), &60.into(), &7.into()));
    assert_eq!((&json["data"], &json["test"]["rows"]), (&"optdigits".into(), &297.into()));
    for part in ["train", "validation", "test"] {
        let term = |name: &str| json[part][name].as_f64().unwrap();
        assert!((term("elbo") - (term("expected_log_likelihood") - term("kl"))).abs() < 1e-3);
    }
    let metrics = place.metrics("runs/optdigits-1");
    assert_eq!(metrics.iter().map(|line| line["epoch"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(metrics[2]["steps"], 60);
    // What a later evaluation says of the test data is what the summary says.
    let eval = place.succeed("eval runs/optdigits-1 --samples 4 --json").json();
    assert_eq!(eval["elbo"], json["test"]["elbo"]);
}

#[test]
fn a_command_can_be_repeated_and_a_configuration_too() {
    let place = Place::new();
    let done = place.succeed("train optdigits --epochs 2");
    assert!(done.out.contains("runs/optdigits-1") && done.out.contains("test"), "{}", done.out);
    place.succeed("train --config runs/optdigits-1/config.toml");
    assert_eq!(listing(&place.path("runs")), ["optdigits-1", "optdigits-2"]);
    place.assert_same("runs/optdigits-1", "runs/optdigits-2");
}

#[test]
fn threads_do_not_show() {
    let place = Place::new();
    let line = "train optdigits --epochs 2 --batch 256 --set model.posterior=full --latent 4";
    place.succeed(&format!("{line} --threads 1 --out one"));
    place.succeed(&format!("{line} --threads 2 --out two"));
    place.succeed(&format!("{line} --threads 4 --out four"));
    place.assert_same("one", "two");
    place.assert_same("one", "four");
    assert!(place.bytes("one/config.toml") == place.bytes("two/config.toml"));
    let eval = |threads| place.succeed(&format!("eval one --samples 20 --json --threads {threads}")).out;
    assert_eq!(eval(1), eval(2));
}

#[test]
fn a_seed_changes_the_run_but_not_its_test_data() {
    let place = Place::new();
    for seed in [1, 2] {
        place.succeed(&format!("train optdigits --epochs 1 --seed {seed} --out s{seed}"));
        place.succeed(&format!("encode s1 --seed {seed} -o codes{seed}.csv"));
    }
    assert_ne!(place.metrics("s1"), place.metrics("s2"));
    assert_eq!(place.text("codes1.csv"), place.text("codes2.csv"));
}

#[test]
fn two_latent_dimensions_give_a_manifold() {
    let place = Place::new();
    place.succeed("train optdigits --epochs 1 --latent 2 --out plane");
    assert!(place.bytes("plane/manifold.png").starts_with(b"\x89PNG"));
    place.succeed("train optdigits --epochs 1 --latent 1 --out line");
    assert!(!place.path("line/manifold.png").exists());
}

#[test]
fn grey_values_can_be_modelled_as_they_are() {
    let place = Place::new();
    place.succeed("train optdigits --epochs 1 --preset gaussian --out grey");
    let config = place.text("grey/config.toml");
    assert!(config.contains("likelihood = \"gaussian\"") && config.contains("binarization = \"none\""), "{config}");
    // Some pixels never change: a learned width would shrink for ever.
    place.succeed("train optdigits --epochs 1 --set model.likelihood=gaussian --out fixed");
    assert!(place.text("fixed/config.toml").contains("scale = 0.1"));
    place.succeed("train optdigits --epochs 1 --set model.likelihood=gaussian --set model.scale=none --out learned");
    assert!(!place.text("learned/config.toml").contains("scale"));
}

#[test]
fn training_that_diverges_fails() {
    let place = Place::new();
    place.fail(1, "train optdigits --epochs 2 --set train.learning_rate=1e6 --out bad", &["training diverged"]);
    assert!(!place.path("bad/summary.json").exists());
}
