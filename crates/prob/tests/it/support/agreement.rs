//! One formula for tensors and variables, single and double precision.

use autograd::prelude::*;

/// Inputs that are exact in single precision, by a shape and a seed, as arrays of a kind.
pub struct Inputs<'a, V>(Box<dyn Fn(Tensor<f32>) -> V + 'a>);

impl<'a, V: Array> Inputs<'a, V> {
    /// Inputs of the kind that `array` makes.
    pub fn new(array: impl Fn(Tensor<f32>) -> V + 'a) -> Self {
        Inputs(Box::new(array))
    }

    /// Numbers between −2 and 2.
    pub fn table(&self, shape: &[usize], seed: usize) -> V {
        self.0(Tensor::from_fn(shape, |i| ((((i + 5 * seed) * 37) % 64) as f32 - 31.5) / 16.0))
    }

    /// Numbers between 0.25 and 4.25.
    pub fn positive(&self, shape: &[usize], seed: usize) -> V {
        self.table(shape, seed).square() + 0.25
    }

    /// `shape` filled with 0, `step`, 2·`step`, … in turn, below `end` of them.
    pub fn levels(&self, shape: &[usize], step: f32, end: usize) -> V {
        self.0(Tensor::from_fn(shape, |i| (i % end) as f32 * step))
    }

    /// A triangular factor `[3, 3]` with a positive diagonal.
    pub fn triangle(&self, seed: usize) -> V {
        self.table(&[3, 3], seed).tril() * 0.5 + self.0(Tensor::eye(3)) * 3.0
    }
}

/// The values of arrays.
pub fn values<V: Array>(all: &[V]) -> Vec<Tensor<V::F>> {
    all.iter().map(V::value).collect()
}

/// Two tests of `fn everything<V: Array>(inputs: &Inputs<'_, V>) -> Vec<Tensor<V::F>>`, all that a distribution computes:
/// tensors and variables agree bit for bit, and single with double precision.
macro_rules! agreement {
    ($everything:ident) => {
        /// The same operations run: the same bits come out.
        #[test]
        fn tensors_and_variables_agree_bit_for_bit() {
            use $crate::support::agreement::Inputs;
            let mut tape = ::autograd::Tape::<f32>::new();
            let plain = $everything(&Inputs::new(|x| x));
            let recorded = tape.evaluate(|tape| $everything(&Inputs::new(|x| tape.constant(&x))));
            let params = tape.evaluate(|tape| $everything(&Inputs::new(|x| tape.param(&::autograd::Param::new(x)))));
            assert_eq!(plain, recorded);
            assert_eq!(plain, params);
            let graph = ::autograd::Tape::<f32>::new();
            assert_eq!(plain, $everything(&Inputs::new(|x| graph.param(&::autograd::Param::new(x)))));
        }

        /// 10⁻⁵·max(1, |value|) is some hundred roundings in single precision; discrete draws are equal.
        #[test]
        fn single_and_double_precision_agree() {
            use $crate::support::agreement::Inputs;
            let (single, double) = ($everything(&Inputs::new(|x| x)), $everything(&Inputs::new(|x| x.cast::<f64>())));
            for (single, double) in single.iter().zip(&double) {
                $crate::support::close(single, double, 1e-5);
            }
        }
    };
}

pub(crate) use agreement;
