//! The ziggurat method for the standard normal distribution.
//!
//! The area under f(x) = exp(−½ x²), x ≥ 0, is cut into 256 layers of one area each: from the top down, rectangles that reach
//! from 0 over the curve to x₁ > x₂ > … > x₂₅₆ = 0, and at the bottom what lies below f(R), R = x₁, with the tail beyond R. A layer
//! is chosen, and a place in it; mostly the place is left of where the next layer ends, and so below the curve (G. Marsaglia
//! and W. W. Tsang, *The Ziggurat Method for Generating Random Variables*, 2000). Layer and place come from different bits
//! of one word (J. A. Doornik, *An Improved Ziggurat Method to Generate Normal Random Samples*, 2005).

use autograd::Real;
use rand::distr::Open01;
use rand::{Rng, RngExt};
use std::sync::LazyLock;

/// Layers.
const LAYERS: usize = 256;

/// Where the tail begins.
const R: f64 = 3.654_152_885_361_009;

/// The area of a layer: R f(R), and what is below f beyond R.
const AREA: f64 = 0.004_928_673_233_974_655;

/// Where the layers end, and x₀ = AREA/f(R), as far as the bottom would reach as a rectangle.
static ENDS: LazyLock<[f64; LAYERS + 1]> = LazyLock::new(|| {
    let mut x = [0.0; LAYERS + 1];
    (x[0], x[1]) = (AREA / density(R), R);
    for i in 2..LAYERS {
        x[i] = (-2.0 * (AREA / x[i - 1] + density(x[i - 1])).ln()).sqrt();
    }
    x
});

fn density(x: f64) -> f64 {
    (-0.5 * x * x).exp()
}

/// The ziggurat.
#[derive(Clone, Copy)]
pub(crate) struct Ziggurat(&'static [f64; LAYERS + 1]);

impl Ziggurat {
    pub fn new() -> Self {
        Ziggurat(&ENDS)
    }

    /// Draws from a word each, as nearly every word gives one, up to the first that does not: that word, and how many
    /// draws there were before it. Nothing is called here, so that the generator's state stays in registers.
    #[inline(always)]
    pub fn fill_at_once<F: Real, G: Rng + ?Sized>(self, rng: &mut G, out: &mut [F]) -> Option<(usize, u64)> {
        for (i, u) in out.iter_mut().enumerate() {
            let word = rng.next_u64();
            let (layer, x) = self.place(word);
            if x.abs() >= self.0[layer + 1] {
                return Some((i, word));
            }
            *u = F::of(x);
        }
        None
    }

    /// A draw from a word, and as many more as it takes.
    pub fn draw<G: Rng + ?Sized>(self, mut word: u64, rng: &mut G) -> f64 {
        loop {
            let (layer, x) = self.place(word);
            let [near, far] = [self.0[layer + 1], self.0[layer]];
            if x.abs() < near {
                return x;
            }
            if layer == 0 {
                return tail(rng).copysign(x);
            }
            let height = density(near) + (density(far) - density(near)) * rng.random::<f64>();
            if height < density(x) {
                return x;
            }
            word = rng.next_u64();
        }
    }

    /// The layer that a word chooses by its last eight bits, and a place by its first 52: from −x to x, in steps of x/2⁵¹.
    #[inline(always)]
    fn place(self, word: u64) -> (usize, f64) {
        let layer = (word % LAYERS as u64) as usize;
        // A number from 2 up to 4.
        let place = f64::from_bits((word >> 12) | 2.0f64.to_bits()) - 3.0;
        (layer, place * self.0[layer])
    }
}

/// A draw from the tail beyond R (G. Marsaglia, *Generating a Variable from the Tail of the Normal Distribution*, 1964).
fn tail<G: Rng + ?Sized>(rng: &mut G) -> f64 {
    loop {
        let [a, b] = [(); 2].map(|()| rng.sample::<f64, _>(Open01).ln());
        let x = -a / R;
        if -2.0 * b >= x * x {
            return R + x;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The layers are of one area to twelve digits, and the last ends at the top, where f = 1.
    #[test]
    fn layers_have_one_area() {
        let x = &ENDS;
        for i in 1..LAYERS {
            let area = x[i] * (density(x[i + 1]) - density(x[i]));
            assert!((area / AREA - 1.0).abs() < 1e-12, "layer {i}: {area}");
        }
        assert!(x.is_sorted_by(|a, b| a > b) && x[LAYERS] == 0.0);
    }

    /// From the same words another implementation draws the same numbers, but for roundings in the tables: layers, the
    /// places beyond the next layer (12,000 in a million) and the tail (260).
    #[test]
    fn agrees_with_another_ziggurat() {
        let stream = || crate::Key::new(1).stream("test", 0, 0);
        let (mut draws, mut other) = (vec![0.0f64; 1_000_000], stream());
        crate::fill_standard_normal(&mut stream(), &mut draws);
        for (i, &x) in draws.iter().enumerate() {
            let y: f64 = other.sample(rand_distr::StandardNormal);
            assert!((x - y).abs() < 1e-8, "draw {i}: {x}, not {y}");
        }
        assert!(draws.iter().any(|x| x.abs() > R));
    }
}
