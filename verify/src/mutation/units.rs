//! The units whose mutants are run, and which of their modules are changed.

use std::sync::Arc;

use trine_hdl::lang::{Module, Mutant};
use trine_spec::{Config, WeightCode, Weights};

use crate::Result;

/// A unit of the campaign. Small and of no even size, so that borders are everywhere; what one of them has in common with
/// an earlier one is changed in the earlier one only.
pub struct Subject {
    /// Its name.
    pub name: &'static str,
    /// Its configuration.
    pub config: Config,
    /// Modules that are changed; all where there are none.
    pub modules: &'static [&'static str],
}

impl Subject {
    /// All units of the campaign.
    ///
    /// # Errors
    /// When a configuration is impossible.
    pub fn all() -> Result<Vec<Subject>> {
        let odd = Config::preset("odd")?;
        let base3 = Config::sized(5, 2).act_bits(5).weight_bus(8).max_depth(24).max_tokens(4).build()?;
        // Tiles of one beat, more tokens than there is room for results, sizes that fill what they are kept in.
        let beat =
            Config::sized(4, 2).weight_code(WeightCode::TwoBit).weight_bus(16).max_depth(16).max_tokens(32).build()?;
        let windows = Config::sized(9, 3)
            .weight_code(WeightCode::TwoBit)
            .weight_bus(40)
            .max_depth(40)
            .max_tokens(3)
            .windows(true)
            .build()?;
        // Steps of eight beats, more tiles than are read ahead.
        let memory = Config::sized(8, 4)
            .weights(Weights::Memory)
            .weight_code(WeightCode::TwoBit)
            .weight_bus(64)
            .max_depth(24)
            .max_tokens(3)
            .build()?;
        let strides = Config::builder().strides(true).or(&memory).build()?;
        let ports = Config::builder().weight_ports(2).or(&memory).build()?;
        Ok(vec![
            Subject { name: "odd", config: odd, modules: &[] },
            Subject { name: "base3", config: base3, modules: &["trine_trit_decoder", "trine_weight_loader"] },
            Subject {
                name: "beat",
                config: beat,
                modules: &[
                    "trine_sequencer",
                    "trine_weight_loader",
                    "trine_activations",
                    "trine_activations_ram",
                    "trine_accumulators",
                    "trine_accumulate",
                ],
            },
            Subject { name: "windows", config: windows, modules: &["trine_windows", "trine_job"] },
            Subject { name: "memory", config: memory, modules: &["trine_weight_reader", "trine_weight_fifo"] },
            Subject { name: "strides", config: strides, modules: &["trine_weight_runs"] },
            Subject { name: "ports", config: ports, modules: &["trine_weight_ports"] },
        ])
    }

    /// The unit without mutants.
    ///
    /// # Errors
    /// When it cannot be generated.
    pub fn unit(&self) -> Result<Arc<Module>> {
        Ok(trine_hdl::design::unit(&self.config)?)
    }

    /// All mutants of the modules that are changed.
    ///
    /// # Errors
    /// When the unit cannot be generated.
    pub fn mutants(&self) -> Result<Vec<Mutant>> {
        let mut mutants = trine_hdl::lang::mutants(&self.unit()?)?;
        mutants.retain(|mutant| self.modules.is_empty() || self.modules.contains(&mutant.module.as_str()));
        Ok(mutants)
    }
}
