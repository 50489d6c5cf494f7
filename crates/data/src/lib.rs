//! Data for density models: rows of bytes from files or from the program itself, made into batches of numbers in [0, 1]
//! or of zeros and ones. It knows nothing of models.
//!
//! - [`open`]: a [`Dataset`] by name (`digits`, `optdigits`) or by path (IDX files of MNIST's format, plain or gzip);
//! - [`Examples`]: rows of one shape, with labels or without; [`grey`](Examples::grey) and [`draw`](Examples::draw) make batches of them;
//! - [`Binarization`]: how grey becomes black and white;
//! - [`Batches`]: who comes when.
//!
//! Nothing is random but through the generator that the caller gives. A file that is not what it should be is an
//! [`Error`] that says what was expected and what was found, and never a panic.
//!
//! ```
//! use data::Batches;
//! use rand::SeedableRng;
//! use rand_xoshiro::Xoshiro256PlusPlus;
//!
//! let digits = data::open("digits")?;
//! let train = &digits.train; // 9,000 images of 28 × 28
//! let mut rng = Xoshiro256PlusPlus::seed_from_u64(0);
//!
//! let mut batches = Batches::new(train.rows(), 128);
//! let mut x = vec![0.0; 128 * train.features()];
//! batches.shuffle(&mut rng);
//! for rows in &batches {
//!     let x = &mut x[..rows.len() * train.features()]; // the last batch has 40 rows
//!     train.draw(rows, &mut rng, x); // x ~ Bernoulli(grey), `[rows, 784]`
//!     assert!(x.iter().all(|&x| x == 0.0 || x == 1.0));
//! }
//! # Ok::<(), data::Error>(())
//! ```

mod batches;
mod binarize;
mod dataset;
pub mod embedded;
mod error;
mod folder;
pub mod idx;
mod images;
mod source;

pub use batches::Batches;
pub use binarize::Binarization;
pub use dataset::{Dataset, Examples};
pub use error::Error;
pub use source::open;
