//! Models on disk: round trips, and every way in which a file can be wrong.

use autograd::prelude::*;
use nn::checkpoint::{self, Error, Metadata, Problem};
use nn::{Activation, Adam, Linear, Mlp, Module, Optimizer, Sgd};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use safetensors::SafeTensors;
use std::fs;
use std::path::{Path, PathBuf};

fn rng(seed: u64) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(seed)
}

fn mlp(seed: u64) -> Mlp<f32> {
    Mlp::new(&[2, 3, 1], Activation::Tanh, &mut rng(seed))
}

fn none() -> Metadata {
    Metadata::new()
}

/// A folder that goes with the test, and a file name in it.
fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("model.safetensors");
    (folder, file)
}

fn values<F: Real>(model: &impl Module<F>) -> Vec<Tensor<F>> {
    model.named_params().iter().map(|(_, p)| p.value().clone()).collect()
}

fn bits(model: &impl Module<f32>) -> Vec<u32> {
    values(model).iter().flat_map(|t| t.data().iter().map(|x| x.to_bits()).collect::<Vec<_>>()).collect()
}

/// Loads a file that must be refused, checks that nothing was overwritten, and gives the message without the file's name.
fn refusal(file: &Path) -> String {
    let mut model = mlp(1);
    let before = bits(&model);
    let message = checkpoint::load(file, &mut model).unwrap_err().to_string();
    assert_eq!(bits(&model), before, "nothing is overwritten");
    message.strip_prefix(&format!("{}: ", file.display())).expect("the message names the file").to_owned()
}

/// A file with this header and this many bytes of data.
fn write_raw(file: &Path, header: &str, data: usize) {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.resize(bytes.len() + data, 0);
    fs::write(file, bytes).unwrap();
}

/// Parameters of any shape, with any bits: infinities, NaN with payloads, subnormal numbers, −0.
fn params() -> impl Strategy<Value = Vec<Param<f32>>> {
    let shape = prop::collection::vec(0usize..4, 0..5);
    let param = (shape, any::<u64>()).prop_map(|(shape, seed)| {
        Param::new(Tensor::from_fn(shape.as_slice(), |i| {
            f32::from_bits((seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(i as u32 % 64) >> 16) as u32)
        }))
    });
    prop::collection::vec(param, 0..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_saved_is_loaded(model in params(), metadata in prop::collection::btree_map(any::<String>(), any::<String>(), 0..4)) {
        let (_folder, file) = place();
        checkpoint::save(&file, &model, &metadata).unwrap();
        let first = fs::read(&file).unwrap();

        let mut other: Vec<Param<f32>> = model.iter().map(|p| Param::new(Tensor::ones(p.value().shape()))).collect();
        prop_assert_eq!(checkpoint::load(&file, &mut other).unwrap(), metadata.clone());
        prop_assert_eq!(bits(&other), bits(&model));
        checkpoint::save(&file, &other, &metadata).unwrap();
        prop_assert_eq!(fs::read(&file).unwrap(), first, "the same bytes again");
    }

    /// Any byte of the header or the length changed, or the file cut anywhere: an error or a model, never a panic.
    #[test]
    fn damage_is_no_panic(at in 0usize..400, byte: u8, cut: bool) {
        let (_folder, file) = place();
        checkpoint::save(&file, &mlp(1), &[("a".into(), "b".into())].into()).unwrap();
        let mut bytes = fs::read(&file).unwrap();
        let at = at % bytes.len();
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        fs::write(&file, &bytes).unwrap();
        let mut model = mlp(2);
        let before = bits(&model);
        match checkpoint::load(&file, &mut model) {
            Ok(_) => prop_assert!(!cut),
            Err(_) => prop_assert_eq!(bits(&model), before),
        }
    }
}

/// The format is read by the crate that defines it; tensors lie in declaration order on a boundary of 8 bytes.
#[test]
fn other_readers_agree() {
    let (_folder, file) = place();
    let model = mlp(1);
    checkpoint::save(&file, &model, &[("b".into(), "\"2\"".into()), ("a".into(), "1".into())].into()).unwrap();
    let bytes = fs::read(&file).unwrap();
    let (header, metadata) = SafeTensors::read_metadata(&bytes).unwrap();
    assert_eq!(header % 8, 0);
    assert_eq!(metadata.offset_keys(), ["0.weight", "0.bias", "2.weight", "2.bias"]);
    assert_eq!(metadata.metadata().as_ref().unwrap()["b"], "\"2\"");
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let view = tensors.tensor("0.weight").unwrap();
    assert_eq!((view.shape(), view.dtype()), (&[3, 2][..], safetensors::Dtype::F32));
    let expected: Vec<u8> = values(&model)[0].data().iter().flat_map(|x| x.to_le_bytes()).collect();
    assert_eq!(view.data(), expected);
}

#[test]
fn single_precision_is_read_into_double_precision_exactly_and_not_back() {
    let (_folder, file) = place();
    let model = mlp(1);
    checkpoint::save(&file, &model, &none()).unwrap();
    let mut double = Mlp::<f64>::new(&[2, 3, 1], Activation::Tanh, &mut rng(2));
    checkpoint::load(&file, &mut double).unwrap();
    for (wide, narrow) in values(&double).iter().zip(values(&model)) {
        assert_eq!(wide, &narrow.cast());
    }
    checkpoint::save(&file, &double, &none()).unwrap();
    let each = |name| format!("`{name}` has numbers of type F64, which f32 does not hold exactly");
    assert_eq!(
        refusal(&file),
        format!("does not fit: {}", ["0.weight", "0.bias", "2.weight", "2.bias"].map(each).join("; "))
    );
}

#[test]
fn every_misfit_is_in_one_message() {
    struct Other<F> {
        #[expect(unused, reason = "its name differs from the model's, which is all that matters")]
        layer: (),
        weight: Linear<F>,
        extra: Param<F>,
    }
    impl Module<f32> for Other<f32> {
        fn visit<'a>(&'a self, v: &mut nn::Visitor<'_, &'a Param<f32>>) {
            v.field("0", &self.weight);
            v.field("extra", &self.extra);
            v.field("another", &self.extra);
        }
        fn visit_mut<'a>(&'a mut self, v: &mut nn::Visitor<'_, &'a mut Param<f32>>) {
            v.field("0", &mut self.weight);
        }
    }
    let (_folder, file) = place();
    let other = Other { layer: (), weight: Linear::new(4, 3, &mut rng(1)), extra: Param::new(Tensor::from(1.0)) };
    checkpoint::save(&file, &other, &none()).unwrap();
    assert_eq!(
        refusal(&file),
        "does not fit: `0.weight` has shape [3, 4], not [3, 2]; `2.weight` is missing; `2.bias` is missing; \
         `another` is unexpected; `extra` is unexpected"
    );
    let Error::Misfit { problems, .. } = checkpoint::load(&file, &mut mlp(1)).unwrap_err() else { panic!() };
    assert_eq!(problems[1], Problem::Missing("2.weight".into()));
}

#[test]
fn other_types_are_refused() {
    let (_folder, file) = place();
    write_raw(
        &file,
        r#"{"weight":{"dtype":"BF16","shape":[1,2],"data_offsets":[0,4]},"bias":{"dtype":"I64","shape":[1],"data_offsets":[4,12]}}"#,
        12,
    );
    let error = checkpoint::load(&file, &mut Linear::<f64>::new(2, 1, &mut rng(1))).unwrap_err().to_string();
    assert!(
        error.ends_with(
            "does not fit: `weight` has numbers of type BF16, which f64 does not hold exactly; \
             `bias` has numbers of type I64, which f64 does not hold exactly"
        ),
        "{error}"
    );
}

#[test]
fn files_that_are_no_safetensors() {
    let (_folder, file) = place();
    let check = |bytes: &[u8], reason: &str| {
        fs::write(&file, bytes).unwrap();
        assert_eq!(refusal(&file), format!("not a safetensors file, or damaged: {reason}"));
    };
    check(b"", "it has fewer than 8 bytes");
    check(b"abc", "it has fewer than 8 bytes");
    check(b"PK\x03\x04 a zip archive, say", "its first 8 bytes, the header's length, are absurd");
    check(&[0xff; 64], "its first 8 bytes, the header's length, are absurd");
    check(&[&90_000_000_u64.to_le_bytes()[..], b"{}"].concat(), "it ends before its header does");
    check(
        &[&2_u64.to_le_bytes()[..], b"\xff\xff"].concat(),
        "invalid UTF-8 in header: invalid utf-8 sequence of 1 bytes from index 0",
    );
    check(
        &[&2_u64.to_le_bytes()[..], b"[}"].concat(),
        "invalid JSON in header: invalid type: sequence, expected struct HashMetadata at line 1 column 0",
    );
}

#[test]
fn headers_that_lie() {
    let (_folder, file) = place();
    let check = |header: &str, data: usize, reason: &str| {
        write_raw(&file, header, data);
        assert_eq!(refusal(&file), format!("not a safetensors file, or damaged: {reason}"));
    };
    let length = "its length is not what its header says";
    check(r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 7, length);
    check(r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 9, length);
    check(r#"{"a":{"dtype":"F32","shape":[250000000000],"data_offsets":[0,1000000000000]}}"#, 8, length);
    let info = "invalid shape, data type, or offset for tensor";
    check(r#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, 8, info);
    let offset = "invalid offset for tensor `a`";
    check(r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#, 12, offset);
    check(r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, 8, offset);
    let overflow = "overflow computing buffer size from shape and/or element type";
    check(r#"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#, 0, overflow);
}

#[test]
fn files_that_cannot_be_read() {
    let (folder, file) = place();
    assert_eq!(refusal(&file), "cannot be read: No such file or directory (os error 2)");
    assert_eq!(refusal(folder.path()), "cannot be read: not a regular file");
    #[cfg(unix)]
    assert_eq!(refusal(Path::new("/dev/zero")), "cannot be read: not a regular file");
}

#[test]
fn files_that_cannot_be_written() {
    let (folder, file) = place();
    let save = |path: &Path| checkpoint::save(path, &mlp(1), &none()).unwrap_err().to_string();
    let missing = folder.path().join("none").join("model.safetensors");
    assert_eq!(
        save(&missing),
        format!("{}: cannot be written: No such file or directory (os error 2)", missing.display())
    );
    assert_eq!(save(Path::new("/")), "/: cannot be written: not a file name");
    // A folder stands in the way: the rename fails, and the temporary file is gone.
    fs::create_dir(&file).unwrap();
    assert!(save(&file).contains("cannot be written: "));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn nothing_but_the_file_is_left() {
    let (folder, file) = place();
    checkpoint::save(&file, &mlp(1), &none()).unwrap();
    checkpoint::save(&file, &mlp(2), &none()).unwrap();
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names, ["model.safetensors"]);
    let mut model = mlp(1);
    checkpoint::load(&file, &mut model).unwrap();
    assert_eq!(bits(&model), bits(&mlp(2)));
}

/// A file name without a folder is in the current one.
#[test]
fn a_bare_file_name_will_do() {
    let name = "checkpoint-test-of-a-bare-name.safetensors";
    checkpoint::save(name, &mlp(1), &none()).unwrap();
    let loaded = checkpoint::load(name, &mut mlp(2));
    fs::remove_file(name).unwrap();
    loaded.unwrap();
}

struct Twice(Param<f32>, Param<f32>);

impl Module<f32> for Twice {
    fn visit<'a>(&'a self, v: &mut nn::Visitor<'_, &'a Param<f32>>) {
        v.field("a", &self.0);
        v.field("a", &self.1);
    }
    fn visit_mut<'a>(&'a mut self, v: &mut nn::Visitor<'_, &'a mut Param<f32>>) {
        v.field("a", &mut self.0);
        v.field("a", &mut self.1);
    }
}

#[test]
fn names_must_differ() {
    let (_folder, file) = place();
    checkpoint::save(&file, &mlp(1), &none()).unwrap();
    let twice = || Twice(Param::new(Tensor::from(1.0)), Param::new(Tensor::from(2.0)));
    let panics: [Box<dyn FnOnce() + std::panic::UnwindSafe>; 3] = [
        Box::new(|| drop(checkpoint::save("never-written", &twice(), &none()))),
        Box::new(|| drop(checkpoint::load(&file, &mut twice()))),
        Box::new(|| drop(checkpoint::load_training(&file, &mut twice(), &mut Adam::new(0.1)))),
    ];
    for f in panics {
        let message = std::panic::catch_unwind(f).unwrap_err();
        assert_eq!(message.downcast_ref::<String>().unwrap(), "two parameters have the name `a`");
    }
}

fn train(model: &mut Mlp<f32>, optimizer: &mut impl Optimizer<f32>, steps: usize) {
    let mut tape = Tape::new();
    let x = Tensor::from([[0.5, -1.0], [2.0, 0.1], [-0.3, 0.7]]);
    for _ in 0..steps {
        let (_, gradients) = tape.value_and_grad(|t| (model.forward(t.constant(&x)) - 1.0).square().sum_all());
        optimizer.step(model, gradients);
    }
}

/// Training interrupted, saved, loaded into a fresh model and a fresh optimiser and continued gives the same bits.
#[test]
fn training_goes_on_to_the_same_bits() {
    fn check<O: Optimizer<f32>>(make: impl Fn() -> O) {
        let (_folder, file) = place();
        let (mut through, mut optimizer) = (mlp(1), make());
        train(&mut through, &mut optimizer, 7);

        let (mut first, mut optimizer) = (mlp(1), make());
        train(&mut first, &mut optimizer, 3);
        let metadata: Metadata = [("epoch".into(), "3".into())].into();
        checkpoint::save_training(&file, &first, &optimizer, &metadata).unwrap();

        let (mut second, mut optimizer) = (mlp(2), make());
        assert_eq!(checkpoint::load_training(&file, &mut second, &mut optimizer).unwrap(), metadata);
        train(&mut second, &mut optimizer, 4);
        assert_eq!(bits(&second), bits(&through));
    }
    check(|| Adam::new(0.05));
    check(|| Sgd::new(0.05).with_momentum(0.9));
}

/// Also before the first step, and the buffers saved are not held: the next step writes in place.
#[test]
fn an_optimiser_can_be_saved_before_its_first_step() {
    let (_folder, file) = place();
    let (mut model, mut adam) = (mlp(1), Adam::new(0.05));
    checkpoint::save_training(&file, &model, &adam, &none()).unwrap();
    checkpoint::load_training(&file, &mut model, &mut adam).unwrap();
    let pointer = model.layers()[0].weight.value().data().as_ptr();
    train(&mut model, &mut adam, 1);
    assert_eq!(model.layers()[0].weight.value().data().as_ptr(), pointer);
}

#[test]
fn an_optimisers_state_that_does_not_fit_is_refused_whole() {
    let (_folder, file) = place();
    let (mut model, mut adam) = (mlp(1), Adam::new(0.05));
    train(&mut model, &mut adam, 2);
    let (before, state) = (bits(&model), adam.state(&model));
    let mut refusal = |file: &Path| {
        let message = checkpoint::load_training(file, &mut model, &mut adam).unwrap_err().to_string();
        assert_eq!((bits(&model), adam.state(&model)), (before.clone(), state.clone()), "nothing is overwritten");
        message.split_once("does not fit: ").unwrap().1.to_owned()
    };

    let of = |rule: &str| ["0.weight", "0.bias", "2.weight", "2.bias"].map(|name| format!("`{rule}.{name}`"));
    let missing: Vec<String> =
        [of("adam.m"), of("adam.v")].concat().iter().map(|n| format!("{n} is missing")).collect();
    checkpoint::save(&file, &mlp(2), &none()).unwrap();
    assert_eq!(refusal(&file), format!("{}; the metadata `adam.steps` is missing", missing.join("; ")));

    checkpoint::save_training(&file, &mlp(2), &Sgd::new(0.1), &none()).unwrap();
    let mut unexpected = of("sgd.velocity").map(|n| format!("{n} is unexpected"));
    unexpected.sort();
    assert_eq!(
        refusal(&file),
        format!("{}; the metadata `adam.steps` is missing; {}", missing.join("; "), unexpected.join("; "))
    );
}

#[test]
fn counts_that_are_none_are_refused() {
    let (_folder, file) = place();
    checkpoint::save_training(&file, &mlp(2), &Adam::new(0.1), &none()).unwrap();
    let bytes = fs::read(&file).unwrap();
    let at = bytes.windows(7).position(|w| w == b"0 0 0 0").unwrap();
    fs::write(&file, [&bytes[..at], b"0 0 x 0", &bytes[at + 7..]].concat()).unwrap();
    let mut model = mlp(1);
    let message = checkpoint::load_training(&file, &mut model, &mut Adam::new(0.1)).unwrap_err().to_string();
    assert!(message.ends_with("does not fit: the metadata `adam.steps` is not 4 counts: `0 0 x 0`"), "{message}");
    assert_eq!(bits(&model), bits(&mlp(1)));
}

#[test]
#[should_panic(expected = "the metadata `adam.steps` is the optimiser's own")]
fn metadata_cannot_hide_the_optimisers() {
    let metadata = [("adam.steps".to_owned(), "5".to_owned())].into();
    let _ = checkpoint::save_training("never-written", &mlp(1), &Adam::new(0.1), &metadata);
}
