//! Regions and the directory that names them: for the next process, after a break, after damage, without room.

use trine_memory::{Key, Memory, MemoryError, Placement, Ram, Region};

const BYTES: usize = 8 << 12;

/// A memory that forgets, counts what is written, and breaks when it has written so much.
struct Frail {
    ram: Ram,
    epoch: u64,
    written: u64,
    left: u64,
}

impl Frail {
    fn new() -> Self {
        Self { ram: Ram::new(BYTES), epoch: 1, written: 0, left: u64::MAX }
    }
}

impl Memory for Frail {
    fn bytes(&self) -> u64 {
        self.ram.bytes()
    }

    fn epoch(&self) -> u64 {
        self.epoch
    }

    fn store(&mut self, at: u64, bytes: &[u8]) -> Result<(), MemoryError> {
        let count = (bytes.len() as u64).min(self.left);
        self.left -= count;
        self.written += count;
        self.ram.store(at, &bytes[..count as usize])?;
        if count < bytes.len() as u64 { Err(MemoryError::Failed("broken".into())) } else { Ok(()) }
    }

    fn load(&mut self, at: u64, bytes: &mut [u8]) -> Result<(), MemoryError> {
        self.ram.load(at, bytes)
    }
}

fn fresh() -> Placement {
    Placement::new([9; 32])
}

fn key(name: u8) -> Key {
    [name; 32]
}

/// Contents that a name has.
fn contents(name: u8, length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 7 + at / 251) as u8 ^ name).collect()
}

fn place(placement: &mut Placement, memory: &mut Frail, name: u8, length: usize) -> Result<Region, MemoryError> {
    placement.place(memory, key(name), &contents(name, length))
}

#[test]
fn another_process_finds_what_one_has_placed() {
    let (mut memory, mut first) = (Frail::new(), fresh());
    let a = place(&mut first, &mut memory, 1, 5000).unwrap();
    let b = place(&mut first, &mut memory, 2, 10).unwrap();
    assert_eq!((a.at, b.at), (4096, 3 << 12));
    let (written, mut second) = (memory.written, fresh());
    assert_eq!(second.find(&mut memory, &key(1)), Ok(Some(a)));
    assert_eq!((second.find(&mut memory, &key(2)), second.find(&mut memory, &key(3))), (Ok(Some(b)), Ok(None)));
    assert_eq!(memory.written, written, "looking writes nothing");
    assert_eq!(place(&mut second, &mut memory, 3, 4096).unwrap().at, 4 << 12);
    assert_eq!(fresh().find(&mut memory, &key(3)).unwrap().unwrap().at, 4 << 12);
    // Another purpose has nothing of it, and takes the place.
    let mut other = Placement::new([8; 32]);
    assert_eq!(other.find(&mut memory, &key(1)), Ok(None));
    assert_eq!(place(&mut other, &mut memory, 1, 10).unwrap().at, 4096);
    assert_eq!(fresh().find(&mut memory, &key(2)), Ok(None));
}

/// Numbers that look random.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

const NAMES: [(u8, usize); 5] = [(1, 5000), (2, 10), (3, 9000), (4, 0), (5, 700)];

/// Regions that the next process finds; all of them must be as they were placed.
fn sound(memory: &mut Frail, purpose: u8, when: &str) -> usize {
    let mut placement = Placement::new([purpose; 32]);
    let mut count = 0;
    for (name, length) in NAMES {
        if let Some(region) = placement.find(memory, &key(name)).unwrap() {
            let damaged = placement.damaged(memory, &key(name));
            assert_eq!((damaged, region.bytes), (Ok(false), length as u64), "{when}, region {name}");
            count += 1;
        }
    }
    count
}

/// A process that places what is missing in some order, and some of the rest again, until it is done or writing breaks.
fn process(memory: &mut Frail, purpose: u8, dice: &mut Dice) -> Result<(), MemoryError> {
    let mut placement = Placement::new([purpose; 32]);
    let mut names = NAMES.to_vec();
    while !names.is_empty() {
        let (name, length) = names.swap_remove(dice.below(names.len() as u64) as usize);
        if placement.find(memory, &key(name))?.is_none() || dice.below(3) == 0 {
            place(&mut placement, memory, name, length)?;
        }
    }
    Ok(())
}

/// Processes of two purposes break off one after the other, anywhere: the list never names what is not there.
#[test]
fn a_directory_never_names_what_is_not_there() {
    let mut breaks = [0; 2];
    for seed in 1..=1000 {
        let (mut memory, mut dice) = (Frail::new(), Dice(u64::wrapping_mul(seed, 0x9E37_79B9_7F4A_7C15)));
        for step in 0..8 {
            let purpose = 8 + u8::from(dice.below(3) > 0);
            memory.left = if dice.below(4) == 0 { dice.below(600) } else { dice.below(20_000) };
            breaks[usize::from(process(&mut memory, purpose, &mut dice).is_ok())] += 1;
            for purpose in [8, 9] {
                sound(&mut memory, purpose, &format!("seed {seed}, step {step}"));
            }
        }
        memory.left = u64::MAX;
        process(&mut memory, 9, &mut dice).unwrap();
        assert_eq!(sound(&mut memory, 9, "at last"), NAMES.len(), "seed {seed}");
    }
    assert!(breaks.iter().all(|count| *count > 500), "{breaks:?}");
}

#[test]
fn a_region_that_is_written_again_is_in_no_list_until_it_is_whole() {
    let (mut memory, mut placement) = (Frail::new(), fresh());
    for (name, length) in NAMES {
        place(&mut placement, &mut memory, name, length).unwrap();
    }
    let region = placement.find(&mut memory, &key(3)).unwrap().unwrap();
    memory.store(region.at + 100, &[0xEE; 8]).unwrap();
    assert_eq!(placement.damaged(&mut memory, &key(3)), Ok(true));
    memory.left = 200;
    assert!(place(&mut placement, &mut memory, 3, 9000).is_err());
    assert_eq!((placement.find(&mut memory, &key(3)), fresh().find(&mut memory, &key(3))), (Ok(None), Ok(None)));
    memory.left = u64::MAX;
    assert_eq!(place(&mut placement, &mut memory, 3, 9000), Ok(region));
    assert_eq!(sound(&mut memory, 9, "written again"), NAMES.len(), "those behind it are in the list again");
    // The same without damage: what breaks off is not found here either.
    memory.left = 5000;
    assert!(place(&mut placement, &mut memory, 1, 5000).is_err());
    assert_eq!(placement.find(&mut memory, &key(1)), Ok(None));
}

#[test]
fn what_is_damaged_is_placed_where_it_was_and_the_rest_stays() {
    let (mut memory, mut placement) = (Frail::new(), fresh());
    let region = place(&mut placement, &mut memory, 1, 5000).unwrap();
    place(&mut placement, &mut memory, 2, 10).unwrap();
    memory.store(region.at + 4999, &[0xff]).unwrap();
    assert_eq!(placement.damaged(&mut memory, &key(1)), Ok(true));
    assert_eq!(placement.find(&mut memory, &key(1)), Ok(None));
    assert_eq!(place(&mut placement, &mut memory, 1, 5000), Ok(region));
    for placement in [&mut placement, &mut fresh()] {
        assert_eq!(placement.damaged(&mut memory, &key(1)), Ok(false));
        assert_eq!(placement.damaged(&mut memory, &key(2)), Ok(false));
        assert_eq!(placement.damaged(&mut memory, &key(3)), Ok(true));
    }
}

#[test]
fn a_memory_that_began_anew_is_read_back_before_it_is_trusted() {
    let (mut memory, mut placement) = (Frail::new(), fresh());
    let a = place(&mut placement, &mut memory, 1, 7000).unwrap();
    let b = place(&mut placement, &mut memory, 2, 10).unwrap();
    memory.store(b.at, &[0xEE]).unwrap();
    assert_eq!(placement.find(&mut memory, &key(2)), Ok(Some(b)), "it is trusted");
    memory.epoch = 2;
    assert_eq!((placement.find(&mut memory, &key(1)), placement.find(&mut memory, &key(2))), (Ok(Some(a)), Ok(None)));
    assert_eq!(place(&mut placement, &mut memory, 2, 10), Ok(b));
    // One that is empty holds nothing.
    memory.ram = Ram::new(BYTES);
    memory.epoch = 3;
    assert_eq!(placement.find(&mut memory, &key(1)), Ok(None));
    assert_eq!(place(&mut placement, &mut memory, 3, 10).unwrap().at, 4096);
}

#[test]
fn what_nobody_asked_for_goes_where_there_is_no_room() {
    let (mut memory, mut placement) = (Frail::new(), fresh());
    for name in 1..=3 {
        place(&mut placement, &mut memory, name, 8192).unwrap();
    }
    let full = MemoryError::Full { bytes: BYTES as u64, used: 7 << 12, more: 8192 };
    assert_eq!(place(&mut placement, &mut memory, 4, 8192), Err(full));
    let mut second = fresh();
    assert!(second.find(&mut memory, &key(1)).unwrap().is_some());
    assert_eq!(place(&mut second, &mut memory, 4, 8192).unwrap().at, 4096);
    assert_eq!((second.find(&mut memory, &key(1)), second.find(&mut memory, &key(2))), (Ok(None), Ok(None)));
    assert_eq!(second.make_room(&mut memory, &[(key(4), 8192), (key(5), 20480)]), Ok(false));
    assert_eq!(second.make_room(&mut memory, &[(key(5), 24576)]), Ok(true));
    assert_eq!(second.find(&mut memory, &key(4)), Ok(None));
}

#[test]
fn what_does_not_fit_writes_nothing() {
    let (mut memory, mut placement) = (Frail::new(), fresh());
    let full = |more| MemoryError::Full { bytes: BYTES as u64, used: 4096, more };
    assert_eq!(place(&mut placement, &mut memory, 1, 28673), Err(full(32768)), "whole pages");
    assert_eq!(placement.make_room(&mut memory, &[(key(1), 24577), (key(2), 8)]), Err(full(32768)));
    let many: Vec<(Key, u64)> = (0..32).map(|name| (key(name), 0)).collect();
    assert_eq!(placement.make_room(&mut memory, &many), Err(MemoryError::Slots { slots: 31, used: 0, more: 32 }));
    assert_eq!(memory.written, 0);
}
