//! A unit in the memory map, with ordinary files in place of `/dev/mem` and the buffer: the same maps, the same accesses.
//!
//! A file is memory and no unit: a word of a window would have to be taken away when it is read. So runs have a unit in software for
//! registers and windows, and the weights of their jobs come from the file of the buffer, which that unit reads as a file.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::thread;

use tempfile::TempDir;
use trine_driver::{
    Device, DeviceFile, DmaBuf, Error, Exchange, LoadStep, Loaded, MappedMemory, MappedWords, Memory, MemoryError,
    Offload, OnFailure, OnMismatch, Options, Ram, Remedy, Scope, Transport, TransportError, WindowTransport, Words,
    load,
};
use trine_golden_model::{LinearId, LinearKind, Matmul, TernaryMatrix};
use trine_soft_unit::SoftUnit;
use trine_spec::registers::{self as regs, Access, MEMORY_SPACE};
use trine_spec::{Config, Weights};

const UP: LinearId = LinearId { layer: 0, kind: LinearKind::Up };
const K: usize = 70;
const N: usize = 21;

/// Address of the buffer as the unit sees it, and its length.
const AT: u64 = 0x10_0000;
const BYTES: u64 = 1 << 16;

fn config() -> Config {
    Config::sized(4, 5).windows(true).weights(Weights::Memory).max_tokens(2).max_depth(40).build().unwrap()
}

fn matrices(seeds: std::ops::Range<u64>) -> Vec<TernaryMatrix> {
    seeds.map(|seed| TernaryMatrix::random(N, K, seed).unwrap()).collect()
}

/// A folder with a buffer, and the folder that describes it.
struct Board(TempDir);

impl Board {
    fn new(bytes: u64) -> Self {
        let board = Self(tempfile::tempdir().unwrap());
        File::create(board.buffer()).unwrap().set_len(bytes).unwrap();
        fs::create_dir_all(board.class().join("udmabuf0")).unwrap();
        // The forms that u-dma-buf prints.
        board.says("phys_addr", &format!("{AT:#010x}\n"));
        board.says("size", &format!("{bytes}\n"));
        board.says("sync_mode", "1\n");
        board
    }

    fn buffer(&self) -> PathBuf {
        self.0.path().join("udmabuf0")
    }

    fn class(&self) -> PathBuf {
        self.0.path().join("u-dma-buf")
    }

    fn says(&self, name: &str, text: &str) {
        fs::write(self.class().join("udmabuf0").join(name), text).unwrap();
    }

    fn found(&self) -> Result<DmaBuf, Error> {
        DmaBuf::find_in(&self.class(), &self.buffer())
    }

    fn memory(&self) -> MappedMemory {
        self.found().unwrap().memory().unwrap()
    }

    /// A file of `pages` pages in place of `/dev/mem`.
    fn device(&self, pages: u64) -> PathBuf {
        let path = self.0.path().join("mem");
        File::create(&path).unwrap().set_len(pages * 4096).unwrap();
        path
    }
}

fn opened(path: &Path) -> DeviceFile {
    DeviceFile::open(path).unwrap()
}

/// Overwrites bytes of a file, as something else than the driver would.
fn poke(path: &Path, at: u64, bytes: &[u8]) {
    File::options().write(true).open(path).unwrap().write_all_at(bytes, at).unwrap();
}

/// Writes the constants of a unit of configuration `config` at `base`.
fn identify(path: &Path, base: u64, config: &Config) {
    for register in regs::registers(config) {
        if register.fields.iter().all(|field| field.access == Access::Constant) {
            poke(path, base + u64::from(register.offset), &regs::constant(register, config).to_le_bytes());
        }
    }
}

#[test]
fn every_word_of_the_registers_is_at_its_place() {
    let board = Board::new(BYTES);
    let path = board.device(4);
    let mut words = MappedWords::new(&opened(&path), 2 * 4096).unwrap();
    for offset in (0..regs::SPACE).step_by(4) {
        words.write(offset, 0xA000_0000 | offset).unwrap();
    }
    let file = fs::read(&path).unwrap();
    let expected: Vec<u8> = (0..4096).step_by(4).flat_map(|offset: u32| (0xA000_0000 | offset).to_le_bytes()).collect();
    assert!(file[2 * 4096..3 * 4096] == expected);
    assert!(file[..2 * 4096].iter().chain(&file[3 * 4096..]).all(|byte| *byte == 0), "nothing else changes");
    poke(&path, 2 * 4096 + 0x14, &[1, 2, 3, 4]);
    assert_eq!((words.read(0x10), words.read(0x14)), (Ok(0xA000_0010), Ok(0x0403_0201)));
}

#[test]
fn bursts_go_to_rising_addresses() {
    let board = Board::new(BYTES);
    let path = board.device(1);
    let mut words = MappedWords::new(&opened(&path), 0).unwrap();
    words.write_burst(0x400, &(1..=256).collect::<Vec<u32>>()).unwrap();
    let file = fs::read(&path).unwrap();
    assert_eq!((&file[0x400..0x404], &file[0x7FC..0x800]), (&[1, 0, 0, 0][..], &[0, 1, 0, 0][..]));
    assert!(file[..0x400].iter().chain(&file[0x800..]).all(|byte| *byte == 0));
    poke(&path, 0xC00, &[5, 0, 0, 0, 6, 0, 0, 0]);
    let mut read = [9; 3];
    words.read_burst(0xC00, &mut read).unwrap();
    assert_eq!(read, [5, 6, 0]);
}

/// Another thread that polls the words sees them change in the order in which they were written.
#[test]
fn writes_arrive_in_the_order_of_the_program() {
    const END: u32 = u32::MAX;
    let board = Board::new(BYTES);
    let file = opened(&board.device(1));
    let (mut host, mut unit) = (MappedWords::new(&file, 0).unwrap(), MappedWords::new(&file, 0).unwrap());
    let watcher = thread::spawn(move || {
        let (mut changes, mut before) = (0, 0);
        while before != END {
            let (later, earlier) = (unit.read(0x800).unwrap(), unit.read(0x20).unwrap());
            assert!(earlier >= later, "{later} came before {earlier}");
            changes += u32::from(later != before);
            before = later;
            unit.write(0x30, changes).unwrap();
        }
    });
    for value in (1..END).take_while(|_| !watcher.is_finished()) {
        host.write(0x20, value).unwrap();
        host.write(0x800, value).unwrap();
        if host.read(0x30).unwrap() > 50 {
            break;
        }
    }
    host.write(0x20, END).unwrap();
    host.write(0x800, END).unwrap();
    watcher.join().unwrap();
}

#[test]
fn what_is_no_word_of_the_unit_is_refused() {
    let board = Board::new(BYTES);
    let path = board.device(3);
    let mut words = MappedWords::new(&opened(&path), 4096).unwrap();
    for offset in [regs::SPACE, 2, 0xFFF, u32::MAX - 3] {
        let Err(TransportError::Refused(why)) = words.read(offset) else { panic!("{offset:#x}") };
        assert!(why.ends_with(&format!("mem: {offset:#x} is no word of the unit's 4096 bytes")), "{why}");
        assert_eq!(words.write(offset, 7), Err(TransportError::Refused(why)));
    }
    assert!(words.write_burst(0xFFC, &[1, 2]).is_err() && words.memory().is_none());
    assert_eq!(fs::read(&path).unwrap().iter().filter(|byte| **byte != 0).count(), 1, "the one word inside");
}

#[test]
fn devices_that_cannot_be_used_say_why() {
    let board = Board::new(BYTES);
    let path = board.device(3);
    let why = |outcome: Result<MappedWords, Error>| outcome.unwrap_err().to_string();
    let at = |base: u64| MappedWords::new(&opened(&path), base);
    assert!(
        why(at(0x1004)).ends_with("mem: 4096 bytes at 0x1004: both must be multiples of 4096"),
        "{}",
        why(at(0x1004))
    );
    // Behind the end of a file an access would end the process.
    assert!(
        why(at(0x3000)).ends_with("mem: it ends after 12288 bytes; 4096 at 0x3000 are needed"),
        "{}",
        why(at(0x3000))
    );
    assert!(why(at(u64::MAX - 0xFFF)).contains("both must be multiples"), "{}", why(at(u64::MAX - 0xFFF)));
    assert!(at(0x2000).is_ok());

    let open = |path: &Path| DeviceFile::open(path).unwrap_err().to_string();
    let nothing = open(&board.0.path().join("nothing"));
    assert!(nothing.ends_with("nothing: there is no such device; is its driver loaded?"), "{nothing}");
    assert!(open(board.0.path()).contains("Is a directory"), "{}", open(board.0.path()));
    let zero = MappedWords::new(&opened(Path::new("/dev/null")), 0);
    assert!(why(zero).starts_with("/dev/null: 4096 bytes at 0x0 cannot be mapped: "));

    let held = opened(&path);
    assert!(open(&path).ends_with("mem: another program is using it"), "{}", open(&path));
    let words = MappedWords::new(&held, 0).unwrap();
    drop(held);
    assert!(open(&path).ends_with("another program is using it"), "the map holds it too");
    drop(words);
    opened(&path);
}

#[test]
fn a_unit_is_known_by_its_constants() {
    let board = Board::new(BYTES);
    let path = board.device(4);
    identify(&path, 0x2000, &config());
    let device = |base: u64, config: Config| {
        let words = MappedWords::new(&opened(&path), base).unwrap();
        Device::open(WindowTransport::new(words, config.clone()), config)
    };
    assert!(device(0x2000, config()).is_ok());
    assert!(matches!(device(0x1000, config()), Err(Error::NotTrine { found: 0 })));
    let other = Config::sized(4, 4).windows(true).weights(Weights::Memory).build().unwrap();
    assert!(matches!(device(0x2000, other), Err(Error::ConfigMismatch { .. })));
    poke(&path, 0x2000 + u64::from(regs::VERSION.offset) + 3, &[99]);
    assert!(matches!(device(0x2000, config()), Err(Error::VersionMismatch { device: 99, .. })));
}

#[test]
fn a_buffer_keeps_bytes_at_any_place() {
    let board = Board::new(BYTES);
    let mut memory = board.memory();
    assert_eq!((memory.bytes(), memory.origin(), memory.epoch()), (BYTES, AT, 0));
    let mut expected = vec![0; BYTES as usize];
    for (seed, (at, count)) in (1..).zip([(0, 9000), (3, 1), (5, 2), (4093, 10), (4096, 4096), (60_001, 5535)]) {
        let bytes: Vec<u8> = (0..count).map(|i| (i * 7 + seed) as u8).collect();
        memory.store(at as u64, &bytes).unwrap();
        expected[at..][..count].copy_from_slice(&bytes);
        assert!(fs::read(board.buffer()).unwrap() == expected, "{count} bytes at {at}");
    }
    poke(&board.buffer(), 4094, &[77, 78, 79]);
    expected[4094..4097].copy_from_slice(&[77, 78, 79]);
    for (at, count) in [(0, BYTES as usize), (1, 2), (4093, 9), (59_999, 5537)] {
        let mut bytes = vec![0; count];
        memory.load(at as u64, &mut bytes).unwrap();
        assert!(bytes == expected[at..][..count], "{count} bytes at {at}");
    }
    let outside = |at, count| Err(MemoryError::Range { at, count, bytes: BYTES });
    assert_eq!(memory.store(BYTES - 4, &[0; 5]), outside(BYTES - 4, 5));
    assert_eq!(memory.load(u64::MAX, &mut [0]), outside(u64::MAX, 1));
    assert_eq!((memory.store(BYTES, &[]), memory.load(BYTES, &mut [])), (Ok(()), Ok(())));
    assert!(fs::read(board.buffer()).unwrap() == expected);
}

#[test]
fn a_memory_may_lie_in_the_device_of_the_registers() {
    let board = Board::new(BYTES);
    let path = board.device(8);
    let file = opened(&path);
    let memory = MappedMemory::new(&file, 0x4000, 0x4000, 0x3000).unwrap();
    let mut words = MappedWords::new(&file, 0x1000).unwrap().with_memory(memory);
    words.write(0, 0x0101_0101).unwrap();
    let memory = words.memory().unwrap();
    memory.store(0, &[2; 0x3000]).unwrap();
    assert_eq!((memory.origin(), memory.bytes()), (0x4000, 0x3000));
    let pages: Vec<usize> =
        fs::read(&path).unwrap().chunks(4096).map(|page| page.iter().map(|&b| b as usize).sum()).collect();
    assert_eq!(pages, [0, 4, 0, 0, 8192, 8192, 8192, 0]);
    let reach = MappedMemory::new(&file, 0, MEMORY_SPACE, 0x1000).unwrap_err().to_string();
    assert_eq!(
        reach,
        "no memory can have 4096 bytes at address 0x4000000000: a unit reads addresses below 0x4000000000 only"
    );
}

#[test]
fn a_buffer_is_what_its_description_says() {
    let board = Board::new(BYTES);
    let link = board.0.path().join("weights");
    std::os::unix::fs::symlink("udmabuf0", &link).unwrap();
    for path in [board.buffer(), link] {
        let found = DmaBuf::find_in(&board.class(), &path).unwrap();
        assert_eq!((found.address(), found.bytes()), (AT, BYTES));
    }
    let refused = |name: &str, text: &str| {
        let before = fs::read_to_string(board.class().join("udmabuf0").join(name)).unwrap();
        board.says(name, text);
        let why = board.found().unwrap_err().to_string();
        board.says(name, &before);
        why
    };
    let folder = board.class().join("udmabuf0");
    for (name, text, why) in [
        (
            "phys_addr",
            "0x00100040\n",
            "no memory can have 65536 bytes at address 0x100040: address and length must be multiples of 4096",
        ),
        ("phys_addr", "0x4000000000\n", "a unit reads addresses below 0x4000000000 only"),
        ("phys_addr", "0xfffffffffffff000\n", "a unit reads addresses below 0x4000000000 only"),
        ("phys_addr", "\n", "phys_addr: `` is no number"),
        ("size", "65537\n", "address and length must be multiples of 4096"),
        ("size", "0\n", "there is none"),
        ("size", "64K\n", "size: `64K` is no number"),
        ("sync_mode", "0\n", "sync_mode: 0 lets writes wait where the unit does not see them; write 1 to this file"),
        ("sync_mode", "2\n", "sync_mode: 2 lets writes wait"),
        ("sync_mode", "4\n", "sync_mode: 4 lets writes wait"),
    ] {
        let found = refused(name, text);
        assert!(found.contains(why), "{name} = {text:?}: {found}");
    }
    board.says("sync_mode", "5\n");
    assert!(board.found().is_ok(), "never cached");
    // More than the device has.
    board.says("size", "131072\n");
    let short = board.found().unwrap().memory().unwrap_err().to_string();
    assert!(short.ends_with("udmabuf0: it ends after 65536 bytes; 131072 at 0x0 are needed"), "{short}");
    fs::remove_file(folder.join("phys_addr")).unwrap();
    let missing = board.found().unwrap_err().to_string();
    let start = format!("{}: there is no such file; is ", folder.join("phys_addr").display());
    assert!(missing.starts_with(&start) && missing.ends_with("a buffer of u-dma-buf?"), "{missing}");
    let gone = DmaBuf::find_in(&board.class(), &board.0.path().join("udmabuf1")).unwrap_err().to_string();
    assert!(gone.ends_with("udmabuf1: there is no such device; is u-dma-buf loaded?"), "{gone}");
}

/// A unit in software that reads the weights of its jobs from the file of a buffer, which the driver has mapped.
struct OnBoard {
    unit: SoftUnit,
    buffer: PathBuf,
    memory: MappedMemory,
}

impl Transport for OnBoard {
    fn read(&mut self, offset: u32) -> Result<u32, TransportError> {
        self.unit.read(offset)
    }

    fn write(&mut self, offset: u32, value: u32) -> Result<(), TransportError> {
        self.unit.write(offset, value)
    }

    fn exchange(&mut self, streams: Exchange<'_>) -> Result<(), TransportError> {
        let bytes = fs::read(&self.buffer).unwrap();
        self.unit.ram = Ram::new(AT as usize + bytes.len());
        self.unit.ram.store(AT, &bytes).unwrap();
        self.unit.exchange(streams)
    }

    fn memory(&mut self) -> Option<&mut dyn Memory> {
        Some(&mut self.memory)
    }
}

fn device(board: &Board) -> Device<OnBoard> {
    let unit = OnBoard { unit: SoftUnit::new(&config()), buffer: board.buffer(), memory: board.memory() };
    Device::open(unit, config()).unwrap()
}

fn engine(board: &Board) -> Offload<OnBoard> {
    let (check, on_failure) = (Some(OnMismatch::Count), OnFailure::Stop);
    Offload::new(device(board), Options { scope: Scope::Linear, check, on_failure, ..Options::default() })
}

/// A product of three tokens, which the engine compares with the golden model.
fn multiply(engine: &mut Offload<OnBoard>, w: &TernaryMatrix) {
    let x: Vec<i8> = (0..3 * K).map(|i| (i * 37 % 251) as u8 as i8).collect();
    engine.matmul(UP, w, &x, 3, &mut vec![0; 3 * N]).unwrap();
}

fn loaded(board: &Board, weights: &[TernaryMatrix], check: bool) -> Loaded {
    let step = |step: LoadStep<'_>| assert!(!matches!(step, LoadStep::Failed(_)));
    load(&mut device(board), weights, check, &mut { step }).unwrap()
}

#[test]
fn a_run_finds_what_a_load_has_placed_in_the_buffer() {
    let (board, weights) = (Board::new(BYTES), matrices(1..4));
    let first = loaded(&board, &weights, false);
    assert_eq!((first.regions, first.placed, first.cleared), (6, 6, false));
    let placed = fs::read(board.buffer()).unwrap();
    assert_eq!(placed[..8], *b"trinedir");
    assert_eq!(loaded(&board, &weights, true).placed, 0);

    let mut engine = engine(&board);
    weights.iter().for_each(|w| multiply(&mut engine, w));
    let ledger = engine.ledger();
    assert_eq!((ledger.checked_macs, ledger.mismatches), ((3 * 3 * K * N) as u64, 0));
    assert!(ledger.incidents.is_empty(), "{:?}", ledger.incidents);
    assert!(fs::read(board.buffer()).unwrap() == placed, "a run of what is there writes nothing");
}

#[test]
fn damage_in_the_buffer_is_found_and_placed_again() {
    let (board, weights) = (Board::new(BYTES), matrices(1..4));
    loaded(&board, &weights, false);
    let whole = fs::read(board.buffer()).unwrap();
    poke(&board.buffer(), 3 * 4096 + 7, &[0xFF]);
    assert_eq!(loaded(&board, &weights, false).placed, 0, "nobody looked");
    let again = loaded(&board, &weights, true);
    assert_eq!((again.damaged, again.placed), (1, 1));
    assert!(fs::read(board.buffer()).unwrap() == whole);
    // The third slot of the directory.
    poke(&board.buffer(), 128 * 3 + 40, &[0xFF]);
    assert_eq!(loaded(&board, &weights, false).placed, 4);
    assert!(fs::read(board.buffer()).unwrap() == whole);

    // While a run is under way; 0xFF is no base-3 code.
    let mut engine = engine(&board);
    multiply(&mut engine, &weights[0]);
    poke(&board.buffer(), 4096 + 5, &[0xFF]);
    multiply(&mut engine, &weights[0]);
    let incidents = &engine.ledger().incidents;
    assert!(matches!(&incidents[..], [only] if only.remedy == Remedy::Retry && only.error.contains("illegal trit")));
    assert_eq!(engine.ledger().mismatches, 0);
    assert!(fs::read(board.buffer()).unwrap() == whole);
}

#[test]
fn a_unit_that_looks_elsewhere_computes_something_else() {
    let (board, weights) = (Board::new(BYTES), matrices(1..2));
    let mut right = engine(&board);
    multiply(&mut right, &weights[0]);
    assert_eq!((right.ledger().mismatches, right.ledger().incidents.len()), (0, 0));
    drop(right);
    // The description is a page off, and the unit in software is not.
    board.says("phys_addr", &format!("{:#x}\n", AT + 4096));
    let mut wrong = engine(&board);
    multiply(&mut wrong, &weights[0]);
    assert!(wrong.ledger().mismatches > 0);
}

#[test]
fn a_buffer_that_is_too_small_is_named() {
    let (board, weights) = (Board::new(2 << 12), matrices(1..4));
    let error = load(&mut device(&board), &weights, false, &mut |_| {}).unwrap_err();
    assert!(matches!(error, Error::Memory(MemoryError::Full { bytes: 8192, .. })), "{error}");
    assert!(fs::read(board.buffer()).unwrap().iter().all(|byte| *byte == 0), "nothing is written");
}
