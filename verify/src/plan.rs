//! A plan: which units are verified, on what, and how much it has to come to.

use std::path::Path;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde::Deserialize;
use trine_driver::MatmulShape;
use trine_sim::Stalls;
use trine_spec::file::{self, Fault};
use trine_spec::{Config, Style, WeightCode, Weights};

use crate::{Error, Result};

/// Plans that come with the program.
const BUILTIN: [(&str, &str); 2] =
    [("ci", include_str!("../plans/ci.toml")), ("full", include_str!("../plans/full.toml"))];

/// Contents of a plan file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PlanFile {
    /// Seed of everything that is drawn.
    pub seed: u64,
    /// Fewer multiply-accumulates than this are a failure.
    pub least_macs: u64,
    /// Fewer combinations of configuration, shapes and stalls than this are one, too.
    pub least_combinations: u64,
    /// Units of random configuration.
    pub(crate) random: Random,
    /// Units of a given configuration on given sizes.
    #[serde(default)]
    pub(crate) layers: Vec<Layers>,
}

/// Units of random configuration, each of which runs as many random cases with each probability of stalls.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Random {
    pub(crate) configurations: u64,
    pub(crate) cases: u64,
    pub(crate) stalls: Vec<f64>,
}

/// A unit on layers: every size with every number of tokens and every probability of stalls.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Layers {
    pub(crate) unit: Config,
    pub(crate) tokens: Vec<usize>,
    /// Depth and outputs.
    pub(crate) sizes: Vec<[usize; 2]>,
    pub(crate) stalls: Vec<f64>,
}

impl PlanFile {
    /// The file of the plan `name`; absent for one that comes with this crate.
    pub fn path(name: &str) -> Option<&Path> {
        BUILTIN.iter().all(|(known, _)| *known != name).then_some(Path::new(name))
    }

    /// The plan of that name, or in that file.
    ///
    /// # Errors
    /// The file and the first fault in it.
    pub fn load(name: &str) -> Result<Self> {
        let text = match BUILTIN.iter().find(|(known, _)| *known == name) {
            Some((_, text)) => (*text).to_owned(),
            None => {
                std::fs::read_to_string(Path::new(name)).map_err(|source| Error::File { name: name.into(), source })?
            }
        };
        Self::parse(&text).map_err(|fault| Error::content(file::place(Path::new(name), fault.line), fault.problem))
    }

    /// A plan whose numbers can be used.
    fn parse(text: &str) -> Result<Self, Fault> {
        let whole = |problem: String| Fault { line: None, problem };
        let plan: Self = file::parse(text)?;
        let stalls = plan.layers.iter().flat_map(|layers| &layers.stalls).chain(&plan.random.stalls);
        for &probability in stalls {
            Stalls::new(probability, 0).map_err(|error| whole(error.to_string()))?;
        }
        if let Some(MatmulShape { m, k, n }) =
            plan.layers.iter().flat_map(Layers::shapes).find(|shape| shape.macs() == 0)
        {
            return Err(whole(format!("m = {m}, k = {k}, n = {n} is no matmul")));
        }
        let Random { configurations, cases, stalls } = &plan.random;
        let random = *configurations > 0 && *cases > 0 && !stalls.is_empty();
        if !random && plan.layers.iter().all(|layers| layers.stalls.is_empty() || layers.shapes().next().is_none()) {
            let problem = "nothing to verify: neither random cases nor layers, each with at least one number of stalls";
            return Err(whole(problem.into()));
        }
        Ok(plan)
    }
}

impl Layers {
    /// Every size with every number of tokens.
    pub(crate) fn shapes(&self) -> impl Iterator<Item = MatmulShape> {
        self.tokens.iter().flat_map(|&m| self.sizes.iter().map(move |&[k, n]| MatmulShape { m, k, n }))
    }
}

/// The configuration that belongs to `seed`: small, so that many can be compiled, and odd.
pub(crate) fn configuration(seed: u64) -> Result<Config> {
    let mut random = StdRng::seed_from_u64(seed);
    let (lanes, columns) = (random.random_range(1..=24), random.random_range(1..=6));
    let act_bits = [8, 8, random.random_range(2..=8)][random.random_range(0..3)];
    let style = [Style::Portable, Style::Ecp5, Style::Xilinx7][random.random_range(0..3)];
    let weight_code = [WeightCode::Base3, WeightCode::TwoBit][random.random_range(0..2)];
    let sized = Config::sized(lanes, columns).act_bits(act_bits).style(style).weight_code(weight_code);
    let full_tile = sized.clone().build()?.full_tile_bus();
    let sized = sized.weight_bus(8 * random.random_range(1..=full_tile / 8));
    let sized = sized.max_depth(random.random_range(lanes..=6 * lanes)).max_tokens(random.random_range(1..=20));
    let sized = sized.group(random.random_range(1..=columns));
    let sized = sized.windows(random.random_range(0..6) == 0);
    if random.random_range(0..4) == 0 {
        // A bus of a memory is a power of two.
        let most = (full_tile / 8).min(64).ilog2();
        return Ok(sized.weights(Weights::Memory).weight_bus(8 << random.random_range(0..=most)).build()?);
    }
    Ok(sized.build()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_that_come_with_the_program_are_plans() {
        for (name, _) in BUILTIN {
            let plan = PlanFile::load(name).unwrap();
            let random = plan.random.configurations * plan.random.cases * plan.random.stalls.len() as u64;
            assert!(random >= plan.least_combinations, "{name}");
            let layers = plan.layers.iter().flat_map(|l| l.stalls.iter().flat_map(|_| l.shapes())).map(|s| s.macs());
            assert!(layers.sum::<u64>() >= plan.least_macs, "{name}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        let wrong = |from: &str, to: &str| {
            let text = BUILTIN[0].1.replacen(from, to, 1);
            assert_ne!(text, BUILTIN[0].1);
            PlanFile::parse(&text).unwrap_err().to_string()
        };
        assert!(wrong("seed", "sead").contains("line 3: unknown key `sead`"));
        assert_eq!(wrong("tokens = [", "tokens = [0, "), "m = 0, k = 2560, n = 2560 is no matmul");
        assert!(wrong("stalls = [", "stalls = [1.5, ").contains("1.5"));
        assert!(wrong("lanes = 64", "lanes = 0").contains("lanes = 0 is outside 1 to 256"));
        assert!(PlanFile::load("no such plan").unwrap_err().to_string().starts_with("no such plan: "));
    }

    #[test]
    fn configurations_are_many_and_small() {
        let all: Vec<Config> = (0..100).map(|seed| configuration(seed).unwrap()).collect();
        assert!(all.iter().any(|c| c.windows()) && all.iter().any(|c| c.style() == Style::Xilinx7));
        assert!(all.iter().any(|c| c.memory() && c.windows()) && all.iter().any(|c| c.memory() && !c.windows()));
        assert!(all.iter().all(|c| c.tile_trits() <= 144));
        assert_eq!(all[7], configuration(7).unwrap(), "a seed always makes the same");
    }
}
