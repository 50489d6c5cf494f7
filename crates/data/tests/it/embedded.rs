//! The built-in sets are the published ones.

use data::{Dataset, Examples, open};

/// The three parts of `name` in the order of the files they came from.
fn parts(name: &str) -> (Dataset, Examples) {
    let dataset = open(name).unwrap();
    assert_eq!(dataset.name, name);
    let test = dataset.test.clone().unwrap();
    (dataset, test)
}

fn values(parts: &[&Examples]) -> Vec<u8> {
    parts.iter().flat_map(|e| e.bytes()).copied().collect()
}

fn labels(parts: &[&Examples]) -> Vec<u8> {
    parts.iter().flat_map(|e| e.labels().unwrap()).copied().collect()
}

/// The published means have four decimals.
fn assert_mean(values: &[u8], expected: f64) {
    let sum: u64 = values.iter().map(|&v| u64::from(v)).sum();
    let mean = sum as f64 / values.len() as f64;
    assert!((mean - expected).abs() <= 0.5e-4, "{mean} is not {expected}");
}

fn counts(labels: &[u8]) -> Vec<usize> {
    (0..10).map(|digit| labels.iter().filter(|&&label| label == digit).count()).collect()
}

#[test]
fn digits() {
    let (digits, test) = parts("digits");
    assert_eq!([digits.train.rows(), digits.validation.rows(), test.rows()], [9_000, 1_000, 2_000]);
    for part in [&digits.train, &digits.validation, &test] {
        assert_eq!((part.shape(), part.max(), part.is_binary()), ([28, 28], 255, false));
    }
    let all = [&digits.train, &digits.validation];
    assert_mean(&values(&all), 33.4371);
    assert_mean(&labels(&all), 4.4368);
    assert_mean(test.bytes(), 30.8259);
    assert_mean(test.labels().unwrap(), 4.4205);
    assert_eq!(counts(&labels(&all)), [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]);
    assert_eq!(counts(test.labels().unwrap()), [175, 234, 219, 207, 217, 179, 178, 205, 192, 194]);
}

#[test]
fn optdigits() {
    let (optdigits, test) = parts("optdigits");
    assert_eq!([optdigits.train.rows(), optdigits.validation.rows(), test.rows()], [1_250, 250, 297]);
    let all = [&optdigits.train, &optdigits.validation, &test];
    for part in all {
        assert_eq!((part.shape(), part.max()), ([8, 8], 16));
    }
    assert_eq!(values(&all).iter().max(), Some(&16));
    assert_mean(&values(&all), 4.8842);
    assert_mean(&labels(&all), 4.4908);
    assert_eq!(counts(&labels(&all)).iter().sum::<usize>(), 1_797);
    // The first image of the published table begins with these two rows, and is a zero.
    assert_eq!(optdigits.train.row(0)[..16], [0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0]);
    assert_eq!(optdigits.train.labels().unwrap()[0], 0);
}
