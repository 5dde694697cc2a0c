//! The two phases of a run, as they are printed, and the mark that parts them.

use std::cell::Cell;
use std::io::{Result, Write};

use trine_driver::Mark;
use trine_golden_model::{BoxError, LinearId, Matmul, TernaryMatrix};
use trine_perf::memory::Memory;
use trine_report::run::{Passes, Phases};
use trine_report::text::{grouped, interval, si};

use crate::backend::Engine;
use crate::beside::Beside;

/// Prints the cycles of each, of the unit alone and, where it is slower, behind its memory.
pub(crate) fn print_cycles(phases: &Phases, memory: &Memory, clock_hz: f64, out: &mut dyn Write) -> Result<()> {
    for (name, Passes { passes, tokens, .. }, phase) in phases.of_unit() {
        let Some(each) = phase.cycles_per_token else {
            writeln!(out, "  {name:<8}no pass: the pass of the prompt gives the first token")?;
            continue;
        };
        let work = match name {
            "prefill" => format!("{} tokens of the prompt in one pass", grouped(tokens)),
            _ => format!("{} passes of one token", grouped(passes)),
        };
        let (cycles, seconds) = (grouped(phase.cycles), si(phase.seconds, "s"));
        writeln!(out, "  {name:<8}{cycles} cycles, {seconds}: {work}, {} a token", grouped(each.round()))?;
        let slower = phase.cycles_with_memory;
        if slower > phase.cycles {
            let (cycles, seconds) = (grouped(slower), si(slower as f64 / clock_hz, "s"));
            let each = grouped((slower as f64 / *tokens as f64).round());
            writeln!(out, "          behind {}: {cycles} cycles, {seconds}, {each} a token (projected)", memory.name)?;
        }
    }
    Ok(())
}

/// Prints the energy of each, where there is one.
pub(crate) fn print_energy(phases: &Phases, out: &mut dyn Write) -> Result<()> {
    for (name, _, phase) in phases.of_unit() {
        if let (Some(energy), Some(each)) = (&phase.energy_j, &phase.joules_per_token) {
            writeln!(out, "  {name:<8}{}, {} a token", interval(energy), interval(each))?;
        }
    }
    Ok(())
}

/// Prints the company of each.
pub(crate) fn print_beside(phases: &Phases, out: &mut dyn Write) -> Result<()> {
    for (name, _, phase) in phases.of_unit().filter(|(.., phase)| phase.cycles > 0) {
        writeln!(out, "{name} beside other hardware:")?;
        Beside::from(phase).print(out)?;
    }
    Ok(())
}

/// An engine that marks its books where the pass of the prompt ends.
pub(crate) struct Marking<'a> {
    engine: &'a mut Engine,
    /// Set by whoever takes the tokens, after the first.
    decoding: &'a Cell<bool>,
    mark: Option<Mark>,
}

impl<'a> Marking<'a> {
    pub(crate) fn new(engine: &'a mut Engine, decoding: &'a Cell<bool>) -> Self {
        Self { engine, decoding, mark: None }
    }

    /// The mark, if there was a pass after the prompt's.
    pub(crate) fn into_mark(self) -> Option<Mark> {
        self.mark
    }
}

impl Matmul for Marking<'_> {
    fn matmul(
        &mut self,
        id: LinearId,
        w: &TernaryMatrix,
        x: &[i8],
        m: usize,
        y: &mut [i32],
    ) -> std::result::Result<(), BoxError> {
        if let Engine::Rtl(offload) = &*self.engine
            && self.decoding.get()
            && self.mark.is_none()
        {
            self.mark = Some(offload.ledger().mark());
        }
        self.engine.matmul(id, w, x, m, y)
    }
}
