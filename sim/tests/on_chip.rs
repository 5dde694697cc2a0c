//! Units with the weights of matrices on the chip: exact, and as usable after a failed job as before.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use trine_driver::{Device, Offload, OnChip, Options, Scope, TransportError, WeightImage};
use trine_golden_model::{LinearId, LinearKind, Matmul, TernaryMatrix};
use trine_hdl::design::{WeightBeats, unit_on_chip};
use trine_sim::{BuildOptions, Library, SimOptions, SimTransport, Stalls};
use trine_spec::Config;

const ID: LinearId = LinearId { layer: 0, kind: LinearKind::Q };

fn config() -> Config {
    Config::sized(5, 3).weight_bus(16).max_depth(32).max_tokens(4).build().unwrap()
}

/// Matrices of several shapes, one of them in two pieces along K.
fn matrices() -> Vec<TernaryMatrix> {
    let mut rng = StdRng::seed_from_u64(3);
    let mut matrix = |(n, k): &(usize, usize)| {
        let trits: Vec<i8> = (0..n * k).map(|_| rng.random_range(-1..=1)).collect();
        TernaryMatrix::from_trits(*n, *k, &trits).unwrap()
    };
    [(7, 12), (3, 5), (4, 45), (1, 1)].iter().map(&mut matrix).collect()
}

fn beats(image: &WeightImage) -> WeightBeats {
    WeightBeats { bytes: image.bytes().to_vec(), last: image.last().to_vec() }
}

fn library(beats: &WeightBeats) -> Library {
    let verilog = trine_hdl::lang::verilog(&unit_on_chip(&config(), beats).unwrap()).unwrap();
    trine_sim::build(&verilog, &BuildOptions::default()).unwrap()
}

/// An engine on a fresh unit.
fn engine(library: &Library, image: &WeightImage, stalls: Stalls) -> Offload<OnChip<SimTransport>> {
    let link = SimTransport::new(library, &SimOptions { stalls, ..SimOptions::default() }).unwrap();
    let device = Device::open(OnChip::new(link, image.clone()), config()).unwrap();
    Offload::new(device, Options { scope: Scope::Linear, weight_cache: 0, ..Options::default() })
}

/// One matmul with random activations.
fn multiply(engine: &mut impl Matmul, matrix: &TernaryMatrix, rng: &mut StdRng) -> Result<(), String> {
    let (m, k, n) = (rng.random_range(1..=6), matrix.cols(), matrix.rows());
    let x: Vec<i8> = (0..m * k).map(|_| rng.random()).collect();
    engine.matmul(ID, matrix, &x, m, &mut vec![0; m * n]).map_err(|error| error.to_string())
}

#[test]
fn matmuls_are_exact_in_any_order() {
    let matrices = matrices();
    let image = WeightImage::new(&config(), &matrices);
    let library = library(&beats(&image));
    for stalls in [Stalls::NONE, Stalls::new(0.3, 1).unwrap()] {
        let mut engine = engine(&library, &image, stalls);
        let mut rng = StdRng::seed_from_u64(4);
        for _ in 0..40 {
            let matrix = &matrices[rng.random_range(0..matrices.len())];
            multiply(&mut engine, matrix, &mut rng).unwrap();
        }
        let ledger = engine.ledger();
        assert!(ledger.checked_macs > 5000 && ledger.mismatches == 0, "{:?}", ledger.first_mismatch);
        assert!(ledger.incidents.is_empty(), "{:?}", ledger.incidents);
    }
}

#[test]
fn a_beat_that_is_wrong_or_marked_wrong_is_found() {
    let matrices = matrices();
    let image = WeightImage::new(&config(), &matrices);
    let run = |beats: &WeightBeats| {
        let mut engine = engine(&library(beats), &image, Stalls::NONE);
        let mut rng = StdRng::seed_from_u64(5);
        let done = multiply(&mut engine, &matrices[0], &mut rng);
        done.map(|()| engine.ledger().mismatches)
    };
    let whole = beats(&image);
    assert_eq!(run(&whole), Ok(0));
    let mut wrong = whole.clone();
    // Another trit in place of the first
    wrong.bytes[0] ^= 1;
    assert!(run(&wrong) != Ok(0));
    let mut early = whole.clone();
    early.last[1] = true;
    assert!(run(&early).unwrap_err().contains("weight"));
    let mut late = whole;
    let end = late.last.iter().position(|last| *last).unwrap();
    late.last[end] = false;
    assert!(run(&late).unwrap_err().contains("weight"));
}

/// A matrix of another shape ends early or late for the job; the rest of it must not reach the next job.
#[test]
fn a_failed_job_leaves_nothing_behind() {
    let matrices = matrices();
    let image = WeightImage::new(&config(), &matrices);
    let library = library(&beats(&image));
    let mut rng = StdRng::seed_from_u64(6);
    let link = SimTransport::new(&library, &SimOptions::default()).unwrap();
    let mut device = Device::open(OnChip::new(link, image.clone()), config()).unwrap();
    let long = WeightImage::new(&config(), [&matrices[0]]);
    for _ in 0..3 {
        let shape = trine_driver::MatmulShape { m: 1, k: 5, n: 3 };
        let mut out = vec![0; 12];
        let error = device.run(shape, &[1; 5], long.bytes(), &mut out).unwrap_err().to_string();
        assert!(error.contains("weight"), "{error}");
    }
    let mut engine = Offload::new(device, Options { scope: Scope::Linear, ..Options::default() });
    multiply(&mut engine, &matrices[1], &mut rng).unwrap();
    assert_eq!(engine.ledger().mismatches, 0);
    let other = TernaryMatrix::from_trits(1, 2, &[1, 1]).unwrap();
    let error = multiply(&mut engine, &other, &mut rng).unwrap_err();
    let expected = TransportError::Failed("the weights of this job are not in the unit's memory".into()).to_string();
    assert!(error.contains(&expected), "{error}");
}
