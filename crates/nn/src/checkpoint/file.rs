//! Tensors and strings to bytes and back.

use super::{Error, Metadata, Problem};
use autograd::{Real, Shape, Tensor};
use safetensors::tensor::TensorInfo;
use safetensors::{Dtype, SafeTensorError, SafeTensors};
use std::any::Any;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Writes a file beside `path`, flushes it to the disk, and renames it.
pub(super) fn write<F: Real>(path: &Path, tensors: &[(String, Tensor<F>)], metadata: &Metadata) -> Result<(), Error> {
    let unwritable = |reason| Error::Unwritable { file: path.to_owned(), reason };
    let temporary = beside(path).map_err(unwritable)?;
    let written = write_new(&temporary, tensors, metadata).and_then(|()| fs::rename(&temporary, path));
    written.map_err(|reason| {
        // The first failure is the one to report; there may be nothing to remove.
        let _ = fs::remove_file(&temporary);
        unwritable(reason)
    })
}

/// A name in the same folder that no other writer uses.
fn beside(path: &Path) -> io::Result<PathBuf> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not a file name"))?;
    let unique = format!(".{}-{}.tmp", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let mut temporary = std::ffi::OsString::from(".");
    temporary.push(name);
    temporary.push(unique);
    Ok(path.with_file_name(temporary))
}

fn write_new<F: Real>(path: &Path, tensors: &[(String, Tensor<F>)], metadata: &Metadata) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    let header = header(tensors, metadata)?;
    out.write_all(&(header.len() as u64).to_le_bytes())?;
    out.write_all(header.as_bytes())?;
    for (_, tensor) in tensors {
        write_numbers(tensor, &mut out)?;
    }
    out.into_inner()?.sync_all()
}

/// The header, tensors in the order given and metadata sorted, padded with spaces to a multiple of 8 bytes.
/// (The crate's own writer takes the metadata in a `HashMap`, which gives other bytes in every process.)
fn header<F: Real>(tensors: &[(String, Tensor<F>)], metadata: &Metadata) -> io::Result<String> {
    let mut entries = Vec::new();
    if !metadata.is_empty() {
        entries.push(format!("\"__metadata__\":{}", serde_json::to_string(metadata)?));
    }
    let dtype = dtype::<F>();
    let mut end = 0;
    for (name, tensor) in tensors {
        let start = end;
        end += size_of_val(tensor.data());
        let info = TensorInfo { dtype, shape: tensor.shape().dims().to_vec(), data_offsets: (start, end) };
        entries.push(format!("{}:{}", serde_json::to_string(name)?, serde_json::to_string(&info)?));
    }
    let header = format!("{{{}}}", entries.join(","));
    Ok(format!("{header:<width$}", width = header.chars().count() + header.len().next_multiple_of(8) - header.len()))
}

fn write_numbers<F: Real>(tensor: &Tensor<F>, out: &mut impl Write) -> io::Result<()> {
    let any: &dyn Any = tensor;
    if let Some(tensor) = any.downcast_ref::<Tensor<f32>>() {
        tensor.data().iter().try_for_each(|x| out.write_all(&x.to_le_bytes()))
    } else {
        tensor.data().iter().try_for_each(|x| out.write_all(&x.as_f64().to_le_bytes()))
    }
}

/// The bytes of a regular file.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let regular = |meta: fs::Metadata| match meta.is_file() {
        true => Ok(()),
        false => Err(io::Error::other("not a regular file")),
    };
    let bytes = fs::metadata(path).and_then(regular).and_then(|()| fs::read(path));
    bytes.map_err(|reason| Error::Unreadable { file: path.to_owned(), reason })
}

/// A file whose header was judged: offsets lie inside the file, do not overlap, and agree with shapes and types.
pub(super) struct Contents<'b> {
    tensors: SafeTensors<'b>,
    metadata: Metadata,
}

impl<'b> Contents<'b> {
    pub fn parse(path: &Path, bytes: &'b [u8]) -> Result<Self, Error> {
        let malformed = |e| Error::Malformed { file: path.to_owned(), reason: reason(&e) };
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(malformed)?;
        let metadata = header.metadata().iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect();
        Ok(Contents { tensors: SafeTensors::deserialize(bytes).map_err(malformed)?, metadata })
    }

    pub fn metadata(&self) -> Metadata {
        self.metadata.clone()
    }

    /// The names of the tensors, sorted.
    pub fn names(&self) -> Vec<&str> {
        let mut names = self.tensors.names();
        names.sort_unstable();
        names
    }

    /// A tensor of a given shape, in a type that holds its numbers exactly.
    pub fn tensor<F: Real>(&self, name: &str, expected: Shape) -> Result<Tensor<F>, Problem> {
        let view = self.tensors.tensor(name).map_err(|_| Problem::Missing(name.to_owned()))?;
        if view.shape() != expected.dims() {
            let (found, expected) = (view.shape().to_vec(), expected.dims().to_vec());
            return Err(Problem::Shape { name: name.to_owned(), found, expected });
        }
        match view.dtype() {
            Dtype::F32 => {
                let numbers = view.data().as_chunks().0;
                Ok(converted(Tensor::from_fn(expected, |i| f32::from_le_bytes(numbers[i]))))
            }
            Dtype::F64 if dtype::<F>() == Dtype::F64 => {
                let numbers = view.data().as_chunks().0;
                Ok(converted(Tensor::from_fn(expected, |i| f64::from_le_bytes(numbers[i]))))
            }
            found => Err(Problem::Type { name: name.to_owned(), found: found.to_string(), expected: F::NAME }),
        }
    }
}

/// A tensor in another type; the same tensor, to the bit, if the type is the same.
fn converted<F: Real, G: Real>(tensor: Tensor<F>) -> Tensor<G> {
    let any: &dyn Any = &tensor;
    any.downcast_ref::<Tensor<G>>().cloned().unwrap_or_else(|| tensor.cast())
}

fn dtype<F: Real>() -> Dtype {
    if size_of::<F>() == 4 { Dtype::F32 } else { Dtype::F64 }
}

/// What is wrong with a file, in the words of somebody who has the file before them.
fn reason(error: &SafeTensorError) -> String {
    match error {
        SafeTensorError::HeaderTooSmall => "it has fewer than 8 bytes".to_owned(),
        SafeTensorError::HeaderTooLarge => "its first 8 bytes, the header's length, are absurd".to_owned(),
        SafeTensorError::InvalidHeaderLength => "it ends before its header does".to_owned(),
        SafeTensorError::MetadataIncompleteBuffer => "its length is not what its header says".to_owned(),
        other => other.to_string(),
    }
}
