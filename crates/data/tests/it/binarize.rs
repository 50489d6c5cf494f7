//! Binarisation: its probabilities, its use of the random stream, and the refusal of grey values.

use data::{Binarization, Examples};
use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

fn rng(seed: u64) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(seed)
}

/// Ones among `n` draws of each value 0..=max: the values of a row are all values there are, so that pairs of neighbours
/// share a random number.
fn ones(max: u8, n: usize) -> Vec<u32> {
    let levels = usize::from(max) + 1;
    let row = Examples::new([1, levels], (0..=max).collect(), max);
    let mut rng = rng(1);
    let mut x = vec![0.0; levels];
    let mut ones = vec![0; levels];
    for _ in 0..n {
        row.draw(&[0], &mut rng, &mut x);
        for (ones, &x) in ones.iter_mut().zip(&x) {
            assert!(x == 0.0 || x == 1.0);
            *ones += x as u32;
        }
    }
    ones
}

/// Fixed seed. Each count is Binomial(n, v/max); over the grey values Σ z² has mean k and standard deviation √(2k), nearly
/// normal for k = 254: beyond 6 standard deviations lies less than one seed in a million (χ², upper tail 1e-7, lower less).
/// Probabilities v/256 in place of v/255 would give a sum 177 standard deviations too large.
#[test]
fn a_value_is_drawn_with_probability_value_over_max() {
    let n = 200_000;
    let ones = ones(255, n);
    assert_eq!((ones[0], ones[255]), (0, n as u32));
    let z2: f64 = (1..255)
        .map(|v| {
            let (n, p) = (n as f64, v as f64 / 255.0);
            (f64::from(ones[v]) - n * p).powi(2) / (n * p * (1.0 - p))
        })
        .sum();
    let k = 254.0_f64;
    assert!((z2 - k).abs() < 6.0 * (2.0 * k).sqrt(), "Σ z² = {z2} for {k} values");
}

/// On a scale of 16, as for `optdigits`: each |z| < 5.5, false for less than one seed in a million over the 15 grey values.
#[test]
fn the_scale_counts_not_the_byte() {
    let n = 100_000;
    for (v, ones) in ones(16, n).into_iter().enumerate() {
        let (n, p) = (n as f64, v as f64 / 16.0);
        let error = (f64::from(ones) - n * p).abs();
        assert!(error <= 5.5 * (n * p * (1.0 - p)).sqrt(), "{ones} ones of value {v}");
    }
}

/// The mean of the product of two neighbours' signs has standard deviation 1/√n: |z| < 5.5, false for less than one seed in a million
/// over the three distances. One random number for two neighbours would give a mean of 1.
#[test]
fn neighbours_are_drawn_independently() {
    let n = 40_000;
    let half = Examples::new([1, n + 4], vec![8; n + 4], 16);
    let mut x = vec![0.0; n + 4];
    half.draw(&[0], &mut rng(2), &mut x);
    for distance in 1..=3 {
        let sum: f32 = (0..n).map(|i| (2.0 * x[i] - 1.0) * (2.0 * x[i + distance] - 1.0)).sum();
        let z = f64::from(sum) / (n as f64).sqrt();
        assert!(z.abs() < 5.5, "z = {z} at distance {distance}");
    }
}

proptest! {
    /// Value i of a row is compared with the low (i even) or high half of the row's number i/2, whatever the values are, and the
    /// stream moves on by ⌈D/2⌉ numbers a row. The widths go past two blocks of the implementation.
    #[test]
    fn each_value_has_its_own_half_of_a_number(
        width in 1..150_usize,
        bytes in prop::collection::vec(any::<u8>(), 149 * 3),
        seed in any::<u64>(),
    ) {
        let all = Examples::new([1, width], bytes[..width * 3].to_vec(), 255);
        let rows = [2, 0, 2];
        let (mut drawn, mut plain) = (rng(seed), rng(seed));
        let mut x = vec![-1.0; rows.len() * width];
        all.draw(&rows, &mut drawn, &mut x);
        let mut expected = Vec::new();
        for row in rows {
            for pair in all.row(row).chunks(2) {
                let bits = plain.next_u64();
                for (&value, random) in pair.iter().zip([bits as u32, (bits >> 32) as u32]) {
                    // The product has 40 bits, so that f64 holds it exactly.
                    let one = f64::from(random) * 255.0 / 4_294_967_296.0 < f64::from(value);
                    expected.push(f32::from(one));
                }
            }
        }
        prop_assert_eq!(x, expected);
        prop_assert_eq!(drawn, plain);
    }

    #[test]
    fn binary_values_are_left_as_they_are(bits in prop::collection::vec(any::<bool>(), 12), max in 1..=255_u8, seed in any::<u64>()) {
        let all = Examples::new([2, 3], bits.iter().map(|&b| u8::from(b) * max).collect(), max);
        let expected: Vec<u8> = bits.iter().copied().map(u8::from).collect();
        let (drawn, thresholded) = (all.drawn(&mut rng(seed)), all.thresholded());
        prop_assert_eq!(drawn.bytes(), &expected[..]);
        prop_assert_eq!(thresholded.bytes(), &expected[..]);
    }

    #[test]
    fn drawn_once_is_the_same_as_drawn_in_a_batch(width in 1..150_usize, bytes in prop::collection::vec(0..=16_u8, 149 * 4), seed in any::<u64>()) {
        let all = Examples::new([1, width], bytes[..width * 4].to_vec(), 16).with_labels(vec![3, 1, 4, 1]);
        let drawn = all.drawn(&mut rng(seed));
        let mut x = vec![-1.0; width * 4];
        all.draw(&[0, 1, 2, 3], &mut rng(seed), &mut x);
        prop_assert_eq!(drawn.bytes().iter().map(|&b| f32::from(b)).collect::<Vec<_>>(), x);
        prop_assert_eq!((drawn.max(), drawn.shape(), drawn.labels()), (1, [1, width], all.labels()));
    }
}

#[test]
fn the_threshold_is_half_of_the_largest() {
    let bits =
        |bytes: &[u8], max| Examples::new([1, 1], bytes.to_vec(), max).with_labels(vec![7; bytes.len()]).thresholded();
    assert_eq!(bits(&[0, 127, 128, 255], 255).bytes(), [0, 0, 1, 1]);
    assert_eq!(bits(&[0, 7, 8, 16], 16).bytes(), [0, 0, 1, 1]);
    assert_eq!(bits(&[0, 1], 1).bytes(), [0, 1]);
    assert_eq!((bits(&[0], 255).max(), bits(&[0], 255).labels()), (1, Some(&[7][..])));
}

#[test]
fn grey_values_are_refused_by_name() {
    let grey = Examples::new([1, 2], vec![0, 255, 255, 37], 255);
    assert_eq!(
        grey.require_binary("faces.idx").unwrap_err().to_string(),
        "faces.idx: expected binary values, found 37 of 255 in row 1: binarise the data (dynamic, fixed or threshold), \
         or choose a likelihood for grey values"
    );
    assert!(grey.thresholded().require_binary("faces.idx").is_ok());
    assert!(Examples::new([1, 2], vec![0, 255], 255).require_binary("black and white").is_ok());
}

#[test]
fn names_are_read_as_they_are_written() {
    for binarization in [Binarization::Dynamic, Binarization::Fixed, Binarization::Threshold] {
        assert_eq!(binarization.to_string().parse::<Binarization>().unwrap(), binarization);
    }
    assert_eq!(Binarization::Dynamic.to_string(), "dynamic");
    assert_eq!(
        "Dynamic".parse::<Binarization>().unwrap_err().to_string(),
        "unknown binarisation `Dynamic`: expected `dynamic`, `fixed` or `threshold`"
    );
}
