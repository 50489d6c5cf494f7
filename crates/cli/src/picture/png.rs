//! A finished picture and its file.

use std::io;
use std::path::Path;

use png::{BitDepth, ColorType, Compression, Encoder};

use crate::files;

/// A finished picture: three bytes a pixel, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    width: u32,
    height: u32,
    rgb: Vec<u8>,
}

impl Picture {
    pub(super) fn new(width: u32, height: u32, rgb: Vec<u8>) -> Self {
        Self { width, height, rgb }
    }

    /// The picture as a PNG file's bytes; one channel instead of three if there is no colour in it.
    pub fn to_png(&self) -> io::Result<Vec<u8>> {
        let grey = self.rgb.chunks_exact(3).all(|p| p[0] == p[1] && p[1] == p[2]);
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, self.width, self.height);
        encoder.set_depth(BitDepth::Eight);
        encoder.set_compression(Compression::High);
        encoder.set_color(if grey { ColorType::Grayscale } else { ColorType::Rgb });
        let mut writer = encoder.write_header()?;
        if grey {
            let channel: Vec<u8> = self.rgb.iter().copied().step_by(3).collect();
            writer.write_image_data(&channel)?;
        } else {
            writer.write_image_data(&self.rgb)?;
        }
        writer.finish()?;
        Ok(bytes)
    }

    /// Writes the picture to `path`, whole or not at all: a file that was there stays until the new one can take its
    /// place.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        let written = self.to_png().and_then(|bytes| files::replace(path, &bytes));
        written.map_err(|e| io::Error::new(e.kind(), format!("{}: cannot be written: {e}", path.display())))
    }
}

#[cfg(test)]
impl Picture {
    /// Width and height in pixels.
    pub(super) fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// The three bytes of a pixel.
    pub(super) fn pixel(&self, x: u32, y: u32) -> [u8; 3] {
        let at = 3 * (y * self.width + x) as usize;
        [self.rgb[at], self.rgb[at + 1], self.rgb[at + 2]]
    }

    /// Whether the outermost `rim` pixels are bare paper: nothing was cut at an edge.
    pub(super) fn has_blank_rim(&self, rim: u32) -> bool {
        let inside = |at: u32, side: u32| at >= rim && at + rim < side;
        let bare = |x, y| self.pixel(x, y) == [255; 3];
        (0..self.height)
            .all(|y| (0..self.width).all(|x| (inside(x, self.width) && inside(y, self.height)) || bare(x, y)))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn decode(bytes: &[u8]) -> (ColorType, Vec<u8>) {
        let mut reader = png::Decoder::new(io::Cursor::new(bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        (info.color_type, pixels)
    }

    #[test]
    fn colours_and_greys_come_back() {
        let colour = Picture::new(2, 1, vec![1, 2, 3, 250, 0, 9]);
        assert_eq!(decode(&colour.to_png().unwrap()), (ColorType::Rgb, colour.rgb.clone()));
        let grey = Picture::new(2, 1, vec![7, 7, 7, 200, 200, 200]);
        assert_eq!(decode(&grey.to_png().unwrap()), (ColorType::Grayscale, vec![7, 200]));
    }

    #[test]
    fn saving_replaces_and_leaves_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        fs::write(&path, "old").unwrap();
        let picture = Picture::new(1, 1, vec![0; 3]);
        picture.save(&path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), picture.to_png().unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn failing_names_the_file_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let picture = Picture::new(1, 1, vec![0; 3]);
        let missing = folder.path().join("missing").join("a.png");
        let error = picture.save(&missing).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert!(error.to_string().contains(&missing.display().to_string()), "{error}");

        let taken = folder.path().join("taken.png");
        fs::create_dir(&taken).unwrap();
        assert!(picture.save(&taken).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
