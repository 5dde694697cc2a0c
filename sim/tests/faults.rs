//! Jobs that are wrong, stuck or dropped end with an error code, never a wrong result, and the next job
//! is right.

use trine_driver::{Device, Error, Exchange, MatmulShape, Transport, TransportError};
use trine_sim::{BuildOptions, SimOptions, SimTransport};
use trine_spec::registers::*;
use trine_spec::{Config, WeightCode};

/// 4 lanes x 2 columns, two-bit codes, a tile of two beats.
fn config() -> Config {
    Config::sized(4, 2).weight_code(WeightCode::TwoBit).weight_bus(8).max_depth(16).max_tokens(4).build().unwrap()
}

const M: usize = 2;
const K: usize = 8;
const N: usize = 3;

struct Unit(SimTransport);

impl Unit {
    fn new() -> Unit {
        let verilog = trine_hdl::lang::verilog(&trine_hdl::design::unit(&config()).unwrap()).unwrap();
        let library = trine_sim::build(&verilog, &BuildOptions::default()).unwrap();
        Unit(SimTransport::new(&library, &SimOptions { idle_limit: 500, ..SimOptions::default() }).unwrap())
    }

    fn read(&mut self, r: &Register) -> u32 {
        self.0.read(r.offset).unwrap()
    }

    fn write(&mut self, r: &Register, value: u32) {
        self.0.write(r.offset, value).unwrap();
    }

    fn start(&mut self, m: usize, k: usize, n: usize) {
        self.write(&TOKENS, m as u32);
        self.write(&DEPTH, k as u32);
        self.write(&OUTPUTS, n as u32);
        self.write(&CTRL, CTRL_START.mask());
    }

    /// Streams activations of all ones and weights of the byte `weight`, in the given numbers of beats.
    fn stream(&mut self, act_beats: usize, wgt_beats: usize, weight: u8) -> Result<Vec<i32>, TransportError> {
        let (activations, weights) = (vec![1; 4 * act_beats], vec![weight; wgt_beats]);
        let mut results = vec![0; 2 * M * 2 * 4];
        self.0.exchange(Exchange { activations: &activations, weights: &weights, results: &mut results })?;
        Ok(results.chunks(4).map(|b| i32::from_le_bytes(b.try_into().unwrap())).collect())
    }

    fn code(&mut self) -> Option<ErrorCode> {
        let status = self.read(&STATUS);
        assert_eq!(STATUS_BUSY.of(status), 0, "still busy");
        assert_eq!(STATUS_ERROR.of(status), 1, "no error flagged");
        self.write(&STATUS, STATUS_ERROR.mask());
        assert_eq!(STATUS_ERROR.of(self.read(&STATUS)), 0, "writing 1 clears");
        ErrorCode::from_code(self.read(&ERR_CODE))
    }

    /// A whole job of ones; every sum is K, and the third column of the second pass does not exist.
    fn works(&mut self) {
        self.start(M, K, N);
        // weight byte 0b01010101 is four trits of +1
        let results = self.stream(M * 2, 2 * 2 * 2, 0x55).unwrap();
        assert_eq!(results, [8, 8, 8, 8, 8, 0, 8, 0]);
        let status = self.read(&STATUS);
        assert_eq!((STATUS_BUSY.of(status), STATUS_DONE.of(status), STATUS_ERROR.of(status)), (0, 1, 0));
        self.write(&STATUS, STATUS_DONE.mask());
    }
}

#[test]
fn shapes_out_of_range_are_refused() {
    let mut unit = Unit::new();
    for (m, k, n) in [(0, K, N), (5, K, N), (M, 0, N), (M, 17, N), (M, K, 0)] {
        unit.start(m, k, n);
        assert_eq!(unit.code(), Some(ErrorCode::Shape), "{m} x {k} x {n}");
    }
    unit.works();
}

#[test]
fn stream_marks_out_of_place_and_illegal_codes_end_the_job() {
    let mut unit = Unit::new();
    let (acts, wgts) = (M * 2, 2 * 2 * 2);
    let cases = [
        (acts - 1, wgts, 0x55, ErrorCode::ActivationsEarly),
        (acts + 1, wgts, 0x55, ErrorCode::ActivationsLate),
        (acts, wgts - 1, 0x55, ErrorCode::WeightsEarly),
        (acts, wgts - 2, 0x55, ErrorCode::WeightsEarly),
        (acts, wgts + 1, 0x55, ErrorCode::WeightsLate),
        (acts, wgts, 0x95, ErrorCode::IllegalTrit),
    ];
    for (acts, wgts, weight, expected) in cases {
        unit.start(M, K, N);
        let outcome = unit.stream(acts, wgts, weight);
        assert!(matches!(outcome, Err(TransportError::Timeout { .. })), "{expected:?}: {outcome:?}");
        assert_eq!(unit.code(), Some(expected));
        unit.0.reset().unwrap();
        unit.works();
    }
}

#[test]
fn a_silent_host_trips_the_watchdog_only_when_it_is_on() {
    let mut unit = Unit::new();
    unit.start(M, K, N);
    for _ in 0..300 {
        unit.0.dut_mut().tick().unwrap();
    }
    assert_eq!(STATUS_BUSY.of(unit.read(&STATUS)), 1, "the watchdog is off");
    unit.write(&CTRL, CTRL_ABORT.mask());
    assert_eq!(STATUS_BUSY.of(unit.read(&STATUS)), 0);
    unit.write(&WATCHDOG, 100);
    unit.start(M, K, N);
    for _ in 0..120 {
        unit.0.dut_mut().tick().unwrap();
    }
    assert_eq!(unit.code(), Some(ErrorCode::Watchdog));
    unit.works();
}

/// The unit looks for the one count that is the limit, which was behind it.
#[test]
fn a_watchdog_that_is_set_late_in_a_silence_still_ends_it() {
    let mut unit = Unit::new();
    for before in [0, 10_000] {
        unit.write(&WATCHDOG, before);
        unit.start(M, K, N);
        for _ in 0..300 {
            unit.0.dut_mut().tick().unwrap();
        }
        unit.write(&WATCHDOG, 100);
        for _ in 0..120 {
            unit.0.dut_mut().tick().unwrap();
        }
        assert_eq!(unit.code(), Some(ErrorCode::Watchdog), "{before}");
    }
}

/// The driver sets the watchdog, so that the unit itself ends the job of a host that sends no weights.
#[test]
fn the_drivers_watchdog_ends_a_job_whose_host_stops() {
    let shape = MatmulShape { m: M, k: K, n: N };
    let mut device = Device::open(Unit::new().0, config()).unwrap().with_pause(100);
    let mut results = [0; 2 * M * 2 * 4];
    let outcome = device.run(shape, &[1; M * K], &[], &mut results);
    assert!(matches!(outcome, Err(Error::Device { code: ErrorCode::Watchdog, .. })), "{outcome:?}");
    device.run(shape, &[1; M * K], &[0x55; 8], &mut results).unwrap();
    assert_eq!(results[0], 8);
}

#[test]
fn abort_and_soft_reset_leave_the_unit_usable() {
    let mut unit = Unit::new();
    for action in [CTRL_ABORT, CTRL_SOFT_RESET] {
        // One of the two streams stays away: the unit waits in the middle of the job.
        for (acts, weights) in [(M * 2, 0), (0, 2 * 2 * 2)] {
            unit.start(M, K, N);
            assert!(unit.stream(acts, weights, 0x55).is_err());
            assert_eq!(STATUS_BUSY.of(unit.read(&STATUS)), 1);
            unit.write(&CTRL, action.mask());
            assert_eq!(STATUS_BUSY.of(unit.read(&STATUS)), 0);
            unit.works();
        }
    }
}

#[test]
fn soft_reset_clears_registers_and_abort_keeps_them() {
    let mut unit = Unit::new();
    unit.write(&SCRATCH, 0xDEAD_BEEF);
    unit.write(&CTRL, CTRL_ABORT.mask());
    assert_eq!(unit.read(&SCRATCH), 0xDEAD_BEEF);
    unit.write(&CTRL, CTRL_SOFT_RESET.mask());
    assert_eq!(unit.read(&SCRATCH), 0);
}

#[test]
fn refused_requests_change_nothing() {
    let mut unit = Unit::new();
    unit.write(&SCRATCH, 1);
    assert!(unit.0.write(0x80, 5).is_err(), "no register there");
    assert!(unit.0.read(0xFFC).is_err(), "no register there");
    unit.start(M, K, N);
    assert!(unit.0.write(CTRL.offset, CTRL_START.mask()).is_err(), "busy");
    assert_eq!(STATUS_BUSY.of(unit.read(&STATUS)), 1, "the running job goes on");
    let results = unit.stream(M * 2, 8, 0x55).unwrap();
    assert_eq!(results[0], 8);
    assert_eq!(unit.read(&SCRATCH), 1);
}

#[test]
fn interrupts_follow_their_enables() {
    let mut unit = Unit::new();
    let irq = |unit: &mut Unit| unit.0.dut_mut().peek("irq").unwrap();
    unit.works();
    assert_eq!((unit.read(&IRQ_STAT), irq(&mut unit)), (IRQ_STAT_DONE.mask(), 0), "pending, not enabled");
    unit.write(&IRQ_EN, IRQ_EN_DONE.mask());
    assert_eq!(irq(&mut unit), 1);
    unit.write(&IRQ_STAT, IRQ_STAT_DONE.mask());
    assert_eq!(irq(&mut unit), 0);
    unit.write(&IRQ_EN, IRQ_EN_ERROR.mask());
    unit.start(0, 0, 0);
    assert_eq!((unit.read(&IRQ_STAT), irq(&mut unit)), (IRQ_STAT_ERROR.mask(), 1));
}

#[test]
fn counters_count_and_the_tag_comes_back() {
    let mut unit = Unit::new();
    unit.write(&PERF_CTRL, PERF_CTRL_CLEAR.mask());
    unit.write(&JOB_TAG, 77);
    unit.works();
    unit.works();
    unit.write(&PERF_CTRL, PERF_CTRL_SNAPSHOT.mask());
    let counted = [&ACT_BEATS, &WGT_BEATS, &RES_BEATS, &JOBS, &ACTIVE_LO, &DONE_TAG].map(|r| unit.read(r));
    assert_eq!(counted, [8, 16, 8, 2, 16, 77]);
    let [cycles, active, act, wgt, out] =
        [&CYCLES_LO, &ACTIVE_LO, &STALL_ACT_LO, &STALL_WGT_LO, &STALL_OUT_LO].map(|r| unit.read(r));
    assert!(cycles > active + act + wgt + out, "the rest is the pipeline's latency");
    unit.write(&PERF_CTRL, PERF_CTRL_CLEAR.mask() | PERF_CTRL_SNAPSHOT.mask());
    assert_eq!(unit.read(&CYCLES_LO), cycles, "the snapshot is of before the clear");
}
