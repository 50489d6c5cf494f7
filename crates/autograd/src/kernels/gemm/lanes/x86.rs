//! AVX-512 and AVX2 with FMA.

use super::{Lanes, MAX_LEN};
use std::arch::x86_64::*;

/// 16 numbers in a register of AVX-512.
#[derive(Clone, Copy)]
pub(in super::super) struct Avx512F32(__m512);

/// 8 numbers in a register of AVX-512.
#[derive(Clone, Copy)]
pub(in super::super) struct Avx512F64(__m512d);

/// 8 numbers in a register of AVX.
#[derive(Clone, Copy)]
pub(in super::super) struct Avx2F32(__m256);

/// 4 numbers in a register of AVX.
#[derive(Clone, Copy)]
pub(in super::super) struct Avx2F64(__m256d);

/// The methods that are one instruction in every set.
macro_rules! plain {
    ($F:ty, $zero:ident $splat:ident $load:ident $store:ident $fma:ident) => {
        #[inline(always)]
        unsafe fn zero() -> Self {
            // SAFETY: the caller's promise that the processor has the instructions, here and below.
            Self(unsafe { $zero() })
        }

        #[inline(always)]
        unsafe fn splat(x: $F) -> Self {
            // SAFETY: as above.
            Self(unsafe { $splat(x) })
        }

        #[inline(always)]
        unsafe fn load(at: *const $F) -> Self {
            // SAFETY: as above, and the caller's promise of `LEN` elements.
            Self(unsafe { $load(at) })
        }

        #[inline(always)]
        unsafe fn store(self, at: *mut $F) {
            // SAFETY: as above, and the caller's promise of room for `LEN` elements.
            unsafe { $store(at, self.0) }
        }

        #[inline(always)]
        unsafe fn mul_add(self, b: Self, c: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { $fma(self.0, b.0, c.0) })
        }
    };
}

impl Lanes for Avx512F32 {
    type Elem = f32;
    const LEN: usize = 16;
    const ROWS: usize = 8;
    const VECTORS: usize = 3;
    const SPARSE_ROWS: usize = 4;
    const SPARSE_VECTORS: usize = 6;
    const DOT_ROWS: usize = 6;
    const COLUMNS: usize = 4;

    plain!(f32, _mm512_setzero_ps _mm512_set1_ps _mm512_loadu_ps _mm512_storeu_ps _mm512_fmadd_ps);

    #[inline(always)]
    unsafe fn load_first(at: *const f32, count: usize) -> Self {
        // SAFETY: the caller's promises; lanes that the mask leaves out are not touched.
        Self(unsafe { _mm512_maskz_loadu_ps(((1u32 << count) - 1) as u16, at) })
    }

    #[inline(always)]
    unsafe fn store_first(self, at: *mut f32, count: usize) {
        // SAFETY: as above.
        unsafe { _mm512_mask_storeu_ps(at, ((1u32 << count) - 1) as u16, self.0) }
    }

    #[inline(always)]
    fn prefetch(at: *const Self::Elem) {
        // SAFETY: an address that is not there is ignored; every x86-64 has the instruction.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(at.cast()) }
    }

    #[inline(always)]
    unsafe fn nonzero(self) -> u32 {
        // SAFETY: as above.
        u32::from(unsafe { _mm512_cmp_ps_mask::<_CMP_NEQ_UQ>(self.0, _mm512_setzero_ps()) })
    }

    #[inline(always)]
    unsafe fn sums([a, b, c, d]: [Self; 4], at: *mut f32, count: usize) {
        // SAFETY: the caller's promises.
        unsafe {
            // [a₀+a₂, b₀+b₂, a₁+a₃, b₁+b₃] in each quarter, likewise of c and d; then [Σa, Σb, Σc, Σd] in each quarter.
            let ab = _mm512_add_ps(_mm512_unpacklo_ps(a.0, b.0), _mm512_unpackhi_ps(a.0, b.0));
            let cd = _mm512_add_ps(_mm512_unpacklo_ps(c.0, d.0), _mm512_unpackhi_ps(c.0, d.0));
            let quarters =
                _mm512_add_ps(_mm512_shuffle_ps::<0b01_00_01_00>(ab, cd), _mm512_shuffle_ps::<0b11_10_11_10>(ab, cd));
            let halves = _mm512_add_ps(quarters, _mm512_shuffle_f32x4::<0b01_00_11_10>(quarters, quarters));
            let sums = _mm512_add_ps(halves, _mm512_shuffle_f32x4::<0b10_11_00_01>(halves, halves));
            Self(sums).store_first(at, count);
        }
    }

    #[inline(always)]
    unsafe fn columns<const Q: usize>(rows: &[*const f32; MAX_LEN], at: usize, to: *mut f32, stride: usize) {
        // SAFETY: the caller's promises.
        unsafe {
            // Quarter h of vector i is a piece of row 4h + i, so that transposing within the quarters does it.
            let mut v = [[_mm512_setzero_ps(); 4]; Q];
            for i in 0..4 {
                let [r0, r1, r2, r3] =
                    [rows[i].add(at), rows[i + 4].add(at), rows[i + 8].add(at), rows[i + 12].add(at)];
                for q in 0..Q {
                    let x = _mm512_castps128_ps512(_mm_loadu_ps(r0.add(4 * q)));
                    let x = _mm512_insertf32x4::<1>(x, _mm_loadu_ps(r1.add(4 * q)));
                    let x = _mm512_insertf32x4::<2>(x, _mm_loadu_ps(r2.add(4 * q)));
                    v[q][i] = _mm512_insertf32x4::<3>(x, _mm_loadu_ps(r3.add(4 * q)));
                }
            }
            for q in 0..Q {
                let [a, b, c, d] = v[q];
                let to = to.add(4 * q * stride);
                let (ab, ab2) = (_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
                let (cd, cd2) = (_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
                _mm512_storeu_ps(to, _mm512_shuffle_ps::<0b01_00_01_00>(ab, cd));
                _mm512_storeu_ps(to.add(stride), _mm512_shuffle_ps::<0b11_10_11_10>(ab, cd));
                _mm512_storeu_ps(to.add(2 * stride), _mm512_shuffle_ps::<0b01_00_01_00>(ab2, cd2));
                _mm512_storeu_ps(to.add(3 * stride), _mm512_shuffle_ps::<0b11_10_11_10>(ab2, cd2));
            }
        }
    }
}

impl Lanes for Avx512F64 {
    type Elem = f64;
    const LEN: usize = 8;
    const ROWS: usize = 8;
    const VECTORS: usize = 3;
    const SPARSE_ROWS: usize = 4;
    const SPARSE_VECTORS: usize = 6;
    const DOT_ROWS: usize = 6;
    const COLUMNS: usize = 2;

    plain!(f64, _mm512_setzero_pd _mm512_set1_pd _mm512_loadu_pd _mm512_storeu_pd _mm512_fmadd_pd);

    #[inline(always)]
    unsafe fn load_first(at: *const f64, count: usize) -> Self {
        // SAFETY: the caller's promises; lanes that the mask leaves out are not touched.
        Self(unsafe { _mm512_maskz_loadu_pd(((1u32 << count) - 1) as u8, at) })
    }

    #[inline(always)]
    unsafe fn store_first(self, at: *mut f64, count: usize) {
        // SAFETY: as above.
        unsafe { _mm512_mask_storeu_pd(at, ((1u32 << count) - 1) as u8, self.0) }
    }

    #[inline(always)]
    fn prefetch(at: *const Self::Elem) {
        // SAFETY: an address that is not there is ignored; every x86-64 has the instruction.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(at.cast()) }
    }

    #[inline(always)]
    unsafe fn nonzero(self) -> u32 {
        // SAFETY: as above.
        u32::from(unsafe { _mm512_cmp_pd_mask::<_CMP_NEQ_UQ>(self.0, _mm512_setzero_pd()) })
    }

    #[inline(always)]
    unsafe fn sums([a, b, c, d]: [Self; 4], at: *mut f64, count: usize) {
        // SAFETY: the caller's promises.
        unsafe {
            // [Σa, Σb] and [Σc, Σd] in each quarter, then both over the halves: [Σa, Σb, Σc, Σd] in each.
            let ab = _mm512_add_pd(_mm512_unpacklo_pd(a.0, b.0), _mm512_unpackhi_pd(a.0, b.0));
            let cd = _mm512_add_pd(_mm512_unpacklo_pd(c.0, d.0), _mm512_unpackhi_pd(c.0, d.0));
            let even = _mm512_shuffle_f64x2::<0b10_00_10_00>(ab, cd);
            let odd = _mm512_shuffle_f64x2::<0b11_01_11_01>(ab, cd);
            // Quarters: ab 0+1, ab 2+3, cd 0+1, cd 2+3.
            let pairs = _mm512_add_pd(even, odd);
            let sums = _mm512_add_pd(
                _mm512_shuffle_f64x2::<0b10_00_10_00>(pairs, pairs),
                _mm512_shuffle_f64x2::<0b11_01_11_01>(pairs, pairs),
            );
            Self(sums).store_first(at, count);
        }
    }

    #[inline(always)]
    unsafe fn columns<const Q: usize>(rows: &[*const f64; MAX_LEN], at: usize, to: *mut f64, stride: usize) {
        // SAFETY: the caller's promises.
        unsafe {
            // Quarter h of vector i is a piece of row 2h + i.
            let mut v = [[_mm512_setzero_pd(); 2]; Q];
            for i in 0..2 {
                let [r0, r1, r2, r3] = [rows[i].add(at), rows[i + 2].add(at), rows[i + 4].add(at), rows[i + 6].add(at)];
                for q in 0..Q {
                    let low = _mm256_castpd128_pd256(_mm_loadu_pd(r0.add(2 * q)));
                    let low = _mm256_insertf128_pd::<1>(low, _mm_loadu_pd(r1.add(2 * q)));
                    let high = _mm256_castpd128_pd256(_mm_loadu_pd(r2.add(2 * q)));
                    let high = _mm256_insertf128_pd::<1>(high, _mm_loadu_pd(r3.add(2 * q)));
                    v[q][i] = _mm512_insertf64x4::<1>(_mm512_castpd256_pd512(low), high);
                }
            }
            for q in 0..Q {
                let to = to.add(2 * q * stride);
                _mm512_storeu_pd(to, _mm512_unpacklo_pd(v[q][0], v[q][1]));
                _mm512_storeu_pd(to.add(stride), _mm512_unpackhi_pd(v[q][0], v[q][1]));
            }
        }
    }
}

/// The first `count` of these, and then as many lanes as a register has, are a mask's lanes.
static MASK: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];

/// The mask of the first `count ≤ 8` lanes of 32 bits.
#[inline(always)]
unsafe fn mask(count: usize) -> __m256i {
    // SAFETY: 8 − count + 8 ≤ 16 numbers.
    unsafe { _mm256_loadu_si256(MASK.as_ptr().add(8 - count).cast()) }
}

impl Lanes for Avx2F32 {
    type Elem = f32;
    const LEN: usize = 8;
    const ROWS: usize = 6;
    const VECTORS: usize = 2;
    const SPARSE_ROWS: usize = 2;
    const SPARSE_VECTORS: usize = 6;
    const DOT_ROWS: usize = 3;
    const COLUMNS: usize = 4;

    plain!(f32, _mm256_setzero_ps _mm256_set1_ps _mm256_loadu_ps _mm256_storeu_ps _mm256_fmadd_ps);

    #[inline(always)]
    unsafe fn load_first(at: *const f32, count: usize) -> Self {
        // SAFETY: the caller's promises; lanes that the mask leaves out are not touched.
        Self(unsafe { _mm256_maskload_ps(at, mask(count)) })
    }

    /// A masked store takes dozens of operations on some processors: these are three at most.
    #[inline(always)]
    unsafe fn store_first(self, at: *mut f32, count: usize) {
        // SAFETY: as above; what is stored after `i` lanes has its place in the `count` that are there.
        unsafe {
            if count == Self::LEN {
                return self.store(at);
            }
            let (mut rest, mut i) = (_mm256_castps256_ps128(self.0), 0);
            if count & 4 != 0 {
                _mm_storeu_ps(at, rest);
                (rest, i) = (_mm256_extractf128_ps::<1>(self.0), 4);
            }
            if count & 2 != 0 {
                _mm_store_sd(at.add(i).cast(), _mm_castps_pd(rest));
                (rest, i) = (_mm_movehl_ps(rest, rest), i + 2);
            }
            if count & 1 != 0 {
                _mm_store_ss(at.add(i), rest);
            }
        }
    }

    #[inline(always)]
    fn prefetch(at: *const Self::Elem) {
        // SAFETY: an address that is not there is ignored; every x86-64 has the instruction.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(at.cast()) }
    }

    #[inline(always)]
    unsafe fn nonzero(self) -> u32 {
        // SAFETY: as above.
        unsafe { _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_NEQ_UQ>(self.0, _mm256_setzero_ps())) as u32 }
    }

    #[inline(always)]
    unsafe fn sums([a, b, c, d]: [Self; 4], at: *mut f32, count: usize) {
        // SAFETY: the caller's promises.
        unsafe {
            // [a₀+a₂, b₀+b₂, a₁+a₃, b₁+b₃] in each half, likewise of c and d; then [Σa, Σb, Σc, Σd] in each half.
            let ab = _mm256_add_ps(_mm256_unpacklo_ps(a.0, b.0), _mm256_unpackhi_ps(a.0, b.0));
            let cd = _mm256_add_ps(_mm256_unpacklo_ps(c.0, d.0), _mm256_unpackhi_ps(c.0, d.0));
            let halves =
                _mm256_add_ps(_mm256_shuffle_ps::<0b01_00_01_00>(ab, cd), _mm256_shuffle_ps::<0b11_10_11_10>(ab, cd));
            Self(_mm256_add_ps(halves, _mm256_permute2f128_ps::<1>(halves, halves))).store_first(at, count);
        }
    }

    #[inline(always)]
    unsafe fn columns<const Q: usize>(rows: &[*const f32; MAX_LEN], at: usize, to: *mut f32, stride: usize) {
        // SAFETY: the caller's promises.
        unsafe {
            // Half h of vector i is a piece of row 4h + i, so that transposing within the halves does it.
            for q in 0..Q {
                let mut v = [_mm256_setzero_ps(); 4];
                for i in 0..4 {
                    let x = _mm256_castps128_ps256(_mm_loadu_ps(rows[i].add(at + 4 * q)));
                    v[i] = _mm256_insertf128_ps::<1>(x, _mm_loadu_ps(rows[i + 4].add(at + 4 * q)));
                }
                let [a, b, c, d] = v;
                let to = to.add(4 * q * stride);
                let (ab, ab2) = (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
                let (cd, cd2) = (_mm256_unpacklo_ps(c, d), _mm256_unpackhi_ps(c, d));
                _mm256_storeu_ps(to, _mm256_shuffle_ps::<0b01_00_01_00>(ab, cd));
                _mm256_storeu_ps(to.add(stride), _mm256_shuffle_ps::<0b11_10_11_10>(ab, cd));
                _mm256_storeu_ps(to.add(2 * stride), _mm256_shuffle_ps::<0b01_00_01_00>(ab2, cd2));
                _mm256_storeu_ps(to.add(3 * stride), _mm256_shuffle_ps::<0b11_10_11_10>(ab2, cd2));
            }
        }
    }
}

impl Lanes for Avx2F64 {
    type Elem = f64;
    const LEN: usize = 4;
    const ROWS: usize = 6;
    const VECTORS: usize = 2;
    const SPARSE_ROWS: usize = 2;
    const SPARSE_VECTORS: usize = 6;
    const DOT_ROWS: usize = 3;
    const COLUMNS: usize = 2;

    plain!(f64, _mm256_setzero_pd _mm256_set1_pd _mm256_loadu_pd _mm256_storeu_pd _mm256_fmadd_pd);

    #[inline(always)]
    unsafe fn load_first(at: *const f64, count: usize) -> Self {
        // SAFETY: the caller's promises; lanes that the mask leaves out are not touched.
        Self(unsafe { _mm256_maskload_pd(at, mask(2 * count)) })
    }

    /// As for single precision.
    #[inline(always)]
    unsafe fn store_first(self, at: *mut f64, count: usize) {
        // SAFETY: as above.
        unsafe {
            if count == Self::LEN {
                return self.store(at);
            }
            let (mut rest, mut i) = (_mm256_castpd256_pd128(self.0), 0);
            if count & 2 != 0 {
                _mm_storeu_pd(at, rest);
                (rest, i) = (_mm256_extractf128_pd::<1>(self.0), 2);
            }
            if count & 1 != 0 {
                _mm_store_sd(at.add(i), rest);
            }
        }
    }

    #[inline(always)]
    fn prefetch(at: *const Self::Elem) {
        // SAFETY: an address that is not there is ignored; every x86-64 has the instruction.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(at.cast()) }
    }

    #[inline(always)]
    unsafe fn nonzero(self) -> u32 {
        // SAFETY: as above.
        unsafe { _mm256_movemask_pd(_mm256_cmp_pd::<_CMP_NEQ_UQ>(self.0, _mm256_setzero_pd())) as u32 }
    }

    #[inline(always)]
    unsafe fn sums([a, b, c, d]: [Self; 4], at: *mut f64, count: usize) {
        // SAFETY: the caller's promises.
        unsafe {
            // [Σa, Σb] and [Σc, Σd] in each half.
            let ab = _mm256_add_pd(_mm256_unpacklo_pd(a.0, b.0), _mm256_unpackhi_pd(a.0, b.0));
            let cd = _mm256_add_pd(_mm256_unpacklo_pd(c.0, d.0), _mm256_unpackhi_pd(c.0, d.0));
            let low = _mm256_permute2f128_pd::<0x20>(ab, cd);
            let high = _mm256_permute2f128_pd::<0x31>(ab, cd);
            Self(_mm256_add_pd(low, high)).store_first(at, count);
        }
    }

    #[inline(always)]
    unsafe fn columns<const Q: usize>(rows: &[*const f64; MAX_LEN], at: usize, to: *mut f64, stride: usize) {
        // SAFETY: the caller's promises.
        unsafe {
            // Half h of vector i is a piece of row 2h + i.
            for q in 0..Q {
                let mut v = [_mm256_setzero_pd(); 2];
                for i in 0..2 {
                    let x = _mm256_castpd128_pd256(_mm_loadu_pd(rows[i].add(at + 2 * q)));
                    v[i] = _mm256_insertf128_pd::<1>(x, _mm_loadu_pd(rows[i + 2].add(at + 2 * q)));
                }
                let to = to.add(2 * q * stride);
                _mm256_storeu_pd(to, _mm256_unpacklo_pd(v[0], v[1]));
                _mm256_storeu_pd(to.add(stride), _mm256_unpackhi_pd(v[0], v[1]));
            }
        }
    }
}
