//! Units that fetch their jobs from memory: exact for any size and any memory.

use trine_sim::{MemoryOptions, SimOptions, Stalls, Timing};
use trine_spec::{Config, Style, WeightCode, Weights};

use super::common::compute;

fn sized(lanes: usize, columns: usize) -> trine_spec::config::Builder {
    Config::sized(lanes, columns).weights(Weights::Memory).ring(true).max_depth(64).max_tokens(4)
}

#[test]
fn products_of_jobs_from_memory_are_exact_for_any_unit_and_any_memory() {
    let slow = Stalls::new(0.4, 3).unwrap();
    let units = [
        sized(8, 8).style(Style::Packed),
        sized(8, 8).weight_bus(32),
        sized(7, 5).weight_code(WeightCode::TwoBit).weight_bus(64),
        sized(1, 20).weight_bus(32),
        sized(40, 1).weight_bus(64).style(Style::Ecp5),
        sized(32, 20).style(Style::Packed),
        sized(64, 20).style(Style::Packed),
        sized(100, 10).weight_bus(128).style(Style::Packed),
        sized(8, 8).weight_bus(8),
        sized(40, 8).weight_bus(256).weight_ports(2).style(Style::Packed),
    ];
    for (seed, given) in (0..).zip(units) {
        let config = given.build().unwrap();
        for (latency, stalls, memory_stalls) in
            [(1, Stalls::NONE, Stalls::NONE), (90, slow, Stalls::NONE), (3, Stalls::NONE, slow)]
        {
            let timing = Timing::Ideal { latency };
            let memory = MemoryOptions { timing, stalls: memory_stalls, ..MemoryOptions::new(1 << 20) };
            assert!(compute(&config, &SimOptions { stalls, memory, ..SimOptions::default() }, seed) > 10_000);
        }
    }
}
