//! Units whose beats go through windows of the register space: exact for any size, and whatever a host does wrong ends
//! the job, also for hosts that hear of nothing.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use trine_driver::packing::result_bytes;
use trine_driver::{Device, MatmulShape, Offload, Options, Scope, TransportError, WindowTransport, Words};
use trine_golden_model::{LinearId, LinearKind, Matmul, TernaryMatrix};
use trine_sim::{SimOptions, SimRegisters, Stalls};
use trine_spec::registers::*;
use trine_spec::{Config, Style, WeightCode};

#[test]
fn matmuls_are_exact_on_buses_of_any_width() {
    const CONFIGURATIONS: usize = 6;
    const MATMULS: usize = 6;
    for seed in 0..CONFIGURATIONS as u64 {
        let mut rng = StdRng::seed_from_u64(seed);
        let (lanes, columns) = (rng.random_range(1..=21), rng.random_range(1..=6));
        let style = Style::ALL[rng.random_range(0..Style::ALL.len())];
        let weight_code = [WeightCode::Base3, WeightCode::TwoBit][rng.random_range(0..2)];
        let sized = Config::sized(lanes, columns).windows(true).style(style).weight_code(weight_code);
        let full_tile = sized.clone().build().unwrap().full_tile_bus();
        let sized = sized.weight_bus(8 * rng.random_range(1..=full_tile / 8)).act_bits(rng.random_range(2..=8));
        let sized = sized.max_depth(rng.random_range(1..=3 * lanes));
        let c = sized.max_tokens(rng.random_range(1..=40)).build().unwrap();
        let stalls = if seed % 2 == 0 { Stalls::NONE } else { Stalls::new(0.3, seed).unwrap() };
        let link = crate::common::unit(&c, &SimOptions { stalls, ..SimOptions::default() });
        let device = Device::open(link, c.clone()).unwrap();
        let mut engine = Offload::new(device, Options { scope: Scope::Linear, ..Options::default() });
        for layer in 0..MATMULS {
            let (m, k, n) = (rng.random_range(1..=45), rng.random_range(1..=50), rng.random_range(1..=3 * columns));
            let trits: Vec<i8> = (0..n * k).map(|_| rng.random_range(-1..=1)).collect();
            let w = TernaryMatrix::from_trits(n, k, &trits).unwrap();
            let low = -(1i16 << (c.act_bits() - 1));
            let x: Vec<i8> = (0..m * k).map(|_| rng.random_range(low..-low) as i8).collect();
            engine.matmul(LinearId { layer, kind: LinearKind::Q }, &w, &x, m, &mut vec![0; m * n]).unwrap();
        }
        let ledger = engine.ledger();
        assert!(ledger.checked_macs > 0 && ledger.mismatches == 0, "{c:?}: {:?}", ledger.first_mismatch);
        assert!(ledger.incidents.is_empty(), "{c:?}: {:?}", ledger.incidents);
    }
}

/// 5 lanes x 2 columns, two-bit codes: an activation beat is two words, a weight beat one, a tile three beats.
fn config() -> Config {
    let sized = Config::sized(5, 2).weight_code(WeightCode::TwoBit).weight_bus(8).max_depth(16).max_tokens(4);
    sized.windows(true).build().unwrap()
}

const M: usize = 2;
const K: usize = 8;
const N: usize = 3;
/// Words of the job's streams: two chunks of two tokens; two blocks of two tiles; two blocks of two tokens.
const ACTS: usize = 2 * M * 2;
const WEIGHTS: usize = 2 * 2 * 3;
const RESULTS: usize = 2 * M * 2;
/// Four trits of +1.
const ONES: u32 = 0x55;

struct Unit(SimRegisters);

impl Unit {
    fn new() -> Unit {
        Unit(SimRegisters::new(&crate::common::library(&config()), &SimOptions::default()).unwrap())
    }

    fn read(&mut self, r: &Register) -> u32 {
        self.0.read(r.offset).unwrap()
    }

    fn write(&mut self, r: &Register, value: u32) {
        self.0.write(r.offset, value).unwrap();
    }

    fn start(&mut self) {
        for (register, value) in [(TOKENS, M), (DEPTH, K), (OUTPUTS, N)] {
            self.write(&register, value as u32);
        }
        self.write(&CTRL, CTRL_START.mask());
    }

    /// Writes words to a window, the last `marked` of them after the mark.
    fn send(
        &mut self,
        window: Window,
        word: u32,
        count: usize,
        mark: Field,
        marked: usize,
    ) -> Result<(), TransportError> {
        for i in 0..count {
            if i + marked == count {
                self.write(&CTRL, mark.mask());
            }
            self.0.write(window.offset + 4 * (i as u32 % 256), word)?;
        }
        Ok(())
    }

    fn acts(&mut self) {
        self.send(ACT_WINDOW, 0x0101_0101, ACTS, CTRL_ACT_LAST, 2).unwrap();
    }

    /// Outcome of an access, and its cycles.
    fn timed<T>(&mut self, access: impl FnOnce(&mut SimRegisters) -> T) -> (T, usize) {
        let before = self.0.dut().cycles();
        let outcome = access(&mut self.0);
        (outcome, (self.0.dut().cycles() - before) as usize)
    }

    fn refused<T: std::fmt::Debug>(
        &mut self,
        access: impl FnOnce(&mut SimRegisters) -> Result<T, TransportError>,
    ) -> usize {
        let (outcome, cycles) = self.timed(access);
        assert!(outcome.as_ref().is_err_and(|e| e.to_string().contains("not OKAY")), "{outcome:?}");
        cycles
    }

    fn busy(&mut self) -> bool {
        STATUS_BUSY.of(self.read(&STATUS)) == 1
    }

    /// The error that ended the job; clears its flag.
    fn ended_with(&mut self, code: ErrorCode) {
        assert_eq!(self.read(&STATUS), STATUS_ERROR.mask(), "{code:?}");
        assert_eq!(ErrorCode::from_code(self.read(&ERR_CODE)), Some(code));
        self.write(&STATUS, STATUS_ERROR.mask());
    }

    /// A whole job of ones; every sum is K, and the fourth column does not exist. The unit's padding: tiles of ten trits
    /// in three beats of four, positions 8 and 9 of the second tile count nothing as activations there are zero.
    fn works(&mut self) {
        self.start();
        self.send(ACT_WINDOW, 0x0101_0101, 2 * M, CTRL_ACT_LAST, 0).unwrap();
        for token in 0..M {
            if token + 1 == M {
                self.write(&CTRL, CTRL_ACT_LAST.mask());
            }
            self.0.write(ACT_WINDOW.offset, 0x0001_0101).unwrap();
            self.0.write(ACT_WINDOW.offset + 4, 0xFFFF_FF00).unwrap();
        }
        for block in 0..2 {
            self.send(WGT_WINDOW, ONES, WEIGHTS / 2 - 1, CTRL_WGT_LAST, 0).unwrap();
            if block == 1 {
                self.write(&CTRL, CTRL_WGT_LAST.mask());
            }
            self.0.write(WGT_WINDOW.offset, ONES).unwrap();
            for i in 0..RESULTS / 2 {
                assert_eq!(self.0.read(RES_WINDOW.offset + 4 * i as u32).unwrap(), K as u32, "{block}, {i}");
            }
        }
        let status = self.read(&STATUS);
        assert_eq!(status, STATUS_DONE.mask());
        self.write(&STATUS, status);
    }
}

#[test]
fn every_word_of_a_window_is_the_same_and_jobs_follow_one_another() {
    let mut unit = Unit::new();
    for _ in 0..3 {
        unit.works();
    }
}

#[test]
fn without_a_job_windows_are_refused_at_once_and_the_first_reason_stays() {
    let mut unit = Unit::new();
    for _ in 0..2 {
        for w in [ACT_WINDOW, WGT_WINDOW] {
            assert!(unit.refused(|r| r.write(w.offset + 0x3FC, 1)) < 10, "{}", w.name);
            unit.ended_with(ErrorCode::WindowFull);
            unit.works();
        }
        assert!(unit.refused(|r| r.read(RES_WINDOW.offset)) < 10);
        unit.ended_with(ErrorCode::WindowEmpty);
        unit.refused(|r| r.write(ACT_WINDOW.offset, 1));
        unit.ended_with(ErrorCode::WindowEmpty);
        unit.works();
    }
}

#[test]
fn windows_go_one_way() {
    let mut unit = Unit::new();
    unit.start();
    for w in [ACT_WINDOW, WGT_WINDOW] {
        assert!(unit.refused(|r| r.read(w.offset)) < 10, "{}", w.name);
    }
    assert!(unit.refused(|r| r.write(RES_WINDOW.offset, 1)) < 10);
    assert!(unit.busy(), "and the job goes on");
}

#[test]
fn a_full_window_waits_for_so_long_and_ends_the_job() {
    let mut unit = Unit::new();
    unit.start();
    // Without activations the unit takes a tile of three beats, one beat behind it, and one that the window holds.
    unit.send(WGT_WINDOW, ONES, 5, CTRL_WGT_LAST, 0).unwrap();
    let waited = unit.refused(|r| r.write(WGT_WINDOW.offset, ONES));
    let patience = config().window_patience();
    assert!((patience..patience + 10).contains(&waited), "{waited}");
    unit.ended_with(ErrorCode::WindowFull);
    assert!(unit.refused(|r| r.write(WGT_WINDOW.offset, ONES)) < 10, "the job is over");
    unit.ended_with(ErrorCode::WindowFull);
    unit.works();
}

#[test]
fn an_empty_window_waits_for_so_long_and_ends_the_job() {
    let mut unit = Unit::new();
    unit.start();
    unit.acts();
    let waited = unit.refused(|r| r.read(RES_WINDOW.offset));
    let patience = config().window_patience();
    assert!((patience..patience + 10).contains(&waited), "{waited}");
    unit.ended_with(ErrorCode::WindowEmpty);
    unit.works();
}

#[test]
fn words_after_the_last_beat_end_the_job_at_once() {
    let mut unit = Unit::new();
    unit.start();
    unit.acts();
    assert!(unit.refused(|r| r.write(ACT_WINDOW.offset, 0)) < 10);
    unit.ended_with(ErrorCode::WindowFull);
    unit.works();
}

#[test]
fn marks_out_of_place_end_the_job() {
    let mut unit = Unit::new();
    let cases = [(ACTS - 2, WEIGHTS, ErrorCode::ActivationsEarly), (ACTS, WEIGHTS - 1, ErrorCode::WeightsEarly)];
    for (acts, weights, code) in cases {
        unit.start();
        let _ = unit.send(ACT_WINDOW, 0x0101_0101, acts, CTRL_ACT_LAST, 2);
        let _ = unit.send(WGT_WINDOW, ONES, WEIGHTS / 2, CTRL_WGT_LAST, 0);
        for _ in 0..RESULTS / 2 {
            let _ = unit.0.read(RES_WINDOW.offset);
        }
        let _ = unit.send(WGT_WINDOW, ONES, weights - WEIGHTS / 2, CTRL_WGT_LAST, 1);
        for _ in 0..RESULTS / 2 {
            let _ = unit.0.read(RES_WINDOW.offset);
        }
        unit.ended_with(code);
        unit.works();
    }
}

#[test]
fn a_blocked_read_gives_way_to_an_abort_and_to_the_watchdog() {
    let mut unit = Unit::new();
    for watchdog in [0, 50] {
        unit.write(&WATCHDOG, watchdog);
        unit.start();
        let dut = unit.0.dut_mut();
        dut.poke("s_axil_araddr", RES_WINDOW.offset).unwrap();
        dut.poke("s_axil_arvalid", 1u32).unwrap();
        dut.poke("s_axil_rready", 0u32).unwrap();
        assert_eq!(dut.peek("s_axil_arready").unwrap(), 1);
        dut.tick().unwrap();
        dut.poke("s_axil_arvalid", 0u32).unwrap();
        for _ in 0..40 {
            assert_eq!(dut.peek("s_axil_rvalid").unwrap(), 0, "it waits");
            dut.tick().unwrap();
        }
        match watchdog {
            0 => unit.write(&CTRL, CTRL_ABORT.mask()),
            _ => (0..30).for_each(|_| unit.0.dut_mut().tick().unwrap()),
        }
        let dut = unit.0.dut_mut();
        assert_eq!((dut.peek("s_axil_rvalid").unwrap(), dut.peek("s_axil_rresp").unwrap()), (1, 2));
        dut.poke("s_axil_rready", 1u32).unwrap();
        dut.tick().unwrap();
        assert!(!unit.busy());
        unit.write(&STATUS, STATUS_ERROR.mask());
        unit.works();
    }
}

/// A link that loses or doubles one word and never hears a response.
struct Deaf {
    registers: SimRegisters,
    accesses: usize,
    lost: usize,
    doubled: usize,
}

impl Deaf {
    fn times(&mut self, offset: u32) -> usize {
        self.accesses += usize::from(offset >= ACT_WINDOW.offset);
        match self.accesses {
            _ if offset < ACT_WINDOW.offset => 1,
            access if access == self.lost => 0,
            access if access == self.doubled => 2,
            _ => 1,
        }
    }
}

impl Words for Deaf {
    fn read(&mut self, offset: u32) -> Result<u32, TransportError> {
        let mut word = 0;
        for _ in 0..self.times(offset) {
            word = self.registers.read(offset).unwrap_or(0);
        }
        Ok(word)
    }

    fn write(&mut self, offset: u32, value: u32) -> Result<(), TransportError> {
        for _ in 0..self.times(offset) {
            let _ = self.registers.write(offset, value);
        }
        Ok(())
    }
}

#[test]
fn a_word_lost_or_doubled_is_never_silent() {
    let library = crate::common::library(&config());
    let (shape, mut rng) = (MatmulShape { m: M, k: K, n: N }, StdRng::seed_from_u64(3));
    let activations: Vec<u8> = (0..ACTS / 2 * 5).map(|_| rng.random()).collect();
    // Codes 0, 1 and -1, never the illegal one; every byte is its own tile beat.
    let weights: Vec<u8> =
        (0..WEIGHTS).map(|_| [0b00, 0b01, 0b11, 0b0111, 0b1101_0011][rng.random_range(0..5)]).collect();
    let run = |lost, doubled| {
        let registers = SimRegisters::new(&library, &SimOptions::default()).unwrap();
        let words = Deaf { registers, accesses: 0, lost, doubled };
        let mut device = Device::open(WindowTransport::new(words, config()), config()).unwrap();
        let mut results = vec![0; result_bytes(&config(), shape)];
        device.run(shape, &activations, &weights, &mut results).map(|_| results)
    };
    let expected = run(0, 0).unwrap();
    for access in 1..=ACTS + WEIGHTS + RESULTS {
        for (lost, doubled) in [(access, 0), (0, access)] {
            let outcome = run(lost, doubled);
            assert!(outcome.is_err(), "access {access}: {outcome:?} for {expected:?}");
        }
    }
}

/// A host that left in the middle of a job, and one that left the mark of a mistake: the next one gets a unit in order.
#[test]
fn a_unit_that_a_host_has_left_is_put_in_order() {
    let c = config();
    let w = TernaryMatrix::random(N, K, 3).unwrap();
    for mistake in [false, true] {
        let mut words = SimRegisters::new(&crate::common::library(&c), &SimOptions::default()).unwrap();
        for (register, value) in [(TOKENS, M), (DEPTH, K), (OUTPUTS, N), (CTRL, CTRL_START.mask() as usize)] {
            words.write(register.offset, value as u32).unwrap();
        }
        if mistake {
            // Weights end before their time.
            words.write(CTRL.offset, CTRL_WGT_LAST.mask()).unwrap();
            words.write(WGT_WINDOW.offset, ONES).unwrap();
        }
        let status = (0..20).map(|_| words.read(STATUS.offset).unwrap()).last().unwrap();
        assert_eq!([STATUS_BUSY.of(status), STATUS_ERROR.of(status)], [u32::from(!mistake), u32::from(mistake)]);
        let device = Device::open(WindowTransport::new(words, c.clone()), c.clone()).unwrap();
        let mut engine = Offload::new(device, Options { scope: Scope::Linear, ..Options::default() });
        engine.matmul(LinearId { layer: 0, kind: LinearKind::Q }, &w, &[5; M * K], M, &mut [0; M * N]).unwrap();
        assert!(engine.ledger().incidents.is_empty(), "{:?}", engine.ledger().incidents);
    }
}
