//! The two phases of a run, and the reason of its end. [`trine_perf::phase`] says what belongs to which.

use serde::Serialize;
use trine_driver::{LayerTotals, Ledger, Mark};
use trine_perf::phase::Phase;

/// Reason of the end of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "reason")]
pub enum Stop {
    /// The model said that its text ends, by this token.
    EndToken {
        /// Its number.
        token: u32,
    },
    /// As many came as were asked for.
    Limit,
    /// The engine failed.
    Failure {
        /// The failure with its causes.
        error: String,
    },
}

impl Stop {
    /// The reason as words.
    pub fn words(&self) -> String {
        match self {
            Stop::EndToken { token } => format!("ended by end token {token}"),
            Stop::Limit => "ended by the limit of --tokens".into(),
            Stop::Failure { error } => format!("ended by a failure: {error}"),
        }
    }
}

/// The passes of one kind.
#[derive(Debug, Serialize)]
pub struct Passes {
    /// Number of passes.
    pub passes: u64,
    /// Tokens of all of them.
    pub tokens: u64,
    /// Multiply-accumulates of the output head on the host; once a pass.
    head_macs: u64,
    /// Multiply-accumulates of ternary linears on the host, in place of a unit; absent where there is none.
    host_macs: Option<u64>,
    /// Counts of the unit; absent without one.
    #[serde(flatten)]
    pub unit: Option<Phase>,
}

/// The pass of the prompt, and those of generated tokens.
#[derive(Debug, Serialize)]
pub struct Phases {
    /// The pass of the prompt.
    pub prefill: Passes,
    /// Those of generated tokens.
    pub decode: Passes,
}

impl Phases {
    /// The phases of a run. `ledger` is that of the unit, if one took part; `mark` parts it, unless nothing was decoded.
    /// `unit` draws up the report of layers through which that number of tokens passed.
    pub fn new(
        ledger: Option<&Ledger>,
        mark: Option<&Mark>,
        (prompt, generated): (u64, u64),
        head_macs: u64,
        unit: impl Fn(&[LayerTotals], u64) -> Option<Phase>,
    ) -> Self {
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
    pub fn of_unit(&self) -> impl Iterator<Item = (&'static str, &Passes, &Phase)> {
        let all = [("prefill", &self.prefill), ("decode", &self.decode)];
        all.into_iter().filter_map(|(name, passes)| Some((name, passes, passes.unit.as_ref()?)))
    }
}
