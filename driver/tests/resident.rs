//! Weights that lie in the device's memory: placed once, found damaged, refused where there is no room.

use trine_driver::{
    Device, Error, MatmulShape, MemoryError, Offload, OnFailure, OnMismatch, Options, Ram, Region, Remedy, Scope,
};
use trine_golden_model::{LinearId, LinearKind, Matmul, TernaryMatrix, reference};
use trine_soft_unit::SoftUnit;
use trine_spec::{Config, Weights};

const UP: LinearId = LinearId { layer: 0, kind: LinearKind::Up };
const K: usize = 70;
const N: usize = 21;

fn config() -> Config {
    Config::sized(4, 5).weights(Weights::Memory).max_tokens(2).max_depth(40).build().unwrap()
}

fn engine(ram: usize) -> Offload<SoftUnit> {
    engine_of(&config(), ram)
}

fn engine_of(config: &Config, ram: usize) -> Offload<SoftUnit> {
    let mut unit = SoftUnit::new(config);
    unit.ram = Ram::new(ram);
    let options = Options {
        scope: Scope::Linear,
        on_failure: OnFailure::Stop,
        check: Some(OnMismatch::Count),
        ..Options::default()
    };
    Offload::new(Device::open(unit, config.clone()).unwrap(), options)
}

fn multiply(engine: &mut Offload<SoftUnit>, w: &TernaryMatrix, m: usize) -> Result<(), String> {
    let x: Vec<i8> = (0..m * K).map(|i| (i * 37 % 251) as u8 as i8).collect();
    let (mut y, mut expected) = (vec![0; m * N], vec![0; m * N]);
    reference(w, &x, m, &mut expected);
    engine.matmul(UP, w, &x, m, &mut y).map_err(|error| error.to_string())?;
    if y == expected { Ok(()) } else { Err("wrong sums".into()) }
}

fn matrix(seed: u64) -> TernaryMatrix {
    TernaryMatrix::random(N, K, seed).unwrap()
}

/// Bytes that were written, by what is not zero any more.
fn used(engine: &mut Offload<SoftUnit>) -> usize {
    let memory = engine.device_mut().memory().unwrap();
    let mut all = vec![0; memory.bytes() as usize];
    memory.load(0, &mut all).unwrap();
    all.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1)
}

#[test]
fn weights_are_placed_once_and_every_job_finds_them() {
    let mut engine = engine(1 << 16);
    for m in [1, 5, 2] {
        for seed in [1, 2] {
            assert_eq!(multiply(&mut engine, &matrix(seed), m), Ok(()), "{m} tokens");
        }
    }
    // Two pieces of depth each: four pages behind that of the directory.
    let once = used(&mut engine);
    assert!(once > 4 << 12 && once <= 5 << 12, "{once}");
    multiply(&mut engine, &matrix(1), 3).unwrap();
    assert_eq!(used(&mut engine), once);
    assert!(engine.ledger().incidents.is_empty());
    let counted = engine.ledger().layers().iter().map(|layer| layer.bytes).sum::<u64>();
    assert!(counted > 0, "weights from memory count as bytes of the unit");
}

/// The bytes are elsewhere, the sums the same, and damage is found in whole windows.
#[test]
fn weights_of_several_ports_lie_as_the_ports_read_them() {
    let ports = Config::builder().weight_ports(4).burst_beats(16).or(&config()).build().unwrap();
    let (mut one, mut four) = (engine(1 << 16), engine_of(&ports, 1 << 16));
    for seed in [1, 2] {
        assert_eq!(multiply(&mut one, &matrix(seed), 3), Ok(()));
        assert_eq!(multiply(&mut four, &matrix(seed), 3), Ok(()));
    }
    let bytes = |engine: &mut Offload<SoftUnit>| {
        let mut first = vec![0; 64];
        engine.device_mut().memory().unwrap().load(4096, &mut first).unwrap();
        first
    };
    let (one, interleaved) = (bytes(&mut one), bytes(&mut four));
    let port = |port: usize| one.iter().copied().skip(port).step_by(4);
    assert_eq!(interleaved, (0..4).flat_map(port).collect::<Vec<u8>>(), "16 beats of four bytes");
    four.device_mut().memory().unwrap().store(4096 + 5, &[0xff]).unwrap();
    assert_eq!(multiply(&mut four, &matrix(1), 2), Ok(()));
    assert_eq!(four.ledger().incidents.len(), 1);
}

#[test]
fn a_damaged_region_is_loaded_again() {
    let mut engine = engine(1 << 16);
    multiply(&mut engine, &matrix(1), 2).unwrap();
    // No base-3 code.
    engine.device_mut().memory().unwrap().store(4096 + 5, &[0xff]).unwrap();
    assert_eq!(multiply(&mut engine, &matrix(1), 2), Ok(()));
    let incidents = &engine.ledger().incidents;
    assert!(matches!(&incidents[..], [only] if only.remedy == Remedy::Retry && only.error.contains("illegal trit")));
    assert_eq!(multiply(&mut engine, &matrix(1), 2), Ok(()));
    assert_eq!(engine.ledger().incidents.len(), 1);
}

/// Zeros are legal weights, which no unit can tell from others.
#[test]
fn damage_that_only_sums_show_is_loaded_again() {
    let mut engine = engine(1 << 16);
    multiply(&mut engine, &matrix(1), 2).unwrap();
    for piece in [4096, 8192] {
        engine.device_mut().memory().unwrap().store(piece, &[0; 8]).unwrap();
    }
    assert_eq!(multiply(&mut engine, &matrix(1), 2), Ok(()));
    let incidents = &engine.ledger().incidents;
    assert!(
        matches!(&incidents[..], [only] if only.remedy == Remedy::Retry && only.error.contains("2 regions of the device's memory")),
        "{incidents:?}"
    );
    assert_eq!(engine.ledger().mismatches, 0);
    assert_eq!(multiply(&mut engine, &matrix(1), 5), Ok(()));
    assert_eq!(engine.ledger().incidents.len(), 1);
}

#[test]
fn a_memory_that_is_too_small_is_named() {
    let mut engine = engine(3 << 12);
    assert_eq!(multiply(&mut engine, &matrix(1), 1), Ok(()));
    let refused = multiply(&mut engine, &matrix(2), 1).unwrap_err();
    assert!(
        refused.contains("do not fit the 12288 bytes of the device's memory, of which 12288 are taken"),
        "{refused}"
    );
}

#[test]
fn only_units_that_read_memory_run_with_weights_in_it() {
    let shape = MatmulShape { m: 1, k: 4, n: 5 };
    let mut results = [0; 20];
    let mut unit = Device::open(SoftUnit::new(&config()), config()).unwrap();
    assert!(matches!(unit.run(shape, &[0; 4], &[0; 4], &mut results), Err(Error::NoStream)));
    for (at, bytes) in [(1, 4), (64, 0), (64, 3), (u64::MAX - 63, 64), (1 << 38, 4)] {
        let refused = unit.run_resident(shape, &[0; 4], Region { at, bytes }, &mut results);
        assert!(matches!(refused, Err(Error::Region { .. })), "{at:#x}: {refused:?}");
    }
    assert!(unit.run_resident(shape, &[0; 4], Region { at: 64, bytes: 4 }, &mut results).is_ok());
    let stream = Config::sized(4, 5).build().unwrap();
    let mut unit = Device::open(SoftUnit::new(&stream), stream).unwrap();
    assert!(matches!(unit.memory(), Err(Error::NoMemory)));
    let refused = unit.run_resident(shape, &[0; 4], Region { at: 64, bytes: 4 }, &mut results);
    assert!(matches!(refused, Err(Error::NoMemory)));
    assert_eq!(
        Error::from(MemoryError::Full { bytes: 4, used: 3, more: 2 }).to_string(),
        "2 more bytes do not fit the 4 bytes of the device's memory, of which 3 are taken"
    );
}
