//! Requirements on every unit, as checks that run on any simulated unit of any configuration.
//!
//! Random matmuls compared with the golden model say that results are right; these say what else was promised
//! (`docs/reference/protocol.md`): registers and their bus, interrupts, counters, errors and their codes, watchdog, aborts and resets in every
//! cycle of a job, back-pressure, exact timing. Each check takes a fresh unit, sends what it needs pin by pin (`DrivenUnit`), and fails with
//! words. A hung unit fails too: nothing waits for longer than a limit of cycles.

mod bus;
mod counters;
mod endings;
mod faults;
mod feed;
mod jobs;
mod large;
mod memory;
mod queue;
mod registers;
mod ring;
mod ring_host;
mod unit;
mod weights;
mod window_edges;
mod window_ends;
mod windows;
mod work;

use std::fmt;
use std::path::Path;

use trine_spec::Config;

use trine_sim::Error;
use trine_sim::Library;
use unit::DrivenUnit;

/// Why a check failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault(String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Fault(error.to_string())
    }
}

impl From<String> for Fault {
    fn from(text: String) -> Self {
        Fault(text)
    }
}

type Found<T = ()> = Result<T, Fault>;

/// Fails the check unless a condition holds.
macro_rules! holds {
    ($condition:expr, $($text:tt)*) => {
        if !$condition {
            return Err($crate::suite::Fault::from(format!($($text)*)));
        }
    };
}
use holds;

/// Fails the check unless two values are equal.
macro_rules! equal {
    ($actual:expr, $expected:expr, $($text:tt)*) => {{
        let (actual, expected) = (&$actual, &$expected);
        if actual != expected {
            return Err($crate::suite::Fault::from(format!("{}: {actual:?} instead of {expected:?}", format!($($text)*))));
        }
    }};
}
use equal;

/// A check and its name.
#[derive(Clone, Copy)]
pub struct Check {
    /// Its subject, in a few words.
    pub name: &'static str,
    run: fn(&mut DrivenUnit<'_>) -> Found,
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check").field("name", &self.name).finish_non_exhaustive()
    }
}

const fn check(name: &'static str, run: fn(&mut DrivenUnit<'_>) -> Found) -> Check {
    Check { name, run }
}

/// Checks of every unit, quick ones first.
const COMMON: [Check; 9] = [
    check("constants and resets", registers::resets),
    check("register access", registers::access),
    check("refused accesses", registers::refused),
    check("register bus", bus::handshakes),
    check("bus timing", bus::timing),
    check("requests in a row", bus::pipelines),
    check("shapes", jobs::shapes),
    check("interrupts", jobs::interrupts),
    check("tags", jobs::tags),
];

/// Checks of units with stream ports.
const STREAMS: [Check; 20] = [
    check("sizes and cycles", jobs::sizes),
    check("idle streams", jobs::idle),
    check("writes while busy", jobs::writes_while_busy),
    check("counters", counters::events),
    check("stall counters", counters::stalls),
    check("order of stalls", counters::precedence),
    check("snapshot and clear", counters::snapshots),
    check("pauses", jobs::pauses),
    check("back-pressure", jobs::back_pressure),
    check("stream marks", faults::marks),
    check("illegal codes", faults::illegal_codes),
    check("watchdog", faults::watchdog),
    check("abort in every cycle", endings::abort),
    check("soft reset in every cycle", endings::soft_reset),
    check("reset in every cycle", endings::reset),
    check("largest jobs", large::jobs),
    check("too many activations", large::overflow),
    check("large jobs and their sources", large::sources),
    check("long watchdog", large::watchdog),
    check("many outputs", large::outputs),
];

/// Checks of units with windows.
const WINDOWS: [Check; 10] = [
    check("window sizes", windows::sizes),
    check("window access", windows::access),
    check("window patience", windows::patience),
    check("window marks", windows::marks),
    check("window faults", window_ends::faults),
    check("window aborts", window_ends::aborts),
    check("windows around a start", window_edges::starts),
    check("windows around an end", window_edges::ends),
    check("window results that pile up", window_edges::piles),
    check("window words lost or doubled", windows::lost_or_doubled),
];

/// Checks of units that read their weights from memory.
const MEMORY: [Check; 8] = [
    check("memory registers", memory::registers),
    check("memory sizes", memory::sizes),
    check("memory lengths", memory::lengths),
    check("memory places", memory::places),
    check("memory errors", memory::errors),
    check("memory that never answers", memory::silence),
    check("room for jobs", queue::room),
    check("jobs in a row", queue::sizes),
];

/// Checks of those that have stream ports too.
const MEMORY_STREAMS: [Check; 9] = [
    check("memory stalls", memory::stalls),
    check("memory read ahead", memory::read_ahead),
    check("memory watchdog", memory::watchdog),
    check("memory abort in every cycle", memory::abort),
    check("memory soft reset in every cycle", memory::soft_reset),
    check("memory reset in every cycle", memory::reset),
    check("jobs read ahead", queue::read_ahead),
    check("a job in a row fails", queue::failures),
    check("jobs in a row dropped in every cycle", queue::dropped),
];

/// Checks of units that fetch their jobs.
const RING: [Check; 7] = [
    check("constants and resets", registers::resets),
    check("register access", registers::access),
    check("ring sizes", ring::sizes),
    check("ring in order", ring::fences),
    check("a job of a ring fails", ring::failures),
    check("ring that is never answered", ring::silence),
    check("ring dropped in every cycle", ring::dropped),
];

/// Checks of units whose weights in memory can lie in runs.
const STRIDES: [Check; 1] = [check("memory runs", memory::runs)];

/// Checks that need a host which sends the weights, late or never.
const FROM_HOST: [&str; 5] = ["counters", "stall counters", "watchdog", "too many activations", "long watchdog"];

/// The checks of a unit of configuration `config`, quick ones first.
#[must_use]
pub fn checks(config: &Config) -> Vec<Check> {
    if config.ring() {
        return RING.to_vec();
    }
    let (own, memory): (&[Check], &[Check]) =
        if config.windows() { (&WINDOWS, &[]) } else { (&STREAMS, &MEMORY_STREAMS) };
    let memory = MEMORY.iter().chain(memory).filter(|_| config.memory());
    let memory = memory.chain(STRIDES.iter().filter(|_| config.strides()));
    let host = |check: &&Check| !(config.memory() && FROM_HOST.contains(&check.name));
    COMMON.iter().chain(own).filter(host).chain(memory).copied().collect()
}

impl Check {
    /// Runs the check on a fresh unit of configuration `config`, some of whose inputs are `held` at values.
    ///
    /// # Errors
    /// The unit's fault.
    pub fn run(&self, library: &Library, config: &Config, held: &[(String, u64)]) -> Result<(), Fault> {
        self.run_on(DrivenUnit::new(library, config, held, None)?)
    }

    /// Runs the check once more and writes a waveform of it to `file`; `library` was built with `trace`.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn traced(&self, library: &Library, config: &Config, file: &Path) -> Result<(), Fault> {
        self.run_on(DrivenUnit::new(library, config, &[], Some(file))?)
    }

    fn run_on(&self, mut unit: DrivenUnit<'_>) -> Result<(), Fault> {
        (self.run)(&mut unit).map_err(|fault| Fault(format!("{fault} (before cycle {})", unit.cycle())))
    }
}
