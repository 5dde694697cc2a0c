//! A memory of the records as a simulated one.
//!
//! ```text
//!   perf: ns of the chip, Hz ──> timing(dram, unit_hz) ──> sim: cycles of the controller
//! ```
//!
//! ```
//! let record = trine_perf::memory::named("ulx3s").unwrap().dram.unwrap();
//! assert_eq!(trine_verify::memory::timing(&record, 50e6), trine_sim::DramTiming::SDRAM);
//! ```

use trine_hdl::{Direction, Port, SourceFile, Verilog};
use trine_perf::dram::Dram;
use trine_sim::{DramTiming, Dut, Library, MemoryOptions, Timing};

use crate::Result;

/// Cycles that are counted, and those before them.
const CYCLES: u64 = 60_000;
const WARM: u64 = 2_000;

/// The timing of a memory behind a unit with a clock of `unit_hz`.
#[must_use]
pub fn timing(dram: &Dram, unit_hz: f64) -> DramTiming {
    DramTiming {
        controller_hz: dram.controller_hz as u64,
        unit_hz: unit_hz as u64,
        access_bytes: dram.access_bytes,
        access_cycles: dram.access_cycles,
        row_bytes: dram.row_bytes,
        banks: dram.banks,
        rcd: dram.cycles(dram.rcd_ns),
        rp: dram.cycles(dram.rp_ns),
        ras: dram.cycles(dram.ras_ns),
        rc: dram.cycles(dram.rc_ns),
        rfc: dram.cycles(dram.rfc_ns),
        refi: dram.refresh_cycles(),
        read_latency: dram.read_latency,
        front: dram.front,
        refresh_entry: dram.refresh_entry,
        lookahead: dram.lookahead,
        outstanding: dram.outstanding,
        banks_ahead: dram.banks_ahead.into(),
        one_command: dram.one_command.into(),
    }
}

/// Bits of the widest bus that a memory can give a beat of: all accesses of a beat are under way together.
#[must_use]
pub fn widest_bus(dram: &Dram) -> u64 {
    8 * u64::from(dram.outstanding) * u64::from(dram.access_bytes)
}

/// Bits of a bus as wide as an access.
fn bus(dram: &Dram) -> usize {
    (dram.access_bytes as usize * 8).min(1024)
}

/// A master that reads all of this memory in order and never waits, for [`in_order`].
#[must_use]
pub fn reader(dram: &Dram) -> Verilog {
    reading(bus(dram))
}

/// Share of the memory's peak that its [`reader`] reaches, whose simulation `library` is; three digits.
///
/// # Errors
/// When the simulation fails.
pub fn in_order(dram: &Dram, library: &Library) -> Result<f64> {
    // A unit that is as fast as the peak.
    let timing = timing(dram, dram.bytes_per_second() / (bus(dram) as f64 / 8.0));
    let mut dut = Dut::new(library)?;
    let options = MemoryOptions { timing: Timing::Dram(timing), ..MemoryOptions::new(1 << 30) };
    let port = dut.attach_memory("m_axi", &options)?;
    dut.tick()?;
    dut.poke("aresetn", true)?;
    let mut beats = [0; 2];
    for (beats, cycles) in beats.iter_mut().zip([WARM, CYCLES]) {
        (0..cycles).try_for_each(|_| dut.tick())?;
        *beats = dut.memory_statistics(port)?.beats;
    }
    Ok(((beats[1] - beats[0]) as f64 / CYCLES as f64 * 1e3).round() / 1e3)
}

/// Reads all memory in bursts of 4 KiB (or 256 beats), and never waits.
fn reading(bits: usize) -> Verilog {
    let bus = bits / 8;
    let beats = (4096 / bus).min(256);
    let (size, last, bytes) = (bus.trailing_zeros(), beats - 1, beats * bus);
    let text = format!(
        "module reader(input clk, input aresetn, output reg [37:0] m_axi_araddr, output [7:0] m_axi_arlen,
    output [2:0] m_axi_arsize, output [1:0] m_axi_arburst, output m_axi_arvalid, input m_axi_arready,
    input [{top}:0] m_axi_rdata, input [1:0] m_axi_rresp, input m_axi_rlast, input m_axi_rvalid, output m_axi_rready);
    assign {{m_axi_arlen, m_axi_arsize, m_axi_arburst}} = {{8'd{last}, 3'd{size}, 2'd1}};
    assign {{m_axi_arvalid, m_axi_rready}} = {{aresetn, aresetn}};
    always @(posedge clk)
        if (!aresetn) m_axi_araddr <= 0;
        else if (m_axi_arready) m_axi_araddr <= m_axi_araddr + 38'd{bytes};
endmodule
",
        top = bits - 1
    );
    let port = |(name, direction, width): (&str, _, _)| {
        let name = if name.len() > 7 || name == "clk" { name.to_owned() } else { format!("m_axi_{name}") };
        Port { name, direction, width, signed: false }
    };
    use Direction::{Input, Output};
    let ports = [
        ("clk", Input, 1),
        ("m_axi_araddr", Output, 38),
        ("arlen", Output, 8),
        ("arsize", Output, 3),
        ("arburst", Output, 2),
        ("arvalid", Output, 1),
        ("arready", Input, 1),
        ("rdata", Input, bits),
        ("rresp", Input, 2),
        ("rlast", Input, 1),
        ("rvalid", Input, 1),
        ("rready", Output, 1),
    ];
    let mut ports: Vec<Port> = ports.into_iter().map(port).collect();
    ports.insert(1, Port { name: "aresetn".into(), direction: Input, width: 1, signed: false });
    Verilog {
        top: "reader".into(),
        clock: "clk".into(),
        files: vec![SourceFile { name: "reader.v".into(), text }],
        cells: vec![],
        ports,
    }
}
