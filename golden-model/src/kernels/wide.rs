//! Plain loops, compiled for the vectors that this machine has.
#![allow(unsafe_code)]

/// Runs `f`, compiled for AVX2 where the processor has it. Multiplications and additions stay separate, so the result
/// is the same everywhere.
#[inline]
pub(crate) fn wide<T>(f: impl FnOnce() -> T) -> T {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { avx2(f) };
    }
    f()
}

/// # Safety
/// The processor has AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn avx2<T>(f: impl FnOnce() -> T) -> T {
    f()
}
