//! Two sets of handwritten digits that are part of the program; `assets/README.md` says where they come from and under which licence.

use crate::{Dataset, Examples, idx};

macro_rules! asset {
    ($file:literal) => {
        Asset { name: concat!("embedded ", $file), bytes: include_bytes!(concat!("../assets/", $file)) }
    };
}

/// `digits`: the first 10,000 training and 2,000 test images of MNIST, 28 × 28, values 0..=255, with labels.
///
/// The first 9,000 of the 10,000 train, the last 1,000 validate, the 2,000 test.
pub fn digits() -> Dataset {
    let train =
        asset!("mnist-mini-train-images-idx3-ubyte.gz").examples(255, &asset!("mnist-mini-train-labels-idx1-ubyte.gz"));
    let test =
        asset!("mnist-mini-test-images-idx3-ubyte.gz").examples(255, &asset!("mnist-mini-test-labels-idx1-ubyte.gz"));
    let (train, validation) = train.split_at(9_000);
    Dataset { name: "digits".into(), train, validation, test: Some(test) }
}

/// `optdigits`: 1,797 digits of 13 writers, 8 × 8, values 0..=16, with labels.
///
/// The set has no test part of its own: the first 1,250 train, the next 250 validate, the last 297 test.
pub fn optdigits() -> Dataset {
    let all = asset!("optdigits-images-idx3-ubyte.gz").examples(16, &asset!("optdigits-labels-idx1-ubyte.gz"));
    let (train, rest) = all.split_at(1_250);
    let (validation, test) = rest.split_at(250);
    Dataset { name: "optdigits".into(), train, validation, test: Some(test) }
}

struct Asset {
    name: &'static str,
    bytes: &'static [u8],
}

impl Asset {
    fn examples(&self, max: u8, labels: &Asset) -> Examples {
        let images = self.unpack();
        Examples::new([images.sizes[1], images.sizes[2]], images.values, max).with_labels(labels.unpack().values)
    }

    fn unpack(&self) -> idx::Idx {
        idx::parse(self.name, self.bytes).expect("what is built into the program is intact")
    }
}
