//! Claims about the parts of a ring: what they fetch, cut, pack and write.
//!
//! A part is proven on its own. What its property assumes of the parts beside it, those parts are proven to keep, or the reader of memory is.

use super::{Claim, claim};
use trine_hdl::{design, lang::Errors};
use trine_spec::Config;
use trine_spec::registers::{
    DESC_DEPTH_K, DESC_OUTPUTS_N, DESC_RES_BASE_ADDRESS, DESC_STATUS, DESC_STATUS_CODE, DESC_TOKENS_M, MEMORY_SPACE,
    RING_BASE_ADDRESS, RING_SIZE_LOG2, RING_TAIL_COUNT,
};

/// Cycles of a search from the start; the proofs need three at most.
const CYCLES: usize = 10;

/// A descriptor is asked for once, where its slot is and when it was written; its job is handed on once, as the descriptor has it; its
/// activations are asked for once behind that. Requests hold until taken, and there is none between a drop and the next start.
///
/// # Errors
/// See [`design::ring_fetch`].
pub fn fetch(c: &Config) -> Result<Claim, Errors> {
    let beat = if c.ring_bus() < 512 { "beat_q" } else { "0" };
    // Words of runs, or that there are some where the unit has none.
    let runs = if c.strides() {
        "STRIDES = 1'd1;\n  wire no_runs = 0;\n  wire [23:0] run = run_q, stride = stride_q, run_out = run_o, stride_out = stride_o"
    } else {
        "STRIDES = 1'd0;\n  wire no_runs = runs_q;\n  wire [23:0] run = 0, stride = 0, run_out = 0, stride_out = 0"
    };
    let property = format!(
        "\n  localparam {runs};\n  localparam BUS = {}, SLOT = {}, BASE = {}, SIZE = {}, TOKENS = {}, DEPTH = {}, OUTPUTS = {};\n  wire [4:0] place = {beat};\n{}",
        c.ring_bus(),
        8 * c.act_slot(),
        RING_BASE_ADDRESS.width,
        RING_SIZE_LOG2.width,
        DESC_TOKENS_M.width,
        DESC_DEPTH_K.width,
        DESC_OUTPUTS_N.width,
        include_str!("properties/ring_fetch.v")
    );
    claim(name("fetches each job once", c), &design::ring_fetch(c)?, property, CYCLES)
}

/// Every beat of activations of a job leaves once, in order and marked where the job ends, and holds until taken.
///
/// # Errors
/// See [`design::ring_feed`].
pub fn feed(c: &Config) -> Result<Claim, Errors> {
    let (bus, slot) = (c.ring_bus(), 8 * c.act_slot());
    let parts = bus.max(slot) / bus.min(slot);
    let property = format!(
        "\n  localparam BUS = {bus}, SLOT = {slot}, ACT = {}, HOLD = {}, PARTS = {parts}, CUTS = {}, COUNT = 24;\n  wire [7:0] place = {};\n{}",
        c.act_bus(),
        bus.max(slot),
        u8::from(bus >= slot),
        if parts > 1 { "part_q" } else { "0" },
        include_str!("properties/ring_feed.v")
    );
    claim(name("feeds every beat once", c), &design::ring_feed(c)?, property, CYCLES)
}

/// The n-th result is the n-th word that is stored; no buffer overflows; a burst is complete when it is offered.
///
/// # Errors
/// See [`design::ring_pack`].
pub fn pack(c: &Config) -> Result<Claim, Errors> {
    let words = c.ring_bus() / 32;
    let of = |what: &str| (0..words).rev().map(|i| format!("{what}_{i}_q")).collect::<Vec<_>>().join(", ");
    let property = format!(
        "\n  localparam COLUMNS = {}, ACC = {}, WORDS = {words};\n  wire [7:0] place = {}, shown = {};\n  wire [{}:0] pushed = {{{}, {}}};\n{}",
        c.columns(),
        c.acc_bits(),
        if words > 1 { "place_q" } else { "0" },
        if c.columns() > 1 { "column_q" } else { "0" },
        33 * words - 1,
        of("word"),
        of("mark"),
        include_str!("properties/ring_pack.v")
    );
    claim(name("packs every result once", c), &design::ring_pack(c)?, property, CYCLES)
}

/// Writes keep the rules of AXI4, with as many beats as were asked for; the tail counts on when a status in its slot is answered, and
/// `busy_o` falls when all writes are.
///
/// # Errors
/// See [`design::ring_store`].
pub fn store(c: &Config) -> Result<Claim, Errors> {
    let bytes = c.ring_bus() / 8;
    let property = format!(
        "\n  localparam BYTES = {bytes}, BASE = {}, SIZE = {}, ADDRESS = {}, TAIL = {}, RESULTS = {}, STATUS = {}, CODE = {}, LOW = {};\n{}",
        RING_BASE_ADDRESS.width,
        RING_SIZE_LOG2.width,
        MEMORY_SPACE.ilog2(),
        RING_TAIL_COUNT.width,
        DESC_RES_BASE_ADDRESS.width,
        DESC_STATUS.offset,
        DESC_STATUS_CODE.width,
        (bytes * Config::WRITE_BEATS).ilog2(),
        include_str!("properties/ring_store.v")
    );
    claim(name("writes as it says", c), &design::ring_store(c)?, property, CYCLES)
}

fn name(what: &str, c: &Config) -> String {
    format!("ring of {} bits, {} lanes and {} columns {what}", c.ring_bus(), c.lanes(), c.columns())
}
