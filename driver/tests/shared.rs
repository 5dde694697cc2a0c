//! Several units that share matmuls, and runs that go on where they were interrupted.

use std::path::Path;
use std::time::Duration;

use trine_driver::{
    Device, Error, Journal, Offload, OnFailure, OnMismatch, Options, Remedy, Scope, TransportError,
    cycles::MatmulShape, schedule::Schedule,
};
use trine_golden_model::{LinearId, LinearKind, Matmul, TernaryMatrix, reference};
use trine_soft_unit::{Fault, SoftUnit};
use trine_spec::Config;

const UP: LinearId = LinearId { layer: 3, kind: LinearKind::Up };
const M: usize = 3;
const K: usize = 70;
const N: usize = 1021;

/// 18 chunks and 256 blocks of three tokens: 13 824 cycles, enough for six units.
fn config() -> Config {
    Config::sized(4, 4).max_tokens(2).max_depth(40).build().unwrap()
}

fn device(faults: &[Fault]) -> Device<SoftUnit> {
    let mut unit = SoftUnit::new(&config());
    unit.faults.extend(faults);
    Device::open(unit, config()).unwrap()
}

fn options(on_failure: OnFailure) -> Options {
    Options { scope: Scope::Linear, on_failure, check: Some(OnMismatch::Count), ..Options::default() }
}

fn matrix(seed: u64) -> TernaryMatrix {
    TernaryMatrix::random(N, K, seed).unwrap()
}

/// One matmul of known content, and whether it came out right.
fn multiply(engine: &mut Offload<SoftUnit>, w: &TernaryMatrix) -> bool {
    let x: Vec<i8> = (0..M * K).map(|i| (i * 37 % 251) as u8 as i8).collect();
    let (mut y, mut expected) = (vec![0; M * N], vec![0; M * N]);
    reference(w, &x, M, &mut expected);
    engine.matmul(UP, w, &x, M, &mut y).unwrap();
    y == expected
}

fn engine(units: usize) -> Offload<SoftUnit> {
    let first = Offload::new(device(&[]), options(OnFailure::Golden));
    (1..units).fold(first, |engine, _| engine.and(device(&[])).unwrap())
}

#[test]
fn any_number_of_units_computes_the_same_and_counts_every_job() {
    for units in 1..=8 {
        let mut engine = engine(units);
        assert!(multiply(&mut engine, &matrix(1)), "{units} units");
        let ledger = engine.ledger();
        assert_eq!((ledger.mismatches, ledger.macs), (0, (M * K * N) as u64));
        let schedule = Schedule::shared(&config(), MatmulShape { m: M, k: K, n: N }, units);
        let shapes: Vec<MatmulShape> = ledger.jobs().iter().map(|job| job.shape).collect();
        assert_eq!(shapes, schedule.jobs().map(|job| job.shape()).collect::<Vec<_>>(), "in order, whoever ran them");
        let counted = ledger.layers()[0].counters;
        assert_eq!(counted, ledger.jobs().iter().map(|job| job.counters).sum());
        assert_eq!(ledger.jobs().iter().all(|job| job.end.is_some()), units == 1, "clocks of two units do not compare");
    }
}

#[test]
fn a_fault_of_one_unit_is_retried_there_and_a_lasting_one_computed_by_the_golden_model() {
    let shared = |faults: &[Fault]| {
        let engine = Offload::new(device(&[]), options(OnFailure::Golden)).and(device(faults)).unwrap();
        engine.and(device(faults)).unwrap()
    };
    let mut passing = shared(&[Fault::Stall]);
    assert!(multiply(&mut passing, &matrix(1)));
    // A unit that gets no share meets no fault; whoever got one was tried again.
    assert!(passing.ledger().incidents.iter().all(|i| i.remedy == Remedy::Retry && i.error.contains("stalled")));
    assert_eq!(passing.ledger().mismatches, 0);

    let mut lasting =
        Offload::new(device(&[Fault::Stall; 9]), options(OnFailure::Golden)).and(device(&[Fault::Stall; 9])).unwrap();
    assert!(multiply(&mut lasting, &matrix(1)));
    let remedies: Vec<Remedy> = lasting.ledger().incidents.iter().map(|i| i.remedy).collect();
    assert_eq!((remedies[0], remedies.last(), lasting.ledger().macs), (Remedy::Retry, Some(&Remedy::Golden), 0));
}

#[test]
fn a_wrong_sum_of_any_unit_is_found() {
    let flip = [Fault::Flip { beat: 1, column: 2 }];
    let mut engine = Offload::new(device(&flip), options(OnFailure::Stop)).and(device(&flip)).unwrap();
    assert!(!multiply(&mut engine, &matrix(1)));
    let first = engine.ledger().first_mismatch.clone().unwrap();
    assert!(engine.ledger().mismatches >= 1 && first.expected != first.actual && first.column == 2, "{first:?}");
}

/// The golden model's help after a failure must not hide that the unit also computed a wrong sum before.
#[test]
fn a_failure_does_not_hide_a_wrong_sum() {
    let flips = [0, 1, 2].map(|column| Fault::Flip { beat: 0, column });
    let faults = [&flips[..], &[Fault::Stall; 2]].concat();
    let stop = Options { check: Some(OnMismatch::Stop), ..options(OnFailure::Golden) };
    let mut engine = Offload::new(device(&faults), stop);
    let error = engine.matmul(UP, &matrix(1), &[1; M * K], M, &mut [0; M * N]).unwrap_err();
    assert!(matches!(error.downcast_ref(), Some(Error::Mismatch { wrong: 2.., .. })), "{error}");
    assert_eq!(engine.ledger().fallbacks(), 0);
}

#[test]
fn wrong_sums_of_any_unit_are_replaced_and_not_kept() {
    let golden = Options { check: Some(OnMismatch::Golden), ..options(OnFailure::Stop) };
    let folder = tempfile::tempdir().unwrap();
    let flip = [Fault::Flip { beat: 1, column: 2 }];
    let journal = Journal::open(folder.path(), b"r").unwrap();
    let mut engine = Offload::new(device(&flip), golden).and(device(&flip)).unwrap().keeping(journal);
    assert!(multiply(&mut engine, &matrix(1)));
    let ledger = engine.ledger();
    assert!(ledger.mismatches >= 1 && ledger.incidents.len() == 1 && ledger.fallbacks() == 1, "{:?}", ledger.incidents);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn units_that_differ_do_not_share() {
    let other = Config::builder().max_tokens(3).or(&config()).build().unwrap();
    let other = Device::open(SoftUnit::new(&other), other).unwrap();
    let error = Offload::new(device(&[]), options(OnFailure::Stop)).and(other).err().unwrap();
    assert!(matches!(error, Error::Unequal { .. }) && error.to_string().contains("max_tokens: 3"), "{error}");
}

/// An engine that keeps what it finishes in `folder`.
fn keeping(folder: &Path, run: &[u8], faults: &[Fault]) -> Offload<SoftUnit> {
    Offload::new(device(faults), options(OnFailure::Golden)).keeping(Journal::open(folder, run).unwrap())
}

#[test]
fn an_interrupted_run_goes_on_and_keeps_the_same_books() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (matrix(1), matrix(2));
    let mut first = keeping(folder.path(), b"r", &[]);
    assert!(multiply(&mut first, &a) && multiply(&mut first, &b));

    // The same again, and one matmul more: only that one reaches the unit.
    let mut again = keeping(folder.path(), b"r", &[]);
    assert!(multiply(&mut again, &a) && multiply(&mut again, &b));
    assert_eq!((again.ledger().resumed, again.device_mut().transport().jobs), (2, 0));
    let books = |engine: &Offload<SoftUnit>| {
        let ledger = engine.ledger();
        let jobs: Vec<_> = ledger.jobs().iter().map(|job| (job.id, job.shape, job.counters)).collect();
        (format!("{:?}", ledger.layers()), jobs, ledger.macs, ledger.checked_macs, ledger.mismatches)
    };
    assert_eq!(books(&again), books(&first));
    assert!(multiply(&mut again, &a));
    assert_eq!(again.ledger().resumed, 2, "the third call is no first call");
    assert!(again.device_mut().transport().jobs > 0);

    for (run, weights) in [(&b"other"[..], &a), (b"r", &b)] {
        let mut other = keeping(folder.path(), run, &[]);
        assert!(multiply(&mut other, weights));
        assert_eq!(other.ledger().resumed, 0, "another run, or other weights in the first call");
    }
}

#[test]
fn what_was_not_right_at_once_is_not_kept() {
    for (faults, right) in
        [(&[Fault::Flip { beat: 0, column: 0 }][..], false), (&[Fault::Stall], true), (&[Fault::Stall; 2], true)]
    {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(multiply(&mut keeping(folder.path(), b"r", faults), &matrix(1)), right);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{faults:?}");
    }
}

/// An entry with a right checksum and a wrong sum, as another design's would be.
#[test]
fn what_differs_from_the_golden_model_is_computed_again() {
    let folder = tempfile::tempdir().unwrap();
    assert!(multiply(&mut keeping(folder.path(), b"r", &[]), &matrix(1)));
    let entry = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let (_, body) =
        std::fs::read_to_string(&entry).unwrap().split_once('\n').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let mut value: serde_json::Value = serde_json::from_str(&body).unwrap();
    value["y"][5] = 4711.into();
    let body = value.to_string();
    let sum: String = <sha2::Sha256 as sha2::Digest>::digest(&body).iter().map(|byte| format!("{byte:02x}")).collect();
    std::fs::write(&entry, format!("{sum}\n{body}")).unwrap();
    let mut again = keeping(folder.path(), b"r", &[]);
    assert!(multiply(&mut again, &matrix(1)));
    assert_eq!((again.ledger().resumed, again.ledger().mismatches), (0, 0));
}

#[test]
fn what_no_job_can_be_made_of_is_refused_with_the_reason() {
    let mut stop = Offload::new(device(&[]), options(OnFailure::Stop));
    let error = stop.matmul(UP, &matrix(1), &[], 0, &mut []).unwrap_err();
    assert!(matches!(error.downcast_ref(), Some(Error::Unsupported { m: 0, k: K, n: N, .. })), "{error}");
    assert_eq!(error.to_string(), "the unit cannot compute m = 0, k = 70, n = 1021: a dimension is zero");
    let mut golden = engine(1);
    golden.matmul(UP, &matrix(1), &[], 0, &mut []).unwrap();
    assert_eq!((golden.ledger().fallbacks(), golden.ledger().incidents[0].remedy), (1, Remedy::Golden));
}

#[test]
fn a_job_ends_when_its_time_is_up() {
    let shape = MatmulShape { m: 1, k: 4, n: 4 };
    let run = |mut device: Device<SoftUnit>| device.run(shape, &[0; 4], &[0; 4], &mut [0; 16]);
    // No time at all: whatever is not done when it is asked for the first time is late.
    let late = run(device(&[Fault::NeverDone]).with_limit(Duration::ZERO)).unwrap_err();
    assert!(matches!(late, Error::Streams { source: TransportError::Deadline { .. }, .. }), "{late}");
    assert!(late.is_transient() && late.to_string().contains("when the job's time was up"), "{late}");
    assert!(matches!(run(device(&[Fault::NeverDone])), Err(Error::NotDone { .. })), "without a limit it is asked on");
    assert!(run(device(&[]).with_limit(Duration::MAX)).is_ok());
}
