//! A unit and its memory behind one serial line: weights are stored there once, jobs read them, noise and losses are noticed.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use trine_driver::{
    Device, Memory, MemorySpan, Offload, OnFailure, OnMismatch, Options, Remedy, Scope, SerialLine, Uartbone,
    WindowTransport, Words,
};
use trine_golden_model::{LinearId, LinearKind, Matmul, TernaryMatrix};
use trine_sim::{Bridge, SimOptions, SimRegisters};
use trine_spec::{Config, Weights};

use crate::terminal::{Noise, Noisy, Served, folder, line};

/// Address of the memory in a SoC of LiteX.
const AT: u32 = 0x4000_0000;
const BYTES: u64 = 1 << 20;

fn config() -> Config {
    let sized = Config::sized(5, 4).windows(true).weights(Weights::Memory);
    sized.weight_bus(32).max_depth(40).max_tokens(3).build().unwrap()
}

fn span() -> MemorySpan {
    MemorySpan::new(AT, BYTES, 0).unwrap()
}

fn served(port: &Path) -> Served {
    let registers = SimRegisters::new(&crate::common::library(&config()), &SimOptions::default()).unwrap();
    Served::new(port, Bridge::new(registers).with_memory(span().addresses()))
}

type Engine<L> = Offload<WindowTransport<Uartbone<L>>>;

fn engine<L: Read + Write + Send>(line: L) -> Engine<L> {
    let link = WindowTransport::new(Uartbone::new(line, 0).with_memory(span()), config());
    let device = Device::open(link, config()).unwrap().with_limit(Duration::from_secs(60));
    let (check, on_failure) = (Some(OnMismatch::Count), OnFailure::Golden);
    Offload::new(device, Options { scope: Scope::Linear, check, on_failure, ..Options::default() })
}

fn matrix(seed: u64) -> TernaryMatrix {
    TernaryMatrix::random(23, 90, seed).unwrap()
}

/// One product, which the engine compares with the golden model.
fn multiply<L: Read + Write + Send>(engine: &mut Engine<L>, rng: &mut StdRng, w: &TernaryMatrix, m: usize) {
    let x: Vec<i8> = (0..m * w.cols()).map(|_| rng.random()).collect();
    engine.matmul(LinearId { layer: 0, kind: LinearKind::Q }, w, &x, m, &mut vec![0; m * w.rows()]).unwrap();
}

#[test]
fn a_memory_behind_a_line_keeps_bytes_at_any_place() {
    let (_folder, port) = folder();
    let _served = served(&port);
    let mut bone = Uartbone::new(line(&port), 0).with_memory(span());
    let mut rng = StdRng::seed_from_u64(1);
    let mut expected = vec![0; 40_000];
    for (at, count) in [(0, 40_000), (3, 1), (4, 4), (8159, 20_002), (39_990, 9)] {
        let bytes: Vec<u8> = (0..count).map(|_| rng.random()).collect();
        bone.store(at as u64, &bytes).unwrap();
        expected[at..at + count].copy_from_slice(&bytes);
    }
    let mut found = vec![0; 40_000];
    bone.load(0, &mut found).unwrap();
    assert_eq!(found, expected);
    bone.load(8161, &mut found[..30_001]).unwrap();
    assert_eq!(found[..30_001], expected[8161..][..30_001]);
    bone.store(BYTES - 4, &[9; 4]).unwrap();
    assert!(bone.store(BYTES - 4, &[9; 5]).is_err());
    assert_eq!(bone.epoch(), 0);
}

#[test]
fn jobs_find_their_weights_in_the_memory() {
    let (_folder, port) = folder();
    let _served = served(&port);
    let (mut rng, mut engine) = (StdRng::seed_from_u64(2), engine(line(&port)));
    for (seed, m) in [(1, 1), (2, 4), (1, 3), (2, 1)] {
        multiply(&mut engine, &mut rng, &matrix(seed), m);
    }
    let ledger = engine.ledger();
    assert_eq!((ledger.checked_macs, ledger.mismatches), (9 * 23 * 90, 0));
    assert!(ledger.incidents.is_empty(), "{:?}", ledger.incidents);
    // What the unit reads is what lies there.
    let memory = engine.device_mut().memory().unwrap();
    let (origin, mut all) = (memory.origin(), vec![0; 1 << 16]);
    memory.load(0, &mut all).unwrap();
    assert_eq!(origin, u64::from(AT));
    let last = all.iter().rposition(|byte| *byte != 0).unwrap() as u64;
    memory.store(0, &vec![0; last as usize + 1]).unwrap();
    multiply(&mut engine, &mut rng, &matrix(1), 1);
    assert!(engine.ledger().mismatches > 0 || !engine.ledger().incidents.is_empty());
}

#[test]
fn weights_that_noise_broke_are_stored_again() {
    let (_folder, port) = folder();
    let _served = served(&port);
    let mut rng = StdRng::seed_from_u64(3);
    for (seed, noise) in [(1, Noise::Lost), (2, Noise::Doubled), (3, Noise::Lost), (4, Noise::Doubled)] {
        let left = Arc::new(AtomicUsize::new(usize::MAX));
        let mut engine = engine(Noisy::new(line(&port), true, noise, &left));
        // The first bytes that are sent are weights.
        left.store(rng.random_range(20..100), Ordering::Relaxed);
        multiply(&mut engine, &mut rng, &matrix(seed), 2);
        assert!(left.load(Ordering::Relaxed) > usize::MAX / 2, "there was noise");
        multiply(&mut engine, &mut rng, &matrix(seed), 2);
        let ledger = engine.ledger();
        let one =
            matches!(&ledger.incidents[..], [only] if only.remedy == Remedy::Retry && only.error.contains("memory"));
        assert!(one && ledger.mismatches == 0, "{noise:?}: {:?}", ledger.incidents);
    }
}

#[test]
fn a_server_that_comes_back_has_an_empty_memory() {
    let (_folder, port) = folder();
    let first = served(&port);
    let (mut rng, mut engine) = (StdRng::seed_from_u64(4), engine(line(&port)));
    multiply(&mut engine, &mut rng, &matrix(1), 2);
    drop(first);
    let later = {
        let port = port.clone();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(300));
            served(&port)
        })
    };
    multiply(&mut engine, &mut rng, &matrix(1), 2);
    let _served = later.join().unwrap();
    let ledger = engine.ledger();
    assert_eq!((ledger.incidents.len(), ledger.incidents[0].remedy), (1, Remedy::Retry), "{:?}", ledger.incidents);
    assert_eq!((ledger.checked_macs, ledger.mismatches), (2 * 2 * 23 * 90, 0));
}

#[test]
fn addresses_without_memory_read_as_nothing() {
    let (_folder, port) = folder();
    let _served = served(&port);
    let elsewhere = MemorySpan::new(0x8000_0000, BYTES, 0).unwrap();
    let mut bone: Uartbone<SerialLine> = Uartbone::new(line(&port), 0).with_memory(elsewhere);
    let error = bone.store(0, &[1; 8]).unwrap_err().to_string();
    assert!(error.contains("0x00000000 was read back at 0x80000004") && error.contains("was it started?"), "{error}");
    assert!(Words::memory(&mut bone).is_some());
    assert!(Words::memory(&mut Uartbone::new(bone.into_line(), 0)).is_none());
}
