//! Weights asked for ahead of their use.
//!
//! A decoded token reads every weight once, from memory, and waits for each line that nobody asked for in time. Several tokens find
//! the weights in the cache.
#![allow(unsafe_code)]

use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};

/// Bytes between what is used and what is asked for. 8 KiB was the best of 4 to 32 KiB on a Sapphire Rapids guest.
const AHEAD: usize = 8 << 10;

/// Asks for the cache line `AHEAD` bytes behind `used`, also across rows and matrices.
#[inline(always)]
pub(crate) fn ahead<T>(used: &T) {
    let address = std::ptr::from_ref(used).wrapping_byte_add(AHEAD);
    // SAFETY: every x86-64 has SSE, and a prefetch of any address changes nothing but caches.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(address.cast()) };
}
