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

use trine_perf::dram::Dram;
use trine_sim::DramTiming;

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
