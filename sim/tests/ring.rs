//! Units that fetch their jobs from memory: exact for any size and any memory.

use trine_driver::{Device, MatmulShape, Region, Transport};
use trine_golden_model::TernaryMatrix;
use trine_sim::{MemoryOptions, SimOptions, Stalls, Timing};
use trine_spec::{Config, Style, WeightCode, Weights};

use super::common::{compute, unit};

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

/// A host that comes anew, of which the unit knows nothing: the ring of the one before is still on.
#[test]
fn a_ring_that_a_host_has_left_is_begun_again() {
    let config = sized(8, 8).weight_bus(64).build().unwrap();
    let memory = MemoryOptions { timing: Timing::Ideal { latency: 20 }, ..MemoryOptions::new(1 << 20) };
    let options = SimOptions { memory, ..SimOptions::default() };
    let mut device = Device::open(unit(&config, &options), config.clone()).unwrap();
    let w = TernaryMatrix::random(20, 40, 3).unwrap();
    let (mut beats, shape) = (vec![], MatmulShape { m: 2, k: 40, n: 20 });
    trine_driver::packing::weights(&config, &w, &(0..20), &(0..40), &mut beats);
    device.memory().unwrap().store(0x4000, &beats).unwrap();
    let region = Region { at: 0x4000, bytes: beats.len() as u64 };
    let run = |device: &mut Device<_>, seed: usize| {
        let activations: Vec<u8> = (0..2 * 40).map(|i| ((i * 7 + seed) % 128) as u8).collect();
        let mut results = vec![0; trine_driver::packing::result_bytes(&config, shape)];
        device.run_resident(shape, &activations, region, &mut results).map(|_| results)
    };
    let first: Vec<Vec<u8>> = (0..3).map(|seed| run(&mut device, seed).unwrap()).collect();
    for _ in 0..2 {
        device.transport_mut().recover().unwrap();
        let again: Vec<Vec<u8>> = (0..3).map(|seed| run(&mut device, seed).unwrap()).collect();
        assert_eq!(again, first);
    }
}
