//! Random streams by name.

use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

/// The generator of a stream.
pub type Stream = Xoshiro256PlusPlus;

/// The seed of a program, from which every stream of random numbers is derived by what it is for.
///
/// A stream belongs to a label, a step and a shard, and to nothing else: it does not matter which streams were opened
/// before it, on which thread, or whether the program was interrupted in between. So an evaluation added to a training
/// run changes nothing in the training, and a run is resumed from its seed and step alone.
///
/// ```
/// use prob::Key;
/// use rand::Rng;
///
/// let key = Key::new(1);
/// let mut noise = key.stream("noise", 250, 0);
/// assert_eq!(noise.next_u64(), key.stream("noise", 250, 0).next_u64());
/// assert_ne!(noise.next_u64(), key.stream("eval", 250, 0).next_u64());
/// ```
///
/// # Construction
/// Seed, label (as its 64-bit FNV-1a hash), step and shard are four words of 64 bits. They are mixed by a bijection of
/// 256 bits into the state of a xoshiro256++ generator (D. Blackman and S. Vigna, *Scrambled linear pseudorandom number
/// generators*, 2021). Two streams therefore start in the same state only if their labels' hashes are equal, and the
/// labels of one program can be checked for that; with other states they are windows of one sequence of period
/// 2²⁵⁶ − 1, whose starting points the mixing scatters. That any two of 2⁴⁰ streams of 2⁴⁰ numbers overlap has a chance
/// below 2⁻¹³⁰. The generator is for simulation, not for cryptography.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    seed: u64,
}

impl Key {
    /// The key of a seed.
    pub fn new(seed: u64) -> Key {
        Key { seed }
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The stream for a purpose (`"init"`, `"shuffle"`, `"binarize"`, `"noise"`, `"eval"`), a step and a shard.
    pub fn stream(&self, label: &str, step: u64, shard: u64) -> Stream {
        let state = mix([self.seed, fnv1a(label), step, shard]);
        let mut seed = [0; 32];
        for (bytes, word) in seed.chunks_exact_mut(8).zip(state) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        Stream::from_seed(seed)
    }
}

/// FNV-1a, 64 bits (G. Fowler, L. C. Noll, K.-P. Vo).
fn fnv1a(label: &str) -> u64 {
    label.bytes().fold(0xcbf2_9ce4_8422_2325, |h, byte| (h ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// A bijection of 256 bits: words are changed in turn, each by a hash of the one before it, which can be undone in
/// reverse order. After four rounds every bit of the input reaches every bit of the output.
fn mix(mut words: [u64; 4]) -> [u64; 4] {
    for round in 0..16u64 {
        let [from, to] = [round % 4, (round + 1) % 4].map(|i| i as usize);
        // A different odd multiple of the golden ratio each time, so that no input, not even zeros, is a fixed point.
        words[to] = words[to].wrapping_add(finalize(words[from].wrapping_add((round + 1).wrapping_mul(GOLDEN))));
    }
    words
}

/// 2⁶⁴ divided by the golden ratio.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The output function of SplitMix64 (G. Steele, D. Lea, C. Flood, 2014; constants by D. Stafford, variant 13).
fn finalize(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
