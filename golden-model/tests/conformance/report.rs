//! The page of all cases.
//!
//! The last digits of an error depend on the machine's mathematical functions. The page says only what holds everywhere, so
//! it is the same wherever it is made; an [`Outcome`], shown, has the figures of this machine.

use std::fmt;
use std::path::Path;

use super::cases::CASES;
use super::run::{Integers, Outcome, run, short};

/// The page's text, with a place for the rows of each table.
const PAGE: &str = include_str!("page.md");

/// The tolerance of a logit below which no activation lies near a rounding edge, so that an error is small everywhere.
const STRICT: f32 = 1e-3;

/// All outcomes, shown as Markdown.
#[derive(Clone, Debug)]
pub struct Report(pub Vec<Outcome>);

impl Report {
    /// Runs [`CASES`]; `root` is the repository's.
    ///
    /// # Errors
    /// As [`run`].
    pub fn new(root: &Path) -> Result<Self, Box<dyn std::error::Error>> {
        CASES.iter().map(|case| run(root, case)).collect::<Result<_, _>>().map(Self)
    }

    /// The rows of the table of cases.
    fn cases(&self) -> String {
        let row = |o: &Outcome| {
            let strict = o.case.max_abs < STRICT;
            let coarse = |error, allowed| coarse(error, allowed, strict);
            format!(
                "| {} | {} | {} | {} | {} | {:.0e} | {} | {:.0e} | {:.0} % | {} |\n",
                short(o.case.model),
                o.convention,
                o.case.logits.trim_end_matches(".npy"),
                o.tokens,
                coarse(o.max_abs.into(), o.case.max_abs.into()),
                o.case.max_abs,
                coarse(o.relative_l2, o.case.relative_l2),
                o.case.relative_l2,
                100.0 * o.case.same_argmax,
                if o.holds() { "ok" } else { "**fails**" },
            )
        };
        self.0.iter().map(row).collect()
    }

    /// The rows of the table of linears.
    fn linears(&self) -> String {
        let mut totals = Vec::new();
        for Outcome { case, linears, .. } in &self.0 {
            linears.iter().for_each(|(id, integers)| integers.add((short(case.model), *id), &mut totals));
        }
        let row = |((model, id), Integers { computed, equal })| format!("| {model} | {id} | {computed} | {equal} |\n");
        totals.into_iter().map(row).collect()
    }

    /// True if every case holds.
    pub fn holds(&self) -> bool {
        self.0.iter().all(Outcome::holds)
    }
}

/// An error as coarsely as machines differ: below the tolerance, or below its tenth where that is certain.
fn coarse(error: f64, allowed: f64, strict: bool) -> String {
    if error > allowed {
        format!("{error:.0e}")
    } else if strict && error < allowed / 10.0 {
        format!("< {:.0e}", allowed / 10.0)
    } else {
        format!("< {allowed:.0e}")
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&PAGE.replace("{cases}\n", &self.cases()).replace("{linears}\n", &self.linears()))
    }
}
