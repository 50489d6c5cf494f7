//! Models on disk, in the [safetensors](https://github.com/huggingface/safetensors) format that PyTorch's world shares.
//!
//! A file holds one tensor for each parameter, under its dotted name, and a map of strings. [`save`] and [`load`] keep a
//! model; [`save_training`] and [`load_training`] keep the optimiser too, so that training goes on to the same bits.
//!
//! - A file appears under its name whole or not at all: it is written beside it, flushed to the disk, and renamed.
//! - The same model gives the same bytes: tensors in declaration order, metadata sorted.
//! - A file is judged whole before anything is overwritten: every name missing, every name too many, every other shape and
//!   type is listed in one [`Error`]. What is allocated depends on the file's size and not on what its header says.
//! - A model of `f64` takes `f32` files, since every such number is an `f64`. A model of `f32` refuses `f64` files.
//! - Numbers are kept to the bit, infinities and NaN included: whether they make sense is not for a file to judge.
//!
//! ```
//! use nn::{Activation, Mlp, checkpoint};
//! use rand::SeedableRng;
//!
//! let mut rng = rand_xoshiro::Xoshiro256PlusPlus::seed_from_u64(0);
//! let folder = tempfile::tempdir()?;
//! let file = folder.path().join("model.safetensors");
//!
//! let trained = Mlp::<f32>::new(&[4, 8, 2], Activation::Relu, &mut rng);
//! checkpoint::save(&file, &trained, &[("epoch".into(), "7".into())].into())?;
//!
//! let mut model = Mlp::new(&[4, 8, 2], Activation::Relu, &mut rng);
//! let metadata = checkpoint::load(&file, &mut model)?;
//! assert_eq!(metadata["epoch"], "7");
//! assert_eq!(model.layers()[1].weight.value(), trained.layers()[1].weight.value());
//!
//! let mut other = Mlp::<f32>::new(&[4, 9, 2], Activation::Relu, &mut rng);
//! let error = checkpoint::load(&file, &mut other).unwrap_err();
//! assert!(error.to_string().ends_with(
//!     "does not fit: `0.weight` has shape [8, 4], not [9, 4]; `0.bias` has shape [8], not [9]; \
//!      `2.weight` has shape [2, 8], not [2, 9]"
//! ));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod file;

pub use error::{Error, Problem};

use crate::optim::State;
use crate::{Module, Optimizer};
use autograd::{Real, Shape, Tensor};
use file::Contents;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A map of strings that goes with a model: where it came from, how far it was trained.
pub type Metadata = BTreeMap<String, String>;

/// Writes a model's parameters and the metadata.
///
/// # Errors
/// If the file cannot be written. An older file of that name then still stands.
///
/// # Panics
/// If two parameters have the same name.
#[track_caller]
pub fn save<F: Real, M: Module<F> + ?Sized>(
    path: impl AsRef<Path>,
    model: &M,
    metadata: &Metadata,
) -> Result<(), Error> {
    file::write(path.as_ref(), &distinct(tensors(model)), metadata)
}

/// Reads a model's parameters, and returns the metadata.
///
/// # Errors
/// If the file cannot be read or is damaged, or if it holds other names, shapes or types than the model. The model is
/// then what it was.
///
/// # Panics
/// If two parameters have the same name.
#[track_caller]
pub fn load<F: Real, M: Module<F> + ?Sized>(path: impl AsRef<Path>, model: &mut M) -> Result<Metadata, Error> {
    let path = path.as_ref();
    let bytes = file::read(path)?;
    let contents = Contents::parse(path, &bytes)?;
    let mut read = fitting(path, &contents, &shapes(&distinct(tensors(model))), &Metadata::new())?;
    assign(model, &mut read);
    Ok(contents.metadata())
}

/// Writes a model's parameters, what the optimiser keeps, and the metadata.
///
/// # Errors
/// If the file cannot be written. An older file of that name then still stands.
///
/// # Panics
/// If two parameters have the same name, or if the metadata has a key of the optimiser's.
#[track_caller]
pub fn save_training<F: Real, M: Module<F> + ?Sized>(
    path: impl AsRef<Path>,
    model: &M,
    optimizer: &impl Optimizer<F>,
    metadata: &Metadata,
) -> Result<(), Error> {
    let state = optimizer.state(model);
    let mut all = metadata.clone();
    for (key, value) in state.metadata {
        assert!(all.insert(key.clone(), value).is_none(), "the metadata `{key}` is the optimiser's own");
    }
    let mut named = tensors(model);
    named.extend(state.tensors);
    file::write(path.as_ref(), &distinct(named), &all)
}

/// Reads what [`save_training`] wrote, and returns the metadata without the optimiser's.
///
/// # Errors
/// As [`load`], also for the optimiser's part. Model and optimiser are then what they were.
///
/// # Panics
/// If two parameters have the same name.
#[track_caller]
pub fn load_training<F: Real, M: Module<F> + ?Sized>(
    path: impl AsRef<Path>,
    model: &mut M,
    optimizer: &mut impl Optimizer<F>,
) -> Result<Metadata, Error> {
    let path = path.as_ref();
    let bytes = file::read(path)?;
    let contents = Contents::parse(path, &bytes)?;

    let state = optimizer.state(model);
    let mut expected = shapes(&distinct(tensors(model)));
    let kept = shapes(&state.tensors);
    expected.extend_from_slice(&kept);
    let mut read = fitting(path, &contents, &expected, &state.metadata)?;

    let mut metadata = contents.metadata();
    let state = State {
        tensors: kept.into_iter().filter_map(|(name, _)| read.remove_entry(&name)).collect(),
        metadata: state.metadata.keys().filter_map(|key| metadata.remove_entry(key)).collect(),
    };
    optimizer.restore(model, state).map_err(|reason| Error::misfit(path, vec![Problem::Other(reason)]))?;
    assign(model, &mut read);
    Ok(metadata)
}

/// A model's tensors by name, in declaration order. The buffers are shared.
fn tensors<F: Real, M: Module<F> + ?Sized>(model: &M) -> Vec<(String, Tensor<F>)> {
    model.named_params().into_iter().map(|(name, param)| (name, param.value().clone())).collect()
}

fn shapes<F: Real>(tensors: &[(String, Tensor<F>)]) -> Vec<(String, Shape)> {
    tensors.iter().map(|(name, tensor)| (name.clone(), tensor.shape())).collect()
}

/// Panics where names would hide each other in a file.
#[track_caller]
fn distinct<T>(named: Vec<(String, T)>) -> Vec<(String, T)> {
    let mut seen = BTreeSet::new();
    for (name, _) in &named {
        assert!(seen.insert(name), "two parameters have the name `{name}`");
    }
    named
}

/// The tensors, if the file holds exactly what is expected.
fn fitting<F: Real>(
    path: &Path,
    contents: &Contents<'_>,
    expected: &[(String, Shape)],
    keys: &Metadata,
) -> Result<BTreeMap<String, Tensor<F>>, Error> {
    let mut read = BTreeMap::new();
    let mut problems = Vec::new();
    for (name, shape) in expected {
        match contents.tensor(name, *shape) {
            Ok(tensor) => drop(read.insert(name.clone(), tensor)),
            Err(problem) => problems.push(problem),
        }
    }
    let metadata = contents.metadata();
    let missing = keys.keys().filter(|key| !metadata.contains_key(*key));
    problems.extend(missing.map(|key| Problem::MissingMetadata(key.clone())));
    let known: BTreeSet<&str> = expected.iter().map(|(name, _)| name.as_str()).collect();
    let unexpected = contents.names().into_iter().filter(|name| !known.contains(name));
    problems.extend(unexpected.map(|name| Problem::Unexpected(name.to_owned())));
    if problems.is_empty() { Ok(read) } else { Err(Error::misfit(path, problems)) }
}

/// Moves tensors, which were judged, into the model.
fn assign<F: Real, M: Module<F> + ?Sized>(model: &mut M, read: &mut BTreeMap<String, Tensor<F>>) {
    model.for_each_param_mut(&mut |name, param| {
        *param.value_mut() = read.remove(&name.to_string()).expect("every name was found");
    });
}
