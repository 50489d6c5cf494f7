//! Numbers as people read them.

use std::time::Duration;

/// A count with its thousands apart: `12,000`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let first = digits.len() % 3;
    let mut text = digits[..first].to_owned();
    for (i, digit) in digits[first..].chars().enumerate() {
        if i % 3 == 0 && !text.is_empty() {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count of things: `1 row`, `2 rows`.
pub fn plural(n: u64, thing: &str) -> String {
    format!("{} {thing}{}", count(n), if n == 1 { "" } else { "s" })
}

/// A number of seconds in the two largest units that they have. What is no length of time counts as none.
pub fn time(seconds: f64) -> String {
    let seconds = Duration::try_from_secs_f64(seconds).unwrap_or_default().as_secs_f64();
    let whole = seconds.round() as u64;
    match whole {
        0..10 => format!("{seconds:.1} s"),
        10..60 => format!("{whole} s"),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole % 3600 / 60),
    }
}

/// A word for a shell, quoted if it must be.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        let counts = [0, 999, 1_000, 12_000, 100_000, 1_234_567];
        assert_eq!(counts.map(count), ["0", "999", "1,000", "12,000", "100,000", "1,234,567"]);
        assert_eq!([plural(1, "row"), plural(2_000, "row")], ["1 row", "2,000 rows"]);
    }

    #[test]
    fn times_have_two_units_at_most() {
        let times = [0.04, 9.4, 59.4, 59.6, 3_599.0, 7_260.0];
        assert_eq!(times.map(time), ["0.0 s", "9.4 s", "59 s", "1 min 00 s", "59 min 59 s", "2 h 01 min"]);
    }

    #[test]
    fn what_is_no_length_of_time_counts_as_none() {
        assert_eq!([-1.0, f64::NAN, f64::INFINITY, 1e300].map(time), ["0.0 s"; 4]);
    }

    #[test]
    fn a_shell_reads_back_what_was_quoted() {
        assert_eq!(["a/b-1.x", "a b", "it's", ""].map(quoted), ["a/b-1.x", "'a b'", r"'it'\''s'", "''"]);
    }
}
