//! The whole unit through the shipped driver: exact on every preset and on odd configurations, with and without stalls.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use trine_driver::{Device, Offload, Options, Scope};
use trine_golden_model::{LinearId, LinearKind, Matmul, TernaryMatrix};
use trine_sim::{SimOptions, Stalls};
use trine_spec::config::PRESETS;
use trine_spec::{Config, Style, WeightCode};

/// Runs `cases` random matmuls on a unit of configuration `c` and returns (MACs, mismatches).
fn run(c: &Config, cases: usize, stalls: f64, seed: u64) -> (u64, u64) {
    let mut rng = StdRng::seed_from_u64(seed);
    let options = SimOptions { stalls: Stalls::new(stalls, seed).unwrap(), ..SimOptions::default() };
    let device = Device::open(crate::common::unit(c, &options), c.clone()).unwrap();
    let mut engine = Offload::new(device, Options { scope: Scope::Linear, ..Options::default() });
    for case in 0..cases {
        let (m, k, n) = (
            rng.random_range(1..=9),
            rng.random_range(1..=3 * c.lanes() + 5),
            rng.random_range(1..=3 * c.columns() + 2),
        );
        let trits: Vec<i8> = (0..n * k).map(|_| rng.random_range(-1..=1)).collect();
        let w = TernaryMatrix::from_trits(n, k, &trits).unwrap();
        let low = -(1i16 << (c.act_bits() - 1));
        let x: Vec<i8> = (0..m * k).map(|_| rng.random_range(low..-low) as i8).collect();
        let mut y = vec![0; m * n];
        engine.matmul(LinearId { layer: case, kind: LinearKind::Q }, &w, &x, m, &mut y).unwrap();
    }
    if let Some(first) = &engine.ledger().first_mismatch {
        println!("{c:?}: seed {seed}: {first:?}");
    }
    (engine.ledger().checked_macs, engine.ledger().mismatches)
}

#[test]
fn every_preset_lints_without_a_warning() {
    let styles = Style::ALL.map(|style| ("style", Config::sized(13, 3).style(style).build().unwrap()));
    for (name, c) in PRESETS.into_iter().chain(styles) {
        let verilog = trine_hdl::lang::verilog(&trine_hdl::design::unit(&c).unwrap()).unwrap();
        trine_sim::lint(&verilog).unwrap_or_else(|found| panic!("{name}: {found}"));
    }
}

#[test]
fn presets_are_exact() {
    // The widest preset takes minutes to compile: `trine verify` runs it.
    for (name, c) in PRESETS.into_iter().filter(|(name, _)| *name != "wide") {
        for stalls in [0.0, 0.3] {
            let (macs, mismatches) = run(&c, 8, stalls, 1);
            assert!(macs > 0 && mismatches == 0, "{name}: {mismatches} of {macs} MACs, stalls {stalls}");
        }
    }
}

#[test]
fn odd_configurations_are_exact() {
    let odd = [
        Config::sized(2, 1)
            .act_bits(4)
            .weight_code(WeightCode::TwoBit)
            .weight_bus(8)
            .max_depth(7)
            .max_tokens(1)
            .build()
            .unwrap(),
        Config::sized(3, 2).weight_bus(8).max_depth(9).max_tokens(3).build().unwrap(),
        Config::sized(100, 5).max_depth(128).build().unwrap(),
        Config::sized(31, 4).style(Style::Ecp5).max_depth(90).build().unwrap(),
        Config::sized(31, 4).style(Style::Xilinx7).max_depth(90).act_bits(6).build().unwrap(),
        Config::sized(31, 4).style(Style::Packed).act_bits(5).weight_bus(96).max_depth(90).build().unwrap(),
        Config::sized(130, 5).style(Style::Packed).weight_code(WeightCode::TwoBit).max_depth(300).build().unwrap(),
        Config::sized(5, 9).weight_code(WeightCode::TwoBit).weight_bus(24).max_depth(33).max_tokens(2).build().unwrap(),
    ];
    for c in odd {
        let (macs, mismatches) = run(&c, 20, 0.2, 7);
        assert!(macs > 0 && mismatches == 0, "{c:?}: {mismatches} of {macs} MACs");
    }
}
