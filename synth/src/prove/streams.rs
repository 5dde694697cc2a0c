//! Nothing is lost, doubled or reordered on the way: claims about buffers, streams and the register bus.
//!
//! The properties pick one word at any time, or any number of a word, and follow it; because the choice is free, what
//! holds of it holds of all words.

use super::{Claim, claim, inside, memory};
use trine_hdl::lang::{Errors, RamStyle, bits};
use trine_hdl::{Verilog, design, library};
use trine_spec::config::clog2;
use trine_spec::packing::words;
use trine_spec::registers::{MEMORY_SPACE, WGT_BASE_ADDRESS, WGT_LENGTH_BEATS};
use trine_spec::{Config, Style};

/// The n-th word pushed into a buffer of `depth` words of `width` bits, in a RAM of this `kind`, is the n-th to leave; an output holds until it is
/// taken, and a word waits at the output after two cycles at most.
///
/// # Errors
/// See [`library::fifo`].
pub fn fifo(kind: RamStyle, width: usize, depth: usize) -> Result<Claim, Errors> {
    let property = sized(include_str!("properties/fifo.v"), kind, width, "words", depth);
    let name = format!("fifo of {depth} x {width} bits ({kind:?}) keeps words and order");
    claim(name, &library::fifo(Style::Portable, kind, "fifo", bits(width), depth)?, property, 3 * depth + 8)
}

/// Every replay of a buffer of `depth` words of `width` bits gives each word that was stored, in order, with its mark;
/// a word can be taken six cycles after it was stored, or earlier.
///
/// # Errors
/// See [`library::replay_buffer`].
pub fn replay_buffer(width: usize, depth: usize) -> Result<Claim, Errors> {
    let counter = inside([("read_0.at_q".to_string(), clog2(depth).max(1))]);
    let gap = format!("\n  localparam GAP = {};\n", clog2(depth + 3) + 1);
    let property = counter
        + &gap
        + &sized(include_str!("properties/replay_buffer.v"), RamStyle::Block, width + 1, "bank_0", depth);
    let name = format!("replay buffer of {depth} x {width} bits keeps words and order");
    claim(name, &library::replay_buffer(Style::Portable, "replay", width, depth)?, property, 2 * depth + 8)
}

/// Every request on the register bus is answered exactly once, no response comes without one, and responses hold.
///
/// # Errors
/// See [`design::registers`].
pub fn registers(c: &Config) -> Result<Claim, Errors> {
    let property = include_str!("properties/registers.v").into();
    claim("register bus answers once".into(), &design::registers(c)?, property, 12)
}

/// Requests to windows wait for a bounded time, only while a job runs or starts, and whoever is not served is reported; beats hold
/// until taken and have all their words.
///
/// # Errors
/// See [`design::windows`].
pub fn windows(c: &Config) -> Result<Claim, Errors> {
    let property = format!(
        "\n  localparam PATIENCE = {}, ACT = {}, WGT = {}, ACT_WORDS = {}, WGT_WORDS = {};\n{}",
        clog2(c.window_patience()),
        c.act_bus(),
        c.weight_bus(),
        words(c.act_bus()),
        words(c.weight_bus()),
        include_str!("properties/windows.v")
    );
    claim("windows serve or report".into(), &design::windows(c)?, property, 8)
}

/// The reader of weights from memory has a place for every beat that it asks for, no place gets lost, no burst of it leaves its window, requests hold until
/// taken, and a job that was dropped drains until its last burst has come. It asks for the beats of each job in order, and marks the last one.
///
/// # Errors
/// See [`design::weight_reader`].
pub fn weight_reader(c: &Config) -> Result<Claim, Errors> {
    let property = reader(c).replace("given", "assume");
    claim("weight reader has room for what it asks for".into(), &design::weight_reader(c)?, property, 20)
}

/// Readers side by side keep what [`weight_reader`] says, each by itself; they take every job together and give every beat together.
///
/// # Errors
/// See [`design::weight_reader`].
pub fn weight_ports(c: &Config) -> Result<Claim, Errors> {
    let ports = c.weight_ports();
    let all = |signal: &str| (0..ports).rev().map(|i| format!("\\port{i}.{signal} ")).collect::<Vec<_>>().join(", ");
    let any = |signal: &str| (0..ports).map(|i| format!("\\port{i}.{signal} ")).collect::<Vec<_>>().join("| ");
    let window = c.burst_beats() * c.port_bus() / 8;
    // The number of the port is what its reader leaves out of addresses.
    let place = |i| {
        let offered = format!("~axi{i}_arvalid_o | axi{i}_araddr_o == port{i}_axi_araddr_o + {}", i * window);
        format!("  always @* assert (age != 2 | {offered});\n")
    };
    let places: String = (0..ports).map(place).collect();
    let signals = [("enter", 1), ("buffer_pop_o", 1), ("left_over", 8)];
    let property = inside(
        signals.iter().flat_map(|(name, width)| (0..ports).map(move |i| (format!("port{i}.{name}"), *width))),
    ) + &format!(
        "\n  localparam PORTS = {ports}, JOB = {};\n  wire [PORTS-1:0] enters = {{{}}}, pops = {{{}}};\n  wire [7:0] left = {};\n",
        job_bits(c),
        all("enter"),
        all("buffer_pop_o"),
        any("left_over")
    ) + include_str!("properties/weight_ports.v")
        + &places;
    let mut joined = claim("weights come together through all ports".into(), &design::weight_reader(c)?, property, 12)?;
    let slice = Claim {
        module: "trine_weight_reader".into(),
        property: reader(c).replace("given", "assert"),
        ..joined.clone()
    };
    // Without its readers a design is no claim.
    joined.design = slice.stated().unwrap_or_else(|_| Verilog { files: vec![], ..slice.design.clone() });
    Ok(joined)
}

/// Bits of an address in memory.
const ADDRESS: usize = MEMORY_SPACE.ilog2() as usize;

/// Bits of a job of a reader.
fn job_bits(c: &Config) -> usize {
    let (base, mark) =
        if c.strides() { (ADDRESS - (c.weight_bus() / 8).ilog2() as usize, 1) } else { (WGT_BASE_ADDRESS.width, 0) };
    base + WGT_LENGTH_BEATS.width + mark
}

/// The property of the reader of one port; `given` is what others keep.
fn reader(c: &Config) -> String {
    let (burst, bytes, strides) = (c.burst_beats(), c.port_bus() / 8, c.strides());
    let place = ADDRESS - (c.weight_bus() / 8).ilog2() as usize;
    let base = job_bits(c) - WGT_LENGTH_BEATS.width - usize::from(strides);
    format!(
        "\n  localparam BURST = {burst}, ROOM = {}, BURSTS = {}, BYTES = {bytes}, WINDOW = {}, PORTS = {};\n  localparam JOB = {}, BASE = {base}, PLACE = {place}, STEPS = {}, STRIDES = {};\n  wire closes = {};\n{}{}",
        Config::READ_AHEAD,
        c.bursts(),
        (burst - 1) * bytes,
        c.weight_ports(),
        job_bits(c),
        place - base,
        u8::from(strides),
        if strides { "closes_q" } else { "1" },
        include_str!("properties/weight_reader.v"),
        include_str!("properties/weight_order.v")
    )
}

/// The master behind a serial line keeps the rules of AXI4-Lite: requests hold until taken, one at a time, a read never
/// beside a write.
///
/// # Errors
/// See [`library::uartbone`].
pub fn uartbone(address: usize, gap_bits: usize) -> Result<Claim, Errors> {
    let sizes = format!("\n  localparam ADDRESS = {address}, GAP = {gap_bits};\n");
    let property = sizes + include_str!("properties/uartbone.v");
    claim("uartbone asks one thing at a time".into(), &library::uartbone(address, gap_bits)?, property, 24)
}

/// `property` of a buffer whose words of `width` bits are in the memory at `path`.
fn sized(property: &str, kind: RamStyle, width: usize, path: &str, depth: usize) -> String {
    let address = clog2(depth).max(1);
    format!(
        "\n  localparam WIDTH = {width}, DEPTH = {depth}, ADDRESS = {address};\n{}{property}",
        memory(path, kind, width, depth)
    )
}
