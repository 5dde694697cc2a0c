//! Description to Verilog text, by both emitters.

use criterion::{Criterion, criterion_group, criterion_main};
use trine_hdl::{design, lang, rust_hdl};
use trine_spec::Config;

fn generate(c: &mut Criterion) {
    let mut group = c.benchmark_group("generate");
    for (lanes, columns) in [(64, 16), (256, 64)] {
        let config = Config::sized(lanes, columns).build().unwrap();
        group.bench_function(format!("{lanes}x{columns}"), |b| {
            b.iter(|| lang::verilog(&design::unit(&config).unwrap()).unwrap());
        });
        group.bench_function(format!("{lanes}x{columns} rust-hdl"), |b| {
            b.iter(|| rust_hdl::verilog(&design::unit(&config).unwrap()).unwrap());
        });
    }
    group.finish();
}

criterion_group! { name = benches; config = Criterion::default().sample_size(10); targets = generate }
criterion_main!(benches);
