//! The report of a run on a unit in software: its sums, and its words where there is no price.

use trine_driver::{Device, Offload, Options, Scope};
use trine_golden_model::{LinearId, LinearKind, Matmul, TernaryMatrix};
use trine_perf::energy::{Pricing, Records};
use trine_perf::memory;
use trine_perf::report::DeviceReport;
use trine_soft_unit::SoftUnit;
use trine_spec::Config;

const UP: LinearId = LinearId { layer: 3, kind: LinearKind::Up };

fn offload(config: &Config, scope: Scope) -> Offload<SoftUnit> {
    let device = Device::open(SoftUnit::new(config), config.clone()).unwrap();
    Offload::new(device, Options { scope, ..Options::default() })
}

#[test]
fn the_report_adds_up() {
    let config = Config::sized(32, 4).max_depth(2048).max_tokens(8).build().unwrap();
    let w = TernaryMatrix::random(10, 50, 5).unwrap();
    let mut engine = offload(&config, Scope::Ffn);
    for m in [8, 1, 1] {
        engine.matmul(UP, &w, &vec![7; m * 50], m, &mut vec![0; m * 10]).unwrap();
    }
    let (records, memory) = (Records::builtin().unwrap(), memory::named("lpddr4-4266").unwrap());
    let pricing = Pricing::new(&records, &config, 100e6, "45nm", &memory.set).unwrap();
    let report = DeviceReport::new(engine.ledger(), &config, 100e6, &memory, Ok(&pricing));
    let rows: Vec<_> = report.layers.iter().map(|l| (l.name.as_str(), l.m, l.k, l.n, l.calls, l.macs)).collect();
    assert_eq!(rows, [("layers.3.mlp.up_proj", 8, 50, 10, 1, 4000), ("layers.3.mlp.up_proj", 1, 50, 10, 2, 1000)]);
    // Three blocks of four columns, two chunks of 32 lanes; a tile is one beat. The twin adds ten cycles a job.
    assert_eq!((report.layers[0].bound_cycles, report.layers[0].cycles), (48, 58));
    assert_eq!((report.layers[1].bound_cycles, report.layers[1].cycles), (12, 32));
    assert_eq!((report.cycles, report.macs, report.simulated_seconds), (90, 5000, 90.0 / 100e6));
    let tile = config.weight_bus() / 8;
    assert_eq!(report.layers[0].bytes as usize, 2 * 8 * 32 + 6 * tile + 3 * 8 * 16);
    assert!((report.layers[0].utilization - 4000.0 / (58.0 * 128.0)).abs() < 1e-12);

    let parts: f64 = report.layers.iter().filter_map(|l| l.energy).map(|e| e.total().joules()).sum();
    assert!((report.energy_j.unwrap().joules() - parts).abs() <= 1e-9 * parts && parts > 0.0);
    let json = serde_json::to_value(&report).unwrap();
    for field in ["compute", "onchip", "dram", "static"] {
        let part = &json["layers"][0]["energy_parts_j"][field];
        assert!(part["lo"].as_f64() < part["value"].as_f64() && part["value"].as_f64() < part["hi"].as_f64());
        assert_eq!(part["tag"], "derived");
    }
    assert_eq!(json["config"]["lanes"], 32);
}

#[test]
fn without_a_price_there_is_no_energy_but_a_reason() {
    let config = Config::sized(4, 4).max_tokens(4096).build().unwrap();
    let records = Records::builtin().unwrap();
    let error = Pricing::new(&records, &config, 100e6, "45nm", "core-rope-memory").unwrap_err();
    let memory = memory::named("hbm2").unwrap();
    let report = DeviceReport::new(offload(&config, Scope::Ffn).ledger(), &config, 100e6, &memory, Err(&error));
    assert!(
        report.energy_j.is_none()
            && report.baselines[0].energy_j.is_none()
            && report.energy_note.contains("has no record")
    );
}
