//! A unit and its memory behind Etherbone, over a network that loses, doubles and reorders packets.

use std::net::UdpSocket;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use trine_driver::{
    Device, Etherbone, LoadStep, Memory, MemorySpan, Offload, OnFailure, OnMismatch, Options, Remedy, Scope,
    WindowTransport, Words, load,
};
use trine_golden_model::{LinearId, LinearKind, Matmul, TernaryMatrix};
use trine_soft_unit::{EtherboneTarget, WindowedUnit};
use trine_spec::registers::{SCRATCH, TOKENS};
use trine_spec::{Config, Weights};

const BASE: u32 = 0x3000_0000;
const BYTES: u64 = 1 << 20;
const PATIENCE: Duration = Duration::from_millis(25);

fn config() -> Config {
    let sized = Config::sized(5, 4).windows(true).weights(Weights::Memory);
    sized.weight_bus(32).max_depth(40).max_tokens(3).build().unwrap()
}

/// Parts in a thousand of the packets of each direction.
#[derive(Clone, Copy, Default)]
struct Faults {
    lost: u32,
    doubled: u32,
    /// Of the packets, and of the second ones of those that are doubled: they come behind the next packet.
    late: u32,
}

/// One direction of a network.
struct Network {
    rng: StdRng,
    faults: Faults,
    late: Option<Vec<u8>>,
    count: Arc<AtomicUsize>,
}

impl Network {
    fn new(seed: u64, faults: Faults, count: &Arc<AtomicUsize>) -> Self {
        Self { rng: StdRng::seed_from_u64(seed), faults, late: None, count: Arc::clone(count) }
    }

    fn happens(&mut self, parts: u32) -> bool {
        let happens = self.rng.random_ratio(parts, 1000);
        self.count.fetch_add(usize::from(happens), Ordering::Relaxed);
        happens
    }

    /// The packets that arrive when this one is sent.
    fn pass(&mut self, packet: Vec<u8>) -> Vec<Vec<u8>> {
        let (mut arrived, before) = (vec![], self.late.take());
        if !self.happens(self.faults.lost) {
            let copies = 1 + usize::from(self.happens(self.faults.doubled));
            for _ in 0..copies {
                match self.late.is_none() && self.happens(self.faults.late) {
                    true => self.late = Some(packet.clone()),
                    false => arrived.push(packet.clone()),
                }
            }
        }
        arrived.extend(before);
        arrived
    }
}

/// A target behind a network of its own; ends with this.
struct Board {
    place: String,
    target: Arc<Mutex<EtherboneTarget<WindowedUnit>>>,
    /// Faults of the network.
    faults: Arc<AtomicUsize>,
    off: Arc<AtomicBool>,
    end: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Board {
    fn new(seed: u64, faults: Faults) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
        let place = socket.local_addr().unwrap().to_string();
        let target = Arc::new(Mutex::new(EtherboneTarget::new(WindowedUnit::new(&config()), BASE, 0..BYTES)));
        let (count, off, end) = (Arc::default(), Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let (mut there, mut back) = (Network::new(seed, faults, &count), Network::new(!seed, faults, &count));
        let thread = thread::spawn({
            let (target, off, end) = (Arc::clone(&target), Arc::clone(&off), Arc::clone(&end));
            move || {
                let mut bytes = [0; 2048];
                while !end.load(Ordering::Relaxed) {
                    let Ok((count, peer)) = socket.recv_from(&mut bytes) else { continue };
                    if off.load(Ordering::Relaxed) {
                        continue;
                    }
                    for packet in there.pass(bytes[..count].to_vec()) {
                        // A packet that is refused is a mistake of the driver, and ends the test.
                        let Some(answer) = target.lock().unwrap().take(&packet).unwrap() else { continue };
                        for answer in back.pass(answer) {
                            socket.send_to(&answer, peer).unwrap();
                        }
                    }
                }
            }
        });
        Self { place, target, faults: count, off, end, thread: Some(thread) }
    }

    fn etherbone(&self) -> Etherbone {
        let opened = Etherbone::open_with_patience(&self.place, BASE, PATIENCE).unwrap();
        opened.with_memory(MemorySpan::new(0, BYTES, BASE).unwrap())
    }

    fn device(&self) -> Device<WindowTransport<Etherbone>> {
        Device::open(WindowTransport::new(self.etherbone(), config()), config()).unwrap()
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        self.end.store(true, Ordering::Relaxed);
        let outcome = self.thread.take().unwrap().join();
        assert!(thread::panicking() || outcome.is_ok(), "the board refused a packet");
    }
}

type Engine = Offload<WindowTransport<Etherbone>>;

fn engine(board: &Board) -> Engine {
    let (check, on_failure) = (Some(OnMismatch::Count), OnFailure::Golden);
    Offload::new(board.device(), Options { scope: Scope::Linear, check, on_failure, ..Options::default() })
}

fn matrices() -> Vec<TernaryMatrix> {
    (1..4).map(|seed| TernaryMatrix::random(23, 90, seed).unwrap()).collect()
}

/// One product, which the engine compares with the golden model.
fn multiply(engine: &mut Engine, rng: &mut StdRng, w: &TernaryMatrix, m: usize) {
    let x: Vec<i8> = (0..m * w.cols()).map(|_| rng.random()).collect();
    engine.matmul(LinearId { layer: 0, kind: LinearKind::Q }, w, &x, m, &mut vec![0; m * w.rows()]).unwrap();
}

/// Packets that are lost or late; a job whose packets are lost fails, and is done again.
const LOSSES: Faults = Faults { lost: 4, doubled: 0, late: 10 };
const DOUBLES: Faults = Faults { lost: 0, doubled: 8, late: 15 };
const ALL: Faults = Faults { lost: 80, doubled: 80, late: 80 };

#[test]
fn products_are_exact_over_a_quiet_network() {
    let board = Board::new(1, Faults::default());
    let (mut rng, mut engine) = (StdRng::seed_from_u64(1), engine(&board));
    for (w, m) in matrices().iter().zip([1, 3, 4]) {
        multiply(&mut engine, &mut rng, w, m);
    }
    let ledger = engine.ledger();
    assert_eq!((ledger.checked_macs, ledger.mismatches), (8 * 23 * 90, 0), "{:?}", ledger.first_mismatch);
    assert!(ledger.incidents.is_empty(), "{:?}", ledger.incidents);
    // The sums come from the weights in the board's memory.
    board.target.lock().unwrap().words_mut().memory().unwrap().store(0, &vec![0; 1 << 18]).unwrap();
    multiply(&mut engine, &mut rng, &matrices()[0], 1);
    assert!(engine.ledger().mismatches > 0 || !engine.ledger().incidents.is_empty());
}

#[test]
fn products_are_exact_whatever_the_network_does_to_packets() {
    let (mut checked, mut repeated) = (0, 0);
    for (seed, faults) in [(1, LOSSES), (2, LOSSES), (3, DOUBLES), (4, DOUBLES)] {
        let board = Board::new(seed, faults);
        let (mut rng, mut engine) = (StdRng::seed_from_u64(seed), engine(&board));
        for (w, m) in matrices().iter().zip([1, 3, 4]) {
            multiply(&mut engine, &mut rng, w, m);
        }
        let ledger = engine.ledger();
        assert_eq!(ledger.mismatches, 0, "seed {seed}: {:?}", ledger.first_mismatch);
        checked += ledger.checked_macs;
        assert!(board.faults.load(Ordering::Relaxed) > 5, "seed {seed}: the network was quiet");
        repeated += ledger.incidents.iter().filter(|incident| incident.remedy == Remedy::Retry).count();
    }
    assert!(repeated > 0, "no job failed");
    // A job that fails twice is the golden model's.
    assert!(checked > 2 * 8 * 23 * 90, "the unit computed {checked} MACs");
}

#[test]
fn a_model_is_loaded_byte_for_byte_whatever_the_network_does() {
    let load_once = |seed, faults| {
        let board = Board::new(seed, faults);
        let loaded = load(&mut board.device(), &matrices(), true, &mut |step| {
            assert!(!matches!(step, LoadStep::Failed(_)), "{step:?}");
        });
        let loaded = loaded.unwrap();
        assert_eq!((loaded.placed, loaded.retried), (loaded.regions, 0), "seed {seed}");
        let again = load(&mut board.device(), &matrices(), true, &mut |_| {}).unwrap();
        assert_eq!((again.placed, again.damaged), (0, 0), "seed {seed}");
        let count = board.faults.load(Ordering::Relaxed);
        let ram = board.target.lock().unwrap().words_mut().unit.ram.clone();
        (ram, count)
    };
    let (expected, none) = load_once(0, Faults::default());
    assert_eq!(none, 0);
    for seed in 1..5 {
        let (found, faults) = load_once(seed, ALL);
        assert!(found == expected, "seed {seed}");
        assert!(faults > 40, "seed {seed}: {faults} faults");
    }
}

#[test]
fn registers_and_bytes_anywhere_are_kept_whatever_the_network_does() {
    let board = Board::new(7, Faults { lost: 100, doubled: 100, late: 100 });
    let (mut rng, mut words) = (StdRng::seed_from_u64(7), board.etherbone());
    let mut expected = vec![0; 3000];
    for round in 0..60 {
        let value = rng.random();
        words.write(SCRATCH.offset, value).unwrap();
        words.write(TOKENS.offset, round).unwrap();
        assert_eq!((words.read(SCRATCH.offset), words.read(TOKENS.offset)), (Ok(value), Ok(round)));
        let (at, count) = (rng.random_range(0..2900), rng.random_range(0..100));
        let bytes: Vec<u8> = (0..count).map(|_| rng.random()).collect();
        words.store(at as u64, &bytes).unwrap();
        expected[at..at + count].copy_from_slice(&bytes);
    }
    let mut found = vec![0; 3000];
    Memory::load(&mut words, 0, &mut found).unwrap();
    assert_eq!(found, expected);
    assert_eq!(words.epoch(), 0);
    assert!(board.faults.load(Ordering::Relaxed) > 100);
}

#[test]
fn a_board_that_goes_off_fails_the_call_and_is_there_again_later() {
    let board = Board::new(1, Faults::default());
    let mut words = board.etherbone();
    words.store(0, &[1; 64]).unwrap();
    board.off.store(true, Ordering::Relaxed);
    let silent = words.read(SCRATCH.offset).unwrap_err().to_string();
    assert!(
        silent.starts_with(&format!("Etherbone at {}: no answer to 8 reads at 0x3000007c", board.place)),
        "{silent}"
    );
    assert!(words.epoch() > 0, "its memory may be empty");
    let refused = words.recover().unwrap_err().to_string();
    assert!(refused.contains("nobody answered 8 probes"), "{refused}");
    board.off.store(false, Ordering::Relaxed);
    words.recover().unwrap();
    words.write(SCRATCH.offset, 5).unwrap();
    assert_eq!(words.read(SCRATCH.offset), Ok(5));
}

#[test]
fn what_is_not_there_is_named_when_it_is_opened() {
    let open = |place: &str| {
        let opened = Etherbone::open_with_patience(place, 0, Duration::from_millis(2));
        opened.map(drop).unwrap_err().to_string()
    };
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let place = silent.local_addr().unwrap().to_string();
    let nobody = open(&place);
    assert!(
        nobody.starts_with(&format!("Etherbone at {place}: nobody answered 8 probes; is the board on")),
        "{nobody}"
    );
    drop(silent);
    assert!(open(&place).contains("no program has that port"));
    for (place, part) in [
        ("127.0.0.1:70000", "a port of UDP"),
        ("127.0.0.1:", "a port of UDP"),
        ("no such host", "is that its name or address?"),
        ("", "is that its name or address?"),
    ] {
        let message = open(place);
        assert!(message.starts_with(&format!("Etherbone at {place}: ")) && message.contains(part), "{message}");
    }
}

#[test]
fn addresses_without_memory_are_noticed() {
    let board = Board::new(1, Faults::default());
    let elsewhere = MemorySpan::new(0x8000_0000, BYTES, BASE).unwrap();
    let mut words = board.etherbone().with_memory(elsewhere);
    let error = words.store(0, &[1; 8]).unwrap_err().to_string();
    assert!(error.contains("0x00000000 was read back at 0x80000000 where 0x01010101 was written"), "{error}");
    assert!(error.ends_with("is the memory there, and was it started?"), "{error}");
    assert_eq!(words.epoch(), 1);
}
