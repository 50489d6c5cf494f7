//! Writers for the files that the tests read back.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

/// The bytes of an IDX file: its header as asked, right or wrong, and `values` after it.
pub fn idx(type_code: u8, sizes: &[u32], values: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, type_code, sizes.len() as u8];
    for size in sizes {
        bytes.extend(size.to_be_bytes());
    }
    bytes.extend(values);
    bytes
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
