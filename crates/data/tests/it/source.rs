//! Opening data sets by name and by path.

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{gzip, idx};
use data::{Dataset, Examples, open};

/// A folder that goes with the test.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn open(&self) -> Result<Dataset, String> {
        open(self.path().to_str().unwrap()).map_err(|e| e.to_string())
    }
}

/// `rows` images of 2 × 3; the values of image i are all `first + i`.
fn images(rows: u32, first: u8) -> Vec<u8> {
    let values: Vec<u8> = (0..rows).flat_map(|i| [first + i as u8; 6]).collect();
    idx(8, &[rows, 2, 3], &values)
}

/// Labels `first`, `first + 1`, ….
fn labels(rows: u32, first: u8) -> Vec<u8> {
    let values: Vec<u8> = (0..rows).map(|i| first + i as u8).collect();
    idx(8, &[rows], &values)
}

fn firsts(examples: &Examples) -> Vec<u8> {
    (0..examples.rows()).map(|i| examples.row(i)[0]).collect()
}

#[test]
fn a_name_that_is_nothing_lists_what_is_accepted() {
    assert_eq!(
        open("no-such-data").unwrap_err().to_string(),
        "unknown data set `no-such-data`: expected `digits`, `optdigits`, an IDX file of images, or a folder with \
         train-images-idx3-ubyte and its companions (.gz or not); no file or folder has this name"
    );
}

#[test]
fn a_file_gives_its_last_sixth_to_validation_and_has_no_test_part() {
    let folder = Folder::new();
    let file = folder.put("shapes.idx.gz", &gzip(&images(13, 100)));
    let dataset = open(file.to_str().unwrap()).unwrap();
    assert_eq!(dataset.name, "shapes.idx");
    assert_eq!(firsts(&dataset.train), (100..111).collect::<Vec<_>>());
    assert_eq!(firsts(&dataset.validation), [111, 112]);
    assert_eq!(dataset.test, None);
    assert_eq!((dataset.train.shape(), dataset.train.max()), ([2, 3], 255));
    assert_eq!(dataset.train.labels(), None);
}

#[test]
fn validation_has_at_least_one_example_and_at_most_ten_thousand() {
    let folder = Folder::new();
    for (rows, validation) in [(2, 1), (11, 1), (12, 2), (60_000, 10_000), (60_600, 10_000)] {
        let file = folder.put("rows", &idx(8, &[rows, 1], &vec![0; rows as usize]));
        let dataset = open(file.to_str().unwrap()).unwrap();
        let split = (dataset.train.rows(), dataset.validation.rows());
        assert_eq!(split, (rows as usize - validation, validation));
    }
    let one = folder.put("one", &idx(8, &[1, 1], &[0]));
    assert_eq!(
        open(one.to_str().unwrap()).unwrap_err().to_string(),
        format!("{}: expected at least 2 examples, one to train and one to validate, found 1", one.display())
    );
}

#[test]
fn the_scale_is_1_only_where_no_value_is_above() {
    let folder = Folder::new();
    let bits = folder.put("bits", &idx(8, &[2, 3], &[0, 1, 1, 0, 0, 1]));
    let bits = Examples::read(&bits).unwrap();
    assert_eq!((bits.max(), bits.shape(), bits.is_binary()), (1, [1, 3], true));
    let grey = folder.put("grey", &idx(8, &[2, 3], &[0, 1, 1, 0, 2, 1]));
    let grey = Examples::read(&grey).unwrap();
    assert_eq!((grey.max(), grey.is_binary()), (255, false));
}

#[test]
fn labels_lie_beside_the_images() {
    for (images_name, labels_name) in [
        ("a-images-idx3-ubyte", "a-labels-idx1-ubyte"),
        ("a-images-idx3-ubyte.gz", "a-labels-idx1-ubyte.gz"),
        ("a-images-idx3-ubyte.gz", "a-labels-idx1-ubyte"),
        ("a-images.idx3-ubyte", "a-labels.idx1-ubyte"),
        ("images-idx2-ubyte", "labels-idx1-ubyte"),
    ] {
        let folder = Folder::new();
        let file = folder.put(images_name, &images(4, 9));
        assert_eq!(Examples::read(&file).unwrap().labels(), None);
        folder.put(labels_name, &labels(4, 3));
        assert_eq!(Examples::read(&file).unwrap().labels(), Some(&[3, 4, 5, 6][..]), "{images_name}");
    }
}

#[test]
fn images_and_labels_that_do_not_fit() {
    let folder = Folder::new();
    let file = folder.put("a-images-idx3-ubyte", &images(4, 0));
    let beside = folder.put("a-labels-idx1-ubyte", &labels(3, 0));
    let expected = format!(
        "{}: expected 4 labels in 1 dimension, one for each image of {}, found ",
        beside.display(),
        file.display()
    );
    assert_eq!(Examples::read(&file).unwrap_err().to_string(), expected.clone() + "1 dimension: 3");
    folder.put("a-labels-idx1-ubyte", &idx(8, &[4, 1], &[0; 4]));
    assert_eq!(Examples::read(&file).unwrap_err().to_string(), expected + "2 dimensions: 4 x 1");

    for (sizes, found) in [(&[4][..], "1 dimension: 4"), (&[1, 2, 2, 3], "4 dimensions: 1 x 2 x 2 x 3")] {
        let n = sizes.iter().product::<u32>();
        let file = folder.put("b", &idx(8, sizes, &vec![0; n as usize]));
        assert_eq!(
            Examples::read(&file).unwrap_err().to_string(),
            format!("{}: expected images in 3 dimensions or rows in 2, found {found}", file.display())
        );
    }
}

#[test]
fn a_folder_with_four_files_of_mnist() {
    for gz in ["", ".gz"] {
        let folder = Folder::new();
        let put = |name: &str, bytes: &[u8]| {
            let bytes = if gz.is_empty() { bytes.to_vec() } else { gzip(bytes) };
            folder.put(&format!("{name}{gz}"), &bytes);
        };
        put("train-images-idx3-ubyte", &images(12, 20));
        put("train-labels-idx1-ubyte", &labels(12, 0));
        put("t10k-images-idx3-ubyte", &images(3, 50));
        put("t10k-labels-idx1-ubyte", &labels(3, 7));
        folder.put("README.md", b"not data");
        fs::create_dir(folder.path().join("old-train-images-idx3-ubyte")).unwrap();

        let dataset = folder.open().unwrap();
        assert_eq!(dataset.name, folder.path().file_name().unwrap().to_str().unwrap());
        assert_eq!(firsts(&dataset.train), (20..30).collect::<Vec<_>>());
        assert_eq!(dataset.train.labels().unwrap(), (0..10).collect::<Vec<_>>());
        assert_eq!(firsts(&dataset.validation), [30, 31]);
        assert_eq!(dataset.validation.labels().unwrap(), [10, 11]);
        let test = dataset.test.unwrap();
        assert_eq!((firsts(&test), test.labels().unwrap()), (vec![50, 51, 52], &[7, 8, 9][..]));
    }
}

#[test]
fn a_folder_with_a_validation_part_is_not_cut_and_has_one_scale() {
    let folder = Folder::new();
    folder.put("my-train-images-idx3-ubyte", &images(12, 20));
    folder.put("my-valid-images-idx3-ubyte", &images(2, 0)); // only 0 and 1
    folder.put("my-test-images-idx3-ubyte", &images(1, 0));
    let dataset = folder.open().unwrap();
    let test = dataset.test.unwrap();
    assert_eq!([dataset.train.rows(), dataset.validation.rows(), test.rows()], [12, 2, 1]);
    assert_eq!([dataset.train.max(), dataset.validation.max(), test.max()], [255; 3]);
}

#[test]
fn a_path_without_a_name_of_its_own_is_resolved() {
    let folder = Folder::new();
    folder.put("train-images-idx3-ubyte", &images(6, 1));
    fs::create_dir(folder.path().join("sub")).unwrap();
    let up = open(folder.path().join("sub/..").to_str().unwrap()).unwrap();
    assert_eq!(up.name, folder.open().unwrap().name);
}

#[test]
fn a_file_and_its_compressed_twin_are_one() {
    let folder = Folder::new();
    folder.put("train-images-idx3-ubyte", &images(6, 1));
    folder.put("train-images-idx3-ubyte.gz", b"never looked at");
    assert_eq!(folder.open().unwrap().train.rows(), 5);
}

#[test]
fn folders_that_are_no_data_set() {
    let folder = Folder::new();
    let at = folder.path().display();
    let missing = format!("{at}: expected a file train-images-idx3-ubyte, with .gz or not, found none");
    assert_eq!(folder.open().unwrap_err(), missing);
    folder.put("t10k-images-idx3-ubyte", &images(3, 0));
    folder.put("strained-images-idx3-ubyte", &images(3, 0));
    assert_eq!(folder.open().unwrap_err(), missing);

    folder.put("train-images-idx3-ubyte", &idx(8, &[6, 3, 2], &[9; 36]));
    assert_eq!(
        folder.open().unwrap_err(),
        format!(
            "{at}/t10k-images-idx3-ubyte: expected images of 3 x 2 as in {at}/train-images-idx3-ubyte, found 2 x 3"
        )
    );
    folder.put("other-train-images-idx3-ubyte.gz", &images(3, 0));
    assert_eq!(
        folder.open().unwrap_err(),
        format!(
            "{at}: expected one file of train images, found other-train-images-idx3-ubyte.gz, train-images-idx3-ubyte"
        )
    );
}

/// The full sets, where the environment variable `VAE_DATA` names the folder that holds them; their sizes and means are published.
#[test]
fn the_big_sets() {
    let Some(folder) = std::env::var_os("VAE_DATA").map(PathBuf::from) else {
        println!("skipped: VAE_DATA is not set");
        return;
    };
    let open = |name: &str| open(folder.join(name).to_str().unwrap()).unwrap();
    // The published means have four decimals.
    let mean = |examples: &[&Examples], expected: f64| {
        let sum: u64 = examples.iter().flat_map(|e| e.bytes()).map(|&v| u64::from(v)).sum();
        let n: usize = examples.iter().map(|e| e.bytes().len()).sum();
        let mean = sum as f64 / n as f64;
        assert!((mean - expected).abs() <= 0.5e-4, "{mean} is not {expected}");
    };

    let mnist = open("mnist");
    let test = mnist.test.unwrap();
    assert_eq!([mnist.train.rows(), mnist.validation.rows(), test.rows()], [50_000, 10_000, 10_000]);
    assert_eq!((mnist.train.shape(), mnist.train.max()), ([28, 28], 255));
    mean(&[&mnist.train, &mnist.validation], 33.3184);
    mean(&[&test], 33.7912);
    assert_eq!(mnist.train.labels().unwrap()[..5], [5, 0, 4, 1, 9]);
    assert_eq!(test.labels().unwrap().len(), 10_000);

    let binary = open("binarized-mnist");
    let test = binary.test.unwrap();
    assert_eq!([binary.train.rows(), binary.validation.rows(), test.rows()], [50_000, 10_000, 10_000]);
    assert!(binary.train.is_binary() && binary.train.max() == 1);
    mean(&[&binary.train], 0.1306);
    mean(&[&binary.validation], 0.1311);
    mean(&[&test], 0.1325);
    assert_eq!(binary.train.labels(), None);
    assert!(test.labels().unwrap().is_sorted());

    let omniglot = open("omniglot/omniglot-background-images-idx3-ubyte.gz");
    mean(&[&omniglot.train, &omniglot.validation], 19.9031);
    let characters = Examples::read(folder.join("omniglot/omniglot-background-characters-idx1-short.gz"));
    let message = characters.unwrap_err().to_string();
    assert!(message.ends_with("found 16-bit integers (type code 0b)"), "{message}");
}
