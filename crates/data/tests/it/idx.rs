//! The IDX reader: what is written is read back, and every damage is told from every other by its message.

use std::fs;

use crate::common::{gzip, idx};
use data::idx::{Idx, parse, read};
use proptest::prelude::*;

fn message(bytes: &[u8]) -> String {
    parse("x.idx", bytes).unwrap_err().to_string()
}

fn values(n: usize) -> Vec<u8> {
    (0..n).map(|i| (i * 7) as u8).collect()
}

/// Any array of 1 to 4 dimensions, none of them zero.
fn arrays() -> impl Strategy<Value = Idx> {
    prop::collection::vec(1..6_usize, 1..=4).prop_flat_map(|sizes| {
        let n = sizes.iter().product::<usize>();
        prop::collection::vec(any::<u8>(), n).prop_map(move |values| Idx { sizes: sizes.clone(), values })
    })
}

fn file_of(array: &Idx) -> Vec<u8> {
    let sizes: Vec<u32> = array.sizes.iter().map(|&s| s as u32).collect();
    idx(8, &sizes, &array.values)
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(array in arrays()) {
        let plain = file_of(&array);
        prop_assert_eq!(&parse("x", &plain[..]).unwrap(), &array);
        prop_assert_eq!(&parse("x", &gzip(&plain)[..]).unwrap(), &array);
    }

    #[test]
    fn every_cut_and_every_addition_is_refused(array in arrays(), cut in any::<prop::sample::Index>(), more in 1..40_usize) {
        for whole in [file_of(&array), gzip(&file_of(&array))] {
            let cut = cut.index(whole.len());
            prop_assert!(parse("x", &whole[..cut]).is_err());
            let longer = [&whole[..], &vec![0; more]].concat();
            prop_assert!(parse("x", &longer[..]).is_err());
        }
    }

    #[test]
    fn no_bytes_make_it_panic(start in 0..3_usize, bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let start: &[u8] = [&[][..], &[0, 0, 8], &[0x1f, 0x8b, 8, 0]][start];
        let _ = parse("x", &[start, &bytes].concat()[..]);
    }
}

#[test]
fn gzip_is_seen_from_the_content_and_may_come_in_several_members() {
    let whole = idx(8, &[2, 3], &values(6));
    let folder = tempfile::tempdir().unwrap();
    let plain_name = folder.path().join("packed-without-saying-so");
    fs::write(&plain_name, gzip(&whole)).unwrap();
    assert_eq!(read(&plain_name).unwrap().values, values(6));
    let gz_name = folder.path().join("not-packed.gz");
    fs::write(&gz_name, &whole).unwrap();
    assert_eq!(read(&gz_name).unwrap().values, values(6));

    let members = [gzip(&whole[..9]), gzip(&whole[9..])].concat();
    assert_eq!(parse("x", &members[..]).unwrap().values, values(6));
}

#[test]
fn missing_files_and_folders_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.idx");
    let error = read(&missing).unwrap_err().to_string();
    assert!(error.starts_with(&format!("{}: cannot be read: ", missing.display())), "{error}");
    let error = read(folder.path()).unwrap_err().to_string();
    assert_eq!(error, format!("{}: expected a file, found a folder", folder.path().display()));
}

#[test]
fn wrong_beginnings() {
    for (bytes, expected) in [
        (&b""[..], "x.idx: expected an IDX file, found an empty file"),
        (b"\x89PNG\r\n", "x.idx: expected an IDX file, which begins with the bytes 00 00, found the bytes 89 50 4e 47"),
        (b"a", "x.idx: expected an IDX file, which begins with the bytes 00 00, found the bytes 61"),
        (&[0], "x.idx: expected an IDX header of at least 8 bytes, found the end after 1"),
        (&[0, 0, 8], "x.idx: expected an IDX header of at least 8 bytes, found the end after 3"),
        (
            &[0, 0, 0x0b, 1, 0, 0],
            "x.idx: expected unsigned bytes (IDX type code 08), found 16-bit integers (type code 0b)",
        ),
        (&[0, 0, 0x0d, 1], "x.idx: expected unsigned bytes (IDX type code 08), found 32-bit floats (type code 0d)"),
        (&[0, 0, 0x07, 1], "x.idx: expected unsigned bytes (IDX type code 08), found the unknown type code 07"),
        (&[0, 0, 8, 0, 5], "x.idx: expected at least one dimension, found none"),
        (
            &[0, 0, 8, 3, 0, 0, 0, 1, 0],
            "x.idx: expected an IDX header of 16 bytes for 3 dimensions, found the end after 9",
        ),
    ] {
        assert_eq!(message(bytes), expected);
        if !bytes.is_empty() {
            assert_eq!(message(&gzip(bytes)), expected, "the same inside gzip");
        }
    }
}

#[test]
fn wrong_sizes() {
    let sizes = |sizes: &[u32], n| message(&idx(8, sizes, &values(n)));
    assert_eq!(sizes(&[0, 28, 28], 0), "x.idx: expected at least one value, found 0 x 28 x 28");
    assert_eq!(
        sizes(&[u32::MAX, u32::MAX, 0], 0),
        "x.idx: expected at least one value, found 4294967295 x 4294967295 x 0"
    );
    assert_eq!(
        sizes(&[u32::MAX; 3], 9),
        "x.idx: expected sizes whose product can be counted in memory, found 4294967295 x 4294967295 x 4294967295"
    );
    assert_eq!(sizes(&[2, 2, 2], 7), "x.idx: expected 8 values (2 x 2 x 2), found the end after 7");
    assert_eq!(sizes(&[2, 3], 7), "x.idx: expected the end after 6 values (2 x 3), found more bytes");
}

/// A header of 16 bytes that announces 2⁶³ values (or, unpacked, more than any machine has) costs no memory: with an
/// allocation by the header this test aborts.
#[test]
fn memory_follows_the_bytes_not_the_header() {
    let claim = idx(8, &[1 << 31, 1 << 31, 1 << 1], &[1, 2, 3]);
    let expected = "x.idx: expected 9223372036854775808 values (2147483648 x 2147483648 x 2), found the end after 3";
    assert_eq!(message(&claim), expected);
    assert_eq!(message(&gzip(&claim)), expected);
}

/// A damaged checksum at the end would be reported if the file were read that far.
#[test]
fn what_gzip_cannot_hold_is_refused_before_it_is_unpacked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("claim.gz");
    let message = |sizes: &[u32]| {
        let mut packed = gzip(&idx(8, sizes, &[0; 100_000]));
        let at = packed.len() - 8;
        packed[at] ^= 1;
        fs::write(&path, &packed).unwrap();
        (read(&path).unwrap_err().to_string(), packed.len())
    };
    let (error, length) = message(&[1 << 26, 1 << 26]);
    let expected = "expected 4503599627370496 values (67108864 x 67108864), found a gzip file of";
    assert_eq!(error, format!("{}: {expected} {length} bytes, which cannot hold so many", path.display()));
    let possible = message(&[100_001]).0;
    assert!(possible.contains("checksum"), "{possible}");

    let zeros = gzip(&idx(8, &[1 << 22], &vec![0; 1 << 22]));
    fs::write(&path, &zeros).unwrap();
    assert_eq!(read(&path).unwrap().values.len(), 1 << 22, "packed as tightly as can be: {} bytes", zeros.len());
}

/// Endless bytes after the last value: reading stops, or this test never ends.
#[test]
fn reading_stops_one_byte_past_the_end() {
    use std::io::{BufReader, Read, repeat};
    let four = idx(8, &[4], &values(4));
    let endless = BufReader::new(four.chain(repeat(0)));
    let error = parse("x.idx", endless).unwrap_err().to_string();
    assert_eq!(error, "x.idx: expected the end after 4 values (4), found more bytes");
}

#[test]
fn damaged_gzip() {
    let whole = gzip(&idx(8, &[1000], &values(1000)));
    let damaged = |bytes: &[u8]| {
        let message = message(bytes);
        let (start, end) = message.split_once(", found damage after ").expect(&message);
        assert_eq!(start, "x.idx: expected intact gzip data and nothing after them");
        end.to_owned()
    };
    let cut = damaged(&whole[..whole.len() / 2]);
    assert!(cut.ends_with(" unpacked bytes: incomplete deflate stream"), "{cut}");
    assert_eq!(damaged(&whole[..whole.len() - 3]), "1008 unpacked bytes: unexpected end of file");
    assert_eq!(damaged(&whole[..2]), "0 unpacked bytes: unexpected end of file");

    let mut wrong_sum = whole.clone();
    let at = wrong_sum.len() - 8;
    wrong_sum[at] ^= 1;
    assert_eq!(damaged(&wrong_sum), "1008 unpacked bytes: corrupt gzip stream does not have a matching checksum");

    let garbage = [&whole[..], b"some other bytes"].concat();
    assert_eq!(damaged(&garbage), "1008 unpacked bytes: invalid gzip header");

    assert_eq!(damaged(b"\x1f\x8bnot gzip at all"), "0 unpacked bytes: invalid gzip header");
}
