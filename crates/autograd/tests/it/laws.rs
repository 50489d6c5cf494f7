//! Laws of differentiation, and of the tape.

use autograd::prelude::*;
use proptest::prelude::*;

fn wave(shape: &[usize], seed: u64) -> Tensor<f64> {
    Tensor::from_fn(shape, |i| (0.7 * i as f64 + (seed % 101) as f64).sin())
}

fn bits<F: Real>(x: &Tensor<F>) -> Vec<u64> {
    x.data().iter().map(|x| x.as_f64().to_bits()).collect()
}

/// A formula over any array, with an operation of every kind.
fn formula<V: Array>(x: &V, w: &V, b: &V) -> V {
    let h = x.affine(w, b).softplus();
    let centred = (h.clone() - h.mean_keep(-1)) / (h.var_keep(-1) + 0.5).sqrt();
    let p = V::concat(&[&centred, &h.log_softmax(0).exp()], -1);
    let gram = p.matmul_t(&p) + p.constant(&Tensor::eye(p.shape()[0]));
    let l = gram.cholesky();
    let y = l.solve_lower(&l.diagonal()) + p.transpose().max(0).maximum(&p.sum(-1));
    (y.repeat(3).permute(&[1, 0]).slice(0, 1..).logsumexp(-1) * 0.5 + 1.0).sum_all() / 3.0
}

fn inputs<F: Real>(rows: usize, seed: u64) -> [Tensor<F>; 3] {
    [wave(&[rows, 3], seed), wave(&[4, 3], !seed), wave(&[4], seed / 2)].map(|x| x.cast())
}

/// The value and the gradients of [`formula`] by all its arguments.
fn differentiate<F: Real>(tape: &mut Tape<F>, params: &[Param<F>; 3]) -> (F, Vec<Tensor<F>>) {
    let (value, gradients) = tape.value_and_grad(|tape| {
        let [x, w, b] = params.each_ref().map(|p| tape.param(p));
        formula(&x, &w, &b)
    });
    (value, params.iter().map(|p| gradients.get(p).unwrap().clone()).collect())
}

proptest! {
    /// The same bits from a recording that is swept, from one that is not, and from tensors without any tape.
    #[test]
    fn one_formula_has_one_value(rows in 2usize..6, seed: u64) {
        fn check<F: Real>(rows: usize, seed: u64) {
            let [x, w, b] = inputs::<F>(rows, seed);
            let mut tape = Tape::new();
            let (recorded, _) = differentiate(&mut tape, &[&x, &w, &b].map(|x| Param::new(x.clone())));
            let evaluated = tape.evaluate(|tape| {
                let [x, w, b] = [&x, &w, &b].map(|x| tape.constant(x));
                formula(&x, &w, &b).item()
            });
            let plain = formula(&x, &w, &b).item();
            assert_eq!(recorded.as_f64().to_bits(), evaluated.as_f64().to_bits());
            assert_eq!(recorded.as_f64().to_bits(), plain.as_f64().to_bits());
        }
        check::<f32>(rows, seed);
        check::<f64>(rows, seed);
    }

    /// What a tape computed before does not matter, whatever is left in its buffers.
    #[test]
    fn steps_are_independent(a in 2usize..6, b in 2usize..6, seed: u64) {
        let (a, b) = (inputs::<f64>(a, seed).map(Param::new), inputs::<f64>(b, !seed).map(Param::new));
        let fresh = differentiate(&mut Tape::new(), &a);
        let mut tape = Tape::new();
        for _ in 0..2 {
            let again = differentiate(&mut tape, &a);
            prop_assert_eq!(again.0.to_bits(), fresh.0.to_bits());
            for (again, fresh) in again.1.iter().zip(&fresh.1) {
                prop_assert_eq!(bits(again), bits(fresh));
            }
            differentiate(&mut tape, &b);
        }
    }

    /// (f ∘ g)′ = g′ᵀ f′: sweeping through both at once is sweeping through f at g(x) and then, with what arrived there,
    /// through g. The arithmetic is the same, and so are the bits.
    #[test]
    fn chain_rule(rows in 2usize..6, seed: u64) {
        let [x, w, b] = inputs::<f64>(rows, seed);
        let (p, weights) = (Param::new(x.clone()), wave(&[rows], seed + 1));
        fn g<V: Array>(x: &V, w: &Tensor<V::F>, b: &Tensor<V::F>) -> V {
            x.affine(&x.constant(w), &x.constant(b)).tanh()
        }
        fn f<V: Array>(y: &V, weights: &Tensor<V::F>) -> V {
            (y.logsumexp(-1) * y.constant(weights)).sum_all() + y.square().sum_all()
        }
        let mut tape = Tape::new();
        let whole = tape.value_and_grad(|t| f(&g(&t.param(&p), &w, &b), &weights)).1.get(&p).unwrap().clone();

        let y = Param::new(g(&x, &w, &b));
        let arrived = tape.value_and_grad(|t| f(&t.param(&y), &weights)).1.get(&y).unwrap().clone();
        let (_, gradients) = tape.value_and_grad(|t| (g(&t.param(&p), &w, &b) * t.constant(&arrived)).sum_all());
        prop_assert_eq!(bits(gradients.get(&p).unwrap()), bits(&whole));
    }

    /// What is used several times gets the sum of what comes back: of x·x·x + x·c, 3x² + c, to a rounding or two.
    #[test]
    fn fan_out_adds(x in prop::collection::vec(-2.0..2.0f64, 1..6), c in -2.0..2.0f64) {
        let p = Param::new(Tensor::new([x.len()], x.clone()));
        let mut tape = Tape::new();
        let (_, gradients) = tape.value_and_grad(|t| {
            let x = t.param(&p);
            (x * x * x + x * c).sum_all()
        });
        for (g, x) in gradients.get(&p).unwrap().data().iter().zip(x) {
            prop_assert!((g - (3.0 * x * x + c)).abs() <= 4.0 * f64::EPSILON * (3.0 * x * x + c.abs()), "{g} at {x}");
        }
    }

    /// The gradients in `f32` are those in `f64` to single precision's rounding: some hundred operations on numbers of
    /// about 1, in a formula whose condition number is below 100.
    #[test]
    fn single_precision_agrees(rows in 2usize..6, seed: u64) {
        let double = inputs::<f64>(rows, seed);
        let single = differentiate(&mut Tape::new(), &double.each_ref().map(|x| Param::new(x.cast::<f32>())));
        // The double-precision formula at the rounded arguments.
        let double = differentiate(&mut Tape::new(), &double.map(|x| Param::new(x.cast::<f32>().cast::<f64>())));
        prop_assert!((f64::from(single.0) / double.0 - 1.0).abs() < 1e-4, "{} {}", single.0, double.0);
        let size = double.1.iter().flat_map(|g| g.data()).fold(1.0f64, |m, g| m.max(g.abs()));
        for (s, d) in single.1.iter().flat_map(|g| g.data()).zip(double.1.iter().flat_map(|g| g.data())) {
            prop_assert!((f64::from(*s) - d).abs() < 1e-3 * size, "{s} {d}");
        }
    }
}

#[test]
fn detach_stops_gradients() {
    let (p, q) = (Param::new(wave(&[3], 1)), Param::new(wave(&[3], 2)));
    let mut tape = Tape::new();
    let (_, g) = tape.value_and_grad(|t| (t.param(&p).exp().detach() * t.param(&q)).sum_all());
    assert!(g.get(&p).is_none());
    assert_eq!(g.get(&q).unwrap(), &p.value().exp());
    let (value, g) = tape.value_and_grad(|t| t.param(&p).detach().sum_all());
    assert_eq!(value, p.value().sum_all().item());
    assert_eq!(g.iter().count(), 0);
}

#[test]
fn a_parameter_recorded_twice_is_one_variable() {
    let p = Param::new(Tensor::from([1.0, 2.0, 3.0]));
    let mut tape = Tape::new();
    let (_, g) = tape.value_and_grad(|t| (t.param(&p) * t.param(&p)).sum_all());
    assert_eq!(g.get(&p).unwrap().data(), [2.0, 4.0, 6.0]);
    assert_eq!(g.iter().count(), 1);
    // A clone has the numbers and not the identity.
    let other = p.clone();
    let (_, g) = tape.value_and_grad(|t| (t.param(&p) * t.param(&other)).sum_all());
    assert_eq!(g.get(&p).unwrap().data(), [1.0, 2.0, 3.0]);
    assert_eq!(g.iter().map(|(id, _)| id).collect::<Vec<_>>(), [p.id(), other.id()]);
}

#[test]
fn a_parameter_that_the_loss_does_not_touch_has_no_gradient() {
    let [p, q] = [1, 2].map(|seed| Param::new(wave(&[3], seed)));
    let mut tape = Tape::new();
    let (_, g) = tape.value_and_grad(|t| (t.param(&p) * t.param(&q)).sum_all());
    assert!(g.get(&p).is_some() && g.get(&q).is_some());
    // Not recorded at all; the step before has left nothing.
    let (_, g) = tape.value_and_grad(|t| t.param(&p).sum_all());
    assert!(g.get(&p).is_some() && g.get(&q).is_none());
    // Recorded before the loss, and after it.
    let (_, g) = tape.value_and_grad(|t| {
        let _ = t.param(&q).exp();
        let loss = t.param(&p).sum_all();
        let _ = t.param(&q) * loss;
        loss
    });
    assert!(g.get(&p).is_some() && g.get(&q).is_none());
    // Recorded for the first time after the loss.
    let (_, g) = tape.value_and_grad(|t| {
        let loss = t.param(&p).sum_all();
        let _ = t.param(&q).exp();
        loss
    });
    assert!(g.get(&p).is_some() && g.get(&q).is_none());
    // A constant loss.
    let (_, g) = tape.value_and_grad(|t| t.constant(&Tensor::from(1.0)));
    assert_eq!(g.iter().count(), 0);
    // After an evaluation there is nothing new.
    tape.evaluate(|t| t.param(&p).sum_all().item());
    let (_, g) = tape.value_and_grad(|t| t.param(&q).sum_all());
    assert!(g.get(&p).is_none() && g.get(&q).is_some());
}

#[test]
fn a_parameter_may_be_the_loss() {
    let p = Param::new(Tensor::from(2.0));
    let mut tape = Tape::new();
    let (value, g) = tape.value_and_grad(|t| t.param(&p));
    assert_eq!((value, g.get(&p).unwrap().item()), (2.0, 1.0));
}

/// Parameters are written in place once the gradients are there, whatever the loss did with their buffers.
#[test]
fn parameters_are_written_in_place() {
    let mut p = Param::new(wave(&[2, 3], 1));
    let at = p.value().data().as_ptr();
    let mut tape = Tape::new();
    for _ in 0..3 {
        tape.value_and_grad(|t| {
            let p = t.param(&p);
            (p.reshape([3, 2]).matmul(&p.detach()) + p.reshape([6]).slice(0, ..3)).sum_all()
        });
        p.value_mut().data_mut()[0] += 1.0;
        assert_eq!(p.value().data().as_ptr(), at);
        tape.evaluate(|t| t.param(&p).reshape([6]).sum_all().item());
        p.value_mut().data_mut()[0] += 1.0;
        assert_eq!(p.value().data().as_ptr(), at);
    }
}

#[test]
fn gradients_add_scale_and_have_a_norm() {
    let [p, q, r] = [2.0, 3.0, 4.0].map(|x| Param::new(Tensor::from([x, 1.0])));
    let (mut one, mut two) = (Tape::new(), Tape::new());
    let (_, a) = one.value_and_grad(|t| (t.param(&p) * t.param(&r)).sum_all());
    let (_, b) = two.value_and_grad(|t| (t.param(&q) * t.param(&r) * 10.0).sum_all());
    assert_eq!(a.norm(), (16.0f64 + 1.0 + 4.0 + 1.0).sqrt());
    a.add(b);
    // In the order in which the parameters were made.
    let all: Vec<_> = a.iter().map(|(id, g)| (id, g.data().to_vec())).collect();
    assert_eq!(all, [(p.id(), vec![4.0, 1.0]), (q.id(), vec![40.0, 10.0]), (r.id(), vec![32.0, 11.0])]);
    a.scale(0.5);
    assert_eq!(a.get(&r).unwrap().data(), [16.0, 5.5]);
    a.iter_mut().for_each(|(_, g)| g.data_mut().fill(1.0));
    assert_eq!(a.norm(), 6.0f64.sqrt());
    // The other tape's gradients are its own still.
    assert_eq!(b.get(&q).unwrap().data(), [40.0, 10.0]);
    assert_eq!(b.get(&r).unwrap().data(), [30.0, 10.0]);
}
