//! Matrix products.

use crate::kernels::affine;
use crate::kernels::gemm::{Mat, matmul};
use crate::kernels::map::{self, Curve, Identity, Unary};
use crate::{Array, Cotangents, Op, Point, Real, Shape, ShapeError, Tensor};
use std::fmt::Debug;

/// C = A·B, or A·Bᵀ, one product for each leading index: dA = G·Bᵀ, dB = Aᵀ·G (of A·Bᵀ: dA = G·B, dB = Gᵀ·A).
#[derive(Debug)]
struct Product<const TRANSPOSED: bool>;

impl<const TRANSPOSED: bool> Product<TRANSPOSED> {
    /// `[batch, m, k, n]` of two shapes that were judged.
    fn extents(a: Shape, c: Shape) -> [usize; 4] {
        let r = a.rank();
        [a.dims()[..r - 2].iter().product(), a[r - 2], a[r - 1], c[r - 1]]
    }
}

impl<F: Real, const TRANSPOSED: bool> Op<F> for Product<TRANSPOSED> {
    fn name(&self) -> &'static str {
        if TRANSPOSED { "matmul_t" } else { "matmul" }
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        let (a, b) = (inputs[0], inputs[1]);
        let r = a.rank();
        if r < 2 || b.rank() != r || a.dims()[..r - 2] != b.dims()[..r - 2] {
            return Err(ShapeError::new("needs two matrices, or two stacks of as many"));
        }
        let (k, n) = if TRANSPOSED { (b[r - 1], b[r - 2]) } else { (b[r - 2], b[r - 1]) };
        if a[r - 1] != k {
            return Err(ShapeError::new(format!("inner extents {} and {k} differ", a[r - 1])));
        }
        Ok(a.with(r - 1, n))
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], _: &mut [F]) {
        let shapes = [inputs[0].shape(), inputs[1].shape()];
        let [batch, m, k, n] = Self::extents(shapes[0], Op::<F>::shape(self, &shapes).expect("shapes were judged"));
        for i in 0..batch {
            let a = Mat::new(&inputs[0].data()[i * m * k..(i + 1) * m * k], m, k);
            let b = &inputs[1].data()[i * k * n..(i + 1) * k * n];
            let b = if TRANSPOSED { Mat::new(b, n, k).t() } else { Mat::new(b, k, n) };
            matmul(a, b, &mut y[i * m * n..(i + 1) * m * n]);
        }
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        let [batch, m, k, n] = Self::extents(at.shape(0), at.output_shape());
        let (a, b) = (at.x(0), at.x(1));
        let g = |i: usize| Mat::new(&g[i * m * n..(i + 1) * m * n], m, n);
        dx.with(0, |d| {
            for i in 0..batch {
                let b = &b[i * k * n..(i + 1) * k * n];
                let b_t = if TRANSPOSED { Mat::new(b, n, k) } else { Mat::new(b, k, n).t() };
                matmul(g(i), b_t, &mut d[i * m * k..(i + 1) * m * k]);
            }
        });
        dx.with(1, |d| {
            for i in 0..batch {
                let a = Mat::new(&a[i * m * k..(i + 1) * m * k], m, k);
                let d = &mut d[i * k * n..(i + 1) * k * n];
                if TRANSPOSED { matmul(g(i).t(), a, d) } else { matmul(a.t(), g(i), d) }
            }
        });
    }
}

/// y = f(x·Wᵀ + b) for each row of x: with H = G·f′, dx = H·W, dW = Hᵀ·x, db = Σ rows of H.
#[derive(Debug)]
struct Affine<U>(U);

impl<U> Affine<U> {
    /// `[rows, in, out]`.
    fn extents(x: Shape, w: Shape) -> [usize; 3] {
        [x.dims()[..x.rank() - 1].iter().product(), w[1], w[0]]
    }
}

impl<F: Real, U: Curve<F> + Debug + Send + 'static> Op<F> for Affine<U> {
    fn name(&self) -> &'static str {
        "affine"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        let (x, w, b) = (inputs[0], inputs[1], inputs[2]);
        if x.rank() == 0 || w.rank() != 2 || b.rank() != 1 {
            return Err(ShapeError::new("needs x [.., in], weight [out, in] and bias [out]"));
        }
        let features = x[x.rank() - 1];
        if features != w[1] {
            return Err(ShapeError::new(format!("x has {features} features, the weight takes {}", w[1])));
        }
        if b[0] != w[0] {
            return Err(ShapeError::new(format!("the weight gives {} features, the bias has {}", w[0], b[0])));
        }
        Ok(x.with(x.rank() - 1, w[0]))
    }

    /// x·Wᵀ + b, if the derivative of f needs it.
    fn keeps(&self, inputs: &[Shape]) -> usize {
        let [rows, _, n] = Self::extents(inputs[0], inputs[1]);
        if <U as Unary<F>>::NEEDS_X { rows * n } else { 0 }
    }

    fn forward(&self, inputs: &[&Tensor<F>], y: &mut [F], keep: &mut [F]) {
        let [rows, k, n] = Self::extents(inputs[0].shape(), inputs[1].shape());
        let [x, w] = [(0, rows), (1, n)].map(|(i, rows)| Mat::new(inputs[i].data(), rows, k));
        affine::affine(&self.0, [x, w], inputs[2].data(), y, keep);
    }

    fn vjp(&self, at: &Point<'_, F>, g: &mut [F], dx: &mut Cotangents<'_, F>) {
        let [rows, k, n] = Self::extents(at.shape(0), at.shape(1));
        let y = at.y();
        let before = if <U as Unary<F>>::NEEDS_X { at.keep() } else { y };
        if dx.needs(2) {
            dx.with(2, |d| affine::finish_vjp(&self.0, before, y, g, d));
        } else {
            map::unary_vjp(&self.0, before, y, g);
        }
        let h = Mat::new(g, rows, n);
        dx.with(0, |d| matmul(h, Mat::new(at.x(1), n, k), d));
        if !dx.leave_product(1, 0) {
            dx.with(1, |d| matmul(h.t(), Mat::new(at.x(0), rows, k), d));
        }
    }
}

/// Matrix products.
pub trait Matmul: Array {
    /// `[m, k]·[k, n] → [m, n]`; of stacks with the same leading extents, one product each.
    #[must_use]
    #[track_caller]
    fn matmul(&self, other: &Self) -> Self {
        Self::apply(Product::<false>, &[self, other])
    }

    /// The product with the transpose of the other, `[m, k]·[n, k]ᵀ → [m, n]`, which is not formed; stacks likewise.
    #[must_use]
    #[track_caller]
    fn matmul_t(&self, other: &Self) -> Self {
        Self::apply(Product::<true>, &[self, other])
    }

    /// x·Wᵀ + b: `[.., in]` with `weight [out, in]` and `bias [out]` gives `[.., out]`.
    #[must_use]
    #[track_caller]
    fn affine(&self, weight: &Self, bias: &Self) -> Self {
        Self::apply(Affine(Identity), &[self, weight, bias])
    }

    /// f(x·Wᵀ + b) for one of the [`function`](super::function)s, in one operation: the bits of
    /// [`affine`](Matmul::affine) followed by f, in fewer passes over the memory.
    ///
    /// ```
    /// use autograd::{ops::function::Relu, prelude::*};
    ///
    /// let (x, w, b) = (Tensor::from([[1.0, 2.0]]), Tensor::from([[3.0, 1.0], [1.0, -3.0]]), Tensor::from([0.5, 0.0]));
    /// assert_eq!(x.affine_with(&w, &b, Relu {}).data(), [5.5, 0.0]);
    /// ```
    #[must_use]
    #[track_caller]
    fn affine_with<U>(&self, weight: &Self, bias: &Self, f: U) -> Self
    where
        U: Curve<Self::F> + Debug + Send + 'static,
    {
        Self::apply(Affine(f), &[self, weight, bias])
    }
}

impl<V: Array> Matmul for V {}

#[cfg(test)]
mod tests {
    use crate::prelude::*;
    use crate::{Tensor, check};
    use proptest::prelude::*;

    fn tensor(shape: &[usize], seed: u64) -> Tensor<f64> {
        Tensor::from_fn(shape, |i| ((i as f64 + 1.0) * 0.7 + seed as f64 % 97.0).sin())
    }

    /// The product by its definition.
    fn naive(a: &Tensor<f64>, b: &Tensor<f64>) -> Tensor<f64> {
        let (k, n) = (a.shape()[1], b.shape()[1]);
        Tensor::from_fn([a.shape()[0], n], |i| (0..k).map(|j| a.at(&[i / n, j]) * b.at(&[j, i % n])).sum())
    }

    proptest! {
        #[test]
        fn products_and_their_derivatives(m in 0usize..5, k in 0usize..5, n in 0usize..5, s in 0usize..3, seed: u64) {
            let (a, b, bt) = (tensor(&[m, k], seed), tensor(&[k, n], !seed), tensor(&[n, k], !seed));
            let expected = naive(&a, &b);
            for (y, e) in a.matmul(&b).data().iter().zip(expected.data()) {
                prop_assert!((y - e).abs() < 1e-13, "sums of at most 4 products of numbers below 1");
            }
            check::gradients(&[a.clone(), b], |v| v[0].matmul(&v[1]))?;
            check::gradients(&[a.clone(), bt.clone()], |v| v[0].matmul_t(&v[1]))?;
            check::gradients(&[a, bt, tensor(&[n], 3)], |v| v[0].affine(&v[1], &v[2]))?;
            let stack = tensor(&[s, m, k], seed);
            check::gradients(&[stack.clone(), tensor(&[s, k, n], 1)], |v| v[0].matmul(&v[1]))?;
            check::gradients(&[stack.clone(), tensor(&[s, n, k], 1)], |v| v[0].matmul_t(&v[1]))?;
            check::gradients(&[stack, tensor(&[n, k], 1), tensor(&[n], 3)], |v| v[0].affine(&v[1], &v[2]))?;
        }
    }

    /// Extents beyond the kernels' blocks, in single precision: the error of a sum of 300 products is well below 1e-4.
    #[test]
    fn large_products_in_single_precision() {
        let (a, b) = (tensor(&[70, 300], 1), tensor(&[300, 90], 2));
        let expected = naive(&a, &b);
        let (a, b) = (a.cast::<f32>(), b.cast::<f32>());
        let y = a.matmul(&b);
        let b_t = Tensor::from_fn([90, 300], |i| b.at(&[i % 300, i / 300]));
        for (other, e) in [y, a.matmul_t(&b_t)].iter().flat_map(|y| y.data().iter().zip(expected.data())) {
            assert!((f64::from(*other) - e).abs() < 1e-4);
        }
    }

    #[test]
    #[should_panic(expected = "matmul: inner extents 3 and 2 differ; inputs: [2, 3], [2, 4]")]
    fn inner_extents_must_agree() {
        let _ = Tensor::<f32>::zeros([2, 3]).matmul(&Tensor::zeros([2, 4]));
    }

    #[test]
    #[should_panic(
        expected = "affine: x has 3 features, the weight takes 4; inputs: [2, 3], [5, 4] (parameter `decoder.0.weight`), [5]"
    )]
    fn messages_name_the_parameter() {
        let w = Param::named("decoder.0.weight", Tensor::<f32>::zeros([5, 4]));
        let tape = Tape::new();
        let _ = tape.constant(&Tensor::zeros([2, 3])).affine(&tape.param(&w), &tape.constant(&Tensor::zeros([5])));
    }
}
