//! Energy of the columns alone, in a technology of which whole columns were measured and nothing else.
//!
//! ```text
//! columns = active cycles x lanes x columns x energy of a multiply-accumulate in a column
//! ```
//! Products, tree, accumulator and their registers with their clock pins are in that price. It is no price of a unit: buffers,
//! decoders and control have no record there, so a unit has no energy in such a technology, and its columns have one.

use serde::Serialize;
use trine_spec::Config;

use super::{Action, Arithmetic, Component, Estimate, Records, Tag};
use crate::Error;

/// Energy of the columns of a unit, or of those of a unit of another arithmetic for the same products.
#[derive(Clone, Debug, Serialize)]
pub struct Columns {
    /// Arithmetic of products.
    pub arithmetic: Arithmetic,
    /// Multiply-accumulates, lanes without work included.
    pub macs: u64,
    /// Price of one.
    #[serde(rename = "energy_per_mac_j")]
    pub each: Estimate,
    /// Price of all.
    #[serde(rename = "energy_j")]
    pub energy: Estimate,
    /// Source of the price.
    pub source: String,
}

impl Columns {
    /// Those of a unit of configuration `config` that was active for `active` cycles, and of its int8 and fp16 counterparts;
    /// none where set `die` has no record of whole columns.
    ///
    /// # Errors
    /// [`Error::NoRecord`] with those that are not recorded, when only some of the three are.
    pub fn new(records: &Records, config: &Config, die: &str, active: u64) -> Result<Vec<Self>, Error> {
        if !records.knows(die, column(Arithmetic::Ternary), ACTION) {
            return Ok(vec![]);
        }
        let macs = active * config.tile_trits() as u64;
        let all = [Arithmetic::Ternary, Arithmetic::Int8, Arithmetic::Fp16];
        let unknown = all.into_iter().filter(|arithmetic| !records.knows(die, column(*arithmetic), ACTION));
        let missing: Vec<String> = unknown.map(|arithmetic| format!("{} {ACTION}", column(arithmetic))).collect();
        if !missing.is_empty() {
            return Err(Error::NoRecord { set: die.into(), missing });
        }
        let columns = |arithmetic: Arithmetic| {
            let bits = if arithmetic == Arithmetic::Ternary { config.act_bits() } else { arithmetic.weight_bits() };
            let price = records.price(die, column(arithmetic), ACTION, bits, None)?;
            Ok(Self { arithmetic, macs, each: price.energy, energy: price.energy * macs as f64, source: price.source })
        };
        all.into_iter().map(columns).collect()
    }

    /// The same for cycles that a closed form counts.
    #[must_use]
    pub fn projected(self) -> Self {
        Self { energy: self.energy.at_best(Tag::Projected), ..self }
    }
}

const ACTION: Action = Action::Mac;

/// The column of an arithmetic.
fn column(arithmetic: Arithmetic) -> Component {
    match arithmetic {
        Arithmetic::Ternary => Component::TernaryColumn,
        Arithmetic::Int8 => Component::Int8Column,
        Arithmetic::Fp16 => Component::Fp16Column,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EnergyModel;
    use uom::si::energy::picojoule;

    /// 7.12 pJ in the ternary column, 4.50 times that in int8, 17.7 times in fp16: docs/results/energy-gate-level.md.
    #[test]
    fn columns_cost_what_was_measured() {
        let columns =
            Columns::new(&Records::builtin().unwrap(), &Config::sized(64, 16).build().unwrap(), "osu018", 1000)
                .unwrap();
        let energy = |i: usize| columns[i].energy.value.get::<picojoule>();
        assert_eq!((columns[0].macs, columns[0].energy.tag), (1_024_000, Tag::Measured));
        assert!((energy(0) / (1_024_000.0 * 7.12) - 1.0).abs() < 1e-9, "{}", energy(0));
        assert!((energy(1) / energy(0) - 4.50).abs() < 0.01 && (energy(2) / energy(0) - 17.7).abs() < 0.05);
    }

    #[test]
    fn columns_are_no_unit() {
        let (records, config) = (Records::builtin().unwrap(), Config::default());
        let error = EnergyModel::new(&records, &config, 200e6, "osu018", "lpddr4").unwrap_err().to_string();
        assert!(error.contains("technology `osu018` has no record for"), "{error}");
        assert!(Columns::new(&records, &config, "7nm", 1000).unwrap().is_empty(), "nobody measured columns there");
    }
}
