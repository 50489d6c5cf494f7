//! Comma-separated numbers under a line of names. Nothing in them needs quotes.

use std::io::{self, Write};

/// Writes a table: the names of its columns, then each row's label if there are labels, and its numbers.
///
/// Numbers are written with as few digits as give the same number back.
pub fn write<R: AsRef<[f32]>>(
    mut out: impl Write,
    names: &[String],
    labels: Option<&[u8]>,
    rows: impl Iterator<Item = R>,
) -> io::Result<()> {
    let first = labels.map(|_| "label".to_owned());
    let names: Vec<&str> = first.iter().chain(names).map(String::as_str).collect();
    writeln!(out, "{}", names.join(","))?;
    for (i, row) in rows.enumerate() {
        let label = labels.and_then(|labels| labels.get(i)).map(u8::to_string);
        let numbers = row.as_ref().iter().map(f32::to_string);
        let cells: Vec<String> = label.into_iter().chain(numbers).collect();
        writeln!(out, "{}", cells.join(","))?;
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_stand_first() {
        let mut file = Vec::new();
        let names = ["mean_1", "std_1"].map(String::from);
        let rows = [[0.5, 1e-9], [-2.0, 0.1]];
        write(&mut file, &names, Some(&[7, 3]), rows.into_iter()).unwrap();
        assert_eq!(String::from_utf8(file).unwrap(), "label,mean_1,std_1\n7,0.5,0.000000001\n3,-2,0.1\n");
    }
}
