//! A whole model on one unit: decoding, a prompt, and the output head on the host.

use serde::Serialize;
use trine_driver::Ledger;
use trine_golden_model::Config as ModelConfig;
use trine_spec::Config;
use trine_spec::config::Density;

use crate::Error;
use crate::energy::{Action, Columns, Component, Estimate, Origin, Pricing, Records, Tag};
use crate::estimate::Pass;
use crate::layer::{Bound, LayerReport};
use crate::memory::Memory;
use crate::report::{DeviceReport, HostWork, note, noted};

/// Die, memory and clock that energies and times are stated for, looked up and checked.
#[derive(Debug)]
pub struct Prices {
    /// All records.
    pub records: Records,
    /// Name of the die.
    pub die: String,
    /// Memory behind the unit.
    pub memory: Memory,
    /// Clock, Hz.
    pub clock_hz: f64,
    /// The priced unit, or the reason why a known die has no price for it.
    pub pricing: Result<Pricing, Error>,
    /// The file of the user's own records.
    pub file: Option<Origin>,
}

impl Prices {
    /// The report of what the unit of `ledger` did.
    ///
    /// # Errors
    /// [`Error`] if a die has records of columns that lack one.
    pub fn device_report(&self, ledger: &Ledger, config: &Config) -> Result<DeviceReport, Error> {
        let report = DeviceReport::new(ledger, config, self.clock_hz, &self.memory, self.pricing.as_ref());
        let columns = Columns::new(&self.records, config, &self.die, report.active())?;
        Ok(DeviceReport { energy_note: noted(report.energy_note, &columns), columns, ..report })
    }
}

/// Work of the host for every token, besides.
#[derive(Clone, Debug, Serialize)]
pub struct Head {
    /// Bytes of the output head, in bf16, from the same memory.
    pub bytes: u64,
    /// Time of moving them, s.
    pub seconds: f64,
    /// Energy of moving them, J; absent when the memory has no price.
    pub energy_j: Option<Estimate>,
    /// Tokens a second with linear layers and head one after the other.
    pub tokens_per_second: f64,
    /// Linear layers and head, J; absent when one has no price.
    #[serde(rename = "energy_per_token_j")]
    pub joules_per_token: Option<Estimate>,
}

/// Price of a bit that the memory moves.
#[derive(Clone, Debug, Serialize)]
pub struct MemoryPrice {
    /// The price, J.
    #[serde(rename = "energy_per_bit_j")]
    pub a_bit: Estimate,
    /// Its source.
    pub source: String,
}

/// Speed and energy of a whole model.
#[derive(Clone, Debug, Serialize)]
pub struct WholeModel {
    /// Density of the unit's weight stream.
    pub density: Density,
    /// Price of a bit from memory, if it has one.
    pub memory_price: Option<MemoryPrice>,
    /// Tokens a second of decoding, linear layers only.
    pub tokens_per_second: f64,
    /// The same for every GB/s of the memory's peak.
    pub tokens_per_second_per_gbs: f64,
    /// Share of the memory's peak, simulated, at which a unit that reads its weights from there gets them; `None` for other
    /// units, and where it was not simulated: those are given the peak.
    pub in_order: Option<f64>,
    /// Energy of a decoded token, linear layers only, J.
    #[serde(rename = "energy_per_token_j")]
    pub joules_per_token: Option<Estimate>,
    /// Bytes moved for a decoded token.
    pub bytes_per_token: u64,
    /// The part that takes most of the time.
    pub bound: Bound,
    /// Layers of one decoded token.
    pub layers: Vec<LayerReport>,
    /// One token.
    pub decode: Pass,
    /// The tokens of the prompt.
    pub prefill: Pass,
    /// The output head.
    pub head: Head,
    /// Parts that the energies leave out.
    pub energy_note: String,
    /// Work that stays on the host.
    pub host_work: Vec<HostWork>,
}

impl WholeModel {
    /// Estimates `model` on a unit of `config`, with a prompt of `prompt` tokens.
    ///
    /// # Errors
    /// [`Error`] if a die has records of columns that lack one.
    pub fn new(model: &ModelConfig, prompt: usize, config: &Config, prices: &Prices) -> Result<Self, Error> {
        let Prices { records, die, memory, clock_hz, pricing, .. } = prices;
        let in_order = config.memory().then(|| memory.in_order()).flatten();
        let behind = if config.memory() { memory.read_in_order() } else { memory.clone() };
        let pass = |tokens| {
            let pass = Pass::new(model, tokens, config, *clock_hz, &behind, pricing.as_ref().ok());
            let active = pass.layers.iter().map(|l| l.active).sum();
            let columns = Columns::new(records, config, die, active)?.into_iter().map(Columns::projected).collect();
            Ok::<_, Error>(Pass { columns, ..pass })
        };
        let (decode, prefill) = (pass(1)?, pass(prompt)?);
        let bytes = 2 * model.vocab as u64 * model.hidden as u64;
        let seconds = bytes as f64 / memory.bytes_per_second;
        let a_bit = records.price(&memory.set, Component::Dram, Action::Transfer, 1, None).ok();
        let memory_price = a_bit.map(|price| MemoryPrice { a_bit: price.energy, source: price.source });
        let energy_j = memory_price.as_ref().map(|price| (price.a_bit * (8 * bytes) as f64).at_best(Tag::Projected));
        let head = Head {
            bytes,
            seconds,
            energy_j,
            tokens_per_second: 1.0 / (decode.seconds + seconds),
            joules_per_token: decode.energy_j.zip(energy_j).map(|(linears, head)| linears + head),
        };
        let work = |name: &str, macs| HostWork { name: name.into(), macs };
        Ok(Self {
            density: config.density(),
            memory_price,
            tokens_per_second: 1.0 / decode.seconds,
            tokens_per_second_per_gbs: 1e9 / decode.seconds / memory.bytes_per_second,
            in_order,
            joules_per_token: decode.energy_j,
            bytes_per_token: decode.bytes,
            bound: decode.bound,
            layers: decode.layers.clone(),
            energy_note: noted(note(pricing.as_ref()), &decode.columns),
            host_work: vec![
                work("output head", Some(model.vocab as u64 * model.hidden as u64)),
                work("embedding, norms, rotary positions, quantisation and scales, attention, sampling", None),
            ],
            head,
            decode,
            prefill,
        })
    }
}
