//! Examples: splitting, choosing and making numbers of them.

use data::Examples;
use proptest::prelude::*;

/// Labelled examples of any small shape on any scale.
fn examples() -> impl Strategy<Value = Examples> {
    (1..4_usize, 1..5_usize, 1..20_usize, 1..=255_u8).prop_flat_map(|(h, w, rows, max)| {
        let bytes = prop::collection::vec(0..=max, rows * h * w);
        let labels = prop::collection::vec(any::<u8>(), rows);
        (bytes, labels).prop_map(move |(bytes, labels)| Examples::new([h, w], bytes, max).with_labels(labels))
    })
}

proptest! {
    #[test]
    fn a_split_loses_nothing(all in examples(), at in any::<prop::sample::Index>()) {
        let at = at.index(all.rows() + 1);
        let (head, tail) = all.clone().split_at(at);
        prop_assert_eq!((head.rows(), tail.rows()), (at, all.rows() - at));
        prop_assert_eq!([head.bytes(), tail.bytes()].concat(), all.bytes());
        prop_assert_eq!([head.labels().unwrap(), tail.labels().unwrap()].concat(), all.labels().unwrap());
        prop_assert_eq!((tail.shape(), tail.max()), (all.shape(), all.max()));
    }

    #[test]
    fn chosen_rows_keep_their_values_and_labels(all in examples(), rows in prop::collection::vec(any::<prop::sample::Index>(), 0..30)) {
        let rows: Vec<usize> = rows.iter().map(|row| row.index(all.rows())).collect();
        let some = all.select(&rows);
        prop_assert_eq!(some.rows(), rows.len());
        for (i, &row) in rows.iter().enumerate() {
            prop_assert_eq!(some.row(i), all.row(row));
            prop_assert_eq!(some.labels().unwrap()[i], all.labels().unwrap()[row]);
        }
    }

    /// Division is correctly rounded, so the numbers are equal to the last bit.
    #[test]
    fn grey_is_the_value_over_max(all in examples(), rows in prop::collection::vec(any::<prop::sample::Index>(), 0..30)) {
        let rows: Vec<usize> = rows.iter().map(|row| row.index(all.rows())).collect();
        let mut x = vec![-1.0; rows.len() * all.features()];
        all.grey(&rows, &mut x);
        let expected: Vec<f32> = all.select(&rows).bytes().iter().map(|&v| v as f32 / all.max() as f32).collect();
        prop_assert_eq!(x, expected);
    }
}

#[test]
fn binary_means_only_0_and_the_largest() {
    assert!(Examples::new([1, 2], vec![0, 255, 255, 255], 255).is_binary());
    assert!(Examples::new([1, 2], vec![0, 1], 1).is_binary());
    assert!(!Examples::new([1, 2], vec![0, 1], 255).is_binary());
}

#[test]
#[should_panic(expected = "5 bytes are not a whole number of examples of 4")]
fn a_broken_row_is_a_mistake() {
    Examples::new([2, 2], vec![0; 5], 255);
}

#[test]
#[should_panic(expected = "a value of 17 is above max = 16")]
fn a_value_off_the_scale_is_a_mistake() {
    Examples::new([1, 2], vec![16, 17], 16);
}

#[test]
#[should_panic(expected = "examples of shape [0, 3] have no features")]
fn examples_of_nothing_are_a_mistake() {
    Examples::new([0, 3], vec![], 16);
}

#[test]
#[should_panic(expected = "the value that stands for 1 cannot be 0")]
fn a_scale_of_nothing_is_a_mistake() {
    Examples::new([1, 1], vec![0], 0);
}

#[test]
#[should_panic(expected = "one label for each row")]
fn too_few_labels_are_a_mistake() {
    let _ = Examples::new([1, 1], vec![0, 1], 1).with_labels(vec![3]);
}

#[test]
#[should_panic(expected = "room for 2 rows of 3 values")]
fn a_buffer_of_another_size_is_a_mistake() {
    Examples::new([1, 3], vec![0; 9], 1).grey(&[0, 1], &mut [0.0; 7]);
}

#[test]
#[should_panic(expected = "row 3 of 3 rows")]
fn a_row_beyond_the_last_is_a_mistake() {
    Examples::new([1, 3], vec![0; 9], 1).grey(&[3], &mut [0.0; 3]);
}
