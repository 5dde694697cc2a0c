//! A plan at work: many units, many sizes, many patterns of stalls, on all processors.
//!
//! ```text
//! plan ──> units ──build──> libraries ──┬─> items: a unit, a probability of stalls, cases ──> outcomes
//!                                       └─> …
//! ```
//! A combination is a configuration, the shapes of a case and its stalls; each runs on a fresh unit.

use rayon::prelude::*;
use trine_driver::MatmulShape;
use trine_hdl::Verilog;
use trine_sim::{BuildOptions, Library};
use trine_spec::Config;

use crate::Result;
use crate::cases::Case;
use crate::check::{Plan, run_cases};
use crate::outcome::Outcome;
use crate::plan::{PlanFile, configuration};

/// The units of a plan, and the work on each.
#[derive(Debug)]
pub struct Campaign {
    configs: Vec<Config>,
    items: Vec<Item>,
}

/// Cases for one unit with one probability of stalls: a size, or random ones.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    unit: usize,
    /// Seed of the first case.
    pub seed: u64,
    /// Probability of the host's pauses.
    pub stalls: f64,
    /// The size, if it is no random one.
    pub shape: Option<MatmulShape>,
    cases: u64,
    /// The checks of every unit run too: once a unit, since no stalls and no seed bear on them.
    checks: bool,
}

/// A unit and its sources.
struct BuiltUnit<'a> {
    config: &'a Config,
    verilog: Verilog,
    library: Library,
}

impl Campaign {
    /// The units of `plan` and their work, the longest first.
    ///
    /// # Errors
    /// When a drawn configuration is impossible.
    pub fn new(plan: &PlanFile) -> Result<Self> {
        let (mut configs, mut items): (Vec<Config>, Vec<Item>) = (vec![], vec![]);
        let mut unit = |config: Config| {
            let at = configs.iter().position(|known| *known == config).unwrap_or(configs.len());
            if at == configs.len() {
                configs.push(config);
            }
            at
        };
        let mut seed = plan.seed;
        for layers in &plan.layers {
            let unit = unit(layers.unit.clone());
            for &stalls in &layers.stalls {
                for shape in layers.shapes() {
                    seed += 1;
                    items.push(Item { unit, seed, stalls, shape: Some(shape), cases: 1, checks: false });
                }
            }
        }
        items.sort_by_key(|item| std::cmp::Reverse(item.shape.map_or(0, |shape| shape.macs())));
        for number in 0..plan.random.configurations {
            let unit = unit(configuration(plan.seed.wrapping_add(number))?);
            for (place, &stalls) in plan.random.stalls.iter().enumerate() {
                seed += plan.random.cases;
                let checks = place == 0;
                items.push(Item { unit, seed, stalls, shape: None, cases: plan.random.cases, checks });
            }
        }
        Ok(Self { configs, items })
    }

    /// Number of different units.
    pub fn configurations(&self) -> usize {
        self.configs.len()
    }

    /// The work on the units, in the order of the outcomes.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Builds all units, calls `built`, and runs all items; `built_one` and `done_one` are called after each.
    ///
    /// # Errors
    /// The first unit that cannot be built.
    pub fn run(
        &self,
        built_one: &(dyn Fn() + Sync),
        built: impl FnOnce(),
        done_one: &(dyn Fn() + Sync),
    ) -> Result<Vec<Outcome>> {
        let build = |config| {
            let verilog = trine_sim::verilog(config)?;
            let library = trine_sim::build(&verilog, &BuildOptions::default())?;
            built_one();
            Ok(BuiltUnit { config, verilog, library })
        };
        let units: Vec<BuiltUnit<'_>> = self.configs.par_iter().with_max_len(1).map(build).collect::<Result<_>>()?;
        built();
        let run = |item: &Item| item.run(&units[item.unit]).inspect(|_| done_one());
        self.items.par_iter().with_max_len(1).map(run).collect()
    }
}

impl Item {
    fn run(self, unit: &BuiltUnit<'_>) -> Result<Outcome> {
        let Self { cases, seed, stalls, checks, .. } = self;
        let plan = Plan { cases, seed, stalls, checks, ..Plan::default() };
        let case = |number| match self.shape {
            Some(shape) => Case::shaped(unit.config, self.seed, shape),
            None => Case::random(unit.config, self.seed + number),
        };
        run_cases(&unit.library, &unit.verilog, unit.config, &plan, (0..self.cases).map(case), &|| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_random_unit_is_checked_once() {
        let plan = PlanFile::load("ci").unwrap();
        let campaign = Campaign::new(&plan).unwrap();
        let random: Vec<&Item> = campaign.items().iter().filter(|item| item.shape.is_none()).collect();
        assert_eq!(random.len() as u64, plan.random.configurations * plan.random.stalls.len() as u64);
        for unit in random.iter().map(|item| item.unit) {
            assert_eq!(random.iter().filter(|item| item.unit == unit && item.checks).count(), 1, "unit {unit}");
        }
    }
}
