//! Running mutants: one simulation for all of a unit, each mutant through the checks until one fails.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;
use trine_hdl::Verilog;
use trine_hdl::lang::{Mutant, SELECTOR, library, mutant, mutate, verilog};
use trine_sim::suite::{Check, checks};
use trine_sim::{BuildOptions, Library};
use trine_synth::yosys::{Proof, Yosys};

use super::known::{Entry, Verdict};
use super::report::{Fate, Outcome};
use super::units::Subject;
use crate::simulation;
use crate::verify::{Plan, fails};

/// Random cases with pauses that a mutant meets behind the checks, and such without pauses before them.
const CASES: [(&str, u64, f64); 2] = [("matmuls without pauses", 2, 0.0), ("matmuls with pauses", 25, 0.3)];

/// A unit with mutants in it, built.
pub(super) struct Campaign<'a> {
    subject: &'a Subject,
    library: Library,
    mutants: Vec<Mutant>,
    known: &'a [Entry],
}

/// What finds mutants.
enum Judge {
    Cases(u64, f64),
    Check(Check),
}

impl<'a> Campaign<'a> {
    /// Puts the mutants of these numbers into the unit and builds it.
    pub fn new(subject: &'a Subject, ids: &[u32], known: &'a [Entry]) -> Result<Self> {
        let mutated = mutate(&subject.unit()?, |mutant| ids.contains(&mutant.id))?;
        let library = simulation::build(&verilog(&mutated.top)?, BuildOptions::default())?;
        Ok(Self { subject, library, mutants: mutated.mutants, known })
    }

    /// Names of all that judges, in the order in which it does.
    fn judges(&self) -> Vec<(&'static str, Judge)> {
        let [before, after] = CASES.map(|(name, cases, stalls)| (name, Judge::Cases(cases, stalls)));
        let checks = checks(&self.subject.config).into_iter().map(|check| (check.name, Judge::Check(check)));
        [before].into_iter().chain(checks).chain([after]).collect()
    }

    /// What is wrong with the unit that `id` selects: the name of the first check that fails and what it says.
    fn judge(&self, id: u32) -> Result<Option<(&'static str, String)>> {
        let (config, held) = (&self.subject.config, [(SELECTOR.to_owned(), u64::from(id))]);
        for (name, judge) in self.judges() {
            let fault = match judge {
                Judge::Check(check) => check.run(&self.library, config, &held).err().map(|fault| fault.to_string()),
                Judge::Cases(cases, stalls) => {
                    let plan = Plan {
                        cases,
                        seed: 1,
                        stalls,
                        model: None,
                        gates: false,
                        checks: false,
                        waveforms: Path::new(""),
                    };
                    fails(&self.library, config, &plan, &held)?
                }
            };
            if let Some(fault) = fault {
                return Ok(Some((name, fault)));
            }
        }
        Ok(None)
    }

    /// What is wrong with the unit when no mutant is selected; nothing has to be.
    pub fn unchanged(&self) -> Result<Option<(&'static str, String)>> {
        self.judge(0)
    }

    /// Runs all mutants, as many at once as there are processors; `step` is called after each.
    pub fn run(&self, step: &(dyn Fn() + Sync)) -> Result<Vec<Outcome>> {
        let (next, results) = (AtomicUsize::new(0), Mutex::new(vec![]));
        let work = || -> Result<()> {
            while let Some(mutant) = self.mutants.get(next.fetch_add(1, Ordering::Relaxed)) {
                let fate = match self.judge(mutant.id)? {
                    Some((check, fault)) => Fate::Killed { check: check.to_owned(), fault },
                    None => self.survived(mutant)?,
                };
                let outcome = Outcome::new(self.subject.name, mutant, fate);
                results.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(outcome);
                step();
            }
            Ok(())
        };
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            let running: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
            running
                .into_iter()
                .try_for_each(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        })?;
        let mut results = results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        results.sort_by_key(|outcome: &Outcome| outcome.id);
        Ok(results)
    }

    /// A mutant that no check finds: proven to be none, known to a person, or alive.
    fn survived(&self, mutant: &Mutant) -> Result<Fate> {
        if self.proven(mutant)? {
            return Ok(Fate::Equivalent { how: "proven".into() });
        }
        let known = self.known.iter().find(|entry| entry.is_of(self.subject.name, mutant));
        Ok(match known {
            Some(Entry { verdict: Verdict::Equivalent, reason, .. }) => Fate::Equivalent { how: reason.clone() },
            Some(Entry { verdict: Verdict::Alive, reason, .. }) => Fate::Alive { why: Some(reason.clone()) },
            None => Fate::Alive { why: None },
        })
    }

    /// Whether Yosys proves that the module does what it did, whatever its inputs are.
    fn proven(&self, of: &Mutant) -> Result<bool> {
        let module = |top| -> Result<Option<Verilog>> {
            let all = library(top)?;
            Ok(all.iter().find(|module| module.name == of.module).map(verilog).transpose()?)
        };
        let unit = self.subject.unit()?;
        let (Some(gold), Some(gate)) = (module(&unit)?, module(&mutant(&unit, of.id)?)?) else { return Ok(false) };
        Ok(match Yosys::find()?.equivalent(&gold, &gate, 1) {
            Ok(Proof::Unbounded { .. }) => true,
            Ok(Proof::Bounded { .. }) | Err(trine_synth::Error::Different { .. }) => false,
            Err(error) => return Err(error.into()),
        })
    }
}
