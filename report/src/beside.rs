//! Comparisons under a figure: the same work on other hardware, its place under the roofs, and its conditions.

use std::io::{Result, Write};

use trine_perf::conditions::Conditions;
use trine_perf::energy::{Columns, Estimate, SYSTOLIC, Systolic};
use trine_perf::estimate::Pass;
use trine_perf::layer::BaselineTotal;
use trine_perf::phase::Phase;
use trine_perf::roofline::Position;

use crate::text::{columns_beside, grouped, interval, si, times};

/// Some work of the unit, and the same work on other hardware.
#[derive(Debug)]
pub struct Beside<'a> {
    cycles: u64,
    bytes: u64,
    energy: Option<Estimate>,
    baselines: &'a [BaselineTotal],
    systolic: Systolic,
    roofline: Position,
    conditions: &'a Conditions,
}

impl<'a> From<&'a Phase> for Beside<'a> {
    fn from(phase: &'a Phase) -> Self {
        let Phase {
            cycles_with_memory: cycles,
            bytes,
            energy_j: energy,
            ref baselines,
            systolic,
            roofline,
            ref conditions,
            ..
        } = *phase;
        Self { cycles, bytes, energy, baselines, systolic, roofline, conditions }
    }
}

impl<'a> From<&'a Pass> for Beside<'a> {
    fn from(pass: &'a Pass) -> Self {
        let Pass { cycles, bytes, energy_j: energy, ref baselines, systolic, roofline, ref conditions, .. } = *pass;
        Self { cycles, bytes, energy, baselines, systolic, roofline, conditions }
    }
}

impl Beside<'_> {
    /// Prints a line for each.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn print(&self, out: &mut dyn Write) -> Result<()> {
        let cycles = |other: u64| times(other as f64, self.cycles as f64);
        for b in self.baselines {
            let energy = match b.energy_j.zip(self.energy) {
                Some((other, own)) => format!("{} the energy, ", times(other.joules(), own.joules())),
                None => String::new(),
            };
            let (name, bytes) = (b.arithmetic.name(), times(b.bytes as f64, self.bytes as f64));
            let cycles = cycles(b.cycles);
            writeln!(
                out,
                "  {name:<8} {energy}{bytes} the bytes, {cycles} the cycles; same lanes and columns, weight bus, memory"
            )?;
        }
        let Systolic { weight_stationary, output_stationary } = self.systolic;
        writeln!(
            out,
            "  systolic {} the cycles with weights in place, {} with sums in place; int8, {SYSTOLIC}x{SYSTOLIC}, \
             same memory",
            cycles(weight_stationary),
            cycles(output_stationary)
        )?;
        let Position { intensity, rate, attainable, ridge } = self.roofline;
        let [rate, attainable] = [rate, attainable].map(|rate| si(rate, "MAC/s"));
        writeln!(
            out,
            "  roofline {intensity:.2} MAC a byte: {rate} of {attainable} attainable; columns decide from {ridge:.1} on"
        )?;
        writeln!(out, "  for      {}", self.conditions)
    }
}

/// Prints the columns alone, where only they were measured.
///
/// # Errors
/// Those of `out`.
pub fn print_columns(columns: &[Columns], out: &mut dyn Write) -> Result<()> {
    let [own, others @ ..] = columns else { return Ok(()) };
    let (macs, each) = (grouped(own.macs), si(own.each.joules(), "J"));
    writeln!(out, "columns alone {}: {macs} MACs at {each}", interval(&own.energy))?;
    writeln!(out, "  {}", columns_beside(own, others))?;
    writeln!(out, "  {}", own.source)
}
