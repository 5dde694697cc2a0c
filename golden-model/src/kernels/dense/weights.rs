//! The encodings that a kernel widens to `f32` on the way from memory.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

use half::{bf16, f16};

/// A unit of the weights of a row: one float, or a block.
pub(crate) trait Weights: Copy + Sync {
    /// Weights in a unit: 1, or a multiple of 16.
    const WEIGHTS: usize;

    /// Weight `at` of a row.
    fn one(row: &[Self], at: usize) -> f32;

    /// The sixteen weights from `at` on, which is a multiple of 16.
    ///
    /// # Safety
    /// The processor has AVX2 and F16C, and the row holds these weights.
    #[cfg(target_arch = "x86_64")]
    unsafe fn avx2(row: &[Self], at: usize) -> [__m256; 2];

    /// The sixteen weights from `at` on, which is a multiple of 16.
    ///
    /// # Safety
    /// The processor has AVX-512 F, and the row holds these weights.
    #[cfg(target_arch = "x86_64")]
    unsafe fn avx512(row: &[Self], at: usize) -> __m512;
}

impl Weights for f32 {
    const WEIGHTS: usize = 1;

    #[inline]
    fn one(row: &[Self], at: usize) -> f32 {
        row[at]
    }

    #[cfg(target_arch = "x86_64")]
    #[inline]
    #[target_feature(enable = "avx2,f16c")]
    unsafe fn avx2(row: &[Self], at: usize) -> [__m256; 2] {
        // SAFETY: the caller says that sixteen floats are there.
        unsafe { [_mm256_loadu_ps(row.as_ptr().add(at)), _mm256_loadu_ps(row.as_ptr().add(at + 8))] }
    }

    #[cfg(target_arch = "x86_64")]
    #[inline]
    #[target_feature(enable = "avx512f")]
    unsafe fn avx512(row: &[Self], at: usize) -> __m512 {
        // SAFETY: the caller says that sixteen floats are there.
        unsafe { _mm512_loadu_ps(row.as_ptr().add(at)) }
    }
}

impl Weights for f16 {
    const WEIGHTS: usize = 1;

    #[inline]
    fn one(row: &[Self], at: usize) -> f32 {
        row[at].to_f32()
    }

    #[cfg(target_arch = "x86_64")]
    #[inline]
    #[target_feature(enable = "avx2,f16c")]
    unsafe fn avx2(row: &[Self], at: usize) -> [__m256; 2] {
        // SAFETY: the caller says that sixteen halves, 32 bytes, are there.
        let halves = unsafe { _mm256_loadu_si256(row.as_ptr().add(at).cast()) };
        [_mm256_cvtph_ps(_mm256_castsi256_si128(halves)), _mm256_cvtph_ps(_mm256_extracti128_si256::<1>(halves))]
    }

    #[cfg(target_arch = "x86_64")]
    #[inline]
    #[target_feature(enable = "avx512f")]
    unsafe fn avx512(row: &[Self], at: usize) -> __m512 {
        // SAFETY: the caller says that sixteen halves, 32 bytes, are there.
        _mm512_cvtph_ps(unsafe { _mm256_loadu_si256(row.as_ptr().add(at).cast()) })
    }
}

/// The upper half of an f32; `to_f32` would look for NaN first, which no matrix here holds.
impl Weights for bf16 {
    const WEIGHTS: usize = 1;

    #[inline]
    fn one(row: &[Self], at: usize) -> f32 {
        f32::from_bits(u32::from(row[at].to_bits()) << 16)
    }

    #[cfg(target_arch = "x86_64")]
    #[inline]
    #[target_feature(enable = "avx2,f16c")]
    unsafe fn avx2(row: &[Self], at: usize) -> [__m256; 2] {
        // SAFETY: the caller says that sixteen halves, 32 bytes, are there.
        let halves = unsafe { _mm256_loadu_si256(row.as_ptr().add(at).cast()) };
        let parts = [_mm256_castsi256_si128(halves), _mm256_extracti128_si256::<1>(halves)];
        parts.map(|part| _mm256_castsi256_ps(_mm256_slli_epi32::<16>(_mm256_cvtepu16_epi32(part))))
    }

    #[cfg(target_arch = "x86_64")]
    #[inline]
    #[target_feature(enable = "avx512f")]
    unsafe fn avx512(row: &[Self], at: usize) -> __m512 {
        // SAFETY: the caller says that sixteen halves, 32 bytes, are there.
        let halves = unsafe { _mm256_loadu_si256(row.as_ptr().add(at).cast()) };
        _mm512_castsi512_ps(_mm512_slli_epi32::<16>(_mm512_cvtepu16_epi32(halves)))
    }
}

/// A block of Q8_0: an f16 scale and 32 int8 codes.
pub(crate) type Q8_0 = [u8; 34];

impl Weights for Q8_0 {
    const WEIGHTS: usize = 32;

    #[inline]
    fn one(row: &[Self], at: usize) -> f32 {
        let block = &row[at / 32];
        f16::from_le_bytes([block[0], block[1]]).to_f32() * f32::from(block[2 + at % 32] as i8)
    }

    #[cfg(target_arch = "x86_64")]
    #[inline]
    #[target_feature(enable = "avx2,f16c")]
    unsafe fn avx2(row: &[Self], at: usize) -> [__m256; 2] {
        let block = &row[at / 32];
        let scale = _mm256_cvtph_ps(_mm_set1_epi16(i16::from_le_bytes([block[0], block[1]])));
        // SAFETY: sixteen of the block's 32 codes follow, since `at` is a multiple of 16.
        let codes = unsafe { _mm_loadu_si128(block.as_ptr().add(2 + at % 32).cast()) };
        [codes, _mm_srli_si128::<8>(codes)]
            .map(|codes| _mm256_mul_ps(scale, _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(codes))))
    }

    #[cfg(target_arch = "x86_64")]
    #[inline]
    #[target_feature(enable = "avx512f")]
    unsafe fn avx512(row: &[Self], at: usize) -> __m512 {
        let block = &row[at / 32];
        let scale = _mm512_cvtph_ps(_mm256_set1_epi16(i16::from_le_bytes([block[0], block[1]])));
        // SAFETY: sixteen of the block's 32 codes follow, since `at` is a multiple of 16.
        let codes = unsafe { _mm_loadu_si128(block.as_ptr().add(2 + at % 32).cast()) };
        _mm512_mul_ps(scale, _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(codes)))
    }
}
