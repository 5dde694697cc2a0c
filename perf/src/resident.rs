//! Weights that lie in the device's memory: what crosses the host's link, and how well the memory was used.
//!
//! ```text
//! host ── activations, results ──> unit <── weights ── memory
//!         link_bytes                        memory_bytes
//! ```

use serde::Serialize;
use trine_spec::Config;

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

/// Bytes that the memory has to move: the weights alone, where only they lie in it, or all `bytes` of the streams.
pub(crate) fn from_memory(config: &Config, traffic: &Traffic, bytes: u64) -> u64 {
    if config.memory() { traffic.weights } else { bytes }
}

/// Tokens a second of a phase, and those for every GB/s of the memory's peak; `None` without tokens.
pub fn rates(phase: &Phase, clock_hz: f64, memory: &Memory) -> Option<[f64; 2]> {
    let rate = phase.cycles_per_token.filter(|cycles| *cycles > 0.0).map(|cycles| clock_hz / cycles)?;
    Some([rate, rate / (memory.bytes_per_second / 1e9)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::named;
    use trine_driver::{Counters, LayerTotals, cycles::MatmulShape};
    use trine_golden_model::{LinearId, LinearKind};
    use trine_spec::Weights;

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
        let phase = Phase::new(&[totals()], 2, &config, 1e6, &memory, None);
        let [rate, for_each] = rates(&phase, 1e6, &memory).unwrap();
        assert!((rate - 20_000.0).abs() < 1e-6 && (for_each - 20_000.0 / 0.286).abs() < 1e-6);
        let stream = Config::sized(40, 8).build().unwrap();
        assert!(Resident::new(&stream, &[], 1, 1e6, &memory).is_none());
    }
}
