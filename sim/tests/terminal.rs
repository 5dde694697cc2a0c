//! Units behind serial ports of this machine: whole products by the driver's own client, noise, frames that break off, clients
//! and servers that go and come back.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use trine_driver::{
    Device, Error, Offload, OnFailure, OnMismatch, Options, Remedy, Scope, SerialLine, TransportError, Uartbone,
    WindowTransport, Words,
};
use trine_golden_model::{LinearId, LinearKind, Matmul, TernaryMatrix};
use trine_hdl::{design, lang};
use trine_sim::{Bridge, BuildOptions, Dut, FarEnd, SimOptions, SimRegisters, SimSerial, Terminal, serve_line};
use trine_spec::Config;
use trine_spec::registers::{ID, ID_VALUE, SCRATCH, TOKENS, VERSION, VERSION_VALUE};

const BAUD: u32 = 115_200;

fn config() -> Config {
    Config::sized(5, 3).windows(true).max_depth(40).max_tokens(3).build().unwrap()
}

/// A device behind a port, served by a thread.
pub struct Served {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Served {
    pub fn new(port: &Path, mut device: impl FarEnd + Send + 'static) -> Self {
        let mut terminal = Terminal::new(port).unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || serve_line(&mut device, &mut terminal, &stopped).unwrap());
        Self { stop, thread: Some(thread) }
    }

    fn unit(port: &Path) -> Self {
        Self::new(port, bridge())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap();
    }
}

fn bridge() -> Bridge<SimRegisters> {
    Bridge::new(SimRegisters::new(&crate::common::library(&config()), &SimOptions::default()).unwrap())
}

pub fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let port = folder.path().join("port");
    (folder, port)
}

fn client(port: &Path) -> Uartbone<SerialLine> {
    Uartbone::new(line(port), 0)
}

pub fn line(port: &Path) -> SerialLine {
    SerialLine::open(port.to_str().unwrap(), BAUD).unwrap().with_patience(Duration::from_secs(5))
}

type Engine<L> = Offload<WindowTransport<Uartbone<L>>>;

fn engine<L: Read + Write + Send>(link: Uartbone<L>) -> Engine<L> {
    let device = Device::open(WindowTransport::new(link, config()), config()).unwrap();
    let check = Some(OnMismatch::Count);
    let options = Options { scope: Scope::Linear, check, on_failure: OnFailure::Golden, ..Options::default() };
    Offload::new(device.with_limit(Duration::from_secs(60)), options)
}

/// One product, which the engine compares with the golden model.
fn multiply<L: Read + Write + Send>(engine: &mut Engine<L>, rng: &mut StdRng, (m, k, n): (usize, usize, usize)) {
    let trits: Vec<i8> = (0..n * k).map(|_| rng.random_range(-1..=1)).collect();
    let w = TernaryMatrix::from_trits(n, k, &trits).unwrap();
    let x: Vec<i8> = (0..m * k).map(|_| rng.random()).collect();
    engine.matmul(LinearId { layer: 0, kind: LinearKind::Q }, &w, &x, m, &mut vec![0; m * n]).unwrap();
}

#[test]
fn matmuls_are_exact_through_a_port() {
    let (_folder, port) = folder();
    let _served = Served::unit(&port);
    let mut rng = StdRng::seed_from_u64(1);
    // One client after the other, with nothing to do in between.
    for shapes in [[(1, 1, 1), (4, 23, 7)], [(3, 40, 3), (2, 100, 20)]] {
        let mut engine = engine(client(&port));
        shapes.into_iter().for_each(|shape| multiply(&mut engine, &mut rng, shape));
        let ledger = engine.ledger();
        assert!(ledger.checked_macs > 0 && ledger.mismatches == 0 && ledger.incidents.is_empty(), "{ledger:?}");
    }
}

/// Damage of a line to one of the bytes it carries.
#[derive(Clone, Copy, Debug)]
pub enum Noise {
    Lost,
    Doubled,
    Flipped,
}

/// A line that is disturbed when `left` bytes, to the unit or from it, have passed.
pub struct Noisy {
    line: SerialLine,
    sending: bool,
    noise: Noise,
    left: Arc<AtomicUsize>,
    received: VecDeque<u8>,
}

impl Noisy {
    pub fn new(line: SerialLine, sending: bool, noise: Noise, left: &Arc<AtomicUsize>) -> Self {
        Self { line, sending, noise, left: Arc::clone(left), received: VecDeque::new() }
    }

    fn passed(&self, bytes: &[u8]) -> Vec<u8> {
        let pass = |byte: &u8| match (self.left.fetch_sub(1, Ordering::Relaxed), self.noise) {
            (1, Noise::Lost) => vec![],
            (1, Noise::Doubled) => vec![*byte; 2],
            (1, Noise::Flipped) => vec![byte ^ 0x10],
            _ => vec![*byte],
        };
        bytes.iter().flat_map(pass).collect()
    }
}

impl Write for Noisy {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = if self.sending { self.passed(bytes) } else { bytes.to_vec() };
        self.line.write_all(&sent).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.line.flush()
    }
}

impl Read for Noisy {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.received.is_empty() {
            let count = self.line.read(buffer)?;
            let got = if self.sending { buffer[..count].to_vec() } else { self.passed(&buffer[..count]) };
            self.received.extend(got);
        }
        self.received.read(buffer)
    }
}

#[test]
fn after_noise_the_next_products_are_right() {
    let (_folder, port) = folder();
    let _served = Served::unit(&port);
    let mut rng = StdRng::seed_from_u64(2);
    for (noise, sending) in
        [Noise::Lost, Noise::Doubled, Noise::Flipped].into_iter().flat_map(|n| [(n, true), (n, false)])
    {
        let left = Arc::new(AtomicUsize::new(usize::MAX));
        let line = line(&port);
        let mut engine = engine(Uartbone::new(Noisy::new(line, sending, noise, &left), 0));
        // The noise falls into the product: into its beats, or into what is read before and after its results.
        left.store(rng.random_range(if sending { 70..200 } else { 1..60 }), Ordering::Relaxed);
        multiply(&mut engine, &mut rng, (2, 23, 7));
        assert!(left.load(Ordering::Relaxed) > usize::MAX / 2, "there was noise");
        let (noticed, wrong) = (engine.ledger().incidents.len(), engine.ledger().mismatches);
        if matches!(noise, Noise::Lost) {
            assert!(noticed > 0, "a byte less is always noticed");
        }
        for _ in 0..2 {
            multiply(&mut engine, &mut rng, (3, 17, 5));
        }
        let ledger = engine.ledger();
        let healed = ledger.incidents.iter().skip(noticed).all(|incident| incident.remedy == Remedy::Retry);
        assert!(healed && ledger.incidents.len() <= noticed + 1, "{noise:?}: {:?}", ledger.incidents);
        assert_eq!(ledger.mismatches, wrong, "{noise:?}");
    }
}

#[test]
fn frames_that_break_off_harm_no_client_after() {
    let (_folder, port) = folder();
    let _served = Served::unit(&port);
    // Only a server that listens can tell frames by the silence between them.
    assert_eq!(client(&port).read(ID.offset).unwrap(), ID_VALUE);
    for broken in [&[1][..], &[1, 2, 0, 0, 0, 31, 0xAA, 0xBB], &[2, 255, 0, 0, 0, 0]] {
        OpenOptions::new().write(true).open(&port).unwrap().write_all(broken).unwrap();
        let mut device = client(&port);
        device.recover().unwrap();
        assert_eq!(device.read(ID.offset).unwrap(), ID_VALUE, "{broken:?}");
        assert_eq!(device.read(SCRATCH.offset).unwrap(), 0, "{broken:?}");
        // The same without leaving: the frame after is taken for the rest, unless the client waits.
        let mut line = device.into_line();
        line.write_all(&[1, 200, 0]).unwrap();
        let mut device = Uartbone::new(line, 0);
        let error = device.read(ID.offset).unwrap_err().to_string();
        assert_eq!(error, "serial line, reading at 0x000: nothing comes; does the unit run, and at this speed?");
        device.recover().unwrap();
        assert_eq!(device.read(ID.offset).unwrap(), ID_VALUE, "{broken:?}");
    }
}

#[test]
fn a_server_that_comes_back_is_found_again() {
    let (_folder, port) = folder();
    let mut rng = StdRng::seed_from_u64(3);
    let served = Served::unit(&port);
    let mut engine = engine(client(&port));
    multiply(&mut engine, &mut rng, (1, 23, 7));
    drop(served);
    assert!(!port.is_symlink(), "a server cleans up");
    let later = {
        let port = port.clone();
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(300));
            Served::unit(&port)
        })
    };
    multiply(&mut engine, &mut rng, (2, 23, 7));
    let _served = later.join().unwrap();
    let ledger = engine.ledger();
    assert_eq!((ledger.incidents.len(), ledger.incidents[0].remedy), (1, Remedy::Retry), "{:?}", ledger.incidents);
    assert_eq!((ledger.checked_macs, ledger.mismatches), (3 * 23 * 7, 0));
}

/// A register space with given answers.
struct Told(fn(u32) -> u32);

impl Words for Told {
    fn read(&mut self, offset: u32) -> Result<u32, TransportError> {
        Ok(self.0(offset))
    }

    fn write(&mut self, _offset: u32, _value: u32) -> Result<(), TransportError> {
        Ok(())
    }
}

/// Somebody else's device, which says nothing.
struct Mute;

impl FarEnd for Mute {
    fn take(&mut self, _bytes: &[u8], _answer: &mut Vec<u8>) -> Result<Duration, TransportError> {
        Ok(Duration::from_millis(100))
    }

    fn rest(&mut self, _answer: &mut Vec<u8>) -> Result<Duration, TransportError> {
        Ok(Duration::from_millis(100))
    }
}

#[test]
fn other_devices_are_told_from_units() {
    let (_folder, port) = folder();
    let open = || Device::open(WindowTransport::new(client(&port), config()), config()).unwrap_err();
    let other = |offset| match offset {
        _ if offset == ID.offset => ID_VALUE,
        _ if offset == VERSION.offset => VERSION_VALUE + 0x0100_0000,
        _ => 0,
    };
    {
        let _served = Served::new(&port, Bridge::new(Told(other)));
        let error = open();
        assert!(matches!(error, Error::VersionMismatch { .. }), "{error}");
    }
    {
        let _served = Served::new(&port, Bridge::new(Told(|_| 0)));
        let error = open();
        assert!(matches!(error, Error::NotTrine { found: 0 }), "{error}");
    }
    let _served = Served::new(&port, Mute);
    let error = open();
    assert!(matches!(&error, Error::Register { register: "ID", .. }), "{error}");
    assert!(error.to_string().contains("nothing comes"), "{error}");
}

#[test]
fn a_terminal_takes_nobodys_place() {
    let (_folder, port) = folder();
    File::create(&port).unwrap();
    let error = Terminal::new(&port).unwrap_err().to_string();
    assert!(error.contains(port.to_str().unwrap()) && error.contains("exists"), "{error}");
    fs::remove_file(&port).unwrap();
    std::os::unix::fs::symlink("/dev/pts/gone", &port).unwrap();
    let first = Terminal::new(&port).unwrap();
    assert!(Terminal::new(&port).is_err(), "nor that of another server");
    drop(first);
    assert!(!port.is_symlink());
}

/// The bridge with its wires, with `from` become `to` in one module.
fn pins(module: &str, from: &str, to: &str) -> SimSerial {
    let mut verilog = lang::verilog(&design::serial(&config()).unwrap()).unwrap();
    let file = verilog.files.iter_mut().find(|file| file.name == format!("{module}.v")).unwrap();
    assert!(file.text.contains(from), "{module} has no `{from}`");
    file.text = file.text.replacen(from, to, 1);
    let mut dut = Dut::new(&trine_sim::build(&verilog, &BuildOptions::default()).unwrap()).unwrap();
    dut.poke("aresetn", false).unwrap();
    let mut line = SimSerial::new(dut, 26, 16).unwrap();
    line.hold(true, 16).unwrap();
    line.dut_mut().poke("aresetn", true).unwrap();
    line.hold(true, 16).unwrap();
    line
}

/// The first of some random frames that the module and the bridge without wires answer differently.
fn difference(pins: &mut SimSerial) -> Option<Vec<u8>> {
    let (mut bridge, mut rng) = (bridge(), StdRng::seed_from_u64(4));
    for _ in 0..150 {
        let mut frame: Vec<u8> =
            (0..rng.random_range(0..3)).map(|_| *[0, 5, 77, 255].choose(&mut rng).unwrap()).collect();
        let (command, length) = (rng.random_range(1..=4), rng.random_range(0..=4u8));
        // Names, sizes, windows without a job, the end of the space, what is beyond it; no counters and no starts.
        let reads = command % 2 == 0;
        let place = match rng.random_range(0..6) {
            0 => SCRATCH.offset / 4,
            1 if reads => rng.random_range(0..4),
            2 => 0x3FE + rng.random_range(0..4),
            3 if reads => 0x100 << rng.random_range(0..2_u32),
            4 => rng.random_range(0x400..=u32::MAX),
            _ => TOKENS.offset / 4,
        };
        frame.extend([command, length]);
        frame.extend(place.to_be_bytes());
        if !reads {
            frame.extend((0..4 * length).map(|_| rng.random::<u8>()));
        }
        let (mut wired, mut expected) = (vec![], vec![]);
        bridge.take(&frame, &mut expected).unwrap();
        FarEnd::take(pins, &frame, &mut wired).unwrap();
        for _ in 0..3 {
            pins.rest(&mut wired).unwrap();
        }
        if wired != expected {
            return Some(frame);
        }
    }
    None
}

#[test]
fn the_bridge_answers_like_its_module() {
    assert_eq!(difference(&mut pins("trine_uartbone", "", "")), None);
    for (from, to) in [
        ("{word_q[23:0], rx_byte_i}", "{rx_byte_i, word_q[31:8]}"),
        ("tx_byte_o = word_q[31:24]", "tx_byte_o = word_q[7:0]"),
    ] {
        assert!(difference(&mut pins("trine_uartbone", from, to)).is_some(), "{to}");
    }
}

#[test]
fn the_pins_of_a_unit_can_be_served_too() {
    let (_folder, port) = folder();
    let _served = Served::new(&port, pins("trine_uartbone", "", ""));
    let mut engine = engine(client(&port));
    multiply(&mut engine, &mut StdRng::seed_from_u64(5), (2, 23, 7));
    let ledger = engine.ledger();
    assert!(ledger.checked_macs > 0 && ledger.mismatches == 0 && ledger.incidents.is_empty(), "{ledger:?}");
}
