//! Vectors so far out that what is computed of them overflows.

use crate::event::expand;
use autograd::ops::{EachOf, Function};
use autograd::prelude::*;

/// f of vectors `x [.., K]`, one number each, which is `limit` where it comes to that, or where only overflow makes it NaN
/// (∞ − ∞, 0·∞): such a vector has no NaN in it. There nothing moves, since f is computed again with 0 for the vector.
/// What is NaN at 0 too stays NaN, for that is the parameters' doing.
pub(crate) fn unless_overflow<V: Array>(name: &'static str, limit: f64, x: &V, f: impl Fn(&V) -> V) -> V {
    let y = f(x);
    let (values, events) = (y.value(), y.shape());
    let overflows = |y: &V::F| y.as_f64().is_nan() || y.as_f64() == limit;
    if !values.data().iter().any(overflows) {
        return y;
    }
    let (full, one_each, k) = match x.shape().dims().last() {
        Some(&k) => (events.push(k), events.push(1), k),
        None => (events, events, 1),
    };
    let x = expand(x.clone(), full);
    let numbers = x.value();
    let within = values.data().iter().enumerate().map(|(i, y)| {
        let vector = &numbers.data()[i * k..(i + 1) * k];
        V::F::of(f64::from(!overflows(y) || vector.iter().any(|x| x.as_f64().is_nan())))
    });
    let within = x.constant(&Tensor::new(events, within.collect()));
    let near = V::apply(EachOf(name, Where { otherwise: 0.0 }), &[&x, &within.reshape(one_each)]);
    V::apply(EachOf(name, Where { otherwise: limit }), &[&f(&near), &within])
}

/// x where the other number is 1 or x is NaN; where it is 0 something else, and nothing moves.
#[derive(Debug)]
struct Where {
    otherwise: f64,
}

impl<F: Real> Function<F, 2> for Where {
    #[inline(always)]
    fn f(&self, [x, here]: [F; 2]) -> F {
        let otherwise = if x.is_nan() { x } else { F::of(self.otherwise) };
        if here == F::zero() { otherwise } else { x }
    }

    #[inline(always)]
    fn d<const I: usize>(&self, [_, here]: [F; 2]) -> F {
        if I == 0 { here } else { F::zero() }
    }
}
