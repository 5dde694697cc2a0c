//! The Rust side of `shim/shim.cpp`, `shim/streams.h`, `shim/memory.h`, `shim/dram.h` and `shim/axi_*.h`: the same layouts, the same names.

use std::ffi::{c_char, c_int};
use std::marker::{PhantomData, PhantomPinned};

use crate::dram::DramTiming;

/// Answer of `trine_abi`.
pub(crate) const ABI_VERSION: u32 = 3;

/// Port number of a stream port that is not there.
pub(crate) const ABSENT: u32 = u32::MAX;

/// Results of shim functions.
pub(crate) mod status {
    pub const OK: i32 = 0;
    pub const TIMEOUT: i32 = 2;
    pub const VIOLATION: i32 = 3;
}

/// A Verilated design, owned by the shim.
#[repr(C)]
pub(crate) struct RawDut {
    opaque: [u8; 0],
    /// Neither movable nor shareable between threads as far as Rust is concerned.
    marker: PhantomData<(*mut u8, PhantomPinned)>,
}

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct StreamPorts {
    pub data: u32,
    pub keep: u32,
    pub last: u32,
    pub valid: u32,
    pub ready: u32,
    pub data_bits: u32,
}

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct StallState {
    pub state: u64,
    pub threshold: u64,
}

#[repr(C)]
pub(crate) struct SourceJob {
    pub ports: StreamPorts,
    pub bytes: *const u8,
    pub beats: u64,
    pub ends: *const u64,
    pub packets: u64,
    pub moved: u64,
    pub stalls: StallState,
}

#[repr(C)]
pub(crate) struct SinkJob {
    pub ports: StreamPorts,
    pub bytes: *mut u8,
    pub keeps: *mut u8,
    pub lasts: *mut u8,
    pub cycles: *mut u64,
    pub beats: u64,
    pub moved: u64,
    pub violation: u64,
    pub stalls: StallState,
}

/// A range of a memory that is answered otherwise; `response` is a code of AXI, or 1 for no answer.
#[repr(C)]
pub(crate) struct Fault {
    pub first: u64,
    pub end: u64,
    pub response: u32,
}

#[repr(C)]
pub(crate) struct MemorySettings {
    pub bytes: u64,
    pub latency: u64,
    /// Null for an ideal memory.
    pub dram: *const DramTiming,
    pub faults: *const Fault,
    pub fault_count: u64,
}

/// Port numbers of an address channel of an AXI4 memory port.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct AddressPorts {
    pub addr: u32,
    pub len: u32,
    pub size: u32,
    pub burst: u32,
    pub prot: u32,
    pub cache: u32,
    pub valid: u32,
    pub ready: u32,
}

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReadPorts {
    pub address: AddressPorts,
    pub data: u32,
    pub resp: u32,
    pub last: u32,
    pub valid: u32,
    pub ready: u32,
    pub data_bits: u32,
}

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct WritePorts {
    pub address: AddressPorts,
    pub data: u32,
    pub strobe: u32,
    pub last: u32,
    pub valid: u32,
    pub ready: u32,
    pub resp: u32,
    pub answer_valid: u32,
    pub answer_ready: u32,
    pub data_bits: u32,
}

#[repr(C)]
#[derive(Default)]
pub(crate) struct PortCounts {
    pub bursts: u64,
    pub beats: u64,
    pub busy: u64,
    pub idle: u64,
}

#[repr(C)]
#[derive(Default)]
pub(crate) struct MemoryCounts {
    pub row_hits: u64,
    pub activates: u64,
    pub refreshes: u64,
    pub columns: u64,
}

/// Compressors for the waveform writer; each returns the compressed size, or 0 when the target is too small.
#[repr(C)]
pub(crate) struct Codecs {
    pub lz4: unsafe extern "C" fn(*const u8, usize, *mut u8, usize) -> usize,
    /// Capacity that `lz4` needs for a source of this size.
    pub lz4_bound: extern "C" fn(usize) -> usize,
    pub zlib: unsafe extern "C" fn(*const u8, usize, *mut u8, usize, c_int) -> usize,
}

/// Declares the table of shim functions and how it is read from a loaded library.
macro_rules! functions {
    ($($name:ident = $symbol:literal : $type:ty;)*) => {
        /// The shim's functions.
        pub(crate) struct Functions { $(pub $name: $type,)* }

        impl Functions {
            /// # Safety
            /// The library must be built from this crate's shim, and the table must not outlive it.
            pub unsafe fn load(library: &libloading::Library) -> Result<Self, libloading::Error> {
                // SAFETY: the caller's promise: the symbols have the types that the shim defines them with.
                Ok(Self { $($name: unsafe { *library.get::<$type>($symbol)? },)* })
            }
        }
    };
}

functions! {
    abi = b"trine_abi": unsafe extern "C" fn() -> u32;
    create = b"trine_create": unsafe extern "C" fn() -> *mut RawDut;
    destroy = b"trine_destroy": unsafe extern "C" fn(*mut RawDut);
    error = b"trine_error": unsafe extern "C" fn(*const RawDut) -> *const c_char;
    cycles = b"trine_cycles": unsafe extern "C" fn(*const RawDut) -> u64;
    poke = b"trine_poke": unsafe extern "C" fn(*mut RawDut, u32, *const u32);
    peek = b"trine_peek": unsafe extern "C" fn(*const RawDut, u32, *mut u32);
    settle = b"trine_settle": unsafe extern "C" fn(*mut RawDut) -> i32;
    tick = b"trine_tick": unsafe extern "C" fn(*mut RawDut) -> i32;
    trace_open = b"trine_trace_open": unsafe extern "C" fn(*mut RawDut, *const c_char) -> i32;
    trace_close = b"trine_trace_close": unsafe extern "C" fn(*mut RawDut);
    memory = b"trine_memory": unsafe extern "C" fn(*mut RawDut, *const MemorySettings) -> i32;
    memory_reader = b"trine_memory_reader":
        unsafe extern "C" fn(*mut RawDut, u32, *const c_char, *const ReadPorts, u32, *const StallState) -> i32;
    memory_writer = b"trine_memory_writer":
        unsafe extern "C" fn(*mut RawDut, u32, *const c_char, *const WritePorts, u32, *const StallState) -> i32;
    memory_write = b"trine_memory_write": unsafe extern "C" fn(*mut RawDut, u32, u64, *const u8, u64);
    memory_read = b"trine_memory_read": unsafe extern "C" fn(*const RawDut, u32, u64, *mut u8, u64);
    memory_counts = b"trine_memory_counts":
        unsafe extern "C" fn(*const RawDut, u32, *mut PortCounts, *mut MemoryCounts);
    exchange = b"trine_exchange":
        unsafe extern "C" fn(*mut RawDut, *mut SourceJob, u32, *mut SinkJob, u32, u64, u64) -> i32;
}
