//! The timing of a memory in the units of its data sheet: `[memory.dram]`.
//!
//! ```text
//!   data sheet: ns ──┐
//!   controller: Hz ──┴──> cycles of the controller ──> simulated memory
//! ```
//!
//! ```
//! let board = trine_perf::memory::named("ulx3s").unwrap();
//! let dram = board.dram.unwrap();
//! // tRFC of 60 ns at 50 MHz, and a refresh every 64 ms / 8192.
//! assert_eq!((dram.cycles(dram.rfc_ns), dram.refresh_cycles()), (3, 390));
//! ```

use serde::Deserialize;

use crate::dram_power::DramPower;
use crate::fields::{Faults, Fields};

/// Keys of the table in a file.
const KEYS: &[&str] = &[
    "controller_hz",
    "access_bytes",
    "access_cycles",
    "row_bytes",
    "banks",
    "rcd_ns",
    "rp_ns",
    "ras_ns",
    "rc_ns",
    "rfc_ns",
    "refi_ns",
    "margin_cycles",
    "read_latency",
    "front",
    "refresh_entry",
    "lookahead",
    "outstanding",
    "banks_ahead",
    "one_command",
    "in_order",
    "source",
    "power",
];

/// Share of the bandwidth by which the peak of the accesses may differ from it.
const PEAK: f64 = 0.01;

/// A DRAM and its controller. Nanoseconds are of the chip, cycles of the controller.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dram {
    /// Clock of the controller.
    pub controller_hz: f64,
    /// Bytes of a column command, a power of two.
    pub access_bytes: u32,
    /// Cycles from a column command to the next one.
    pub access_cycles: u32,
    /// Bytes of an open row over all chips, a power of two.
    pub row_bytes: u32,
    /// Banks that have a row each.
    pub banks: u32,
    /// tRCD: opening a row to its first column command.
    pub rcd_ns: f64,
    /// tRP: closing a row to opening the next one.
    pub rp_ns: f64,
    /// tRAS: opening a row to closing it.
    pub ras_ns: f64,
    /// tRC: opening a row to opening the next one of the bank.
    pub rc_ns: f64,
    /// tRFC: a refresh.
    pub rfc_ns: f64,
    /// tREFI: from refresh to refresh.
    pub refi_ns: f64,
    /// Part of a cycle that is added before a time is rounded up, because a cycle of the controller is several of the chip.
    #[serde(default)]
    pub margin_cycles: f64,
    /// A column command to its data at the port.
    pub read_latency: u32,
    /// Taking an access to its first command.
    pub front: u32,
    /// The time of a refresh to the command that closes all rows.
    pub refresh_entry: u32,
    /// Accesses of a port whose rows the controller sees.
    pub lookahead: u32,
    /// Accesses of a port from the window to the end of their beats.
    pub outstanding: u32,
    /// True if the controller opens rows of other banks ahead.
    pub banks_ahead: bool,
    /// True if a cycle has room for a single command.
    pub one_command: bool,
    /// Share of the peak that reading in order reaches, simulated.
    #[serde(default)]
    pub in_order: Option<f64>,
    /// Data sheet and controller.
    pub source: String,
    /// Currents of its chips; without them its energy is by bytes alone.
    #[serde(default)]
    pub power: Option<DramPower>,
}

/// Longest time of a memory: no chip waits a millisecond for anything.
const LONGEST_NS: f64 = 1e6;

impl Dram {
    /// Whole cycles of the controller that last `ns` at least.
    #[must_use]
    pub fn cycles(&self, ns: f64) -> u32 {
        // Not a cycle more where the product is a hair above a whole number.
        (ns * self.controller_hz / 1e9 + self.margin_cycles - 1e-6).ceil() as u32
    }

    /// Whole cycles of the controller from refresh to refresh at most.
    #[must_use]
    pub fn refresh_cycles(&self) -> u32 {
        (self.refi_ns * self.controller_hz / 1e9) as u32
    }

    /// Peak, in bytes a second.
    #[must_use]
    pub fn bytes_per_second(&self) -> f64 {
        self.controller_hz * f64::from(self.access_bytes) / f64::from(self.access_cycles)
    }

    /// The table of a memory in a user's file, where the memory has one.
    pub(crate) fn read(memory: &Fields<'_>, bandwidth: Option<f64>, faults: &mut Faults<'_>) -> Option<Self> {
        let mut fields = memory.part("dram", KEYS, faults)?;
        fields.what = format!("{}, [memory.dram]", memory.what);
        let mut ns = |key| fields.number(key, "ns", faults);
        let [rcd, rp, ras, rc, rfc, refi] = ["rcd_ns", "rp_ns", "ras_ns", "rc_ns", "rfc_ns", "refi_ns"].map(&mut ns);
        let mut whole = |key, most| fields.whole(key, most, faults).map(|value| value as u32);
        let [access_bytes, access_cycles] = ["access_bytes", "access_cycles"].map(|key| whole(key, 1 << 16));
        let [row_bytes, banks] = ["row_bytes", "banks"].map(|key| whole(key, 1 << 20));
        let [read_latency, lookahead, outstanding] =
            ["read_latency", "lookahead", "outstanding"].map(|key| whole(key, 1 << 16));
        let [front, refresh_entry] = ["front", "refresh_entry"].map(|key| whole(key, 1 << 16));
        let controller_hz = fields.number("controller_hz", "Hz", faults);
        let margin_cycles = fields.optional_number("margin_cycles", "cycles", faults).unwrap_or(0.0);
        let [banks_ahead, one_command] = ["banks_ahead", "one_command"].map(|key| fields.truth(key, faults));
        let in_order = fields.optional_number("in_order", "of 1", faults);
        let source = fields.text("source", faults);
        let power = DramPower::read(&fields, faults);
        let dram = Self {
            controller_hz: controller_hz?,
            margin_cycles,
            access_bytes: access_bytes?,
            access_cycles: access_cycles?,
            row_bytes: row_bytes?,
            banks: banks?,
            rcd_ns: rcd?,
            rp_ns: rp?,
            ras_ns: ras?,
            rc_ns: rc?,
            rfc_ns: rfc?,
            refi_ns: refi?,
            read_latency: read_latency?,
            front: front?,
            refresh_entry: refresh_entry?,
            lookahead: lookahead?,
            outstanding: outstanding?,
            banks_ahead: banks_ahead?,
            one_command: one_command?,
            in_order,
            source: source?,
            power,
        };
        if let Some(problem) = dram.problem(bandwidth?) {
            faults.add(fields.line, format!("{}: {problem}", fields.what));
        }
        Some(dram)
    }

    /// The value that is impossible in a memory of a bandwidth, if one is.
    fn problem(&self, bandwidth: f64) -> Option<String> {
        let Self { access_bytes, row_bytes, ras_ns, rcd_ns, .. } = *self;
        for (name, value) in [("access_bytes", access_bytes), ("row_bytes", row_bytes)] {
            if !value.is_power_of_two() {
                return Some(format!("`{name}` is {value} and no power of two"));
            }
        }
        let times = [
            ("rcd_ns", rcd_ns),
            ("rp_ns", self.rp_ns),
            ("ras_ns", ras_ns),
            ("rc_ns", self.rc_ns),
            ("rfc_ns", self.rfc_ns),
            ("refi_ns", self.refi_ns),
        ];
        if let Some((name, value)) = times.into_iter().find(|(_, value)| *value > LONGEST_NS) {
            return Some(format!("`{name}` is {value:e} and has to be {LONGEST_NS:e} ns at most"));
        }
        let refresh = self.cycles(self.rp_ns) + self.cycles(self.rfc_ns) + self.cycles(ras_ns) + self.refresh_entry;
        let peak = self.bytes_per_second();
        if access_bytes > row_bytes {
            Some(format!("`access_bytes` is {access_bytes} and `row_bytes` only {row_bytes}"))
        } else if !(1e3..=1e10).contains(&self.controller_hz) {
            Some(format!("`controller_hz` is {:e} and has to be 1e3 to 1e10 Hz", self.controller_hz))
        } else if self.margin_cycles >= 1.0 {
            Some(format!("`margin_cycles` is {} and has to be below 1", self.margin_cycles))
        } else if ras_ns < rcd_ns {
            Some(format!("`ras_ns` is {ras_ns} and has to be `rcd_ns` of {rcd_ns} at least"))
        } else if self.rc_ns < ras_ns {
            Some(format!("`rc_ns` is {} and has to be `ras_ns` of {ras_ns} at least", self.rc_ns))
        } else if refresh >= self.refresh_cycles() {
            Some(format!("`refi_ns` is {} cycles, which refreshes of {refresh} fill", self.refresh_cycles()))
        } else if let Some(share) = self.in_order.filter(|share| !(*share > 0.0 && *share <= 1.0)) {
            Some(format!("`in_order` is {share} and has to be a share of the peak, above 0 and 1 at most"))
        } else if (peak / bandwidth - 1.0).abs() > PEAK {
            Some(format!("accesses move {peak:e} bytes a second, and `bytes_per_second` is {bandwidth:e}"))
        } else {
            self.power.as_ref().and_then(|power| power.problem(self))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::memory::memories;

    #[test]
    fn every_memory_has_a_timing_that_is_possible() {
        for memory in memories().unwrap() {
            let dram = memory.dram.unwrap_or_else(|| panic!("{}", memory.name));
            assert_eq!(dram.problem(memory.bytes_per_second), None, "{}", memory.name);
            assert!(dram.rc_ns >= dram.ras_ns && !dram.source.is_empty(), "{}", memory.name);
        }
    }

    #[test]
    fn times_are_rounded_by_hand() {
        let of = |name: &str| crate::memory::named(name).unwrap().dram.unwrap();
        let (sdr, ddr3) = (of("ulx3s"), of("orangecrab"));
        // 18 ns, 42 ns and 60 ns in cycles of 20 ns.
        assert_eq!([sdr.rcd_ns, sdr.ras_ns, sdr.rc_ns].map(|ns| sdr.cycles(ns)), [1, 3, 3]);
        // 13.75 ns are 0.66 cycles of 20.8 ns; half a cycle of margin makes them two.
        assert_eq!([ddr3.rcd_ns, ddr3.rfc_ns].map(|ns| ddr3.cycles(ns)), [2, 7]);
        assert_eq!(ddr3.bytes_per_second(), 384e6);
    }
}
