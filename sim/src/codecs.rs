//! Compression for waveform files, lent to the simulation so that no system library is needed to write them.

use std::ffi::c_int;
use std::slice;

use crate::ffi::Codecs;

/// The compressors that a simulation built for waveforms is given.
pub(crate) const CODECS: Codecs = Codecs { lz4, zlib };

unsafe extern "C" fn lz4(source: *const u8, source_size: usize, target: *mut u8, capacity: usize) -> usize {
    // SAFETY: the waveform writer passes two separate buffers of its own with their sizes.
    let (source, target) = unsafe { (bytes(source, source_size), slice::from_raw_parts_mut(target, capacity)) };
    lz4_flex::block::compress_into(source, target).unwrap_or(0)
}

unsafe extern "C" fn zlib(
    source: *const u8,
    source_size: usize,
    target: *mut u8,
    capacity: usize,
    level: c_int,
) -> usize {
    // SAFETY: as above.
    let (source, target) = unsafe { (bytes(source, source_size), slice::from_raw_parts_mut(target, capacity)) };
    let compressed = miniz_oxide::deflate::compress_to_vec_zlib(source, level.clamp(0, 10) as u8);
    let Some(room) = target.get_mut(..compressed.len()) else { return 0 };
    room.copy_from_slice(&compressed);
    compressed.len()
}

/// A slice that may be empty with a null pointer, as C++ vectors are.
///
/// # Safety
/// `size` bytes must be readable at `pointer` for as long as the result is used.
unsafe fn bytes<'a>(pointer: *const u8, size: usize) -> &'a [u8] {
    if size == 0 {
        return &[];
    }
    // SAFETY: the caller's promise, and the pointer is not null when there is a byte to point to.
    unsafe { slice::from_raw_parts(pointer, size) }
}
