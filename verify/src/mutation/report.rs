//! Results of a campaign, kept as JSON: one line a mutant.

use std::path::Path;

use serde::{Deserialize, Serialize};
use trine_hdl::lang::Mutant;

use crate::{Error, Result};

/// The fate of a mutant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "fate")]
pub enum Fate {
    /// A check failed.
    Killed {
        /// Its name.
        check: String,
        /// Its message; kept out of the file, which it would fill.
        #[serde(skip)]
        fault: String,
    },
    /// It is none: proven, or the reason.
    Equivalent {
        /// `proven`, or the reason that a person gave.
        how: String,
    },
    /// No check failed; why that is accepted, where it is.
    Alive {
        /// The reason for which it is accepted.
        why: Option<String>,
    },
}

/// A mutant and its fate.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// The unit of the campaign.
    pub unit: String,
    /// Number of the mutant in its unit.
    pub id: u32,
    /// The module that is changed.
    pub module: String,
    /// Kind of the change.
    pub operator: String,
    /// Place in the module.
    pub place: String,
    /// The change, written `a becomes b`.
    pub change: String,
    /// Its fate.
    #[serde(flatten)]
    pub fate: Fate,
}

impl Outcome {
    /// The outcome of one mutant of `unit`.
    pub fn new(unit: &str, mutant: &Mutant, fate: Fate) -> Self {
        Self {
            unit: unit.into(),
            id: mutant.id,
            module: mutant.module.clone(),
            operator: mutant.operator.to_string(),
            place: mutant.place.clone(),
            change: mutant.change.clone(),
            fate,
        }
    }
}

/// Mutants counted by fate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// All mutants.
    pub mutants: usize,
    /// Those that a check killed.
    pub killed: usize,
    /// Equivalent ones that Yosys proved.
    pub proven: usize,
    /// Equivalent ones that a person listed.
    pub listed: usize,
    /// Those that no check killed.
    pub alive: usize,
}

impl Tally {
    /// Counts outcomes.
    pub fn of<'a>(outcomes: impl IntoIterator<Item = &'a Outcome>) -> Self {
        let mut tally = Self::default();
        for outcome in outcomes {
            tally.mutants += 1;
            match &outcome.fate {
                Fate::Killed { .. } => tally.killed += 1,
                Fate::Equivalent { how } if how == "proven" => tally.proven += 1,
                Fate::Equivalent { .. } => tally.listed += 1,
                Fate::Alive { .. } => tally.alive += 1,
            }
        }
        tally
    }

    /// Killed mutants over all that are not equivalent; absent where every one is.
    pub fn score(&self) -> Option<f64> {
        match self.killed + self.alive {
            0 => None,
            all => Some(self.killed as f64 / all as f64),
        }
    }

    /// The score in percent, or why there is none.
    pub fn score_in_words(&self, decimals: usize) -> String {
        match self.score() {
            Some(score) => format!("{:.decimals$} %", 100.0 * score),
            None if self.mutants == 0 => "none: no mutants".into(),
            None => "none: all equivalent".into(),
        }
    }
}

/// A whole campaign.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MutationReport {
    /// Mutants that the units have.
    pub candidates: usize,
    /// Seed of the choice among them.
    pub seed: u64,
    /// Mutants by fate.
    pub tally: Tally,
    /// Mutation score: killed / (killed + alive).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// Reason for a missing score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_score: Option<String>,
    /// Time of the campaign.
    pub seconds: u64,
    /// All mutants, by unit and number.
    pub outcomes: Vec<Outcome>,
}

impl MutationReport {
    /// The report of a campaign.
    pub fn new(candidates: usize, seed: u64, tally: Tally, seconds: u64, outcomes: Vec<Outcome>) -> Self {
        let score = tally.score();
        let no_score = score.is_none().then(|| tally.score_in_words(0));
        Self { candidates, seed, tally, score, no_score, seconds, outcomes }
    }

    /// Reads the JSON of an earlier campaign.
    ///
    /// # Errors
    /// The file and its fault.
    pub fn read(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|source| Error::File { name: name.clone(), source })?;
        serde_json::from_str(&text).map_err(|fault| Error::content(name, fault))
    }

    /// The JSON, one line a mutant.
    ///
    /// # Errors
    /// When a value has no JSON.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        let head = serde_json::to_string(&MutationReport { outcomes: vec![], ..self.clone() })?;
        let lines: Vec<String> = self.outcomes.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
        let head = head.strip_suffix("[]}").unwrap_or(&head);
        Ok(format!("{head}[\n{}\n]}}\n", lines.join(",\n")))
    }

    /// Survivors that nobody has explained.
    pub fn unexplained(&self) -> impl Iterator<Item = &Outcome> {
        self.outcomes.iter().filter(|outcome| outcome.fate == Fate::Alive { why: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(module: &str, fate: Fate) -> Outcome {
        let (unit, place) = ("odd".into(), "count_q".into());
        let (operator, change) = ("constant".into(), "1 becomes 2".into());
        Outcome { unit, id: 7, module: module.into(), operator, place, change, fate }
    }

    fn killed(check: &str) -> Fate {
        Fate::Killed { check: check.into(), fault: String::new() }
    }

    fn report(outcomes: Vec<Outcome>) -> MutationReport {
        let tally = Tally::of(&outcomes);
        MutationReport::new(9, 1, tally, 3, outcomes)
    }

    #[test]
    fn the_score_leaves_equivalent_ones_out() {
        let equivalent = |how: &str| Fate::Equivalent { how: how.into() };
        let fates = [
            killed("counters"),
            killed("counters"),
            killed("shapes"),
            equivalent("proven"),
            equivalent("nobody looks"),
            Fate::Alive { why: None },
        ];
        let tally = Tally::of(&fates.map(|fate| outcome("trine_job", fate)));
        assert_eq!(tally, Tally { mutants: 6, killed: 3, proven: 1, listed: 1, alive: 1 });
        assert_eq!((tally.score(), tally.score_in_words(1)), (Some(0.75), "75.0 %".into()));
    }

    #[test]
    fn nothing_to_kill_is_no_score() {
        let equivalent = || outcome("trine_job", Fate::Equivalent { how: "proven".into() });
        for (outcomes, words) in [
            (vec![], "none: no mutants"),
            (vec![equivalent()], "none: all equivalent"),
            (vec![equivalent(), equivalent()], "none: all equivalent"),
        ] {
            let found = report(outcomes);
            assert_eq!((found.tally.score(), found.tally.score_in_words(2)), (None, words.into()));
            let json: serde_json::Value = serde_json::from_str(&found.json().unwrap()).unwrap();
            assert_eq!((json.get("score"), &json["no_score"]), (None, &words.into()), "{json}");
            let again: MutationReport = serde_json::from_value(json).unwrap();
            assert_eq!(again.score, None);
        }
        let killed = report(vec![outcome("trine_job", killed("shapes"))]).json().unwrap();
        assert!(killed.contains("\"score\":1.0") && !killed.contains("no_score"), "{killed}");
    }

    #[test]
    fn what_is_written_is_read_again() {
        let alive = outcome("trine_job", Fate::Alive { why: Some("2^40 cycles".into()) });
        let text = report(vec![outcome("trine_core", killed("shapes")), alive]).json().unwrap();
        assert_eq!(text.lines().count(), 4);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.json");
        std::fs::write(&path, &text).unwrap();
        assert_eq!(MutationReport::read(&path).unwrap().json().unwrap(), text);
        assert_eq!(MutationReport::read(&path).unwrap().unexplained().count(), 0);
    }
}
