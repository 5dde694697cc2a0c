//! Simulated clock cycles a second of the whole unit through the driver's transport, results not compared: columns as synthesised
//! beside those for simulation.
//!
//! The throughput column of the report is in elements a second, an element being one cycle of the unit's clock.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use trine_driver::{Device, MatmulShape};
use trine_sim::{BuildOptions, SimOptions, SimTransport};
use trine_spec::{Config, Style};

/// Depth of a matmul of a model with 2 billion parameters.
const DEPTH: usize = 2560;

fn simulation(c: &mut Criterion) {
    let mut group = c.benchmark_group("simulated cycles");
    for (lanes, columns, bus) in [(64, 16, 512), (64, 16, 1640), (32, 4, 208)] {
        for style in [Style::Portable, Style::Packed] {
            let config = Config::sized(lanes, columns).weight_bus(bus).style(style).build().unwrap();
            let verilog = trine_hdl::lang::verilog(&trine_hdl::design::unit(&config).unwrap()).unwrap();
            let library = trine_sim::build(&verilog, &BuildOptions::default()).unwrap();
            let transport = SimTransport::new(&library, &SimOptions::default()).unwrap();
            let mut device = Device::open(transport, config.clone()).unwrap();
            // Decoding, and a prompt of 16 tokens.
            for m in [1, 16] {
                let shape = MatmulShape { m, k: DEPTH, n: 16 * columns };
                let beats = shape.tiles(&config) as usize;
                let activations: Vec<u8> = (0..shape.m * shape.k).map(|i| (i * 37 % 251) as u8).collect();
                // Five legal base-3 codes without an escape.
                let weights: Vec<u8> = (0..beats * config.beats_per_tile() * config.weight_bus() / 8)
                    .map(|i| [0x00, 0x21, 0x4A, 0x85, 0xC2][i * 7 % 5])
                    .collect();
                let mut results = vec![0; shape.m * shape.n * 4];
                let cycles = device.run(shape, &activations, &weights, &mut results).unwrap().cycles;
                group.throughput(Throughput::Elements(cycles));
                group.bench_function(format!("{lanes}x{columns}, {bus} bits, M = {m}, {style}"), |b| {
                    b.iter(|| device.run(shape, &activations, &weights, &mut results).unwrap());
                });
            }
        }
    }
    group.finish();
}

criterion_group! { name = benches; config = Criterion::default().sample_size(10); targets = simulation }
criterion_main!(benches);
