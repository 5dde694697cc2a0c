//! Waveforms as text.

use super::Interpreter;
use num_bigint::BigInt;
use std::fmt;

/// The values of some signals over clock cycles; printed as a waveform.
///
/// ```
/// use trine_hdl::lang::{BIT, Interpreter, Module, Trace, bits, set, when};
/// let mut m = Module::new("counter", "Counts while `enable_i` is high.");
/// let enable = m.input("enable_i", BIT);
/// let count = m.reg("count_q", bits(8));
/// m.on_clock([when(&enable, [set(&count, count.step(9))])]);
/// m.drive("count_o", &count);
/// let mut counter = Interpreter::new(&m.build().unwrap()).unwrap();
/// let mut trace = Trace::of(&["enable_i", "count_o"]);
/// for enable in [0, 1, 1, 0] {
///     counter.set("enable_i", enable);
///     trace.cycle(&mut counter);
/// }
/// assert_eq!(trace.to_string(), "
/// cycle    0  1  2  3
/// enable_i ▁▁▁▔▔▔▔▔▔▁▁▁
/// count_o  │0    │9 │18
/// ");
/// ```
#[derive(Clone, Debug)]
pub struct Trace {
    rows: Vec<Row>,
}

#[derive(Clone, Debug)]
struct Row {
    signal: String,
    bit: bool,
    values: Vec<BigInt>,
}

impl Trace {
    /// A trace of these signals, without cycles.
    pub fn of(signals: &[&str]) -> Trace {
        let row = |signal: &&str| Row { signal: (*signal).into(), bit: false, values: vec![] };
        Trace { rows: signals.iter().map(row).collect() }
    }

    /// Cycles noted so far.
    pub fn cycles(&self) -> usize {
        self.rows.first().map_or(0, |row| row.values.len())
    }

    /// Notes the signals and clocks the design.
    pub fn cycle(&mut self, design: &mut Interpreter) {
        for row in &mut self.rows {
            row.bit = design.ty(&row.signal).width == 1;
            row.values.push(design.get_wide(&row.signal));
        }
        design.clock();
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let longest = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0);
        let name = longest(&mut self.rows.iter().map(|row| row.signal.len()).chain([5]));
        let buses = || self.rows.iter().filter(|row| !row.bit).flat_map(|row| &row.values);
        let cycles = self.cycles();
        let digits = longest(&mut buses().map(|value| value.to_string().len()).chain([cycles.to_string().len()]));
        let width = digits + 1;
        let head: String = (0..cycles).map(|n| format!("{n:<width$}")).collect();
        write!(f, "\n{:<name$} {}\n", "cycle", head.trim_end())?;
        for row in &self.rows {
            let mut text = String::new();
            for (n, value) in row.values.iter().enumerate() {
                let before = n.checked_sub(1).map(|n| &row.values[n]);
                text += &match (row.bit, before == Some(value)) {
                    (true, _) => if *value == BigInt::ZERO { "▁" } else { "▔" }.repeat(width),
                    (false, true) => " ".repeat(width),
                    (false, false) => format!("│{value:<digits$}"),
                };
            }
            writeln!(f, "{:<name$} {}", row.signal, text.trim_end())?;
        }
        Ok(())
    }
}
