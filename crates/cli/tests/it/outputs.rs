//! What trained models give: pictures, arrays, tables, JSON.

use crate::common::{Done, Place, listing};

/// The shape and the numbers of an NPY file.
fn npy(bytes: &[u8]) -> (String, Vec<f32>) {
    assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
    let end = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = std::str::from_utf8(&bytes[10..end]).unwrap();
    assert!(end.is_multiple_of(64) && header.contains("'descr': '<f4'"));
    let shape = header.split_once("'shape': (").unwrap().1.split_once(')').unwrap().0;
    (shape.to_owned(), bytes[end..].chunks_exact(4).map(|x| f32::from_le_bytes(x.try_into().unwrap())).collect())
}

/// The names and the numbers of a table.
fn csv(text: &str) -> (Vec<&str>, Vec<Vec<f32>>) {
    let mut lines = text.lines();
    let names = lines.next().unwrap().split(',').collect();
    (names, lines.map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect()).collect())
}

#[test]
fn samples_and_codes_can_be_read_back() {
    let place = Place::new();
    place.succeed("train optdigits --epochs 2 --latent 3 --out run");

    place.succeed("sample run -n 300 -o a.npy");
    place.succeed("sample run -n 300 -o a.csv");
    let (shape, values) = npy(&place.bytes("a.npy"));
    assert_eq!((shape.as_str(), values.len()), ("300, 8, 8", 300 * 64));
    assert!(values.iter().all(|p| (0.0..=1.0).contains(p)));
    let text = place.text("a.csv");
    let (names, rows) = csv(&text);
    assert_eq!((names.len(), rows.concat()), (64, values));
    place.succeed("sample run -n 299 -o a.npy");
    assert_eq!(npy(&place.bytes("a.npy")).0, "299, 8, 8");
    place.fail(2, "sample run -n 10001 -o a.png", &["at most 10000 images", ".npy"]);
    place.succeed("sample run -n 20 --draw -o b.npy");
    assert!(npy(&place.bytes("b.npy")).1.iter().all(|&x| x == 0.0 || x == 1.0));
    place.succeed("sample run -n 20 --seed 5 -o c.npy");
    assert_ne!(place.bytes("b.npy"), place.bytes("c.npy"));
    for kind in ["", "--draw"] {
        place.succeed(&format!("sample run -n 1000 {kind} --threads 1 -o one.npy"));
        place.succeed(&format!("sample run -n 1000 {kind} --threads 3 -o three.npy"));
        assert!(place.bytes("one.npy") == place.bytes("three.npy"), "threads show");
    }

    place.succeed("encode run -o codes.npy");
    place.succeed("encode run -o codes.csv");
    let (shape, values) = npy(&place.bytes("codes.npy"));
    assert_eq!(shape, "2, 297, 3");
    let text = place.text("codes.csv");
    let (names, rows) = csv(&text);
    assert_eq!(names, ["label", "mean_1", "mean_2", "mean_3", "std_1", "std_2", "std_3"]);
    let column = |j: usize| rows.iter().map(move |row| row[j]);
    assert!(column(0).all(|label| (0.0..10.0).contains(&label) && label.fract() == 0.0));
    assert!(column(4).all(|std| std > 0.0));
    let means: Vec<f32> = rows.iter().flat_map(|row| row[1..4].to_vec()).collect();
    assert_eq!(means, values[..297 * 3]);
}

#[test]
fn pictures_go_where_they_are_asked_for_and_nothing_else_is_touched() {
    let place = Place::new();
    place.succeed("train optdigits --epochs 1 --out run");
    let before = listing(&place.path("run"));
    let samples = place.bytes("run/samples.png");
    place.succeed("sample run -o new.png");
    assert!(place.bytes("new.png") == samples, "the same seed and number: the picture of the run");
    place.write("old.png", "old");
    place.succeed("reconstruct run -n 5 -o old.png");
    assert!(place.bytes("old.png").starts_with(b"\x89PNG"));
    place.succeed("reconstruct run -n 5 -o means.npy");
    assert_eq!(npy(&place.bytes("means.npy")).0, "5, 8, 8");
    assert_eq!(listing(&place.path("run")), before);
    assert_eq!(listing(&place.path(".")), ["means.npy", "new.png", "old.png", "run"]);
    place.succeed("sample run -n 4");
    assert!(place.bytes("run/samples.png") != samples, "without -o the picture of the run");
    place.fail(2, "sample run -o x.gif", &["x.gif", ".png", ".npy", ".csv"]);
    for ending in ["png", "npy", "csv"] {
        place.fail(
            1,
            &format!("sample run -o missing/x.{ending}"),
            &[&format!("missing/x.{ending}: cannot be written: ")],
        );
    }
}

#[test]
fn every_command_speaks_json() {
    let place = Place::new();
    place.succeed("train optdigits --epochs 2 --out run --json").json();
    let eval = place.succeed("eval run --samples 30 --json").json();
    for key in ["rows", "elbo", "elbo_se", "expected_log_likelihood", "kl", "nll", "nll_se", "nll_mc_se", "samples"] {
        assert!(eval[key].is_number(), "{key} in {eval}");
    }
    assert!(eval["bits_per_dim"].is_number() && eval["active_units"].is_number());
    assert!(eval["nll"].as_f64().unwrap() < -eval["elbo"].as_f64().unwrap(), "log p(x) is above its bound");
    for line in ["sample run -n 2 -o a.npy", "reconstruct run -n 2 -o b.csv", "encode run -o c.csv", "data digits"] {
        let done = place.succeed(&format!("{line} --json"));
        done.json();
        assert!(done.err.is_empty(), "{}", done.err);
    }
    let human = place.succeed("eval run --samples 30").out;
    assert!(human.contains("ELBO") && human.contains("bits/dim"), "{human}");
}

#[cfg(target_os = "linux")]
#[test]
fn names_need_not_be_unicode() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let place = Place::new();
    place.succeed("train optdigits --epochs 1 --out run");
    for (command, name) in [("sample", &b"s\xff.npy"[..]), ("reconstruct", b"r\xff.npy"), ("encode", b"e\xff.npy")] {
        let name = OsStr::from_bytes(name);
        let output = place.command(&format!("{command} run --json -o")).arg(name).output().unwrap();
        let done = Done::of(output);
        assert_eq!(done.code, Some(0), "{}", done.err);
        assert_eq!(done.json()["file"], name.to_string_lossy().into_owned());
        assert!(place.path(".").join(name).exists());
    }
}

#[cfg(unix)]
#[test]
fn nobody_has_to_listen() {
    use std::process::Stdio;
    let place = Place::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = place.command("data digits");
    let done = command.stdout(writer).stderr(Stdio::piped()).output().unwrap();
    assert_eq!((done.status.code(), done.stderr.len()), (Some(0), 0));

    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let done = place.command("train optdigits --epochs 1").stderr(writer).output().unwrap();
    assert_eq!(done.status.code(), Some(0));
}
