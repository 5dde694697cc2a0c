//! The timing of a simulated DRAM and its controller.
//!
//! ```text
//!  accesses of ports ──> window of `lookahead` ──> row commands ──> bank 0 .. banks-1: a row of row_bytes is open, or none
//!                                              └─> column commands ──> access_bytes, read_latency later
//!  every tREFI: all rows are closed, and nothing is read for tRFC
//! ```
//!
//! All times but the two clocks are whole cycles of the controller. Its peak is `access_bytes` every `access_cycles`:
//!
//! ```
//! use trine_sim::DramTiming;
//!
//! // An SDRAM of 16 bits at 50 MHz behind a unit at 25 MHz.
//! let timing = DramTiming { unit_hz: 25_000_000, ..DramTiming::SDRAM };
//! assert_eq!(timing.bytes_per_unit_cycle(), 4.0);
//! ```

use serde::{Deserialize, Serialize};

/// Clocks, geometry and cycle counts of a DRAM with its controller. The shim has the same layout.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DramTiming {
    /// Clock of the controller.
    pub controller_hz: u64,
    /// Clock of the design.
    pub unit_hz: u64,
    /// Bytes of a column command, a power of two.
    pub access_bytes: u32,
    /// Cycles from a column command to the next one (tCCD).
    pub access_cycles: u32,
    /// Bytes of an open row over all chips, a power of two.
    pub row_bytes: u32,
    /// Banks. An address is row, bank and column, the column lowest.
    pub banks: u32,
    /// Opening a row to its first column command (tRCD).
    pub rcd: u32,
    /// Closing a row to opening the next one (tRP).
    pub rp: u32,
    /// Opening a row to closing it (tRAS).
    pub ras: u32,
    /// Opening a row to opening the next one of the bank (tRC).
    pub rc: u32,
    /// A refresh (tRFC).
    pub rfc: u32,
    /// From refresh to refresh (tREFI).
    pub refi: u32,
    /// A column command to its data at the port: CAS latency, PHY and controller.
    pub read_latency: u32,
    /// Taking an access to its first command.
    pub front: u32,
    /// The time of a refresh to the command that closes all rows.
    pub refresh_entry: u32,
    /// Accesses of a port whose rows the controller sees.
    pub lookahead: u32,
    /// Accesses of a port that are taken and not yet handed over in beats; a controller's read buffer.
    pub outstanding: u32,
    /// 1 if a port's accesses in the window may lie in several banks, so that rows are opened ahead; 0 if the next bank waits
    /// for the end of the previous one, as in LiteDRAM.
    pub banks_ahead: u32,
    /// 1 if a cycle has room for one command, 0 if it has room for a column command and a row command.
    pub one_command: u32,
}

impl DramTiming {
    /// An SDR SDRAM of 16 bits (AS4C32M16) at 50 MHz behind LiteDRAM, in front of a unit of the same clock.
    pub const SDRAM: Self = Self {
        controller_hz: 50_000_000,
        unit_hz: 50_000_000,
        access_bytes: 2,
        access_cycles: 1,
        row_bytes: 2048,
        banks: 4,
        rcd: 1,
        rp: 1,
        ras: 3,
        rc: 4,
        rfc: 3,
        refi: 390,
        read_latency: 5,
        front: 4,
        refresh_entry: 5,
        lookahead: 8,
        outstanding: 16,
        banks_ahead: 0,
        one_command: 1,
    };

    /// Peak, in bytes a cycle of the design.
    #[must_use]
    pub fn bytes_per_unit_cycle(&self) -> f64 {
        let accesses = self.controller_hz as f64 / self.unit_hz as f64 / f64::from(self.access_cycles);
        accesses * f64::from(self.access_bytes)
    }

    /// The value that is impossible on a bus of `bus` bytes, if one is.
    pub(crate) fn problem(&self, bus: usize) -> Option<String> {
        let Self { access_bytes, row_bytes, outstanding, .. } = *self;
        let counts = [
            ("controller_hz", self.controller_hz),
            ("unit_hz", self.unit_hz),
            ("access_bytes", access_bytes.into()),
            ("access_cycles", self.access_cycles.into()),
            ("row_bytes", row_bytes.into()),
            ("banks", self.banks.into()),
            ("refi", self.refi.into()),
            ("read_latency", self.read_latency.into()),
            ("lookahead", self.lookahead.into()),
            ("outstanding", outstanding.into()),
        ];
        if let Some((name, _)) = counts.into_iter().find(|(_, value)| *value == 0) {
            return Some(format!("{name} is 0"));
        }
        for (name, value) in [("access_bytes", access_bytes), ("row_bytes", row_bytes)] {
            if !value.is_power_of_two() {
                return Some(format!("{name} is {value} and no power of two"));
            }
        }
        for (name, value) in [("banks_ahead", self.banks_ahead), ("one_command", self.one_command)] {
            if value > 1 {
                return Some(format!("{name} is {value} and neither 0 nor 1"));
            }
        }
        let refresh = u64::from(self.rp) + u64::from(self.rfc) + u64::from(self.refresh_entry) + u64::from(self.ras);
        let beat = (bus as u64).div_ceil(access_bytes.into());
        if access_bytes > row_bytes {
            Some(format!("access_bytes is {access_bytes} and row_bytes only {row_bytes}"))
        } else if refresh >= u64::from(self.refi) {
            Some(format!("refi is {} cycles, which refreshes of {refresh} fill", self.refi))
        } else if u64::from(outstanding) < beat {
            Some(format!("outstanding is {outstanding}, and a beat takes {beat} accesses"))
        } else {
            None
        }
    }
}
