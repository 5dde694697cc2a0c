//! Simulated clock cycles a second of the whole unit through the driver's transport, results not compared.
//!
//! The throughput column of the report is in elements a second, an element being one cycle of the unit's clock.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use trine_driver::{Device, MatmulShape};
use trine_sim::{BuildOptions, SimOptions, SimTransport};
use trine_spec::Config;

fn simulation(c: &mut Criterion) {
    let mut group = c.benchmark_group("simulated cycles");
    for (lanes, columns) in [(64, 16), (32, 4)] {
        let config = Config::sized(lanes, columns).build().unwrap();
        let verilog = trine_hdl::lang::verilog(&trine_hdl::design::unit(&config).unwrap()).unwrap();
        let library = trine_sim::build(&verilog, &BuildOptions::default()).unwrap();
        let transport = SimTransport::new(&library, &SimOptions::default()).unwrap();
        let mut device = Device::open(transport, config.clone()).unwrap();
        // One pass after another of the FFN of a 2-billion-parameter model, 16 tokens.
        let shape = MatmulShape { m: 16, k: 2560, n: 16 * columns };
        let beats = shape.tiles(&config) as usize;
        let activations: Vec<u8> = (0..shape.m * shape.k).map(|i| (i * 37 % 251) as u8).collect();
        // Five legal base-3 codes without an escape.
        let weights: Vec<u8> = (0..beats * config.beats_per_tile() * config.weight_bus() / 8)
            .map(|i| [0x00, 0x21, 0x4A, 0x85, 0xC2][i * 7 % 5])
            .collect();
        let mut results = vec![0; shape.m * shape.n * 4];
        let cycles = device.run(shape, &activations, &weights, &mut results).unwrap().cycles;
        group.throughput(Throughput::Elements(cycles));
        group.bench_function(format!("{lanes}x{columns}"), |b| {
            b.iter(|| device.run(shape, &activations, &weights, &mut results).unwrap());
        });
    }
    group.finish();
}

criterion_group! { name = benches; config = Criterion::default().sample_size(10); targets = simulation }
criterion_main!(benches);
