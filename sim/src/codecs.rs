//! Compression for waveform files, lent to the simulation so that no system library is needed to write them.

use std::ffi::c_int;
use std::slice;

use crate::ffi::Codecs;

/// The compressors that a simulation built for waveforms is given.
pub(crate) const CODECS: Codecs = Codecs { lz4, lz4_bound, zlib };

extern "C" fn lz4_bound(source_size: usize) -> usize {
    lz4_flex::block::get_maximum_output_size(source_size)
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_for_the_bound_is_room_enough() {
        let noise: Vec<u8> = (0u32..200_000).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        for size in [0, 1, 100, 9_999, 10_500, 65_536, noise.len()] {
            let mut target = vec![0; lz4_bound(size)];
            // SAFETY: both buffers are as long as said.
            let used = unsafe { lz4(noise.as_ptr(), size, target.as_mut_ptr(), target.len()) };
            assert_eq!(lz4_flex::block::decompress(&target[..used], size).unwrap(), noise[..size], "{size} bytes");
        }
    }
}
