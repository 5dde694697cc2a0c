//! Weights of a whole model, placed before the first job: once, for later processes too, and again what was damaged.

use trine_driver::{
    Device, Error, Exchange, LoadStep, Loaded, Memory, MemoryError, Offload, Options, Ram, Scope, Transport,
    TransportError, load,
};
use trine_golden_model::{LinearId, LinearKind, Matmul, TernaryMatrix};
use trine_soft_unit::SoftUnit;
use trine_spec::{Config, Weights};

const K: usize = 70;
const N: usize = 21;

fn config() -> Config {
    Config::sized(4, 5).weights(Weights::Memory).max_tokens(2).max_depth(40).build().unwrap()
}

fn matrices(seeds: std::ops::Range<u64>) -> Vec<TernaryMatrix> {
    seeds.map(|seed| TernaryMatrix::random(N, K, seed).unwrap()).collect()
}

/// A unit whose memory counts what is written, breaks when it has written so much, and has another host that begins a directory
/// of its own when so much was written.
struct Counting {
    unit: SoftUnit,
    written: u64,
    left: Vec<u64>,
    other: Option<u64>,
    epoch: u64,
    recovered: usize,
}

impl Counting {
    fn new(config: &Config, ram: Ram) -> Self {
        let mut unit = SoftUnit::new(config);
        unit.ram = ram;
        Self { unit, written: 0, left: vec![], other: None, epoch: 0, recovered: 0 }
    }
}

impl Transport for Counting {
    fn read(&mut self, offset: u32) -> Result<u32, TransportError> {
        self.unit.read(offset)
    }

    fn write(&mut self, offset: u32, value: u32) -> Result<(), TransportError> {
        self.unit.write(offset, value)
    }

    fn exchange(&mut self, streams: Exchange<'_>) -> Result<(), TransportError> {
        self.unit.exchange(streams)
    }

    fn recover(&mut self) -> Result<(), TransportError> {
        self.recovered += 1;
        Ok(())
    }

    fn memory(&mut self) -> Option<&mut dyn Memory> {
        Some(self)
    }
}

impl Memory for Counting {
    fn bytes(&self) -> u64 {
        self.unit.ram.bytes()
    }

    fn epoch(&self) -> u64 {
        self.epoch
    }

    fn store(&mut self, at: u64, bytes: &[u8]) -> Result<(), MemoryError> {
        let count = self.left.first().map_or(bytes.len() as u64, |left| (bytes.len() as u64).min(*left));
        self.left.first_mut().into_iter().for_each(|left| *left -= count);
        self.written += count;
        self.unit.ram.store(at, &bytes[..count as usize])?;
        if self.other.take_if(|after| *after <= self.written).is_some() {
            self.unit.ram.store(0, &[0; 128])?;
        }
        if count == bytes.len() as u64 {
            return Ok(());
        }
        self.left.remove(0);
        self.epoch += 1;
        Err(MemoryError::Failed("broken".into()))
    }

    fn load(&mut self, at: u64, bytes: &mut [u8]) -> Result<(), MemoryError> {
        self.unit.ram.load(at, bytes)
    }
}

fn device(ram: Ram) -> Device<Counting> {
    Device::open(Counting::new(&config(), ram), config()).unwrap()
}

fn ram() -> Ram {
    Ram::new(1 << 16)
}

fn quiet(_: LoadStep<'_>) {}

/// The memory that a process leaves behind.
fn left(device: &Device<Counting>) -> Ram {
    device.transport().unit.ram.clone()
}

#[test]
fn a_run_finds_what_a_load_has_placed() {
    let weights = matrices(1..4);
    let mut first = device(ram());
    let (mut begun, mut written) = (vec![], 0);
    let mut steps = |step: LoadStep<'_>| match step {
        LoadStep::Begun(bytes) => begun.push(bytes),
        LoadStep::Written(bytes) => written += bytes,
        LoadStep::Failed(error) => panic!("{error}"),
    };
    // One of them twice.
    let loaded = load(&mut first, weights.iter().chain(&weights[..1]), false, &mut steps).unwrap();
    // Two pieces each: five blocks of 5 outputs, of 10 and of 8 chunks of 4 positions, 32 bits a tile.
    let bytes = 3 * 5 * (10 + 8) * 4;
    assert_eq!((loaded.regions, loaded.placed, loaded.bytes, loaded.placed_bytes), (6, 6, bytes, bytes));
    assert_eq!((begun, written), (vec![bytes], bytes));

    let mut second = device(left(&first));
    let again = load(&mut second, &weights, false, &mut quiet).unwrap();
    assert_eq!(again, Loaded { placed: 0, placed_bytes: 0, ..loaded });
    assert_eq!(second.transport().written, 0);

    let third = device(left(&first));
    let mut engine = Offload::new(third, Options { scope: Scope::Linear, ..Options::default() });
    for w in &weights {
        let x: Vec<i8> = (0..3 * K).map(|i| (i * 37 % 251) as u8 as i8).collect();
        engine.matmul(LinearId { layer: 0, kind: LinearKind::Up }, w, &x, 3, &mut vec![0; 3 * N]).unwrap();
    }
    assert_eq!((engine.ledger().mismatches, engine.device_mut().transport().written), (0, 0));
}

#[test]
fn a_check_finds_what_is_damaged_and_only_that_is_written() {
    let weights = matrices(1..4);
    let mut first = device(ram());
    load(&mut first, &weights, true, &mut quiet).unwrap();
    let mut damaged = left(&first);
    damaged.store(4096 * 3 + 7, &[0xff]).unwrap();
    let mut second = device(damaged.clone());
    assert_eq!(load(&mut second, &weights, false, &mut quiet).unwrap().placed, 0, "nobody looked");
    let mut third = device(damaged);
    let loaded = load(&mut third, &weights, true, &mut quiet).unwrap();
    assert_eq!((loaded.damaged, loaded.placed), (1, 1));
    assert_eq!(left(&third), left(&first));
    assert_eq!(load(&mut third, &weights, true, &mut quiet).unwrap().damaged, 0);
}

#[test]
fn another_configuration_or_a_damaged_directory_is_placed_again() {
    let weights = matrices(1..4);
    let mut first = device(ram());
    load(&mut first, &weights, false, &mut quiet).unwrap();
    let other = Config::sized(4, 4).weights(Weights::Memory).build().unwrap();
    let mut second = Device::open(Counting::new(&other, left(&first)), other).unwrap();
    assert_eq!(load(&mut second, &weights, false, &mut quiet).unwrap().placed, 3);
    let mut damaged = left(&first);
    // The third slot.
    damaged.store(128 * 3 + 40, &[0xff]).unwrap();
    let mut third = device(damaged);
    assert_eq!(load(&mut third, &weights, false, &mut quiet).unwrap().placed, 4);
    assert_eq!(left(&third), left(&first));
}

#[test]
fn what_breaks_in_the_middle_goes_on_and_what_is_in_doubt_is_read_back() {
    let weights = matrices(1..4);
    let mut whole = device(ram());
    load(&mut whole, &weights, false, &mut quiet).unwrap();
    let all = whole.transport().written;
    for left_over in (0..all).step_by(97) {
        let mut broken = device(ram());
        broken.transport_mut().left = vec![left_over, 500];
        let mut failures = 0;
        let mut steps = |step: LoadStep<'_>| failures += u64::from(matches!(step, LoadStep::Failed(_)));
        let loaded = load(&mut broken, &weights, false, &mut steps).unwrap();
        assert_eq!(loaded.retried, failures);
        let link = broken.transport();
        assert_eq!((loaded.retried > 0, link.recovered as u64), (true, loaded.retried), "{left_over}");
        assert!(link.written <= all + 2 * 2000, "{} bytes for {all}", link.written);
        let mut next = device(left(&broken));
        assert_eq!(load(&mut next, &weights, true, &mut quiet).unwrap().placed, 0, "{left_over}");
    }
    let mut dead = device(ram());
    dead.transport_mut().left = vec![0; 100];
    let error = load(&mut dead, &weights, false, &mut quiet).unwrap_err();
    assert!(matches!(error, Error::Memory(MemoryError::Failed(_))), "{error}");
    assert!(dead.transport().recovered < 20);
}

/// Wherever the other one comes in between, all pieces are in the directory when the load says so.
#[test]
fn another_host_at_the_memory_is_found_before_the_load_ends() {
    let weights = matrices(1..4);
    let mut alone = device(ram());
    load(&mut alone, &weights, false, &mut quiet).unwrap();
    for after in (500..alone.transport().written).step_by(131) {
        let mut shared = device(ram());
        shared.transport_mut().other = Some(after);
        let loaded = load(&mut shared, &weights, false, &mut quiet).unwrap();
        assert_eq!(loaded.retried, 1, "{after}");
        assert_eq!(load(&mut device(left(&shared)), &weights, true, &mut quiet).unwrap().placed, 0, "{after}");
    }
}

#[test]
fn another_model_goes_beside_the_first_or_takes_its_place() {
    let mut first = device(Ram::new(8 << 12));
    load(&mut first, &matrices(1..3), false, &mut quiet).unwrap();
    let beside = load(&mut first, &matrices(3..4), false, &mut quiet).unwrap();
    assert_eq!((beside.placed, beside.cleared), (2, false));
    let instead = load(&mut first, &matrices(3..6), false, &mut quiet).unwrap();
    assert_eq!((instead.placed, instead.cleared), (6, true));
    let written = first.transport().written;
    let error = load(&mut first, &matrices(1..5), false, &mut quiet).unwrap_err();
    assert!(matches!(error, Error::Memory(MemoryError::Full { bytes: 32768, .. })), "{error}");
    assert_eq!(first.transport().written, written, "what does not fit writes nothing");
    assert_eq!(load(&mut first, &matrices(3..6), true, &mut quiet).unwrap().placed, 0);
}

#[test]
fn a_unit_without_memory_takes_no_load() {
    let stream = Config::sized(4, 5).build().unwrap();
    let mut unit = Device::open(SoftUnit::new(&stream), stream).unwrap();
    assert!(matches!(load(&mut unit, &matrices(1..2), false, &mut quiet), Err(Error::NoMemory)));
}
