//! Streams: always the same, and independent of each other.

use crate::support::draws::{dkw, ks_distance};
use autograd::Tensor;
use prob::{Distribution, Key, StandardNormal, fill_standard_normal};
use rand::{Rng, RngExt};
use std::collections::BTreeSet;

const LABELS: [&str; 5] = ["init", "shuffle", "binarize", "noise", "eval"];

/// Stored numbers: a change of the derivation would change every training run, and must be meant.
#[test]
fn streams_are_pinned() {
    let first = |seed, label, step, shard| Key::new(seed).stream(label, step, shard).next_u64();
    assert_eq!(first(0, "noise", 0, 0), PINNED[0]);
    assert_eq!(first(1, "noise", 0, 0), PINNED[1]);
    assert_eq!(first(1, "shuffle", 7, 3), PINNED[2]);
    assert_eq!(first(u64::MAX, "", u64::MAX, u64::MAX), PINNED[3]);
    let mut u = [0.0f64; 3];
    fill_standard_normal(&mut Key::new(1).stream("noise", 0, 0), &mut u);
    assert_eq!(u, PINNED_NORMAL);
}

const PINNED: [u64; 4] = [11259392338002513807, 18080021604116666364, 7754304953912110512, 7375640577519881039];
const PINNED_NORMAL: [f64; 3] = [1.4187662518554012, 2.5935898627684737, 1.6048519534915031];

/// Seeds, labels, steps and shards that differ in one place or are exchanged: 2·5·64·16 different first numbers. That
/// two of 10,240 random words are equal has probability 3·10⁻¹².
#[test]
fn streams_differ() {
    let mut seen = BTreeSet::new();
    for seed in 0..2 {
        for label in LABELS {
            for step in 0..64 {
                for shard in 0..16 {
                    assert!(seen.insert(Key::new(seed).stream(label, step, shard).next_u64()));
                }
            }
        }
    }
}

/// A flipped bit of the seed, the step or the shard flips each bit of the first 256 with probability ½. The mean number
/// over 192 flips has the standard deviation 8/√192 = 0.58, one flip 8: bounds of 5 and 6 of these.
#[test]
fn every_bit_counts() {
    let words = |seed, step, shard| {
        let mut stream = Key::new(seed).stream("noise", step, shard);
        [0; 4].map(|_: i32| stream.next_u64())
    };
    let base = words(1, 2, 3);
    let mut total = 0.0;
    for bit in 0..64 {
        let flip = 1u64 << bit;
        for other in [words(1 ^ flip, 2, 3), words(1, 2 ^ flip, 3), words(1, 2, 3 ^ flip)] {
            let flipped: u32 = base.iter().zip(other).map(|(a, b)| (a ^ b).count_ones()).sum();
            assert!((f64::from(flipped) - 128.0).abs() < 48.0, "bit {bit} flips {flipped} of 256");
            total += f64::from(flipped);
        }
    }
    assert!((total / 192.0 - 128.0).abs() < 2.9, "{}", total / 192.0);
}

/// The first normal draws of neighbouring streams are N(0, 1) and uncorrelated: over 10⁵ streams the correlation has
/// the standard deviation 10^−2.5, and 5 of these are exceeded with probability 6·10⁻⁷.
#[test]
fn neighbouring_streams_are_independent() {
    let n = 100_000;
    type Place = fn(u64) -> (u64, u64, u64);
    let places: [Place; 3] = [|i| (i, 0, 0), |i| (0, i, 0), |i| (0, 0, i)];
    for place in places {
        let first: Vec<f64> = (0..n)
            .map(|i| {
                let (seed, step, shard) = place(i);
                let mut u = [0.0f64];
                fill_standard_normal(&mut Key::new(seed).stream("noise", step, shard), &mut u);
                u[0]
            })
            .collect();
        for lag in [1, 2, 16] {
            let r = first.iter().zip(&first[lag..]).map(|(a, b)| a * b).sum::<f64>() / n as f64;
            assert!(r.abs() < 5.0 / (n as f64).sqrt(), "lag {lag}: {r}");
        }
        let standard = StandardNormal::new([1]);
        assert!(ks_distance(first, |x: &Tensor<f64>| standard.log_prob(x)) < dkw(n as usize));
    }
}

/// Streams of different labels at the same step, side by side: uncorrelated within 5 standard deviations.
#[test]
fn labels_are_independent() {
    let n = 100_000;
    let uniform = |label| -> Vec<f64> {
        let mut stream = Key::new(5).stream(label, 9, 0);
        (0..n).map(|_| stream.random::<f64>() - 0.5).collect()
    };
    let draws = LABELS.map(uniform);
    for (i, a) in draws.iter().enumerate() {
        for b in &draws[..i] {
            let r = 12.0 * a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / f64::from(n);
            assert!(r.abs() < 5.0 / f64::from(n).sqrt(), "{r}");
        }
    }
}

/// `f32` draws are `f64` draws rounded.
#[test]
fn single_precision_noise_is_rounded_double_precision_noise() {
    let (mut single, mut double) = ([0.0f32; 1000], [0.0f64; 1000]);
    fill_standard_normal(&mut Key::new(9).stream("noise", 0, 0), &mut single);
    fill_standard_normal(&mut Key::new(9).stream("noise", 0, 0), &mut double);
    assert!(single.iter().zip(&double).all(|(s, d)| *s == *d as f32));
}
