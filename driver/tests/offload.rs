//! Matmuls of every shape through the whole driver into a unit in software, against the definition.

use proptest::prelude::*;
use trine_driver::{Device, Error, Offload, OnMismatch, Options, Remedy, Scope, cycles::MatmulShape};
use trine_golden_model::{LinearId, LinearKind, Matmul, TernaryMatrix, reference};
use trine_soft_unit::{Fault, SoftUnit};
use trine_spec::{Config, WeightCode};

const UP: LinearId = LinearId { layer: 3, kind: LinearKind::Up };
const Q: LinearId = LinearId { layer: 0, kind: LinearKind::Q };

/// Numbers without a pattern that tiles could share (a Weyl sequence).
fn noise(len: usize, seed: u64) -> impl Iterator<Item = u64> {
    (0..len as u64).map(move |i| (i + seed).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29) >> 17)
}

fn trits(len: usize, seed: u64) -> Vec<i8> {
    noise(len, seed).map(|v| (v % 3) as i8 - 1).collect()
}

fn acts(len: usize, seed: u64, bits: usize) -> Vec<i8> {
    noise(len, seed).map(|v| ((v % 256) as u8 as i8) >> (8 - bits)).collect()
}

fn offload(config: &Config, scope: Scope) -> Offload<SoftUnit> {
    checking(config, scope, Options::default().check)
}

fn checking(config: &Config, scope: Scope, check: Option<OnMismatch>) -> Offload<SoftUnit> {
    let device = Device::open(SoftUnit::new(config), config.clone()).unwrap();
    Offload::new(device, Options { scope, check, ..Options::default() })
}

/// Multiplies on the unit, with the driver's own check on, and compares with the plain loop.
fn through_the_unit(config: &Config, MatmulShape { m, k, n }: MatmulShape) -> Offload<SoftUnit> {
    let w = TernaryMatrix::from_trits(n, k, &trits(n * k, 7)).unwrap();
    let x = acts(m * k, 11, config.act_bits());
    let (mut y, mut expected) = (vec![i32::MAX; m * n], vec![0; m * n]);
    reference(&w, &x, m, &mut expected);
    let mut offload = offload(config, Scope::Linear);
    offload.matmul(Q, &w, &x, m, &mut y).unwrap();
    assert_eq!(y, expected, "{config:?}, m = {m}, k = {k}, n = {n}");
    let ledger = offload.ledger();
    assert_eq!((ledger.mismatches, ledger.incidents.len()), (0, 0));
    assert_eq!((ledger.macs, ledger.checked_macs), ((m * k * n) as u64, (m * k * n) as u64));
    offload
}

#[test]
fn every_preset_takes_odd_shapes() {
    for (_, config) in trine_spec::config::PRESETS {
        let (lanes, columns) = (config.lanes(), config.columns());
        for (m, k, n) in [
            (1, 1, 1),
            (1, lanes + 1, columns + 1),
            (config.max_tokens() + 1, 2 * lanes - 1, 3 * columns - 1),
            (2, lanes, columns),
            (3, config.max_depth().min(300) * 2 + 5, 2),
        ] {
            through_the_unit(&config, MatmulShape { m, k, n });
        }
    }
}

#[test]
fn deep_matmuls_are_summed_over_several_jobs() {
    let config = Config::sized(8, 4).max_depth(20).max_tokens(2).build().unwrap();
    let mut offload = through_the_unit(&config, MatmulShape { m: 5, k: 50, n: 9 });
    // 16 of 20 positions are whole chunks: four pieces of K; three of M; one of N.
    assert_eq!(offload.device_mut().transport().jobs, 12);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn any_shape_on_any_unit(
        (m, k, n) in (1..20usize, 1..70usize, 1..20usize),
        (lanes, columns, act_bits) in (1..12usize, 1..7usize, 2..9usize),
        (max_depth, max_tokens) in (1..80usize, 1..9usize),
        two_bit: bool,
        bus in 0.0..1.0f64,
    ) {
        let weight_code = if two_bit { WeightCode::TwoBit } else { WeightCode::Base3 };
        let sized = Config::sized(lanes, columns).weight_code(weight_code).act_bits(act_bits);
        let config = sized.max_depth(max_depth).max_tokens(max_tokens).build().unwrap();
        let weight_bus = 8 + (bus * (config.full_tile_bus() / 8) as f64) as usize * 8;
        let config = Config::builder().weight_bus(weight_bus.min(config.full_tile_bus())).or(&config).build().unwrap();
        through_the_unit(&config, MatmulShape { m, k, n });
    }
}

#[test]
fn extremes_survive() {
    let config = Config::sized(16, 4).max_depth(64).build().unwrap();
    for (trit, act) in [(1, -128), (-1, -128), (1, 127), (-1, 127), (0, -128)] {
        let w = TernaryMatrix::from_trits(4, 64, &[trit; 256]).unwrap();
        let mut y = [1; 4];
        offload(&config, Scope::Linear).matmul(Q, &w, &[act; 64], 1, &mut y).unwrap();
        assert_eq!(y, [64 * i32::from(trit) * i32::from(act); 4]);
    }
}

#[test]
fn only_the_layers_in_scope_reach_the_device() {
    let config = Config::sized(4, 4).build().unwrap();
    let w = TernaryMatrix::from_trits(4, 4, &trits(16, 1)).unwrap();
    let (x, mut y) = (acts(4, 2, 8), [0; 4]);
    let mut engine = offload(&config, Scope::Ffn);
    engine.matmul(Q, &w, &x, 1, &mut y).unwrap();
    assert_eq!((engine.ledger().macs, engine.ledger().host_macs), (0, 16));
    engine.matmul(UP, &w, &x, 1, &mut y).unwrap();
    assert_eq!((engine.ledger().macs, engine.ledger().host_macs), (16, 16));
    assert_eq!(engine.device_mut().transport().jobs, 1);
}

/// Tokens 0..5 run in pieces of 2 and 3 on this unit, outputs 0..7 in blocks of 4. Two sums come out wrong: the outcome, what
/// was asked for, what came and the engine.
fn two_wrong_sums(check: Option<OnMismatch>) -> (Result<(), Error>, [i32; 35], [i32; 35], Offload<SoftUnit>) {
    let config = Config::sized(4, 4).max_tokens(3).build().unwrap();
    let w = TernaryMatrix::from_trits(7, 6, &trits(42, 5)).unwrap();
    let x = acts(30, 6, 8);
    let (mut expected, mut y) = ([0; 35], [0; 35]);
    reference(&w, &x, 5, &mut expected);
    let mut engine = checking(&config, Scope::Ffn, check);
    let unit = engine.device_mut().transport_mut();
    // A wrong sum for the second token of the first job, and one for the second token of the other, in block 1.
    unit.faults.extend([Fault::Flip { beat: 1, column: 3 }, Fault::Flip { beat: 4, column: 2 }]);
    let outcome = engine.matmul(UP, &w, &x, 5, &mut y).map_err(|error| *error.downcast().unwrap());
    (outcome, expected, y, engine)
}

#[test]
fn wrong_sums_are_counted_and_placed() {
    let (outcome, expected, y, engine) = two_wrong_sums(Some(OnMismatch::Count));
    outcome.unwrap();
    let ledger = engine.ledger();
    assert_eq!((ledger.mismatches, ledger.checked_macs, ledger.incidents.len()), (2, 210, 0));
    let first = ledger.first_mismatch.clone().unwrap();
    assert_eq!((first.layer.as_str(), first.token, first.output), ("layers.3.mlp.up_proj", 1, 3));
    assert_eq!((first.beat, first.column, first.cycle), (1, 3, Some(101)));
    assert_eq!((first.expected, first.actual), (expected[10], expected[10] ^ 1));
    let wrong: Vec<usize> = (0..35).filter(|&i| y[i] != expected[i]).collect();
    assert_eq!(wrong, [10, 3 * 7 + 6]);
}

#[test]
fn wrong_sums_stop_a_matmul_where_nothing_else_is_chosen() {
    assert_eq!(Options::default().check, Some(OnMismatch::Stop));
    let (outcome, expected, _, mut engine) = two_wrong_sums(Options::default().check);
    let error = outcome.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "the unit computes wrong sums: 2 of the 35 of this matmul; the first: layers.3.mlp.up_proj, token 1, output 3: \
             beat 1, column 3, cycle 101, expected {}, actual {}",
            expected[10],
            expected[10] ^ 1
        )
    );
    assert!(!error.is_transient() && !error.is_the_units(), "another attempt would only hide it");
    let ledger = engine.ledger();
    assert_eq!((ledger.mismatches, ledger.checked_macs, ledger.macs, ledger.host_macs), (2, 210, 0, 0));
    assert!(ledger.first_mismatch.is_some());

    // The unit itself is in order: the next matmul runs.
    let w = TernaryMatrix::from_trits(1, 1, &[1]).unwrap();
    let mut y = [0];
    engine.matmul(UP, &w, &[5], 1, &mut y).unwrap();
    assert_eq!(y, [5]);
}

#[test]
fn the_golden_models_sums_take_the_place_of_wrong_ones() {
    let (outcome, expected, y, engine) = two_wrong_sums(Some(OnMismatch::Golden));
    outcome.unwrap();
    assert_eq!(y, expected);
    let ledger = engine.ledger();
    assert_eq!((ledger.mismatches, ledger.fallbacks(), ledger.host_macs), (2, 1, 210));
    let incident = &ledger.incidents[0];
    assert_eq!((incident.layer.as_str(), incident.remedy), ("layers.3.mlp.up_proj", Remedy::Golden));
    assert!(
        incident.error.contains("2 of the 35") && incident.error.contains("token 1, output 3"),
        "{}",
        incident.error
    );
}

#[test]
fn without_the_golden_model_nothing_is_compared() {
    let (outcome, expected, y, engine) = two_wrong_sums(None);
    outcome.unwrap();
    assert_ne!(y, expected);
    assert_eq!((engine.ledger().mismatches, engine.ledger().checked_macs), (0, 0));
}

#[test]
fn arguments_that_do_not_fit_are_refused() {
    let w = TernaryMatrix::from_trits(2, 3, &[1; 6]).unwrap();
    let mut engine = offload(&Config::sized(4, 4).build().unwrap(), Scope::Linear);
    let error = engine.matmul(Q, &w, &[0; 5], 2, &mut [0; 4]).unwrap_err();
    assert_eq!(error.to_string(), "x holds 5 values where m = 2, k = 3, n = 2 need 6");
    assert!(engine.matmul(Q, &w, &[0; 6], 2, &mut [0; 3]).is_err());

    let mut engine = offload(&Config::sized(4, 4).act_bits(4).build().unwrap(), Scope::Linear);
    let error = engine.matmul(Q, &w, &[7, -8, 8], 1, &mut [0; 2]).unwrap_err();
    assert!(matches!(error.downcast_ref(), Some(Error::Activation { token: 0, position: 2, value: 8, bits: 4 })));
    assert_eq!(engine.device_mut().transport().jobs, 0, "nothing was sent");
}
