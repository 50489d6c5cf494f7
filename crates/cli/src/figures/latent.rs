//! Where a model puts its data.

use std::collections::BTreeMap;

use vae::evaluate::Codes;

use crate::picture::{Picture, Point, Scatter};

/// Posteriors whose standard deviations are drawn.
const ELLIPSES: usize = 40;

/// The means of q(z|x) in two latent dimensions, coloured by label, and the standard deviations of some. Of more than two
/// dimensions those are shown in which the classes differ most, or, without labels, the means.
pub fn latent(title: &str, codes: &Codes, labels: Option<&[u8]>) -> Picture {
    let [n, k] = [codes.mean.shape()[0], codes.mean.shape()[1]];
    let column = |j: usize| -> Vec<f64> { (0..n).map(|i| f64::from(codes.mean.data()[i * k + j])).collect() };
    let sigma = |i: usize, j: usize| f64::from(codes.std.data()[i * k + j]);
    let (x, y) = axes(k, |j| telling(&column(j), labels));
    let every = n.div_ceil(ELLIPSES).max(1);
    let (xs, ys) = (column(x), y.map_or_else(|| vec![0.0; n], column));
    let point = |i: usize| Point {
        x: xs[i],
        // A single dimension is spread out by its standard deviation.
        y: if y.is_some() { ys[i] } else { sigma(i, x) },
        sigma: y.filter(|_| i.is_multiple_of(every)).map(|y| (sigma(i, x), sigma(i, y))),
        class: labels.and_then(|labels| labels.get(i).copied()),
    };
    let choice = choice(k, x, y, labels.is_some());
    Scatter {
        title: title.into(),
        x_label: format!("mean of q(z|x), z{}{choice}", subscript(x + 1)),
        y_label: y.map_or_else(|| "σ of q(z|x)".into(), |y| format!("mean of q(z|x), z{}", subscript(y + 1))),
        points: (0..n).map(point).collect(),
    }
    .draw()
}

/// The dimension for each axis: with two there is no choice, of more the two with the highest score, in their order.
fn axes(k: usize, score: impl Fn(usize) -> f64) -> (usize, Option<usize>) {
    let mut scored: Vec<(usize, f64)> = (0..k).map(|j| (j, score(j))).collect();
    scored.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut best: Vec<usize> = scored.into_iter().take(2).map(|(j, _)| j).collect();
    best.sort_unstable();
    (best.first().copied().unwrap_or(0), best.get(1).copied())
}

/// How much a dimension says: the variance of the classes' means, each as often as it occurs, or of all values where there
/// are no classes.
fn telling(values: &[f64], labels: Option<&[u8]>) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let Some(labels) = labels else {
        return values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
    };
    let mut classes: BTreeMap<u8, (f64, f64)> = BTreeMap::new();
    for (&label, value) in labels.iter().zip(values) {
        let (count, sum) = classes.entry(label).or_default();
        *count += 1.0;
        *sum += value;
    }
    classes.values().map(|(count, sum)| count * (sum / count - mean).powi(2)).sum::<f64>() / n
}

/// Which dimensions are shown and why, if there are more than can be.
fn choice(k: usize, x: usize, y: Option<usize>, classes: bool) -> String {
    let Some(y) = y.filter(|_| k > 2) else { return String::new() };
    let why = if classes { "separate the classes best" } else { "have the means that vary most" };
    format!("   (of {k} dimensions, z{} and z{} {why})", subscript(x + 1), subscript(y + 1))
}

fn subscript(n: usize) -> String {
    let lower = |c: char| c.to_digit(10).and_then(|digit| char::from_u32('₀' as u32 + digit)).unwrap_or(c);
    n.to_string().chars().map(lower).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axes_are_those_in_which_classes_differ() {
        let labels = [0, 0, 1, 1];
        let columns = [[-9.0, 9.0, -9.0, 9.0], [1.0, 1.0, 2.0, 2.0], [0.0, 0.1, 0.0, 0.1], [3.0, 3.0, 0.0, 0.0]];
        assert_eq!(axes(4, |j| telling(&columns[j], Some(&labels))), (1, Some(3)));
        assert_eq!(axes(4, |j| telling(&columns[j], None)), (0, Some(3)));
        assert_eq!(axes(1, |_| 0.0), (0, None));
    }

    #[test]
    fn a_choice_is_explained() {
        assert_eq!(choice(10, 4, Some(5), true), "   (of 10 dimensions, z₅ and z₆ separate the classes best)");
        assert!(choice(3, 0, Some(2), false).contains("z₁ and z₃ have the means that vary most"));
        assert_eq!((choice(2, 0, Some(1), true), choice(1, 0, None, true)), (String::new(), String::new()));
    }

    #[test]
    fn dimensions_have_small_numbers() {
        assert_eq!(subscript(12), "₁₂");
    }
}
