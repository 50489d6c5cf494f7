//! Update rules: golden trajectories, optima, and what they leave alone.

use autograd::prelude::*;
use nn::optim::Update;
use nn::optim::clip;
use nn::{Adam, Optimizer, Sgd};
use proptest::prelude::*;
use serde_json::Value;

struct Two<F> {
    always: Param<F>,
    sometimes: Param<F>,
}

nn::parameters!(Two: always, sometimes);

fn two<F: Real>() -> Two<F> {
    let start = || Param::new(Tensor::from([0.5, -1.0, 2.0, 0.0, 3.0]).cast());
    Two { always: start(), sometimes: start() }
}

/// The gradients of Σ g·p: exactly `g`, for the parameters that have one.
fn gradients<F: Real>(params: &[(&Param<F>, Option<Tensor<F>>)]) -> Gradients<F> {
    let mut tape = Tape::new();
    let with = params.iter().filter_map(|(p, g)| g.as_ref().map(|g| (*p, g)));
    tape.value_and_grad(|tape| {
        let terms = with.map(|(p, g)| (tape.param(p) * tape.constant(g)).sum_all());
        terms.reduce(|a, b| a + b).unwrap_or_else(|| tape.constant(&Tensor::scalar(F::zero())))
    })
    .1
    .clone()
}

fn golden() -> Value {
    serde_json::from_str(include_str!("../golden/optimizers.json")).unwrap()
}

fn numbers(value: &Value) -> Option<Tensor<f64>> {
    let numbers: Vec<f64> = value.as_array()?.iter().map(|x| x.as_f64().unwrap()).collect();
    Some(Tensor::new([numbers.len()], numbers))
}

/// Follows one of PyTorch's trajectories.
fn follow<F: Real>(trajectory: &Value, mut optimizer: impl Optimizer<F>, tolerance: f64) {
    let mut model = two::<F>();
    for (t, step) in trajectory["steps"].as_array().unwrap().iter().enumerate() {
        let g = |i: usize| numbers(&step["gradients"][i]).map(|g| g.cast());
        let gradients = gradients(&[(&model.always, g(0)), (&model.sometimes, g(1))]);
        optimizer.step(&mut model, &gradients);
        for (i, param) in [&model.always, &model.sometimes].into_iter().enumerate() {
            let expected = numbers(&step["params"][i]).unwrap();
            for (p, e) in param.value().data().iter().zip(expected.data()) {
                let error = (p.as_f64() - e).abs();
                assert!(error <= tolerance * (1.0 + e.abs()), "step {t}, parameter {i}: {p} {e}");
            }
        }
    }
}

fn adam<F: Real>(settings: &Value) -> Adam<F> {
    let number = |v: &Value| v.as_f64().unwrap();
    Adam::new(number(&settings["lr"]))
        .with_betas(number(&settings["betas"][0]), number(&settings["betas"][1]))
        .with_epsilon(number(&settings["eps"]))
}

/// 25 steps with some ten roundings of relative size 1e-16 each: far below 1e-13, in single precision below 5e-6.
#[test]
fn adam_is_pytorchs() {
    for trajectory in golden()["adam"].as_array().unwrap() {
        follow::<f64>(trajectory, adam(&trajectory["settings"]), 1e-13);
        follow::<f32>(trajectory, adam(&trajectory["settings"]), 5e-6);
    }
}

/// As above; gradients of 1e3 make steps of 10, which the tolerance's scale takes in.
#[test]
fn sgd_is_pytorchs() {
    for trajectory in golden()["sgd"].as_array().unwrap() {
        let settings = &trajectory["settings"];
        let [lr, momentum] = ["lr", "momentum"].map(|name| settings[name].as_f64().unwrap());
        follow::<f64>(trajectory, Sgd::new(lr).with_momentum(momentum), 1e-13);
        follow::<f32>(trajectory, Sgd::new(lr).with_momentum(momentum), 5e-5);
    }
}

/// Algorithm 1 of the paper, written as it stands there.
#[test]
fn adam_is_the_papers() {
    let (alpha, beta1, beta2, epsilon) = (0.05, 0.8, 0.95, 1e-2);
    let (mut theta, mut m, mut v) = (1.0_f64, 0.0, 0.0);
    let mut param = Param::new(Tensor::from(1.0));
    let mut adam = Adam::new(alpha).with_betas(beta1, beta2).with_epsilon(epsilon);
    for t in 1..=50 {
        let g = (t as f64).sin();
        m = beta1 * m + (1.0 - beta1) * g;
        v = beta2 * v + (1.0 - beta2) * g * g;
        let m_hat = m / (1.0 - beta1.powi(t));
        let v_hat = v / (1.0 - beta2.powi(t));
        theta -= alpha * m_hat / (v_hat.sqrt() + epsilon);
        let gradients = gradients(&[(&param, Some(Tensor::from(g)))]);
        adam.step(&mut param, &gradients);
        // 50 steps of some ten roundings each: 1e-13 is ample.
        assert!((param.value().item() - theta).abs() < 1e-13, "step {t}");
    }
}

/// Σ cᵢ (pᵢ − aᵢ)² with curvatures from 0.01 to 100: with a learning rate that falls to 1e-6 the parameters come as close.
#[test]
fn adam_finds_the_optimum_of_a_quadratic() {
    let (c, a) = (Tensor::from([0.01, 1.0, 100.0]), Tensor::from([1.0, -2.0, 0.5]));
    let mut p = Param::<f64>::new(Tensor::zeros([3]));
    let (mut tape, mut adam) = (Tape::new(), Adam::new(0.1));
    for t in 0..3000 {
        adam.set_learning_rate(0.1 * 1e-5_f64.powf(f64::from(t) / 3000.0));
        let (_, gradients) =
            tape.value_and_grad(|t| ((t.param(&p) - t.constant(&a)).square() * t.constant(&c)).sum_all());
        adam.step(&mut p, gradients);
    }
    for (p, a) in p.value().data().iter().zip(a.data()) {
        assert!((p - a).abs() < 1e-5, "{p} {a}");
    }
}

/// Neither the numbers, nor the averages, nor the count of a parameter without gradient move, and its next step is that of
/// a parameter which never waited.
#[test]
fn a_parameter_without_gradient_is_left_alone() {
    fn check(mut waiting: impl Optimizer<f64>, mut busy: impl Optimizer<f64>) {
        let (mut a, mut b) = (two::<f64>(), two::<f64>());
        let g = Tensor::from([1.0, 2.0, -3.0, 4.0, 0.5]);
        let step = |optimizer: &mut dyn FnMut(&mut Two<f64>, &Gradients<f64>), model: &mut Two<f64>, both: bool| {
            let gradients = gradients(&[(&model.always, Some(g.clone())), (&model.sometimes, both.then(|| g.clone()))]);
            optimizer(model, &gradients);
        };
        let mut wait = |m: &mut Two<f64>, g: &Gradients<f64>| waiting.step(m, g);
        step(&mut wait, &mut a, true);
        let (before, pointer) = (a.sometimes.value().clone(), a.sometimes.value().data().as_ptr());
        for _ in 0..3 {
            step(&mut wait, &mut a, false);
        }
        assert_eq!(a.sometimes.value(), &before);
        assert_eq!(a.sometimes.value().data().as_ptr(), pointer);
        drop(before);
        step(&mut wait, &mut a, true);
        for _ in 0..2 {
            step(&mut |m, g| busy.step(m, g), &mut b, true);
        }
        assert_eq!(a.sometimes.value(), b.sometimes.value());
    }
    check(Adam::new(0.1), Adam::new(0.1));
    check(Sgd::new(0.1).with_momentum(0.9), Sgd::new(0.1).with_momentum(0.9));
}

/// One step with updates cut in pieces, given on threads.
fn step_in_pieces(optimizer: &mut impl Optimizer<f32>, p: &mut Param<f32>, gradients: &Gradients<f32>, cuts: &[usize]) {
    std::thread::scope(|threads| {
        optimizer.begin_step(
            p,
            |p| gradients.get(p),
            |mut update, g| {
                let mut g = g.data();
                for &cut in cuts {
                    let n = cut.min(update.len());
                    let (piece, rest) = update.split_at(n);
                    let (front, back) = g.split_at(n);
                    threads.spawn(move || piece.apply(front));
                    (update, g) = (rest, back);
                }
                update.apply(g);
            },
        );
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn pieces_do_not_change_a_bit(g in prop::collection::vec(-3.0f32..3.0, 0..200), cuts in prop::collection::vec(0usize..70, 0..5)) {
        let n = g.len();
        let start = Tensor::from_fn([n], |i| (i as f32).sin());
        let (mut whole, mut pieces) = (Param::new(start.clone()), Param::new(start));
        let (mut a, mut b) = (Adam::new(0.01), Adam::new(0.01));
        for step in 0..3 {
            let g = Tensor::from_fn([n], |i| g[(i + step) % n]);
            let of_whole = gradients(&[(&whole, Some(g.clone()))]);
            a.step(&mut whole, &of_whole);
            let of_pieces = gradients(&[(&pieces, Some(g))]);
            step_in_pieces(&mut b, &mut pieces, &of_pieces, &cuts);
        }
        let bits = |p: &Param<f32>| p.value().data().iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        prop_assert_eq!(bits(&whole), bits(&pieces));
        prop_assert_eq!(a.state(&whole), b.state(&pieces));
    }
}

#[test]
fn a_state_restored_goes_on_as_the_other() {
    fn check(mut one: impl Optimizer<f64>, mut other: impl Optimizer<f64>) {
        let (mut a, mut b) = (two::<f64>(), two::<f64>());
        let step = |optimizer: &mut dyn FnMut(&mut Two<f64>, &Gradients<f64>), model: &mut Two<f64>, t: f64| {
            let g = Tensor::from([1.0, 2.0, -3.0, 4.0, t]);
            let gradients = gradients(&[(&model.always, Some(g)), (&model.sometimes, None)]);
            optimizer(model, &gradients);
        };
        for t in 0..3 {
            step(&mut |m, g| one.step(m, g), &mut a, f64::from(t));
        }
        other.restore(&b, one.state(&a)).unwrap();
        assert_eq!(other.state(&b), one.state(&a));
        *b.always.value_mut() = a.always.value().clone();
        for t in 3..6 {
            step(&mut |m, g| one.step(m, g), &mut a, f64::from(t));
            step(&mut |m, g| other.step(m, g), &mut b, f64::from(t));
        }
        assert_eq!(a.always.value(), b.always.value());
        assert_eq!(other.state(&b), one.state(&a));
    }
    check(Adam::new(0.1), Adam::new(0.1));
    check(Sgd::new(0.1).with_momentum(0.9), Sgd::new(0.1).with_momentum(0.9));
}

#[test]
fn a_state_has_names_and_counts() {
    let mut model = two::<f32>();
    let mut adam = Adam::new(0.1);
    let fresh = adam.state(&model);
    assert!(fresh.tensors.iter().all(|(_, t)| t.data() == [0.0; 5]));
    assert_eq!(fresh.metadata["adam.steps"], "0 0");
    let gradients = gradients(&[(&model.always, Some(Tensor::ones([5]))), (&model.sometimes, None)]);
    adam.step(&mut model, &gradients);
    let state = adam.state(&model);
    let names: Vec<&str> = state.tensors.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["adam.m.always", "adam.m.sometimes", "adam.v.always", "adam.v.sometimes"]);
    assert_eq!(state.metadata["adam.steps"], "1 0");
}

#[test]
fn a_state_that_does_not_fit_changes_nothing() {
    let model = two::<f32>();
    let mut adam = Adam::new(0.1);
    let state = adam.state(&model);
    let mut refused = |change: &dyn Fn(&mut nn::optim::State<f32>)| {
        let mut bad = state.clone();
        change(&mut bad);
        let message = adam.restore(&model, bad).unwrap_err();
        assert_eq!(adam.state(&model), state);
        message
    };
    assert_eq!(refused(&|s| s.metadata.clear()), "the metadata `adam.steps` is missing");
    for steps in ["", "1", "1 2 3", "1 x", "1 -1", "1 2 x"] {
        let message = refused(&|s| drop(s.metadata.insert("adam.steps".into(), steps.into())));
        assert_eq!(message, format!("the metadata `adam.steps` is not 2 counts: `{steps}`"));
    }
    let message = "`adam.m.sometimes` is missing or has another shape";
    assert_eq!(refused(&|s| drop(s.tensors.remove(1))), message);
    assert_eq!(refused(&|s| s.tensors[1].1 = Tensor::zeros([4])), message);
}

/// The models that an optimiser refuses after a step on `two()`.
fn step_on_another(shapes: &[&[usize]]) {
    let mut model = two::<f32>();
    let mut adam = Adam::new(0.1);
    let nothing = gradients::<f32>(&[]);
    adam.step(&mut model, &nothing);
    let mut other: Vec<Param<f32>> = shapes.iter().map(|&s| Param::new(Tensor::zeros(s))).collect();
    adam.step(&mut other, &nothing);
}

#[test]
#[should_panic(expected = "adam: parameter `1` has shape [6]; in its place was one of shape [5]")]
fn another_shape_is_refused() {
    step_on_another(&[&[5], &[6]]);
}

#[test]
#[should_panic(expected = "adam: parameter `2` was not in the model at the step before")]
fn a_parameter_more_is_refused() {
    step_on_another(&[&[5], &[5], &[5]]);
}

#[test]
#[should_panic(expected = "adam: the model has no parameter `sometimes`, which it had at the step before")]
fn a_parameter_less_is_refused() {
    step_on_another(&[&[5]]);
}

#[test]
#[should_panic(expected = "the gradient has 2 elements, the update 5")]
fn a_gradient_of_another_length_is_refused() {
    Adam::new(0.1).begin_step(&mut two::<f32>(), |_| Some([0.0; 2]), |update, g| _ = update.apply(&g));
}

#[test]
#[should_panic(expected = "a learning rate is not negative: -1")]
fn a_negative_learning_rate_is_refused() {
    Adam::<f32>::new(-1.0);
}

#[test]
#[should_panic(expected = "Adam's betas lie in [0, 1), not at 0.9 and 1")]
fn a_beta_of_one_is_refused() {
    let _ = Adam::<f32>::new(0.1).with_betas(0.9, 1.0);
}

#[test]
#[should_panic(expected = "a momentum lies in [0, 1), not at NaN")]
fn a_momentum_that_is_no_number_is_refused() {
    let _ = Sgd::<f32>::new(0.1).with_momentum(f64::NAN);
}

#[test]
fn clipping_by_norm_keeps_the_direction() {
    let model = two::<f64>();
    let g = [Tensor::from([3.0, 0.0, 0.0, 0.0, 0.0]), Tensor::from([0.0, 4.0, 0.0, 0.0, 0.0])];
    let make = || gradients(&[(&model.always, Some(g[0].clone())), (&model.sometimes, Some(g[1].clone()))]);

    let mut clipped = make();
    assert_eq!(clip::by_norm(&mut clipped, 1.0), 5.0, "the norm before");
    // One rounding in the factor and one in each product.
    assert!((clipped.get(&model.always).unwrap().data()[0] - 0.6).abs() < 1e-15);
    assert!((clipped.get(&model.sometimes).unwrap().data()[1] - 0.8).abs() < 1e-15);

    let mut short = make();
    assert_eq!(clip::by_norm(&mut short, 5.0), 5.0);
    assert_eq!(short.get(&model.always), Some(&g[0]), "untouched");
}

#[test]
fn a_norm_that_is_not_finite_is_told_and_not_used() {
    let p = Param::new(Tensor::from([1.0, 2.0]));
    for bad in [f64::INFINITY, f64::NAN] {
        let mut gradients = gradients(&[(&p, Some(Tensor::from([bad, 1.0])))]);
        assert!(!clip::by_norm(&mut gradients, 1.0).is_finite());
        assert_eq!(gradients.get(&p).unwrap().data()[1], 1.0);
    }
}

#[test]
fn clipping_by_value_is_element_wise() {
    let p = Param::new(Tensor::from([0.0; 5]));
    let mut gradients = gradients(&[(&p, Some(Tensor::from([-3.0, 0.5, f64::NAN, f64::INFINITY, -1.0])))]);
    clip::by_value(&mut gradients, 1.0);
    let g = gradients.get(&p).unwrap().data();
    assert_eq!((g[0], g[1], g[3], g[4]), (-1.0, 0.5, 1.0, -1.0));
    assert!(g[2].is_nan());
}

/// A copy of a model has parameters of other identities in the same places.
/// Averages of gradients that stopped fade to 0 and do not linger among the subnormal numbers, which are slow. 0.9²⁰⁰⁰ is
/// 10⁻⁹²; the least gradients, whose squares would be subnormal, leave nothing at all.
#[test]
fn what_fades_ends_at_zero() {
    fn check(mut optimizer: impl Optimizer<f32>) {
        let mut p = Param::new(Tensor::from([1.0f32, 1.0]));
        let step = |optimizer: &mut _, p: &mut Param<f32>, g| {
            let gradients = gradients(&[(&*p, Some(Tensor::from(g)))]);
            Optimizer::step(optimizer, p, &gradients);
        };
        step(&mut optimizer, &mut p, [1.0, 1e-30]);
        for _ in 0..2000 {
            step(&mut optimizer, &mut p, [0.0, 0.0]);
            for (name, kept) in optimizer.state(&p).tensors {
                assert!(kept.data().iter().all(|x| *x == 0.0 || x.is_normal()), "{name}: {kept:?}");
            }
        }
        assert!(optimizer.state(&p).tensors.iter().all(|(_, kept)| kept.data() == [0.0, 0.0]));
        assert!(p.value().data().iter().all(|p| p.is_finite()));
    }
    check(Adam::new(1e-3).with_betas(0.9, 0.9));
    check(Sgd::new(1e-3).with_momentum(0.9));
}

#[test]
fn an_optimiser_goes_on_with_a_copy_of_its_model() {
    let mut adam = Adam::new(0.1);
    let mut step = |model: &mut Two<f32>| {
        let gradients = gradients(&[(&model.always, Some(Tensor::ones([5]))), (&model.sometimes, None)]);
        adam.step(model, &gradients);
        adam.state(model).metadata["adam.steps"].clone()
    };
    let mut model = two();
    assert_eq!(step(&mut model), "1 0");
    assert_eq!(step(&mut Two { always: model.always.clone(), sometimes: model.sometimes.clone() }), "2 0");
}
