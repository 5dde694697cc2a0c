//! Jobs in a row: products that are computed together, failures among them, and units that have no queue.

use trine_driver::{
    Device, Error, Exchange, Journal, MatmulShape, Offload, OnFailure, OnMismatch, Options, Region, Remedy, Scope,
    Submission, Transport,
};
use trine_golden_model::{LinearId, LinearKind, Matmul, Product, TernaryMatrix, reference};
use trine_soft_unit::{Fault, SoftUnit};
use trine_spec::registers::{self as regs, ErrorCode};
use trine_spec::{Config, Weights};

const K: usize = 70;
const KINDS: [LinearKind; 3] = [LinearKind::Q, LinearKind::K, LinearKind::V];

fn config() -> Config {
    Config::sized(4, 5).weights(Weights::Memory).max_tokens(2).max_depth(40).build().unwrap()
}

fn device(queue: bool, faults: &[Fault]) -> Device<SoftUnit> {
    let mut unit = SoftUnit::new(&config());
    unit.queue = queue;
    unit.faults.extend(faults);
    Device::open(unit, config()).unwrap()
}

fn options(on_failure: OnFailure) -> Options {
    Options { scope: Scope::Linear, on_failure, check: Some(OnMismatch::Count), ..Options::default() }
}

fn matrices() -> [TernaryMatrix; 3] {
    [(21, 1), (7, 2), (13, 3)].map(|(n, seed)| TernaryMatrix::random(n, K, seed).unwrap())
}

/// Three products of the same activations, computed together: whether each is right, or the one that failed.
fn multiply(engine: &mut Offload<SoftUnit>, tokens: usize) -> Result<[bool; 3], (usize, String)> {
    let x: Vec<i8> = (0..tokens * K).map(|i| (i * 37 % 251) as u8 as i8).collect();
    let matrices = matrices();
    let mut sums = matrices.each_ref().map(|w| vec![0; tokens * w.rows()]);
    let mut products = vec![];
    for ((w, y), kind) in matrices.iter().zip(&mut sums).zip(KINDS) {
        products.push(Product { id: LinearId { layer: 0, kind }, w, x: &x, tokens, y });
    }
    engine.matmuls(&mut products).map_err(|(at, error)| (at, error.to_string()))?;
    let right = |at: usize| {
        let mut expected = vec![0; tokens * matrices[at].rows()];
        reference(&matrices[at], &x, tokens, &mut expected);
        sums[at] == expected
    };
    Ok([0, 1, 2].map(right))
}

/// Jobs in order, multiply-accumulates, those that were compared, and bytes.
fn books(engine: &Offload<SoftUnit>) -> (Vec<(String, MatmulShape)>, u64, u64, u64) {
    let ledger = engine.ledger();
    let jobs = ledger.jobs().iter().map(|job| (job.id.to_string(), job.shape)).collect();
    let bytes = ledger.layers().iter().map(|layer| layer.bytes).sum();
    (jobs, ledger.macs, ledger.checked_macs, bytes)
}

#[test]
fn products_together_are_those_one_by_one() {
    for tokens in [1, 2, 5] {
        let mut row = Offload::new(device(true, &[]), options(OnFailure::Stop));
        let mut single = Offload::new(device(false, &[]), options(OnFailure::Stop));
        assert_eq!(multiply(&mut row, tokens), Ok([true; 3]));
        assert_eq!(multiply(&mut single, tokens), Ok([true; 3]));
        assert_eq!(books(&row), books(&single), "{tokens} tokens");
        assert_eq!((row.device_mut().row(), single.device_mut().row()), (5, 1));
        // The soft unit counts each job for itself, so that its sums are those of both ways.
        let sum = |engine: &Offload<SoftUnit>| {
            let jobs = engine.ledger().jobs().iter().map(|job| job.counters);
            (
                jobs.clone().sum::<trine_driver::Counters>(),
                jobs.map(|job| (job.active, job.wgt_beats)).collect::<Vec<_>>(),
            )
        };
        assert_eq!(sum(&row), sum(&single));
        let ends: Vec<u64> = row.ledger().jobs().iter().filter_map(|job| job.end).collect();
        assert_eq!(ends.len(), row.ledger().jobs().len());
        // Four jobs wait behind one; the seventh job is in the second row.
        let rows = ends.chunks(5).all(|row| row.is_sorted());
        assert!(rows && row.ledger().incidents.is_empty(), "{ends:?}");
    }
}

#[test]
fn a_failure_drops_all_that_wait_and_every_job_comes_out_right() {
    let code = ErrorCode::IllegalTrit as u32;
    for at in 0..6 {
        for fault in [Fault::Stall, Fault::Drop(code), Fault::NeverDone] {
            let faults: Vec<Fault> = (0..at).map(|_| Fault::Flip { beat: 0, column: 0 }).chain([fault]).collect();
            let mut engine = Offload::new(device(true, &faults), options(OnFailure::Stop));
            // The sums that are flipped in the row that fails count for nothing.
            let right = multiply(&mut engine, 1).unwrap();
            assert!(at == 5 || right == [true; 3], "{at}, {fault:?}: {right:?}");
            let incidents = &engine.ledger().incidents;
            assert_eq!(incidents.len(), 1, "{at}, {fault:?}: {incidents:?}");
            assert_eq!(incidents[0].remedy, Remedy::Retry);
            // Two pieces of depth of each product.
            let layer = LinearId { layer: 0, kind: KINDS[at / 2] }.to_string();
            assert_eq!(incidents[0].layer, layer, "{at}, {fault:?}: {}", incidents[0].error);
            let tag = if at == 5 { 6 } else { at + 1 };
            assert!(incidents[0].error.starts_with(&format!("job {tag} (m = 1, ")), "{}", incidents[0].error);
        }
    }
}

#[test]
fn a_lasting_failure_ends_its_product_alone() {
    // The third of five jobs fails in the row; the jobs play alone then, and it fails again.
    let flip = Fault::Flip { beat: 0, column: 4 };
    let unit = device(true, &[flip, flip, Fault::Stall, flip, flip, Fault::Stall]);
    let mut engine = Offload::new(unit, options(OnFailure::Golden));
    let right = multiply(&mut engine, 1).unwrap();
    assert_eq!(right[1..], [true; 2]);
    let incidents: Vec<(&str, Remedy)> =
        engine.ledger().incidents.iter().map(|incident| (&*incident.layer, incident.remedy)).collect();
    let k = "layers.0.self_attn.k_proj";
    assert_eq!(incidents, [(k, Remedy::Retry), (k, Remedy::Golden)]);
    assert_eq!(engine.ledger().layers().len(), 2, "Q and V are the unit's");

    let mut stop = Offload::new(device(true, &[Fault::Hang]), options(OnFailure::Stop));
    let (at, error) = multiply(&mut stop, 1).unwrap_err();
    assert_eq!((at, error.as_str()), (0, "the unit stays busy after abort and soft reset"));
}

#[test]
fn damage_is_found_after_a_row_that_failed() {
    let mut engine = Offload::new(device(true, &[]), options(OnFailure::Stop));
    multiply(&mut engine, 1).unwrap();
    // No base-3 code, in the third region: behind the directory, a page each.
    engine.device_mut().memory().unwrap().store(3 * 4096 + 5, &[0xff]).unwrap();
    assert_eq!(multiply(&mut engine, 1), Ok([true; 3]));
    let incidents = &engine.ledger().incidents;
    assert!(matches!(&incidents[..], [only] if only.layer.ends_with("k_proj") && only.error.contains("illegal trit")));
    assert_eq!(multiply(&mut engine, 1), Ok([true; 3]));
    assert_eq!(engine.ledger().incidents.len(), 1);
}

/// Only the product that failed is missing in the journal, and the others come from there.
#[test]
fn a_journal_keeps_the_products_that_were_right_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let engine = |faults: &[Fault]| {
        Offload::new(device(true, faults), options(OnFailure::Stop))
            .keeping(Journal::open(folder.path(), b"r").unwrap())
    };
    let flips = [Fault::Flip { beat: 0, column: 4 }; 3];
    let mut first = engine(&[&flips[..2], &[Fault::Stall]].concat());
    assert_eq!(multiply(&mut first, 1), Ok([true; 3]));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    let mut again = engine(&[]);
    assert_eq!(multiply(&mut again, 1), Ok([true; 3]));
    assert_eq!((again.ledger().resumed, again.device_mut().transport().jobs), (2, 2), "two pieces of K");
    assert_eq!(books(&again), books(&first));
}

#[test]
fn a_device_plays_any_number_of_jobs_with_and_without_a_queue() {
    let shape = MatmulShape { m: 1, k: 4, n: 5 };
    for queue in [true, false] {
        for count in [0, 1, 4, 5, 6, 11] {
            let mut device = device(queue, &[]);
            let jobs = vec![Submission::new(shape, Region { at: 64, bytes: 4 }); count];
            device.submit(&jobs).unwrap();
            let mut results = vec![[7; 20]; count];
            let streams = results.iter_mut().map(|results| Exchange { activations: &[1; 4], weights: &[], results });
            let counters = device.wait(&mut streams.collect::<Vec<_>>()).unwrap();
            assert_eq!(counters.len(), count);
            let beats = config().beats_per_tile() as u64;
            assert!(counters.iter().all(|c| (c.act_beats, c.wgt_beats, c.res_beats, c.active) == (1, beats, 1, 1)));
            assert!(results.iter().all(|one| *one == results[0] && *one != [7; 20]), "{results:?}");
            let status = device.transport_mut().read(regs::STATUS.offset).unwrap();
            assert_eq!((device.transport().jobs, device.transport().resets, status), (count, 0, 0));
        }
    }
}

#[test]
fn the_job_that_failed_is_named_and_those_of_rows_before_are_done() {
    let shape = MatmulShape { m: 1, k: 4, n: 5 };
    for (queue, failed, done) in [(true, 2, 0), (true, 7, 5), (false, 2, 2)] {
        let mut faults = vec![Fault::Flip { beat: 0, column: 0 }; failed];
        faults.push(Fault::Drop(ErrorCode::Memory as u32));
        let mut device = device(queue, &faults);
        device.submit(&vec![Submission::new(shape, Region { at: 64, bytes: 4 }); 9]).unwrap();
        let mut results = [[7; 20]; 9];
        let streams = results.iter_mut().map(|results| Exchange { activations: &[1; 4], weights: &[], results });
        let error = device.wait(&mut streams.collect::<Vec<_>>()).unwrap_err();
        assert_eq!((error.at, error.done.len()), (failed, done), "queue: {queue}");
        let Error::Device { job, code: ErrorCode::Memory } = error.error else { panic!("{error}") };
        assert_eq!(job.tag as usize, failed + 1);
        assert!(device.run_resident(shape, &[1; 4], Region { at: 64, bytes: 4 }, &mut [0; 20]).is_ok());
    }
}

/// The first job is refused before the second one is asked for.
#[test]
fn a_refusal_while_jobs_are_submitted_names_its_reason() {
    let mut device = device(true, &[]);
    let job = |k| Submission::new(MatmulShape { m: 1, k, n: 5 }, Region { at: 64, bytes: 4 });
    let error = device.submit(&[job(41), job(4)]).unwrap_err();
    assert!(matches!(error.error, Error::Device { code: ErrorCode::Shape, .. }) && error.at == 0, "{error}");
}
