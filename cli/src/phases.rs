//! The two phases of a run, and why it ended. [`trine_perf::phase`] says what belongs to which.

use std::cell::Cell;
use std::io::{Result, Write};

use serde::Serialize;
use trine_driver::{LayerTotals, Mark};
use trine_golden_model::{BoxError, LinearId, Matmul, TernaryMatrix};
use trine_perf::memory::Memory;
use trine_perf::phase::Phase;

use crate::backend::Engine;
use crate::beside::Beside;
use crate::output::{grouped, interval, si};

/// Why no more tokens came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "reason")]
pub(crate) enum Stop {
    /// The model said that its text ends, by this token.
    EndToken {
        /// Its number.
        token: u32,
    },
    /// As many came as were asked for.
    Limit,
    /// The engine failed.
    Failure {
        /// How.
        error: String,
    },
}

impl Stop {
    /// The reason as words.
    pub(crate) fn words(&self) -> String {
        match self {
            Stop::EndToken { token } => format!("ended by end token {token}"),
            Stop::Limit => "ended by the limit of --tokens".into(),
            Stop::Failure { error } => format!("ended by a failure: {error}"),
        }
    }
}

/// The passes of one kind.
#[derive(Debug, Serialize)]
pub(crate) struct Passes {
    /// Number of passes.
    pub(crate) passes: u64,
    /// Tokens of all of them.
    pub(crate) tokens: u64,
    /// Multiply-accumulates of the output head on the host; once a pass.
    head_macs: u64,
    /// Multiply-accumulates of ternary linears on the host, in place of a unit; absent where there is none.
    host_macs: Option<u64>,
    /// Counts of the unit; absent without one.
    #[serde(flatten)]
    pub(crate) unit: Option<Phase>,
}

/// The pass of the prompt, and those of generated tokens.
#[derive(Debug, Serialize)]
pub(crate) struct Phases {
    pub(crate) prefill: Passes,
    pub(crate) decode: Passes,
}

impl Phases {
    /// Of a run that ended with `engine`, in whose books `mark` parts the phases; there is none where nothing was decoded.
    /// `unit` draws up the report of layers through which that number of tokens passed.
    pub(crate) fn new(
        engine: &Engine,
        mark: Option<&Mark>,
        (prompt, generated): (u64, u64),
        head_macs: u64,
        unit: impl Fn(&[LayerTotals], u64) -> Option<Phase>,
    ) -> Self {
        let ledger = match engine {
            Engine::Golden => None,
            Engine::Rtl(offload) => Some(offload.ledger()),
        };
        let passes = |mark: Option<&Mark>| match (ledger, mark) {
            (Some(ledger), Some(mark)) => (ledger.since(mark), ledger.host_macs_since(mark)),
            _ => (vec![], 0),
        };
        let (all, decode) = (passes(Some(&Mark::default())), passes(mark));
        let prefill = match mark {
            Some(mark) => (mark.layers().to_vec(), all.1 - decode.1),
            None => all,
        };
        let report = |(layers, host_macs): (Vec<LayerTotals>, u64), passes: u64, tokens: u64| Passes {
            passes,
            tokens,
            head_macs: passes * head_macs,
            host_macs: ledger.map(|_| host_macs),
            unit: unit(&layers, tokens),
        };
        let decoded = generated.saturating_sub(1);
        Self { prefill: report(prefill, 1, prompt), decode: report(decode, decoded, decoded) }
    }

    /// Each phase with its name, where a unit took part in it.
    pub(crate) fn of_unit(&self) -> impl Iterator<Item = (&'static str, &Passes, &Phase)> {
        let all = [("prefill", &self.prefill), ("decode", &self.decode)];
        all.into_iter().filter_map(|(name, passes)| Some((name, passes, passes.unit.as_ref()?)))
    }

    /// Prints the cycles of each, of the unit alone and, where it is slower, behind its memory.
    pub(crate) fn print_cycles(&self, memory: &Memory, clock_hz: f64, out: &mut dyn Write) -> Result<()> {
        for (name, Passes { passes, tokens, .. }, phase) in self.of_unit() {
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
                writeln!(
                    out,
                    "          behind {}: {cycles} cycles, {seconds}, {each} a token (projected)",
                    memory.name
                )?;
            }
        }
        Ok(())
    }

    /// Prints the energy of each, where there is one.
    pub(crate) fn print_energy(&self, out: &mut dyn Write) -> Result<()> {
        for (name, _, phase) in self.of_unit() {
            if let (Some(energy), Some(each)) = (&phase.energy_j, &phase.joules_per_token) {
                writeln!(out, "  {name:<8}{}, {} a token", interval(energy), interval(each))?;
            }
        }
        Ok(())
    }

    /// Prints the company of each.
    pub(crate) fn print_beside(&self, out: &mut dyn Write) -> Result<()> {
        for (name, _, phase) in self.of_unit().filter(|(.., phase)| phase.cycles > 0) {
            writeln!(out, "{name} beside other hardware:")?;
            Beside::from(phase).print(out)?;
        }
        Ok(())
    }
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
