//! Transforms one after the other.

use super::{Invertible, Monotone, Transform};
use crate::SupportError;
use crate::event::{full, sum_repeated};
use autograd::prelude::*;

/// The first, then the second.
impl<V: Array, A: Transform<V>, B: Transform<V>> Transform<V> for (A, B) {
    #[track_caller]
    fn forward_with_log_det(&self, x: &V) -> (V, V) {
        let (y, first) = self.0.forward_with_log_det(x);
        let (y, second) = self.1.forward_with_log_det(&y);
        (y, first + second)
    }

    #[track_caller]
    fn forward(&self, x: &V) -> V {
        self.1.forward(&self.0.forward(x))
    }
}

impl<V: Array, A: Invertible<V>, B: Invertible<V>> Invertible<V> for (A, B) {
    #[track_caller]
    fn inverse_with_log_det(&self, y: &V) -> (V, V) {
        let (x, second) = self.1.inverse_with_log_det(y);
        let (x, first) = self.0.inverse_with_log_det(&x);
        (x, first + second)
    }

    #[track_caller]
    fn inverse(&self, y: &V) -> V {
        self.0.inverse(&self.1.inverse(y))
    }

    fn supports(&self, y: &V) -> Result<(), SupportError> {
        self.1.supports(y)?;
        self.0.supports(&self.1.inverse(y))
    }
}

impl<V: Array, A: Monotone<V>, B: Monotone<V>> Monotone<V> for (A, B) {
    #[track_caller]
    fn cut(&self, y: &V) -> V {
        self.0.cut(&self.1.cut(y))
    }

    fn direction(&self) -> Tensor<V::F> {
        self.0.direction() * self.1.direction()
    }
}

/// Writes the methods of what holds transforms in terms of transforms of it.
macro_rules! through {
    (impl[$($T:ident $(?$sized:ident)?),* $(; $N:ident)?] for $Type:ty: |$this:ident| $inner:expr) => {
        impl<V: Array, $($T: Transform<V> $(+ ?$sized)?),* $(, const $N: usize)?> Transform<V> for $Type {
            #[track_caller]
            fn forward_with_log_det(&self, x: &V) -> (V, V) {
                let $this = self;
                $inner.forward_with_log_det(x)
            }

            #[track_caller]
            fn forward(&self, x: &V) -> V {
                let $this = self;
                $inner.forward(x)
            }
        }

        impl<V: Array, $($T: Invertible<V> $(+ ?$sized)?),* $(, const $N: usize)?> Invertible<V> for $Type {
            #[track_caller]
            fn inverse_with_log_det(&self, y: &V) -> (V, V) {
                let $this = self;
                $inner.inverse_with_log_det(y)
            }

            #[track_caller]
            fn inverse(&self, y: &V) -> V {
                let $this = self;
                $inner.inverse(y)
            }

            fn supports(&self, y: &V) -> Result<(), SupportError> {
                let $this = self;
                $inner.supports(y)
            }
        }

        impl<V: Array, $($T: Monotone<V> $(+ ?$sized)?),* $(, const $N: usize)?> Monotone<V> for $Type {
            #[track_caller]
            fn cut(&self, y: &V) -> V {
                let $this = self;
                $inner.cut(y)
            }

            fn direction(&self) -> Tensor<V::F> {
                let $this = self;
                $inner.direction()
            }
        }
    };
}

through!(impl[A, B, C] for (A, B, C): |t| ((&t.0, &t.1), &t.2));
through!(impl[A, B, C, D] for (A, B, C, D): |t| ((&t.0, &t.1), (&t.2, &t.3)));
through!(impl[T ?Sized] for &T: |t| (**t));
through!(impl[T ?Sized] for Box<T>: |t| (**t));
through!(impl[T] for Vec<T>: |t| t.as_slice());
through!(impl[T; N] for [T; N]: |t| t.as_slice());

/// All of them from the first on; none is the identity.
impl<V: Array, T: Transform<V>> Transform<V> for [T] {
    #[track_caller]
    fn forward_with_log_det(&self, x: &V) -> (V, V) {
        self.iter().fold((x.clone(), no_stretch(x)), |(x, log_det), t| {
            let (y, more) = t.forward_with_log_det(&x);
            (y, log_det + more)
        })
    }

    #[track_caller]
    fn forward(&self, x: &V) -> V {
        self.iter().fold(x.clone(), |x, t| t.forward(&x))
    }
}

impl<V: Array, T: Invertible<V>> Invertible<V> for [T] {
    #[track_caller]
    fn inverse_with_log_det(&self, y: &V) -> (V, V) {
        self.iter().rev().fold((y.clone(), no_stretch(y)), |(y, log_det), t| {
            let (x, more) = t.inverse_with_log_det(&y);
            (x, log_det + more)
        })
    }

    #[track_caller]
    fn inverse(&self, y: &V) -> V {
        self.iter().rev().fold(y.clone(), |y, t| t.inverse(&y))
    }

    fn supports(&self, y: &V) -> Result<(), SupportError> {
        let mut y = y.clone();
        for t in self.iter().rev() {
            t.supports(&y)?;
            y = t.inverse(&y);
        }
        Ok(())
    }
}

impl<V: Array, T: Monotone<V>> Monotone<V> for [T] {
    #[track_caller]
    fn cut(&self, y: &V) -> V {
        self.iter().rev().fold(y.clone(), |y, t| t.cut(&y))
    }

    fn direction(&self) -> Tensor<V::F> {
        self.iter().fold(Tensor::scalar(V::F::of(1.0)), |direction, t| direction * t.direction())
    }
}

/// 0 for each event.
fn no_stretch<V: Array>(x: &V) -> V {
    sum_repeated(full(x, Shape::SCALAR, 0.0), x.shape())
}
