//! An fp16 unit that unpacks weights of fewer bits on their way in.

use trine_spec::Config;

use crate::energy::{Arithmetic, Estimate, Tag};
use crate::estimate::Pass;
use crate::memory::Memory;

/// Cycles and energy of `pass`, of one token, on the fp16 unit with weights of `bits` bits in memory.
///
/// Fewer bytes move and fewer beats are waited for; the arithmetic is the same, and the unpacking itself costs nothing. The
/// energy is absent when an event has no sourced price.
pub fn unpacking(pass: &Pass, bits: f64, config: &Config, clock_hz: f64, memory: &Memory) -> (u64, Option<Estimate>) {
    let full = 8 * Arithmetic::Fp16.tile_bytes(config);
    let beats = |bits: f64| (bits / config.weight_bus() as f64).ceil().max(1.0) as u64;
    let saved_beats = beats(full as f64) - beats(full as f64 * bits / 16.0);
    let (mut cycles, mut energy) = (0, Some(Estimate::ZERO));
    for layer in &pass.layers {
        let Some(fp16) = layer.baselines.iter().find(|b| b.arithmetic == Arithmetic::Fp16) else { continue };
        // One token: a tile is used once, so there is an active cycle for each.
        let tiles = layer.active;
        let saved_bytes = (tiles * full as u64 / 8) as f64 * (1.0 - bits / 16.0);
        let bytes = fp16.bytes as f64 - saved_bytes;
        let waits = memory.cycles(bytes as u64, clock_hz);
        let took = (fp16.cycles.saturating_sub(tiles * saved_beats)).max(waits);
        cycles += took;
        energy = energy.zip(fp16.energy).map(|(sum, e)| {
            let idle = e.idle * (took as f64 / fp16.cycles as f64);
            sum + e.compute + e.onchip + e.dram * (bytes / fp16.bytes as f64) + idle
        });
    }
    (cycles, energy.map(|e| e.at_best(Tag::Projected)))
}
