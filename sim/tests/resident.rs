//! Units that read their weights from memory: exact for any size and any memory, and whatever the memory does wrong ends the job and
//! not the unit.

use std::time::Instant;

use trine_driver::{Device, Error, MatmulShape, Placement, RegisterOp, Transport};
use trine_golden_model::TernaryMatrix;
use trine_sim::{Fault, FaultKind, Library, MemoryOptions, SimOptions, SimTransport, Stalls, Timing};
use trine_spec::registers::{
    CTRL, CTRL_ABORT, CTRL_SOFT_RESET, CTRL_START, ErrorCode, MEM_STATUS, STATUS, STATUS_BUSY, WGT_LENGTH,
};
use trine_spec::{Config, Style, WeightCode, Weights};

use super::common::{compute, library, unit};

fn sized(lanes: usize, columns: usize) -> trine_spec::config::Builder {
    Config::sized(lanes, columns).weights(Weights::Memory).max_depth(64).max_tokens(4)
}

fn memory(latency: u64, stalls: Stalls, faults: &[Fault]) -> MemoryOptions {
    MemoryOptions { timing: Timing::Ideal { latency }, stalls, faults: faults.to_vec(), ..MemoryOptions::new(1 << 20) }
}

#[test]
fn products_are_exact_for_any_unit_and_any_memory() {
    let slow = Stalls::new(0.4, 3).unwrap();
    let units = [
        sized(1, 1),
        sized(8, 8).style(Style::Packed),
        sized(7, 3).weight_code(WeightCode::TwoBit).weight_bus(16),
        sized(10, 4).weight_bus(32).windows(true),
        sized(5, 6).weight_bus(8).style(Style::Ecp5),
        sized(32, 20).style(Style::Packed),
        sized(12, 8).weight_bus(64).weight_ports(4).burst_beats(16),
        sized(32, 20).weight_ports(2).style(Style::Packed).windows(true),
    ];
    for (seed, given) in (0..).zip(units) {
        let config = given.build().unwrap();
        for (latency, stalls, memory_stalls) in
            [(1, Stalls::NONE, Stalls::NONE), (90, slow, Stalls::NONE), (3, Stalls::NONE, slow)]
        {
            let memory = memory(latency, memory_stalls, &[]);
            assert!(compute(&config, &SimOptions { stalls, memory, ..SimOptions::default() }, seed) > 10_000);
        }
    }
}

/// The sums of a matrix that is placed once are those of two ranges of its depth, each of which a job reads where the matrix lies.
#[test]
fn a_matrix_is_split_along_its_depth_where_it_lies() {
    for given in [
        sized(8, 8).weight_bus(32),
        sized(8, 5).style(Style::Packed).windows(true),
        sized(40, 4).weight_bus(8),
        sized(8, 8).weight_bus(32).weight_ports(2),
    ] {
        // A range of 64 positions begins at a multiple of 64 bytes, whatever the tile.
        let config = given.strides(true).max_depth(640).build().unwrap();
        let slow = Stalls::new(0.3, 4).unwrap();
        let options = SimOptions { stalls: slow, memory: memory(20, slow, &[]), ..SimOptions::default() };
        let mut device = Device::open(unit(&config, &options), config.clone()).unwrap();
        let whole = MatmulShape { m: 3, k: 637, n: 23 };
        let w = TernaryMatrix::random(whole.n, whole.k, 5).unwrap();
        let x: Vec<i8> = (0..whole.m * whole.k).map(|i| (i * 29 % 253) as u8 as i8).collect();
        let mut expected = vec![0; whole.m * whole.n];
        trine_golden_model::reference(&w, &x, whole.m, &mut expected);
        let mut beats = vec![];
        trine_driver::packing::weights(&config, &w, &(0..whole.n), &(0..whole.k), &mut beats);
        let at = 0x5000;
        device.memory().unwrap().store(at, &trine_driver::packing::resident(&config, &beats)).unwrap();
        let region = trine_driver::Region { at, bytes: beats.len() as u64 };
        let mut y = vec![0; whole.m * whole.n];
        for depth in [0..320, 320..637] {
            let job =
                trine_driver::schedule::Job { piece: 0, tokens: 0..whole.m, depth: depth.clone(), outputs: 0..whole.n };
            let (mut acts, mut results) = (vec![], vec![0; trine_driver::packing::result_bytes(&config, job.shape())]);
            trine_driver::packing::activations(&config, &job, &x, whole.k, &mut acts).unwrap();
            device.run_resident_depth(&acts, region, whole, depth, &mut results).unwrap();
            trine_driver::packing::add_results(&config, &job, &results, &mut y, whole.n);
        }
        assert_eq!(y, expected, "{config:?}");
        let refused = device.run_resident_depth(&[], region, whole, 1..320, &mut []);
        assert_eq!(
            refused.unwrap_err().to_string(),
            "positions 1 to 320 of 637 are no weights of a job: whole tiles from a multiple of 64 bytes on, of a matrix that fills its \
             region, and without --strides one column block or all positions"
        );
    }
}

const SHAPE: MatmulShape = MatmulShape { m: 2, k: 40, n: 50 };

fn config() -> Config {
    sized(8, 8).build().unwrap()
}

/// A unit with the weights of one job from 0x4000 on: five tiles a block, two beats each.
fn placed(library: &Library, memory: MemoryOptions) -> Device<SimTransport> {
    let link = SimTransport::new(library, &SimOptions { memory, ..SimOptions::default() }).unwrap();
    let mut device = Device::open(link, config()).unwrap();
    device.memory().unwrap().store(0x4000, &beats()).unwrap();
    device
}

fn beats() -> Vec<u8> {
    let w = TernaryMatrix::random(SHAPE.n, SHAPE.k, 9).unwrap();
    let mut beats = vec![];
    trine_driver::packing::weights(&config(), &w, &(0..SHAPE.n), &(0..SHAPE.k), &mut beats);
    beats
}

fn run(device: &mut Device<SimTransport>, at: u64, bytes: u64) -> Result<Vec<u8>, Error> {
    let mut results = vec![0; trine_driver::packing::result_bytes(&config(), SHAPE)];
    let activations = vec![3; SHAPE.m * SHAPE.k];
    device.run_resident(SHAPE, &activations, trine_driver::Region { at, bytes }, &mut results).map(|_| results)
}

fn code(outcome: Result<Vec<u8>, Error>) -> Option<ErrorCode> {
    match outcome {
        Err(Error::Device { code, .. }) => Some(code),
        _ => None,
    }
}

#[test]
fn what_the_memory_does_wrong_ends_the_job_and_the_next_one_is_right() {
    let library = library(&config());
    let length = beats().len() as u64;
    let right = run(&mut placed(&library, memory(1, Stalls::NONE, &[])), 0x4000, length).unwrap();
    let slow = Stalls::new(0.7, 5).unwrap();
    for kind in [FaultKind::SlaveError, FaultKind::DecodeError] {
        for at in [0x8000, 0x8000 + length / 2, 0x8000 + length - 1] {
            for stalls in [Stalls::NONE, slow] {
                let faults = [Fault { range: at..at + 1, kind }];
                let mut device = placed(&library, memory(7, stalls, &faults));
                device.memory().unwrap().store(0x8000, &beats()).unwrap();
                assert_eq!(code(run(&mut device, 0x8000, length)), Some(ErrorCode::Memory), "{kind:?} at {at:#x}");
                let response = device.transport_mut().read(MEM_STATUS.offset).unwrap() >> 1 & 3;
                assert_eq!(response, if kind == FaultKind::SlaveError { 2 } else { 3 });
                assert_eq!(run(&mut device, 0x4000, length).unwrap(), right);
            }
        }
    }
}

#[test]
fn a_length_that_is_not_the_job_s_ends_it() {
    let library = library(&config());
    let length = beats().len() as u64;
    let mut device = placed(&library, memory(1, Stalls::NONE, &[]));
    let right = run(&mut device, 0x4000, length).unwrap();
    for (bytes, expected) in [
        (length - 8, ErrorCode::WeightsEarly),
        (8, ErrorCode::WeightsEarly),
        (length + 8, ErrorCode::WeightsLate),
        (length + 8000, ErrorCode::WeightsLate),
    ] {
        assert_eq!(code(run(&mut device, 0x4000, bytes)), Some(expected), "{bytes} bytes");
        assert_eq!(run(&mut device, 0x4000, length).unwrap(), right);
    }
    // The driver asks for no job without weights; the unit refuses one.
    let link = device.transport_mut();
    link.write(WGT_LENGTH.offset, 0).unwrap();
    link.write(CTRL.offset, CTRL_START.mask()).unwrap();
    while link.read(STATUS.offset).unwrap() & STATUS_BUSY.mask() != 0 {}
    assert_eq!(link.read(trine_spec::registers::ERR_CODE.offset).unwrap(), ErrorCode::Shape as u32);
}

/// Abort and soft reset wherever a job is: STATUS is busy until the last burst that was asked for has come, and no beat of it
/// reaches the next job.
#[test]
fn a_job_that_is_dropped_drains_before_the_unit_is_free() {
    let library = library(&config());
    let length = beats().len() as u64;
    for (latency, end) in [(1, CTRL_ABORT), (40, CTRL_ABORT), (300, CTRL_ABORT), (300, CTRL_SOFT_RESET)] {
        let mut device = placed(&library, memory(latency, Stalls::new(0.2, latency).unwrap(), &[]));
        let right = run(&mut device, 0x4000, length).unwrap();
        let link = device.transport_mut();
        link.access(&[RegisterOp::Write(WGT_LENGTH.offset, 1000), RegisterOp::Write(CTRL.offset, CTRL_START.mask())])
            .unwrap();
        (0..20).for_each(|_| link.dut_mut().tick().unwrap());
        link.write(CTRL.offset, end.mask()).unwrap();
        let mut polls = 0;
        while link.read(STATUS.offset).unwrap() & 1 == 1 {
            polls += 1;
            let refused = latency < 100 || polls > 1 || link.write(CTRL.offset, CTRL_START.mask()).is_err();
            assert!(refused, "a start while it drains");
        }
        assert!(latency < 100 || polls > 3, "{polls} polls at latency {latency}");
        let counts = link.memory_statistics().unwrap().unwrap();
        (0..2000).for_each(|_| link.dut_mut().tick().unwrap());
        assert_eq!(link.memory_statistics().unwrap().unwrap().beats, counts.beats, "nothing comes after it");
        assert_eq!(run(&mut device, 0x4000, length).unwrap(), right);
    }
}

#[test]
fn a_memory_that_never_answers_trips_the_watchdog_and_the_unit_says_that_it_is_busy() {
    let library = library(&config());
    let faults = [Fault { range: 0x8000..0x9000, kind: FaultKind::Silent }];
    let mut device = placed(&library, memory(1, Stalls::NONE, &faults)).with_pause(500);
    let begun = Instant::now();
    assert_eq!(code(run(&mut device, 0x8000, 800)), Some(ErrorCode::Watchdog));
    assert!(matches!(run(&mut device, 0x4000, 800), Err(Error::StuckBusy)));
    assert_eq!(device.transport_mut().read(MEM_STATUS.offset).unwrap() & 1, 1);
    assert!(begun.elapsed().as_secs() < 60);
    // Only the reset pin helps, as the memory is reset with it.
    device.transport_mut().reset().unwrap();
    assert!(run(&mut device, 0x4000, beats().len() as u64).is_ok());
}

/// Back to back, the memory gives a beat a cycle, and the unit takes one.
#[test]
fn a_memory_as_fast_as_the_bus_costs_its_latency_once_a_job() {
    let config =
        Config::sized(8, 8).weights(Weights::Memory).weight_bus(32).max_depth(4096).max_tokens(2).build().unwrap();
    let shape = MatmulShape { m: 1, k: 4096, n: 64 };
    let w = TernaryMatrix::random(shape.n, shape.k, 2).unwrap();
    let mut beats = vec![];
    trine_driver::packing::weights(&config, &w, &(0..shape.n), &(0..shape.k), &mut beats);
    let library = library(&config);
    for latency in [1, 20, 100] {
        let options = SimOptions { memory: memory(latency, Stalls::NONE, &[]), ..SimOptions::default() };
        let mut device = Device::open(SimTransport::new(&library, &options).unwrap(), config.clone()).unwrap();
        let region = Placement::new([0; 32]).place(device.memory().unwrap(), [0; 32], &beats).unwrap();
        let mut results = vec![0; trine_driver::packing::result_bytes(&config, shape)];
        let counters = device.run_resident(shape, &vec![1; shape.k], region, &mut results).unwrap();
        let more = counters.cycles - shape.cycles(&config);
        assert!((latency..latency + 12).contains(&more), "{more} cycles more at latency {latency}");
    }
}
