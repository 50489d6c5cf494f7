//! Cases and an arithmetic of their own for the tests: nothing here uses the code under test beyond its constructors.

pub mod dense;

use autograd::{Param, Tape, Tensor};
use dense::Matrix;
use nn::{Linear, Module};
use prob::{Key, Stream, fill_standard_normal};
use vae::models::{LinearGaussian, PosteriorFamily};

/// A linear model, its q(z|x) and some data, all of them random, as plain numbers.
#[derive(Clone, Debug)]
pub struct Case {
    pub w: Matrix,
    pub mu: Vec<f64>,
    pub variance: f64,
    pub a: Matrix,
    pub c: Vec<f64>,
    /// The lower triangular factor of S.
    pub l: Matrix,
    pub x: Matrix,
}

/// The numbers of data features, latent dimensions and rows of a case.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub d: usize,
    pub k: usize,
    pub rows: usize,
}

/// A stream for a test.
pub fn stream(seed: u64) -> Stream {
    Key::new(seed).stream("test", 0, 0)
}

/// Independent draws from N(0, 1).
pub fn normal(rng: &mut Stream, n: usize) -> Vec<f64> {
    let mut u = vec![0.0; n];
    fill_standard_normal(rng, &mut u);
    u
}

/// A matrix of independent draws from N(0, s²).
pub fn normal_matrix(rng: &mut Stream, m: usize, n: usize, s: f64) -> Matrix {
    (0..m).map(|_| normal(rng, n).into_iter().map(|u| s * u).collect()).collect()
}

impl Case {
    /// A case of moderate numbers: σ² in [0.2, 2] or so, S between 0.05 and 2, data a few units wide.
    pub fn random(seed: u64, Size { d, k, rows }: Size) -> Case {
        let rng = &mut stream(seed);
        let w = normal_matrix(rng, d, k, 1.0);
        let mu = normal(rng, d);
        let variance = (0.5 * normal(rng, 1)[0].clamp(-3.0, 2.0)).exp();
        let a = normal_matrix(rng, k, d, 0.4);
        let c = normal(rng, k);
        let mut l = normal_matrix(rng, k, k, 0.4);
        for (i, row) in l.iter_mut().enumerate() {
            row[i] = (0.5 * row[i] - 0.3).exp();
            row[i + 1..].fill(0.0);
        }
        let x = normal_matrix(rng, rows, d, 2.0);
        Case { w, mu, variance, a, c, l, x }
    }

    /// The model. A diagonal q takes the diagonal of [`l`](Case::l): see [`diagonal`](Case::diagonal).
    pub fn model(&self, family: PosteriorFamily) -> LinearGaussian<f64> {
        let decoder = Linear::from_tensors(tensor(&self.w), vector(&self.mu));
        let encoder = Linear::from_tensors(tensor(&self.a), vector(&self.c));
        LinearGaussian::new(decoder, self.variance, family).with_posterior(encoder, &tensor(&self.l))
    }

    /// The same with a diagonal S.
    pub fn diagonal(mut self) -> Case {
        for (i, row) in self.l.iter_mut().enumerate() {
            row.iter_mut().enumerate().filter(|(j, _)| *j != i).for_each(|(_, l)| *l = 0.0);
        }
        self
    }

    /// The case as its posterior family sees it.
    pub fn of(self, family: PosteriorFamily) -> Case {
        match family {
            PosteriorFamily::Diagonal => self.diagonal(),
            PosteriorFamily::Full => self,
        }
    }

    pub fn data(&self) -> Tensor<f64> {
        tensor(&self.x)
    }

    /// log p(x) of each row, through the inverse and the determinant of W Wᵀ + σ² I by elimination.
    pub fn log_evidence(&self) -> Vec<f64> {
        let mut covariance = dense::mul(&self.w, &dense::transpose(&self.w));
        dense::add_diagonal(&mut covariance, self.variance);
        self.x.iter().map(|x| dense::log_normal(&dense::minus(x, &self.mu), &covariance)).collect()
    }

    /// Λ = I + Wᵀ W/σ².
    pub fn precision(&self) -> Matrix {
        let mut precision = dense::mul(&dense::transpose(&self.w), &self.w);
        precision.iter_mut().flatten().for_each(|x| *x /= self.variance);
        dense::add_diagonal(&mut precision, 1.0);
        precision
    }

    /// Mean of p(z|x) for each row, and its covariance Λ⁻¹.
    pub fn posterior(&self) -> (Matrix, Matrix) {
        let (covariance, _) = dense::inverse(&self.precision());
        let mean = |x: &Vec<f64>| {
            let h = dense::apply(&dense::transpose(&self.w), &dense::minus(x, &self.mu));
            dense::apply(&covariance, &h).into_iter().map(|m| m / self.variance).collect()
        };
        (self.x.iter().map(mean).collect(), covariance)
    }

    /// m = A x + c for each row.
    pub fn means(&self) -> Matrix {
        self.x.iter().map(|x| dense::plus(&dense::apply(&self.a, x), &self.c)).collect()
    }

    /// The ELBO's two parts for each row, (E_q[log p(x|z)], KL(q(z|x) ‖ p(z))), written out.
    pub fn elbo_parts(&self) -> Vec<(f64, f64)> {
        let s = dense::mul(&self.l, &dense::transpose(&self.l));
        let (_, log_det) = dense::inverse(&s);
        let trace = dense::trace(&dense::mul(&dense::mul(&dense::transpose(&self.w), &self.w), &s));
        let (d, k) = (self.mu.len() as f64, self.c.len() as f64);
        self.x
            .iter()
            .zip(self.means())
            .map(|(x, m)| {
                let r = dense::minus(&dense::minus(x, &self.mu), &dense::apply(&self.w, &m));
                let constant = 0.5 * d * (std::f64::consts::TAU * self.variance).ln();
                let likelihood = -0.5 * (dense::dot(&r, &r) + trace) / self.variance - constant;
                (likelihood, 0.5 * (dense::trace(&s) + dense::dot(&m, &m) - k - log_det))
            })
            .collect()
    }

    /// The ELBO of each row.
    pub fn elbo(&self) -> Vec<f64> {
        self.elbo_parts().into_iter().map(|(likelihood, kl)| likelihood - kl).collect()
    }
}

/// A matrix as a tensor `[m, n]`.
pub fn tensor(m: &Matrix) -> Tensor<f64> {
    Tensor::new([m.len(), m.first().map_or(0, Vec::len)], m.concat())
}

/// A vector as a tensor `[n]`.
pub fn vector(v: &[f64]) -> Tensor<f64> {
    Tensor::new([v.len()], v.to_vec())
}

/// Evaluates formulas over a constant.
pub fn on_tape<R>(x: &Tensor<f64>, f: impl FnOnce(autograd::Var<'_, f64>) -> R) -> R {
    Tape::new().evaluate(|tape| f(tape.constant(x)))
}

/// Mean of some numbers and the standard error of the mean.
pub fn mean_and_error(x: &[f64]) -> (f64, f64) {
    let (mean, variance) = moments(x);
    (mean, (variance / (x.len() - 1) as f64).sqrt())
}

/// Mean and (population) variance.
pub fn moments(x: &[f64]) -> (f64, f64) {
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    (mean, x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n)
}

/// Every number of a model, bit by bit.
pub fn bits<F: autograd::Real>(model: &impl Module<F>) -> Vec<u64> {
    let numbers = |p: &Param<F>| p.value().data().iter().map(|x| x.as_f64().to_bits()).collect::<Vec<_>>();
    model.named_params().into_iter().flat_map(|(_, p)| numbers(p)).collect()
}
