//! NumPy's file format, version 1.0: a line of Python that says type and shape, then the numbers.

use std::io::{self, Write};

/// The numbers begin at a multiple of this.
const ALIGNMENT: usize = 64;

/// Writes an array of single-precision numbers, last axis fastest, of which one block comes after the other.
pub fn write<B: AsRef<[f32]>>(
    mut out: impl Write,
    shape: &[usize],
    blocks: impl IntoIterator<Item = B>,
) -> io::Result<()> {
    out.write_all(&header(shape))?;
    let mut bytes = Vec::with_capacity(1 << 16);
    let mut written = 0;
    for block in blocks {
        for values in block.as_ref().chunks(1 << 14) {
            bytes.clear();
            bytes.extend(values.iter().flat_map(|v| v.to_le_bytes()));
            out.write_all(&bytes)?;
        }
        written += block.as_ref().len();
    }
    debug_assert_eq!(shape.iter().product::<usize>(), written);
    out.flush()
}

fn header(shape: &[usize]) -> Vec<u8> {
    let sizes: Vec<String> = shape.iter().map(usize::to_string).collect();
    // In Python, a tuple of one ends in a comma.
    let comma = if sizes.len() == 1 { "," } else { "" };
    let mut line = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}{comma}), }}", sizes.join(", "));
    let before = b"\x93NUMPY\x01\x00".len() + 2;
    let end = (before + line.len() + 1).next_multiple_of(ALIGNMENT);
    line.extend(std::iter::repeat_n(' ', end - before - line.len() - 1));
    line.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((line.len() as u16).to_le_bytes());
    bytes.extend(line.as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `numpy.save` of NumPy 2.4 writes for `numpy.array([[1, 2, 3]], dtype='<f4')`.
    #[test]
    fn a_file_is_what_numpy_writes() {
        let mut file = Vec::new();
        write(&mut file, &[1, 3], [&[1.0, 2.0], &[3.0][..]]).unwrap();
        let line = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }";
        let expected = format!("{line:<117}\n");
        assert_eq!(&file[..10], b"\x93NUMPY\x01\x00\x76\x00");
        assert_eq!(&file[10..128], expected.as_bytes());
        assert_eq!(file[128..], [1.0_f32, 2.0, 3.0].map(f32::to_le_bytes).concat());
    }

    #[test]
    fn one_axis_is_a_tuple_too() {
        let text = String::from_utf8_lossy(&header(&[7])).into_owned();
        assert!(text.contains("'shape': (7,), }"), "{text}");
        assert_eq!(header(&[12_345, 2, 3]).len() % ALIGNMENT, 0);
    }
}
