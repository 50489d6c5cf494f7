//! The IDX format of MNIST: two zero bytes, a type code, the number of dimensions, one big-endian 32-bit size for each
//! dimension, then the values row by row; as it is or compressed with gzip.
//!
//! A header is only a claim. Nothing is allocated because a header says so: the memory taken is in proportion to the
//! bytes that really come, and reading stops one byte past what the header announces. What a compressed file of its length
//! cannot hold is refused before it is unpacked.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::Error;

const GZIP: [u8; 2] = [0x1f, 0x8b];
/// Deflate makes no more than this of a byte: a match of 258 bytes takes two bits at least.
const MOST_UNPACKED: u64 = 1032;
const UNSIGNED_BYTE: u8 = 0x08;

/// An array of unsigned bytes of any rank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idx {
    /// The size of each dimension, the slowest first; none is zero.
    pub sizes: Vec<usize>,
    /// The values row by row: as many as the product of the sizes.
    pub values: Vec<u8>,
}

/// Reads an IDX file of unsigned bytes. Whether it is compressed with gzip is seen from its first two bytes, not from its name.
///
/// # Errors
/// If the file cannot be read, is not intact IDX or gzip, holds values that are not unsigned bytes, holds no values, or
/// is shorter or longer than its header says.
pub fn read(path: impl AsRef<Path>) -> Result<Idx, Error> {
    let path = path.as_ref();
    let file = File::open(path).map_err(|e| Error::unreadable(path, e))?;
    let about = file.metadata().map_err(|e| Error::unreadable(path, e))?;
    if about.is_dir() {
        return Err(Error::invalid(path, "a file", "a folder"));
    }
    // A pipe or a device has no length of its own.
    let length = about.is_file().then_some(about.len());
    parse_either(path, BufReader::new(file), length)
}

/// Reads IDX, plain or gzip, from `source`; `name` stands for it in error messages.
///
/// ```
/// let bytes = [0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 3, 7, 8, 9];
/// let idx = data::idx::parse("three", &bytes[..])?;
/// assert_eq!((idx.sizes, idx.values), (vec![1, 3], vec![7, 8, 9]));
/// # Ok::<(), data::Error>(())
/// ```
///
/// # Errors
/// As for [`read`].
pub fn parse(name: impl AsRef<Path>, source: impl BufRead) -> Result<Idx, Error> {
    parse_either(name.as_ref(), source, None)
}

/// `length` is how many bytes `source` has, if that is known.
fn parse_either(name: &Path, mut source: impl BufRead, length: Option<u64>) -> Result<Idx, Error> {
    let mut start = Vec::new();
    (&mut source).take(GZIP.len() as u64).read_to_end(&mut start).map_err(|e| Error::unreadable(name, e))?;
    let gzip = start == GZIP;
    let whole = start.chain(source);
    if gzip { parse_unpacked(name, MultiGzDecoder::new(whole), length) } else { parse_unpacked(name, whole, None) }
}

/// `packed` is the length of the compressed file that `source` comes from, if that is known.
fn parse_unpacked(name: &Path, source: impl Read, packed: Option<u64>) -> Result<Idx, Error> {
    let mut input = Input { name, source, taken: 0 };
    let rank = read_magic(&mut input)?;
    let sizes = read_sizes(&mut input, rank)?;
    let total = count(name, &sizes)?;
    if let Some(packed) = packed.filter(|n| total > n.saturating_mul(MOST_UNPACKED)) {
        return Err(Error::invalid(
            name,
            format!("{total} values ({})", by(&sizes)),
            format!("a gzip file of {packed} bytes, which cannot hold so many"),
        ));
    }
    let values = input.up_to(total)?;
    let found = values.len() as u64;
    if found < total {
        return Err(Error::invalid(name, format!("{total} values ({})", by(&sizes)), format!("the end after {found}")));
    }
    if !input.up_to(1)?.is_empty() {
        return Err(Error::invalid(name, format!("the end after {total} values ({})", by(&sizes)), "more bytes"));
    }
    let sizes = sizes.into_iter().map(|s| s as usize).collect();
    Ok(Idx { sizes, values })
}

/// The number of dimensions, if the first four bytes are those of an IDX file of unsigned bytes.
fn read_magic(input: &mut Input<'_, impl Read>) -> Result<u8, Error> {
    let invalid = |expected: &str, found: String| Err(Error::invalid(input.name, expected, found));
    let magic = input.up_to(4)?;
    match magic[..] {
        [] => invalid("an IDX file", "an empty file".into()),
        [0, 0, UNSIGNED_BYTE, 0] => invalid("at least one dimension", "none".into()),
        [0, 0, UNSIGNED_BYTE, rank] => Ok(rank),
        [0, 0, code, _] => invalid(
            "unsigned bytes (IDX type code 08)",
            match type_name(code) {
                Some(name) => format!("{name} (type code {code:02x})"),
                None => format!("the unknown type code {code:02x}"),
            },
        ),
        _ if magic.starts_with(&[0, 0]) || magic == [0] => {
            invalid("an IDX header of at least 8 bytes", format!("the end after {}", magic.len()))
        }
        _ => invalid("an IDX file, which begins with the bytes 00 00", format!("the bytes {}", hex(&magic))),
    }
}

fn read_sizes(input: &mut Input<'_, impl Read>, rank: u8) -> Result<Vec<u32>, Error> {
    let wanted = 4 * usize::from(rank);
    let bytes = input.up_to(wanted as u64)?;
    if bytes.len() < wanted {
        return Err(Error::invalid(
            input.name,
            format!("an IDX header of {} bytes for {rank} dimensions", 4 + wanted),
            format!("the end after {}", 4 + bytes.len()),
        ));
    }
    let (sizes, _) = bytes.as_chunks();
    Ok(sizes.iter().copied().map(u32::from_be_bytes).collect())
}

/// How many values there are to be: at least one, and few enough to be counted.
fn count(name: &Path, sizes: &[u32]) -> Result<u64, Error> {
    if sizes.contains(&0) {
        return Err(Error::invalid(name, "at least one value", by(sizes)));
    }
    sizes
        .iter()
        .try_fold(1_u64, |n, &size| n.checked_mul(size.into()))
        .filter(|&n| usize::try_from(n).is_ok())
        .ok_or_else(|| Error::invalid(name, "sizes whose product can be counted in memory", by(sizes)))
}

fn type_name(code: u8) -> Option<&'static str> {
    Some(match code {
        0x09 => "signed bytes",
        0x0b => "16-bit integers",
        0x0c => "32-bit integers",
        0x0d => "32-bit floats",
        0x0e => "64-bit floats",
        _ => return None,
    })
}

fn hex(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|b| format!("{b:02x}")).collect();
    digits.join(" ")
}

/// Sizes as people write them: `10 x 28 x 28`.
pub(crate) fn by<T: ToString>(sizes: &[T]) -> String {
    let sizes: Vec<String> = sizes.iter().map(T::to_string).collect();
    sizes.join(" x ")
}

/// The unpacked bytes of the file called `name`, of which `taken` have been read.
struct Input<'a, R> {
    name: &'a Path,
    source: R,
    taken: usize,
}

impl<R: Read> Input<'_, R> {
    /// The next `n` bytes, or fewer if the input ends before; the buffer grows with what comes, not with `n`.
    fn up_to(&mut self, n: u64) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        let outcome = (&mut self.source).take(n).read_to_end(&mut bytes);
        self.taken += bytes.len();
        match outcome {
            Ok(_) => Ok(bytes),
            // Only the operating system's errors carry its number: all others come from unpacking.
            Err(e) if e.raw_os_error().is_some() => Err(Error::unreadable(self.name, e)),
            Err(e) => Err(Error::invalid(
                self.name,
                "intact gzip data and nothing after them",
                format!("damage after {} unpacked bytes: {e}", self.taken),
            )),
        }
    }
}
