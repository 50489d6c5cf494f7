//! The order in which a model meets the examples.

use std::slice::Chunks;

use rand::Rng;
use rand::seq::SliceRandom;

/// The rows of a data set in some order, cut into batches of row numbers for [`Examples::grey`] or [`Examples::draw`].
///
/// Every row is in exactly one batch. Where the rows are not a multiple of the batch, the last batch is smaller: no example is left out.
///
/// ```
/// use rand::SeedableRng;
/// use rand_xoshiro::Xoshiro256PlusPlus;
///
/// let mut batches = data::Batches::new(5, 2);
/// assert_eq!(batches.iter().collect::<Vec<_>>(), [&[0, 1][..], &[2, 3], &[4]]);
/// batches.shuffle(&mut Xoshiro256PlusPlus::seed_from_u64(1));
/// assert_eq!(batches.get(2).map(<[usize]>::len), Some(1));
/// ```
///
/// [`Examples::grey`]: crate::Examples::grey
/// [`Examples::draw`]: crate::Examples::draw
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batches {
    order: Vec<usize>,
    size: usize,
}

impl Batches {
    /// `rows` rows in their own order, `size` to a batch.
    ///
    /// # Panics
    /// If `size` is 0.
    #[track_caller]
    pub fn new(rows: usize, size: usize) -> Self {
        assert!(size > 0, "a batch of no rows");
        Self { order: (0..rows).collect(), size }
    }

    /// Puts the rows in a random order, each order as likely as any other.
    ///
    /// The order comes from `rng` alone, not from the order before, so an epoch can be repeated without those before it.
    pub fn shuffle<R: Rng + ?Sized>(&mut self, rng: &mut R) {
        for (i, row) in self.order.iter_mut().enumerate() {
            *row = i;
        }
        self.order.shuffle(rng);
    }

    /// The number of batches, the smaller last one included.
    pub fn len(&self) -> usize {
        self.order.len().div_ceil(self.size)
    }

    /// Whether there is no batch, because there are no rows.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The rows of one batch, counted from 0.
    pub fn get(&self, batch: usize) -> Option<&[usize]> {
        self.iter().nth(batch)
    }

    /// The rows of each batch in turn.
    pub fn iter(&self) -> Chunks<'_, usize> {
        self.order.chunks(self.size)
    }
}

impl<'a> IntoIterator for &'a Batches {
    type Item = &'a [usize];
    type IntoIter = Chunks<'a, usize>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
