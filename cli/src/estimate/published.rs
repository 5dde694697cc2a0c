//! Published systems, to set an estimate beside.

use anyhow::Result;
use serde::{Deserialize, Serialize};
use trine_perf::energy::Tag;

/// One system that decodes with ternary weights.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct System {
    pub(super) name: String,
    pub(super) model: String,
    pub(super) device: String,
    pub(super) tokens_per_second: Option<f64>,
    /// Lowest and highest figure given.
    #[serde(rename(serialize = "energy_per_token_range_j"))]
    pub(super) joules_per_token: [f64; 2],
    /// Parts that the figures contain.
    pub(super) conditions: String,
    pub(super) source: String,
    #[serde(skip_deserializing, default = "literature")]
    pub(super) tag: Tag,
}

fn literature() -> Tag {
    Tag::Literature
}

/// All of them.
pub(super) fn systems() -> Result<Vec<System>> {
    #[derive(Deserialize)]
    struct File {
        system: Vec<System>,
    }
    let file: File = toml::from_str(include_str!("published.toml"))?;
    Ok(file.system)
}

#[cfg(test)]
mod tests {
    /// 46 W at 727 tokens a second, and the like.
    #[test]
    fn energies_follow_from_power_and_speed() {
        let systems = super::systems().unwrap();
        for (name, watts) in [("TerEffic, HBM", 46.0), ("TeLLMe v2", 5.0), ("TeLLMe", 7.0)] {
            let system = systems.iter().find(|s| s.name == name).unwrap();
            let expected = watts / system.tokens_per_second.unwrap();
            assert!((system.joules_per_token[0] / expected - 1.0).abs() < 0.01, "{name}");
        }
        assert!(systems.iter().all(|s| s.joules_per_token[0] <= s.joules_per_token[1]));
    }
}
