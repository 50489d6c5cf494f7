//! The pictures of a run, drawn here and written as PNG files.
//!
//! [`grid`] and [`reconstructions`] tile images; [`Scatter`] shows a latent space and [`Lines`] curves over the epochs.
//! Each gives a [`Picture`] in memory, which is then saved whole or not at all. Same input, same bytes.

mod canvas;
mod colour;
mod font;
mod frame;
mod grid;
mod legend;
mod lines;
mod png;
mod range;
mod reconstructions;
mod scatter;
mod ticks;
mod tile;

pub use grid::grid;
pub use lines::{Lines, Panel, Series};
pub use png::Picture;
pub use reconstructions::reconstructions;
pub use scatter::{Point, Scatter};
pub use tile::Images;
