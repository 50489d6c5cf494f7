//! Runs that are broken off and taken up again.

use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::common::{Done, Place};

/// Long enough to be broken off half way, in steps that are quick.
const RUN: &str = "train optdigits --epochs 30 --batch 8 --set model.hidden=[64]";

/// Starts a run and waits until its metrics have some lines.
fn start(place: &Place, line: &str, run: &str, lines: usize) -> Child {
    let child = place.command(line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let metrics = place.path(&format!("{run}/metrics.jsonl"));
    let began = Instant::now();
    let written = || std::fs::read_to_string(&metrics).map_or(0, |text| text.lines().count());
    while written() < lines {
        assert!(began.elapsed() < Duration::from_secs(60), "no {lines} epochs in a minute");
        sleep(Duration::from_millis(2));
    }
    child
}

#[test]
fn a_killed_run_goes_on_to_the_same_bits() {
    let place = Place::new();
    place.succeed(&format!("{RUN} --out whole"));
    for (run, lines) in [("early", 1), ("late", 12)] {
        let mut child = start(&place, &format!("{RUN} --out {run}"), run, lines);
        child.kill().unwrap();
        assert_eq!(child.wait().unwrap().code(), None, "the run ended before it was killed");
        let done = place.succeed(&format!("train --resume --out {run} --threads 1"));
        assert!(done.err.contains("going on after"), "{}", done.err);
        place.assert_same("whole", run);
    }
}

#[cfg(unix)]
#[test]
fn signals_stop_after_the_step_and_say_how_to_go_on() {
    let place = Place::new();
    place.succeed(&format!("{RUN} --out whole"));
    // Broken off three times: Ctrl-C, `kill`, a terminal that is closed.
    for (signal, start_line, lines) in [
        ("-INT", format!("{RUN} --out half"), 3),
        ("-TERM", "train --resume --out half".into(), 8),
        ("-HUP", "train --resume --out half".into(), 13),
    ] {
        let child = start(&place, &start_line, "half", lines);
        let pid = child.id().to_string();
        assert!(std::process::Command::new("kill").args([signal, &pid]).status().unwrap().success());
        let done = Done::of(child.wait_with_output().unwrap());
        assert_eq!(done.code, Some(130), "{signal}: {}", done.err);
        assert!(done.out.is_empty() && done.err.contains("stopped after"), "{signal}: {}", done.err);
        assert!(done.err.trim_end().ends_with("train --resume --out half"), "{signal}: {}", done.err);
    }
    // The newest unfinished run is in another folder than runs/: it must be named.
    place.fail(1, "train --resume", &["no unfinished run"]);
    place.succeed("train --resume --out half");
    place.assert_same("whole", "half");
}

#[test]
fn the_newest_unfinished_run_is_taken_up() {
    let place = Place::new();
    place.succeed("train optdigits --epochs 1");
    let mut child = start(&place, RUN, "runs/optdigits-2", 1);
    child.kill().unwrap();
    child.wait().unwrap();
    place.fail(1, "train digits --resume", &["no unfinished run of digits"]);
    let json = place.succeed("train --resume --json").json();
    assert_eq!(json["run"], "runs/optdigits-2");
    place.fail(1, "train --resume", &["no unfinished run"]);
}

#[test]
fn a_finished_run_says_so() {
    let place = Place::new();
    let summary = place.succeed("train optdigits --epochs 1 --out done --json").json();
    let before = place.bytes("done/checkpoint.safetensors");
    let again = place.succeed("train --resume --out done");
    assert!(again.out.contains("finished"), "{}", again.out);
    assert_eq!(place.succeed("train optdigits --resume --out done --json").json(), summary);
    assert!(place.bytes("done/checkpoint.safetensors") == before);
}

#[test]
fn a_folder_with_a_run_is_not_overwritten() {
    let place = Place::new();
    place.succeed("train optdigits --epochs 1 --out taken");
    let before = place.bytes("taken/model.safetensors");
    place.fail(1, "train optdigits --epochs 2 --out taken", &["taken", "--resume"]);
    assert!(place.bytes("taken/model.safetensors") == before);
}

#[test]
fn a_resumed_run_keeps_its_configuration() {
    let place = Place::new();
    place.succeed("train optdigits --epochs 1 --out run");
    let line = "train digits --resume --out run --epochs 5 --set train.clip=1 --set model.latent=10";
    let done = place.fail(2, line, &["data", "train.epochs", "train.clip", "1", "5"]);
    assert!(!done.err.contains("model.latent"), "what is the same is no difference: {}", done.err);
    place.succeed("train optdigits --resume --out run --epochs 1 --config run/config.toml");
}

#[test]
fn without_a_checkpoint_a_run_starts_from_the_beginning() {
    let place = Place::new();
    place.succeed("train optdigits --epochs 2 --out whole");
    // Nothing there at all: a new run.
    let done = place.succeed("train optdigits --epochs 2 --out new --resume");
    assert!(done.err.contains("new: there was nothing to resume; a new run begins"), "{}", done.err);
    place.assert_same("whole", "new");
    for name in ["checkpoint.safetensors", "summary.json"] {
        std::fs::remove_file(place.path(&format!("new/{name}"))).unwrap();
    }
    place.succeed("train --out new --resume");
    place.assert_same("whole", "new");
}

#[test]
fn damaged_or_strange_checkpoints_are_refused() {
    let place = Place::new();
    place.succeed("train optdigits --epochs 2 --out run");
    std::fs::remove_file(place.path("run/summary.json")).unwrap();
    let whole = place.bytes("run/checkpoint.safetensors");
    place.write("run/checkpoint.safetensors", &whole[..whole.len() - 9]);
    place.fail(1, "train --resume --out run", &["checkpoint.safetensors"]);
    place.write("run/checkpoint.safetensors", &whole);
    let config = place.text("run/config.toml");
    place.write("run/config.toml", config.replace("latent = 10", "latent = 9"));
    place.fail(1, "train --resume --out run", &["run/config.toml", "run/origin.toml", "model.latent was 10, and is 9"]);
    place.write("run/config.toml", config.replace("batch = 64", "batch = 32"));
    place.fail(1, "train --resume --out run", &["run/config.toml", "train.batch was 64, and is 32"]);
    place.write("run/config.toml", config.replace("epochs = 2", "epochs = 3"));
    place.fail(1, "train --resume --out run", &["train.epochs was 2, and is 3"]);
    place.write("run/config.toml", config);
    std::fs::rename(place.path("run/origin.toml"), place.path("origin.toml")).unwrap();
    place.fail(1, "train --resume --out run", &["run/origin.toml", "missing"]);
    std::fs::rename(place.path("origin.toml"), place.path("run/origin.toml")).unwrap();
    place.succeed("train --resume --out run");
}

/// A file in the safetensors format with something else in its header.
fn with_header(file: &[u8], change: impl Fn(&str) -> String) -> Vec<u8> {
    let (length, rest) = file.split_first_chunk::<8>().unwrap();
    let (header, values) = rest.split_at(u64::from_le_bytes(*length) as usize);
    let mut header = change(str::from_utf8(header).unwrap().trim_end());
    header.extend(std::iter::repeat_n(' ', header.len().next_multiple_of(8) - header.len()));
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), values].concat()
}

#[test]
fn a_checkpoint_that_stands_nowhere_is_refused() {
    let place = Place::new();
    place.succeed("train optdigits --epochs 1 --out run");
    std::fs::remove_file(place.path("run/summary.json")).unwrap();
    let whole = place.bytes("run/checkpoint.safetensors");
    for (key, value) in [("seconds", "-1e9"), ("steps", "18446744073709551615")] {
        let before = format!("\\\"{key}\\\":");
        let changed = with_header(&whole, |header| {
            let parts = header.split(&before).enumerate();
            let digits = |part: &str| part.trim_start_matches(|c: char| "0123456789.e-".contains(c)).to_owned();
            parts
                .map(|(i, part)| if i == 0 { part.into() } else { format!("{before}{value}{}", digits(part)) })
                .collect()
        });
        assert_ne!(whole, changed, "{key}");
        place.write("run/checkpoint.safetensors", &changed);
        place.fail(1, "train --resume --out run", &["checkpoint.safetensors"]);
    }
}
