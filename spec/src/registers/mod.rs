//! The register map, as constants: offsets and fields that the RTL decoder, the driver and the documents are made of.
//!
//! Registers are 32 bits wide on AXI4-Lite; writes with partial strobes are answered with SLVERR and change nothing.

mod error_code;
mod field;
#[macro_use]
mod table;
mod ring;
mod window;

pub use error_code::ErrorCode;
pub use field::{Access, Field, Register};
pub use ring::*;
pub use window::{ACT_WINDOW, RES_WINDOW, WGT_WINDOW, WINDOW_BYTES, WINDOWS, Window, windows};

use crate::{Config, Style, WeightCode};

/// Value of [`ID`]: "TRIN" in ASCII.
pub const ID_VALUE: u32 = 0x5452_494E;
/// Value of [`VERSION`]: major, minor, patch in the three upper bytes.
pub const VERSION_VALUE: u32 = 0x0003_0000;
/// Bytes of address space.
pub const SPACE: u32 = 0x1000;
/// Bits of a 64-bit counter that are implemented; the rest read as zero.
pub const COUNTER_BITS: usize = 48;
/// Event counters by name in snake case, and the bits of each.
pub const COUNTERS: [(&str, usize); 9] = [
    ("cycles", COUNTER_BITS),
    ("active", COUNTER_BITS),
    ("stall_act", COUNTER_BITS),
    ("stall_wgt", COUNTER_BITS),
    ("stall_out", COUNTER_BITS),
    ("act_beats", 32),
    ("wgt_beats", 32),
    ("res_beats", 32),
    ("jobs", 32),
];

const fn field(name: &'static str, lsb: usize, width: usize, access: Access, doc: &'static str) -> Field {
    Field { name, lsb, width, access, doc }
}

/// Bytes by which the addresses of weights in memory step: [`WGT_BASE`] counts them.
pub const MEMORY_STEP: u64 = 64;
/// Bytes of memory that a unit can address.
pub const MEMORY_SPACE: u64 = MEMORY_STEP << 32;

registers! {
    /// Registers of every unit by offset.
    REGISTERS:
    /// Identifies the unit: "TRIN".
    ID @ 0x00 {
        /// The constant 0x5452494E.
        ID_ID "id" [0 +: 32] Constant;
    }
    /// Version of this register map and of the stream layouts.
    VERSION @ 0x04 {
        /// Patch level: no change in behaviour.
        VERSION_PATCH "patch" [8 +: 8] Constant;
        /// Minor version: additions only.
        VERSION_MINOR "minor" [16 +: 8] Constant;
        /// Major version: drivers refuse another one.
        VERSION_MAJOR "major" [24 +: 8] Constant;
    }
    /// Sizes of the unit.
    CAPS0 @ 0x08 {
        /// Lanes minus one.
        CAPS0_LANES "lanes_minus_1" [0 +: 8] Constant;
        /// Columns minus one.
        CAPS0_COLUMNS "columns_minus_1" [8 +: 6] Constant;
        /// Activation bits.
        CAPS0_ACT_BITS "act_bits" [14 +: 4] Constant;
        /// Accumulator bits.
        CAPS0_ACC_BITS "acc_bits" [18 +: 6] Constant;
        /// Weight code: 0 base 3, 1 two bits a trit.
        CAPS0_WEIGHT_CODE "weight_code" [24 +: 2] Constant;
        /// Column style: 0 portable, 1 ECP5, 2 Xilinx 7 series, 3 packed (simulation only).
        CAPS0_STYLE "style" [26 +: 2] Constant;
        /// Way of the beats: 0 through the stream ports, 1 through the windows.
        CAPS0_WINDOWS "windows" [28 +: 1] Constant;
        /// Way of the weights: 0 from the host, 1 from memory.
        CAPS0_MEMORY "memory" [29 +: 1] Constant;
        /// Way of the jobs: 0 from the host, 1 from a ring of descriptors in memory.
        CAPS0_RING "ring" [30 +: 1] Constant;
    }
    /// Largest job.
    CAPS1 @ 0x0C {
        /// Largest K.
        CAPS1_MAX_DEPTH "max_depth" [0 +: 19] Constant;
        /// Largest M.
        CAPS1_MAX_TOKENS "max_tokens" [19 +: 13] Constant;
    }
    /// Actions.
    CTRL @ 0x10 {
        /// Starts the job described by TOKENS, DEPTH, OUTPUTS and JOB_TAG, or begins the ring at its first slot; SLVERR while busy.
        CTRL_START "start" [0 +: 1] Trigger;
        /// Drops the running job; streams must be restarted.
        CTRL_ABORT "abort" [1 +: 1] Trigger;
        /// Drops the running job and resets every register.
        CTRL_SOFT_RESET "soft_reset" [2 +: 1] Trigger;
        /// The beat that is completed next in ACT_WINDOW is the last one of the job.
        CTRL_ACT_LAST "act_last" [3 +: 1] Trigger;
        /// The beat that is completed next in WGT_WINDOW is the last one of the job.
        CTRL_WGT_LAST "wgt_last" [4 +: 1] Trigger;
    }
    /// State of the unit.
    STATUS @ 0x14 {
        /// A job is running.
        STATUS_BUSY "busy" [0 +: 1] ReadOnly;
        /// A job has finished since this was last cleared.
        STATUS_DONE "done" [1 +: 1] WriteOneClears;
        /// A job was refused or dropped; see ERR_CODE.
        STATUS_ERROR "error" [2 +: 1] WriteOneClears;
    }
    /// Why the last job failed.
    ERR_CODE @ 0x18 {
        /// One of the error codes; kept until the next start.
        ERR_CODE_CODE "code" [0 +: 4] ReadOnly;
    }
    /// Interrupt enables.
    IRQ_EN @ 0x1C {
        /// Interrupt when a job is done.
        IRQ_EN_DONE "done" [0 +: 1] ReadWrite;
        /// Interrupt on an error.
        IRQ_EN_ERROR "error" [1 +: 1] ReadWrite;
    }
    /// Pending interrupts; `irq` is high while one is pending and enabled.
    IRQ_STAT @ 0x20 {
        /// A job has finished.
        IRQ_STAT_DONE "done" [0 +: 1] WriteOneClears;
        /// A job was refused or dropped.
        IRQ_STAT_ERROR "error" [1 +: 1] WriteOneClears;
    }
    /// M of the next job.
    TOKENS @ 0x24 {
        /// Rows of the activation matrix, 1 to CAPS1.max_tokens.
        TOKENS_M "m" [0 +: 13] ReadWrite;
    }
    /// K of the next job.
    DEPTH @ 0x28 {
        /// Depth of the dot products, 1 to CAPS1.max_depth.
        DEPTH_K "k" [0 +: 19] ReadWrite;
    }
    /// N of the next job.
    OUTPUTS @ 0x2C {
        /// Outputs a token, at least 1.
        OUTPUTS_N "n" [0 +: 20] ReadWrite;
    }
    /// Weight stream of the unit.
    CAPS2 @ 0x30 {
        /// Bytes of a weight beat.
        CAPS2_WEIGHT_BYTES "weight_bytes" [0 +: 16] Constant;
        /// Weights in memory can lie in runs: WGT_RUN and WGT_STRIDE.
        CAPS2_STRIDES "strides" [16 +: 1] Constant;
        /// Ports for weights from memory, as a power of two.
        CAPS2_PORTS "ports_log2" [17 +: 2] Constant;
        /// Most beats of a burst from memory: 0 64, 1 32, 2 16.
        CAPS2_BURST "burst" [19 +: 2] Constant;
        /// Columns of a group; 0 where all columns are one.
        CAPS2_GROUP "group" [21 +: 6] Constant;
    }
    /// Watchdog.
    WATCHDOG @ 0x34 {
        /// Cycles without a beat on any stream after which a job is dropped; 0 switches the watchdog off.
        WATCHDOG_CYCLES "cycles" [0 +: 32] ReadWrite;
    }
    /// Tag of the next job.
    JOB_TAG @ 0x38 {
        /// Copied to DONE_TAG when the job is done.
        JOB_TAG_TAG "tag" [0 +: 32] ReadWrite;
    }
    /// Tag of the last finished job.
    DONE_TAG @ 0x3C {
        /// JOB_TAG at that job's start.
        DONE_TAG_TAG "tag" [0 +: 32] ReadOnly;
    }
    /// Counter control.
    PERF_CTRL @ 0x40 {
        /// Sets all counters to zero.
        PERF_CTRL_CLEAR "clear" [0 +: 1] Trigger;
        /// Copies all counters into the registers below.
        PERF_CTRL_SNAPSHOT "snapshot" [1 +: 1] Trigger;
    }
    /// Cycles with a job running, low word.
    CYCLES_LO @ 0x44 {
        /// Bits 31:0.
        CYCLES_LO_VALUE "value" [0 +: 32] ReadOnly;
    }
    /// Cycles with a job running, high word.
    CYCLES_HI @ 0x48 {
        /// Bits 47:32.
        CYCLES_HI_VALUE "value" [0 +: 16] ReadOnly;
    }
    /// Cycles in which the columns took a lane chunk, low word.
    ACTIVE_LO @ 0x4C {
        /// Bits 31:0.
        ACTIVE_LO_VALUE "value" [0 +: 32] ReadOnly;
    }
    /// Cycles in which the columns took a lane chunk, high word.
    ACTIVE_HI @ 0x50 {
        /// Bits 47:32.
        ACTIVE_HI_VALUE "value" [0 +: 16] ReadOnly;
    }
    /// Cycles waiting for activations, low word.
    STALL_ACT_LO @ 0x54 {
        /// Bits 31:0.
        STALL_ACT_LO_VALUE "value" [0 +: 32] ReadOnly;
    }
    /// Cycles waiting for activations, high word.
    STALL_ACT_HI @ 0x58 {
        /// Bits 47:32.
        STALL_ACT_HI_VALUE "value" [0 +: 16] ReadOnly;
    }
    /// Cycles waiting for weights, low word.
    STALL_WGT_LO @ 0x5C {
        /// Bits 31:0.
        STALL_WGT_LO_VALUE "value" [0 +: 32] ReadOnly;
    }
    /// Cycles waiting for weights, high word.
    STALL_WGT_HI @ 0x60 {
        /// Bits 47:32.
        STALL_WGT_HI_VALUE "value" [0 +: 16] ReadOnly;
    }
    /// Cycles waiting for room in the result buffer, low word.
    STALL_OUT_LO @ 0x64 {
        /// Bits 31:0.
        STALL_OUT_LO_VALUE "value" [0 +: 32] ReadOnly;
    }
    /// Cycles waiting for room in the result buffer, high word.
    STALL_OUT_HI @ 0x68 {
        /// Bits 47:32.
        STALL_OUT_HI_VALUE "value" [0 +: 16] ReadOnly;
    }
    /// Beats taken from `s_axis_act`.
    ACT_BEATS @ 0x6C {
        /// Modulo 2^32.
        ACT_BEATS_VALUE "value" [0 +: 32] ReadOnly;
    }
    /// Beats taken from `s_axis_wgt`.
    WGT_BEATS @ 0x70 {
        /// Modulo 2^32.
        WGT_BEATS_VALUE "value" [0 +: 32] ReadOnly;
    }
    /// Beats handed to `m_axis_res`.
    RES_BEATS @ 0x74 {
        /// Modulo 2^32.
        RES_BEATS_VALUE "value" [0 +: 32] ReadOnly;
    }
    /// Jobs finished without an error.
    JOBS @ 0x78 {
        /// Modulo 2^32.
        JOBS_VALUE "value" [0 +: 32] ReadOnly;
    }
    /// For software's own use.
    SCRATCH @ 0x7C {
        /// Keeps what was written.
        SCRATCH_VALUE "value" [0 +: 32] ReadWrite;
    }
}

registers! {
    /// Registers of units that read their weights from memory, behind [`REGISTERS`].
    MEMORY_REGISTERS:
    /// Place of the next job's weights.
    WGT_BASE @ 0x80 {
        /// Address of the first byte, divided by 64.
        WGT_BASE_ADDRESS "address" [0 +: 32] ReadWrite;
    }
    /// Length of the next job's weights.
    WGT_LENGTH @ 0x84 {
        /// Weight beats, at least 1: ceil(N / columns) * ceil(K / lanes) * beats of a tile, or the job fails.
        WGT_LENGTH_BEATS "beats" [0 +: 32] ReadWrite;
    }
    /// State of the memory port.
    MEM_STATUS @ 0x88 {
        /// Reads of a job that was dropped are still under way; STATUS.busy stays set until they are not.
        MEM_STATUS_DRAINING "draining" [0 +: 1] ReadOnly;
        /// First answer of the memory in the last job that was not OKAY: 2 SLVERR, 3 DECERR.
        MEM_STATUS_RESPONSE "response" [1 +: 2] ReadOnly;
    }
    /// Jobs that wait behind the one that runs; their weights are read ahead.
    QUEUE @ 0x8C {
        /// Starts a job as CTRL.start does, behind those that run or wait; SLVERR while open is 0.
        QUEUE_FOLLOW "follow" [0 +: 1] Trigger;
        /// A job can follow: fewer than four wait, and none has failed or was dropped since the last CTRL.start.
        QUEUE_OPEN "open" [1 +: 1] ReadOnly;
        /// Jobs that wait.
        QUEUE_WAITING "waiting" [2 +: 3] ReadOnly;
    }
}

registers! {
    /// Registers of units whose weights in memory can lie in runs, behind [`MEMORY_REGISTERS`].
    STRIDE_REGISTERS:
    /// Runs of the next job's weights.
    WGT_RUN @ 0x90 {
        /// Weight beats of a run; 0 if all of the job lie one behind another. The last run may be shorter.
        WGT_RUN_BEATS "beats" [0 +: 24] ReadWrite;
    }
    /// Distance of the runs.
    WGT_STRIDE @ 0x94 {
        /// Weight beats from the first one of a run to the first one of the next.
        WGT_STRIDE_BEATS "beats" [0 +: 24] ReadWrite;
    }
}

/// The registers of a unit of configuration `c`, by offset.
pub fn registers(c: &Config) -> impl Iterator<Item = &'static Register> + Clone {
    let (memory, strides, ring) = (c.memory(), c.strides(), c.ring());
    every().filter(move |r| match r.offset {
        offset if offset >= RING_BASE.offset => ring,
        offset if offset >= WGT_RUN.offset => strides && !ring,
        offset if offset >= WGT_BASE.offset => memory && !(ring && ring::HOST_JOB.contains(&r.name)),
        _ => !(ring && ring::HOST_JOB.contains(&r.name)),
    })
}

/// The registers of all units, by offset.
pub fn every() -> impl Iterator<Item = &'static Register> + Clone {
    REGISTERS.iter().chain(MEMORY_REGISTERS).chain(STRIDE_REGISTERS).chain(RING_REGISTERS)
}

/// Value after reset of a register in a unit of configuration `c`: only [`Access::Constant`] fields are not zero.
pub fn constant(register: &Register, c: &Config) -> u32 {
    let code = match c.weight_code() {
        WeightCode::Base3 => 0,
        WeightCode::TwoBit => 1,
    };
    let style = match c.style() {
        Style::Portable => 0,
        Style::Ecp5 => 1,
        Style::Xilinx7 => 2,
        Style::Packed => 3,
    };
    match *register {
        ID => ID_VALUE,
        VERSION => VERSION_VALUE,
        CAPS0 => {
            CAPS0_LANES.at(c.lanes() as u32 - 1)
                | CAPS0_COLUMNS.at(c.columns() as u32 - 1)
                | CAPS0_ACT_BITS.at(c.act_bits() as u32)
                | CAPS0_ACC_BITS.at(c.acc_bits() as u32)
                | CAPS0_WEIGHT_CODE.at(code)
                | CAPS0_STYLE.at(style)
                | CAPS0_WINDOWS.at(u32::from(c.windows()))
                | CAPS0_MEMORY.at(u32::from(c.memory()))
                | CAPS0_RING.at(u32::from(c.ring()))
        }
        CAPS1 => CAPS1_MAX_DEPTH.at(c.max_depth() as u32) | CAPS1_MAX_TOKENS.at(c.max_tokens() as u32),
        CAPS2 => {
            CAPS2_WEIGHT_BYTES.at(c.weight_bus() as u32 / 8)
                | CAPS2_STRIDES.at(u32::from(c.strides()))
                | CAPS2_PORTS.at(c.weight_ports().ilog2())
                | CAPS2_BURST.at(if c.memory() { (Config::BURST_BEATS / c.burst_beats()).ilog2() } else { 0 })
                | CAPS2_GROUP.at(if c.groups() > 1 { c.group() as u32 } else { 0 })
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
