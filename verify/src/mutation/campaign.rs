//! Running mutants: one simulation for all of a unit, each mutant through the checks until one fails.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rayon::prelude::*;
use trine_hdl::Verilog;
use trine_hdl::lang::{Module, Mutant, SELECTOR, library, mutant, mutate, verilog};
use trine_sim::{BuildOptions, Library};
use trine_synth::prove::{self, counting, streams};
use trine_synth::yosys::{Proof, Yosys};

use super::known::{Entry, Verdict};
use super::report::{Fate, Outcome};
use super::units::Subject;
use crate::{Error, Result, judge};

/// The name in place of a check's when the host's code panics on a mutant.
pub const PANIC: &str = "a panic of the host";

/// A unit with mutants in it, built.
pub struct Campaign<'a> {
    subject: &'a Subject,
    library: Library,
    mutants: Vec<Mutant>,
    known: &'a [Entry],
    proofs: bool,
}

impl<'a> Campaign<'a> {
    /// Puts the mutants of these numbers into the unit and builds it.
    ///
    /// # Errors
    /// When the unit cannot be generated or built.
    pub fn new(
        subject: &'a Subject,
        ids: &[u32],
        known: &'a [Entry],
        proofs: bool,
        build: &BuildOptions<'_>,
    ) -> Result<Self> {
        let mutated = mutate(&subject.unit()?, |mutant| ids.contains(&mutant.id))?;
        let library = trine_sim::build(&verilog(&mutated.top)?, build)?;
        Ok(Self { subject, library, mutants: mutated.mutants, known, proofs })
    }

    /// The fault of the unit that `id` selects. Whatever a unit does, the host's code must bear it.
    fn judge(&self, id: u32) -> Result<Option<(&'static str, String)>> {
        let held = [(SELECTOR.to_owned(), u64::from(id))];
        let judged = || judge(&self.library, &self.subject.config, &held);
        catch_unwind(AssertUnwindSafe(judged)).unwrap_or_else(|_| Ok(Some((PANIC, "the host's code panics".into()))))
    }

    /// The first fault of the unit when no mutant is selected; there must be none.
    ///
    /// # Errors
    /// When the simulation cannot run.
    pub fn unchanged(&self) -> Result<Option<(&'static str, String)>> {
        self.judge(0)
    }

    /// Runs all mutants, or only one, as many at once as there are processors; `step` is called after each.
    ///
    /// # Errors
    /// When the simulation or a proof cannot run.
    pub fn run(&self, only: Option<u32>, step: &(dyn Fn(&Outcome) + Sync)) -> Result<Vec<Outcome>> {
        let wanted: Vec<&Mutant> = self.mutants.iter().filter(|mutant| only.is_none_or(|id| id == mutant.id)).collect();
        let judge = |mutant: &&Mutant| {
            let fate = match self.judge(mutant.id)? {
                Some((check, fault)) => Fate::Killed { check: check.to_owned(), fault },
                None => self.survived(mutant)?,
            };
            let outcome = Outcome::new(self.subject.name, mutant, fate);
            step(&outcome);
            Ok(outcome)
        };
        wanted.par_iter().with_max_len(1).map(judge).collect()
    }

    /// A mutant that no check finds: known to a person, proven to be none, refuted by a proof, or alive.
    ///
    /// Yosys takes a minute for a mutant that it cannot prove to be none, so it is not asked about those that a person has explained.
    fn survived(&self, mutant: &Mutant) -> Result<Fate> {
        let known = self.known.iter().find(|entry| entry.is_of(self.subject.name, mutant));
        if let Some(Entry { verdict: Verdict::Equivalent, reason, .. }) = known {
            return Ok(Fate::Equivalent { how: reason.clone() });
        }
        if self.proofs && self.proven(mutant)? {
            return Ok(Fate::Equivalent { how: "proven".into() });
        }
        if self.proofs
            && let Some(claim) = self.unproven(mutant)?
        {
            return Ok(Fate::Killed { check: "proofs".into(), fault: format!("no longer proven: {claim}") });
        }
        Ok(Fate::Alive { why: known.map(|entry| entry.reason.clone()) })
    }

    /// A claim about the module, of those that `make prove` proves, that does not hold any more.
    fn unproven(&self, of: &Mutant) -> Result<Option<String>> {
        let c = &self.subject.config;
        let mut claims = vec![streams::registers(c)?];
        claims.extend(if c.windows() { vec![streams::windows(c)?] } else { vec![] });
        claims.extend(if c.memory() { vec![streams::weight_reader(c)?] } else { vec![] });
        // What the top connects is said of units with streams only.
        claims.extend(counting::claims(c)?.into_iter().filter(|claim| !c.windows() || claim.module == "trine_job"));
        for mut claim in claims.into_iter().filter(|claim| claim.module == of.module) {
            claim.design = self.module(of, &mutant(&self.subject.unit()?, of.id)?)?;
            match Yosys::find()?.prove(&claim) {
                // A proof that does not end says nothing.
                Ok(prove::Verdict::Proven { .. }) | Err(trine_synth::Error::TimeOut { .. }) => {}
                Ok(_) => return Ok(Some(claim.name)),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(None)
    }

    /// The module that a mutant is in, of a unit.
    fn module(&self, of: &Mutant, unit: &Arc<Module>) -> Result<Verilog> {
        let all = library(unit)?;
        let module = all
            .iter()
            .find(|module| module.name == of.module)
            .ok_or_else(|| Error::content(&of.module, "no such module in the unit"))?;
        Ok(verilog(module)?)
    }

    /// True if Yosys proves that the module does what it did, whatever its inputs are.
    fn proven(&self, of: &Mutant) -> Result<bool> {
        let unit = self.subject.unit()?;
        let (gold, gate) = (self.module(of, &unit)?, self.module(of, &mutant(&unit, of.id)?)?);
        Ok(match Yosys::find()?.equivalent(&gold, &gate, 1) {
            Ok(Proof::Unbounded { .. }) => true,
            Ok(Proof::Bounded { .. }) => false,
            Err(trine_synth::Error::Different { .. } | trine_synth::Error::TimeOut { .. }) => false,
            Err(error) => return Err(error.into()),
        })
    }
}
