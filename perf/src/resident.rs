//! Weights that lie in the device's memory: what crosses the host's link, and how well the memory was used.
//!
//! ```text
//! host ── activations, results ──> unit <── weights ── memory
//!         link_bytes                        memory_bytes
//! ```

use serde::Serialize;
use trine_spec::{Config, Weights};

use crate::energy::Tag;
use crate::layer::LayerReport;
use crate::memory::Memory;
use crate::phase::Phase;
use crate::predict::Traffic;

/// Bytes of a run of a unit that reads its weights from memory, whose cycles were counted with that memory simulated.
#[derive(Clone, Debug, Serialize)]
pub struct Resident {
    /// Weights, read from the memory.
    pub memory_bytes: u64,
    /// Activations and results, over the host's link.
    pub link_bytes: u64,
    /// Share of the memory's peak, over all cycles of jobs.
    pub memory_utilization: f64,
}

impl Resident {
    /// Bytes that `layers` moved in `cycles` of a clock of `clock_hz`; `None` for a unit whose weights come from the host.
    pub fn new(config: &Config, layers: &[LayerReport], cycles: u64, clock_hz: f64, memory: &Memory) -> Option<Self> {
        config.memory().then(|| {
            let traffic: Traffic = layers.iter().map(|layer| layer.traffic).sum();
            let seconds = cycles as f64 / clock_hz;
            Self {
                memory_bytes: traffic.weights,
                link_bytes: traffic.activations + traffic.results,
                memory_utilization: if cycles == 0 {
                    0.0
                } else {
                    traffic.weights as f64 / (seconds * memory.bytes_per_second)
                },
            }
        })
    }
}

/// Speed and traffic of the same work with its weights from one place.
#[derive(Clone, Debug, Serialize)]
pub struct WeightSource {
    /// The place: the unit's memory, or the stream of a unit without one, with a host that never lets it wait.
    pub weights: Weights,
    /// Cycles of all jobs.
    pub cycles: u64,
    /// Bytes over the host's link.
    pub link_bytes: u64,
    /// Bytes read from the memory.
    pub memory_bytes: u64,
    /// Share of the memory's peak, over all cycles; absent where nothing is read from it.
    pub memory_utilization: Option<f64>,
    /// Measured for the unit that ran, projected by closed forms for the other one.
    pub tag: Tag,
    /// Tokens a second of these layers at the stated clock, projected; absent without tokens.
    pub prefill_tokens_per_second: Option<f64>,
    /// The same of generated tokens.
    pub decode_tokens_per_second: Option<f64>,
}

impl WeightSource {
    /// A unit that reads its weights from memory, and the same one with its weights on a stream: its cycles as counted and by the
    /// closed form, and the phases of the run.
    pub fn both(
        resident: &Resident,
        [cycles, model_cycles]: [u64; 2],
        clock_hz: f64,
        [prefill, decode]: [Option<&Phase>; 2],
    ) -> Vec<Self> {
        let rate = |phase: Option<&Phase>, cycles: fn(&Phase) -> u64| {
            let phase = phase.filter(|phase| cycles(phase) > 0)?;
            // The tokens of the phase.
            let tokens = phase.cycles as f64 / phase.cycles_per_token.filter(|each| *each > 0.0)?;
            Some(tokens * clock_hz / cycles(phase) as f64)
        };
        vec![
            Self {
                weights: Weights::Memory,
                cycles,
                link_bytes: resident.link_bytes,
                memory_bytes: resident.memory_bytes,
                memory_utilization: Some(resident.memory_utilization),
                tag: Tag::Measured,
                prefill_tokens_per_second: rate(prefill, |phase| phase.cycles),
                decode_tokens_per_second: rate(decode, |phase| phase.cycles),
            },
            Self {
                weights: Weights::Stream,
                cycles: model_cycles,
                link_bytes: resident.link_bytes + resident.memory_bytes,
                memory_bytes: 0,
                memory_utilization: None,
                tag: Tag::Projected,
                prefill_tokens_per_second: rate(prefill, |phase| phase.model_cycles),
                decode_tokens_per_second: rate(decode, |phase| phase.model_cycles),
            },
        ]
    }

    /// Bytes a second over the host's link while jobs run.
    pub fn link_rate(&self, clock_hz: f64) -> f64 {
        self.link_bytes as f64 * clock_hz / self.cycles.max(1) as f64
    }
}

/// Bytes that the memory has to move: the weights alone, where only they lie in it, or all `bytes` of the streams.
pub(crate) fn from_memory(config: &Config, traffic: &Traffic, bytes: u64) -> u64 {
    if config.memory() { traffic.weights } else { bytes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::named;
    use trine_driver::{Counters, LayerTotals, cycles::MatmulShape};
    use trine_golden_model::{LinearId, LinearKind};

    /// A job of 2 x 80 x 8 on 40 x 8: two tiles of one beat of 64 bytes each.
    fn totals() -> LayerTotals {
        let counters = Counters { cycles: 100, act_beats: 4, wgt_beats: 2, res_beats: 2, ..Counters::default() };
        LayerTotals {
            id: LinearId { layer: 0, kind: LinearKind::Up },
            shape: MatmulShape { m: 2, k: 80, n: 8 },
            calls: 1,
            counters,
            bound: 4,
            modelled: 100,
            bytes: 4 * 40 + 128 + 64,
            zero_activations: 0,
            zero_weights: 0,
        }
    }

    #[test]
    fn bytes_and_rates_by_hand() {
        let config = Config::sized(40, 8).weights(Weights::Memory).build().unwrap();
        let memory = named("sdram-143").unwrap();
        let layer = LayerReport::new(&totals(), &config, 1e6, &memory, None);
        // 0.448 cycles: activations and results do not pass through the memory.
        assert_eq!((layer.memory_cycles, layer.cycles_with_memory), (1, 100));
        let resident = Resident::new(&config, &[layer], 100, 1e6, &memory).unwrap();
        assert_eq!((resident.memory_bytes, resident.link_bytes), (128, 4 * 40 + 64));
        // 128 bytes in 100 us.
        assert!((resident.memory_utilization - 1.28e6 / 286e6).abs() < 1e-12);
        assert!(Resident::new(&Config::sized(40, 8).build().unwrap(), &[], 1, 1e6, &memory).is_none());
    }

    #[test]
    fn weights_from_memory_and_on_a_streamedby_hand() {
        let memory = named("sdram-143").unwrap();
        let config = Config::sized(40, 8).weights(Weights::Memory).build().unwrap();
        let totals = LayerTotals { modelled: 80, ..totals() };
        let layer = LayerReport::new(&totals, &config, 1e6, &memory, None);
        let resident = Resident::new(&config, &[layer], 100, 1e6, &memory).unwrap();
        let phase = Phase::new(&[totals], 2, &config, 1e6, &memory, None);
        let [own, streamed] = &WeightSource::both(&resident, [100, 80], 1e6, [Some(&phase), None])[..] else {
            panic!("two rows")
        };
        assert_eq!((own.cycles, own.link_bytes, own.memory_bytes, own.tag), (100, 4 * 40 + 64, 128, Tag::Measured));
        assert_eq!((streamed.cycles, streamed.link_bytes, streamed.tag), (80, 4 * 40 + 64 + 128, Tag::Projected));
        // Two tokens in 100 and in 80 cycles of a microsecond.
        let rates = [own, streamed].map(|row| row.prefill_tokens_per_second.unwrap().round() as u64);
        assert_eq!((rates, own.decode_tokens_per_second), ([20_000, 25_000], None));
        assert!((streamed.link_rate(1e6) - 352e6 / 80.0).abs() < 1e-3);
    }
}
