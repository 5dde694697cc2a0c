//! Published systems, to set an estimate beside.

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::energy::Tag;

/// One system that decodes with ternary weights.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct System {
    /// Its name.
    pub name: String,
    /// The model that it runs.
    pub model: String,
    /// The device that it runs on.
    pub device: String,
    /// Tokens a second, if published.
    pub tokens_per_second: Option<f64>,
    /// Lowest and highest figure given, J.
    #[serde(rename(serialize = "energy_per_token_range_j"))]
    pub joules_per_token: [f64; 2],
    /// Parts that the figures contain.
    pub conditions: String,
    /// The publication.
    pub source: String,
    /// `literature`.
    #[serde(skip_deserializing, default = "literature")]
    pub tag: Tag,
}

fn literature() -> Tag {
    Tag::Literature
}

/// All of them.
///
/// # Errors
/// [`Error::Published`] if the list of this crate is broken.
pub fn systems() -> Result<Vec<System>, Error> {
    #[derive(Deserialize)]
    struct File {
        system: Vec<System>,
    }
    let file: File =
        toml::from_str(include_str!("published.toml")).map_err(|error| Error::Published(error.to_string()))?;
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
