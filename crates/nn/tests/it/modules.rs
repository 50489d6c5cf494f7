//! Parameters by name.

use autograd::prelude::*;
use nn::{Activation, Adam, Linear, Mlp, Module, Optimizer, Visitor};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

struct Model<F> {
    encoder: Mlp<F>,
    heads: Vec<Linear<F>>,
    scale: Param<F>,
}

nn::parameters!(Model: encoder, heads, scale);

fn model() -> Model<f64> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    Model {
        encoder: Mlp::new(&[3, 4, 5], Activation::Tanh, &mut rng),
        heads: vec![Linear::new(5, 2, &mut rng), Linear::new(5, 1, &mut rng)],
        scale: Param::new(Tensor::from(1.0)),
    }
}

const NAMES: [&str; 9] = [
    "encoder.0.weight",
    "encoder.0.bias",
    "encoder.2.weight",
    "encoder.2.bias",
    "heads.0.weight",
    "heads.0.bias",
    "heads.1.weight",
    "heads.1.bias",
    "scale",
];

#[test]
fn names_are_dotted_and_in_declaration_order() {
    let mut model = model();
    let named = model.named_params();
    assert_eq!(named.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), NAMES);
    let mut for_writing = Vec::new();
    model.for_each_param_mut(&mut |name, _| for_writing.push(name.to_string()));
    assert_eq!(for_writing, NAMES);
}

#[test]
fn both_visits_show_the_same_parameters() {
    let mut model = model();
    let ids: Vec<_> = model.named_params().iter().map(|(_, p)| p.id()).collect();
    let mut for_writing = Vec::new();
    model.for_each_param_mut(&mut |_, p| for_writing.push(p.id()));
    assert_eq!(for_writing, ids);
}

#[test]
fn numbers_are_counted() {
    assert_eq!(model().param_count(), (3 * 4 + 4) + (4 * 5 + 5) + (5 * 2 + 2) + (5 + 1) + 1);
    assert_eq!(Param::new(Tensor::<f32>::zeros([7])).param_count(), 7);
}

#[test]
fn assigned_names_are_the_full_ones() {
    let mut model = model();
    assert_eq!(model.encoder.layers()[1].weight.name(), "weight");
    model.assign_names();
    assert_eq!(model.encoder.layers()[1].weight.name(), "encoder.2.weight");
    assert!(model.named_params().iter().all(|(name, p)| name == p.name()));
}

#[test]
#[should_panic(expected = "inputs: [2, 6], [4, 3] (parameter `encoder.0.weight`), [4] (parameter `encoder.0.bias`)")]
fn messages_of_the_tape_use_assigned_names() {
    let mut model = model();
    model.assign_names();
    let tape = Tape::new();
    let _ = model.encoder.forward(tape.constant(&Tensor::zeros([2, 6])));
}

/// A module by hand, and an outermost parameter, whose name is empty.
#[test]
fn scopes_nest() {
    struct ByHand(Param<f32>);

    impl Module<f32> for ByHand {
        fn visit<'a>(&'a self, visitor: &mut Visitor<'_, &'a Param<f32>>) {
            visitor.scope("a", |v| v.scope(1, |v| v.field("b", &self.0)));
        }

        fn visit_mut<'a>(&'a mut self, visitor: &mut Visitor<'_, &'a mut Param<f32>>) {
            visitor.scope("a", |v| v.scope(1, |v| v.field("b", &mut self.0)));
        }
    }

    let module = ByHand(Param::new(Tensor::from(0.0)));
    assert_eq!(module.named_params()[0].0, "a.1.b");
    assert_eq!(module.0.named_params()[0].0, "");
}

#[test]
fn modules_can_be_trait_objects() {
    let mut model = model();
    let mut tape = Tape::new();
    let (_, gradients) = tape.value_and_grad(|t| t.param(&model.scale).square());
    let object: &mut dyn Module<f64> = &mut model;
    Adam::new(0.1).step(object, gradients);
    assert_eq!(object.param_count(), 60);
    assert!((model.scale.value().item() - 0.9).abs() < 1e-8, "the first step is α long, up to ε = 1e-8");
}

#[test]
fn models_are_send_and_sync() {
    fn check<T: Send + Sync>() {}
    check::<Model<f32>>();
    check::<Adam<f32>>();
}
