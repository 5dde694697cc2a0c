//! Jobs in a row: exact, counted right, and with next to no time between them.

use trine_driver::{Counters, Device, Error, Exchange, MatmulShape, Placement, Region, Submission, Transport, packing};
use trine_golden_model::TernaryMatrix;
use trine_sim::{DramTiming, Fault, FaultKind, MemoryOptions, SimOptions, SimTransport, Stalls, Timing};
use trine_spec::registers::ErrorCode;
use trine_spec::{Config, Weights};

use super::common::{library, record};

/// A unit whose weight bus takes what an SDRAM of 16 bits gives.
fn config() -> Config {
    Config::sized(16, 5).weights(Weights::Memory).weight_bus(16).max_depth(512).max_tokens(4).build().unwrap()
}

fn device(memory: MemoryOptions, stalls: Stalls) -> Device<SimTransport> {
    let options = SimOptions { memory, stalls, ..SimOptions::default() };
    Device::open(SimTransport::new(&library(&config()), &options).unwrap(), config()).unwrap()
}

fn memory(timing: Timing) -> MemoryOptions {
    MemoryOptions { timing, ..MemoryOptions::new(1 << 20) }
}

/// A job with its activations, its place in memory and its right result beats, which were computed alone.
struct Job {
    shape: MatmulShape,
    activations: Vec<u8>,
    region: Region,
    results: Vec<u8>,
    counters: Counters,
}

fn job(device: &mut Device<SimTransport>, placement: &mut Placement, shape: MatmulShape, seed: u64) -> Job {
    let w = TernaryMatrix::random(shape.n, shape.k, seed).unwrap();
    let mut beats = vec![];
    packing::weights(&config(), &w, &(0..shape.n), &(0..shape.k), &mut beats);
    let region = placement.place(device.memory().unwrap(), [seed as u8; 32], &beats).unwrap();
    let activations: Vec<u8> = (0..shape.m * shape.k.div_ceil(16) * 16).map(|i| (i * 37 % 251) as u8).collect();
    let mut results = vec![0; packing::result_bytes(&config(), shape)];
    let counters = device.run_resident(shape, &activations, region, &mut results).unwrap();
    Job { shape, activations, region, results, counters }
}

/// All jobs together; their counters, and the cycles from the first register to the last.
fn together(device: &mut Device<SimTransport>, jobs: &[Job]) -> (Vec<Counters>, u64) {
    let submissions: Vec<_> = jobs.iter().map(|job| Submission::new(job.shape, job.region)).collect();
    let mut results: Vec<Vec<u8>> = jobs.iter().map(|job| vec![0; job.results.len()]).collect();
    let begun = device.transport().dut().cycles();
    device.submit(&submissions).unwrap();
    let streams = jobs.iter().zip(&mut results);
    let streams = streams.map(|(job, results)| Exchange { activations: &job.activations, weights: &[], results });
    let counters = device.wait(&mut streams.collect::<Vec<_>>()).unwrap();
    let took = device.transport().dut().cycles() - begun;
    for (at, (job, results)) in jobs.iter().zip(&results).enumerate() {
        assert!(job.results == *results, "job {at} of {}", jobs.len());
    }
    (counters, took)
}

#[test]
fn jobs_in_a_row_are_those_one_by_one() {
    for (timing, stalls) in [
        (Timing::Ideal { latency: 1 }, Stalls::NONE),
        (Timing::Ideal { latency: 90 }, Stalls::new(0.4, 3).unwrap()),
        (Timing::Dram(DramTiming::SDRAM), Stalls::NONE),
    ] {
        let mut device = device(memory(timing), stalls);
        let mut placement = Placement::new([0; 32]);
        let shapes = [(1, 192, 20), (3, 17, 6), (1, 1, 1), (4, 512, 11), (2, 40, 5), (1, 192, 20), (4, 33, 12)];
        let jobs: Vec<Job> = (1..)
            .zip(shapes)
            .map(|(seed, (m, k, n))| job(&mut device, &mut placement, MatmulShape { m, k, n }, seed))
            .collect();
        for count in 1..=jobs.len() {
            let (counters, _) = together(&mut device, &jobs[..count]);
            for (counted, job) in counters.iter().zip(&jobs) {
                let events = |c: &Counters| [c.active, c.act_beats, c.wgt_beats, c.res_beats];
                assert_eq!(events(counted), events(&job.counters), "{count} jobs");
                let idle = counted.stall_act + counted.stall_wgt + counted.stall_out;
                assert!(counted.active <= counted.cycles && idle <= counted.cycles, "{counted:?}");
            }
        }
    }
}

/// Weights of five jobs from an SDRAM: what lies between the jobs is less than a hundredth of their cycles, and the whole row takes
/// hardly more than the memory needs.
#[test]
fn jobs_in_a_row_lose_no_time_between_them() {
    let timing = DramTiming::SDRAM;
    let mut device = device(memory(Timing::Dram(timing)), Stalls::NONE);
    let mut placement = Placement::new([0; 32]);
    let shape = MatmulShape { m: 1, k: 192, n: 95 };
    let jobs: Vec<Job> = (1..=5).map(|seed| job(&mut device, &mut placement, shape, seed)).collect();
    // Two bytes a column command; the rows of 2 KiB of each region are opened once, and again after a refresh.
    let commands = device.transport_mut().memory_commands().unwrap();
    let read: u64 = jobs.iter().map(|job| job.region.bytes).sum();
    assert_eq!(commands.reads, read / 2);
    assert!(commands.activates >= read / 2048 && commands.activates <= read / 2048 + 5 * commands.refreshes + 10);
    assert!(commands.refreshes >= 20, "{commands:?}");
    let begun = device.transport().dut().cycles();
    for job in &jobs {
        let mut results = vec![0; job.results.len()];
        device.run_resident(shape, &job.activations, job.region, &mut results).unwrap();
    }
    let one_by_one = device.transport().dut().cycles() - begun;
    let (counters, took) = together(&mut device, &jobs);
    let counted = counters.iter().map(|job| job.cycles).sum::<u64>();
    let five = MatmulShape { n: 5 * 95, ..shape };
    let whole = job(&mut device, &mut placement, five, 9).counters;
    let bytes: u64 = jobs.iter().map(|job| job.region.bytes).sum();
    let peak = (bytes as f64 / timing.bytes_per_unit_cycle()).ceil() as u64;
    println!("{bytes} bytes of 5 jobs, {peak} cycles at the peak: a row {counted} cycles, one job {}", whole.cycles);
    println!("with the registers: a row {took} cycles, one by one {one_by_one}");
    record(
        "row.json",
        &format!(
            r#"{{"jobs": {}, "bytes": {bytes}, "cycles": {counted}, "one_job_cycles": {}, "peak_cycles": {peak}}}"#,
            jobs.len(),
            whole.cycles
        ),
    );
    assert!(counted <= whole.cycles + whole.cycles / 100, "{counted} cycles in a row, {} of one job", whole.cycles);
    // 97.0 % of the peak is what reading in order reaches.
    assert!(counted as f64 <= 1.05 * peak as f64 && counted >= peak, "{counted} cycles, {peak} at the peak");
    assert!(took < one_by_one, "{took} cycles with the registers, {one_by_one} one by one");
}

#[test]
fn a_job_of_a_row_that_fails_is_named_and_the_next_row_is_right() {
    let faults = vec![Fault { range: 0x4_0000..0x4_0001, kind: FaultKind::DecodeError }];
    for latency in [1, 60] {
        let options = MemoryOptions { faults: faults.clone(), ..memory(Timing::Ideal { latency }) };
        let mut device = device(options, Stalls::NONE);
        let mut placement = Placement::new([0; 32]);
        let shape = MatmulShape { m: 2, k: 40, n: 12 };
        let jobs: Vec<Job> = (1..=5).map(|seed| job(&mut device, &mut placement, shape, seed)).collect();
        for failing in 0..5 {
            let place = |(at, job): (usize, &Job)| {
                let broken = Region { at: 0x4_0000, ..job.region };
                Submission::new(shape, if at == failing { broken } else { job.region })
            };
            let submissions: Vec<Submission> = jobs.iter().enumerate().map(place).collect();
            let mut results = vec![vec![0; jobs[0].results.len()]; 5];
            let submitted = device.submit(&submissions);
            let streams = jobs.iter().zip(&mut results);
            let streams =
                streams.map(|(job, results)| Exchange { activations: &job.activations, weights: &[], results });
            let error = submitted.and_then(|()| device.wait(&mut streams.collect::<Vec<_>>())).unwrap_err();
            assert!(matches!(error.error, Error::Device { code: ErrorCode::Memory, .. }), "{error}");
            assert_eq!((error.at, error.done.len()), (failing, 0), "{error}");
            together(&mut device, &jobs[..3]);
        }
        assert!(device.transport().queues());
    }
}
