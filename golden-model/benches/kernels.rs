//! The packed kernels on the shapes of real models, beside ggml's TQ2_0 when `scripts/install-ggml` has brought it, and beside
//! bitnet.cpp's I2_S when the variable `BITNET_CPP` names a library with it (see `i2s/mod.rs`).
//!
//! Every candidate of a row is timed in turn, round after round, so that a busy moment of the machine hits all alike;
//! the figure is the median round. One thread; GB/s counts the bytes of the packed weights once.
//!
//! Warm repeats one matrix. Cold cycles through more matrices than a cache holds, as the layers of a large model do.

mod ggml;
mod i2s;

use std::hint::black_box;
use std::time::{Duration, Instant};

use ggml::Ggml;
use i2s::BitnetCpp;
use trine_golden_model::{Kernel, TernaryMatrix, reference};

/// Names of the peers.
const TQ2_0: &str = "ggml tq2_0";
const I2_S: &str = "bitnet i2_s";

const ROUNDS: usize = 15;
const ROUND: Duration = Duration::from_millis(20);
/// Bytes of packed weights that no cache holds.
const COLD_BYTES: usize = 400 << 20;

/// The median seconds per call of each candidate.
fn medians(candidates: &mut [Box<dyn FnMut() + '_>]) -> Vec<f64> {
    let mut samples = vec![Vec::new(); candidates.len()];
    for round in 0..=ROUNDS {
        for (candidate, samples) in candidates.iter_mut().zip(&mut samples) {
            let (start, mut calls) = (Instant::now(), 0);
            while calls == 0 || start.elapsed() < ROUND {
                candidate();
                calls += 1;
            }
            // The first round warms the caches.
            if round > 0 {
                samples.push(start.elapsed().as_secs_f64() / f64::from(calls));
            }
        }
    }
    samples.iter_mut().map(|s| *s.select_nth_unstable_by(ROUNDS / 2, f64::total_cmp).1).collect()
}

/// Bytes per second of a large copy, reads and writes together.
fn copy_bandwidth() -> f64 {
    let (from, mut to) = (vec![1u8; 128 << 20], vec![0u8; 128 << 20]);
    let seconds = medians(&mut [Box::new(|| black_box(&mut to).copy_from_slice(black_box(&from)))])[0];
    2.0 * from.len() as f64 / seconds
}

fn main() {
    // Cargo passes `--bench`; a filter or another harness's flags have no meaning here.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread");
    let peers = (Ggml::load(), BitnetCpp::load());
    match &peers.0 {
        Ok(ggml) => println!("peer: ggml, {}", ggml.name),
        Err(reason) => println!("peer: ggml left out ({reason}); install it with golden-model/scripts/install-ggml"),
    }
    match &peers.1 {
        Ok(_) => println!("peer: bitnet.cpp"),
        Err(reason) => {
            println!("peer: bitnet.cpp left out ({reason}); build it as golden-model/benches/i2s/mod.rs says")
        }
    }
    let peers = (peers.0.as_ref().ok(), peers.1.as_ref().ok());
    println!("copy bandwidth: {:.1} GB/s", copy_bandwidth() / 1e9);
    println!(
        "{:>5} {:>5} {:>5} {:>5}  {:<12} {:>10} {:>8} {:>9} {:>8} {:>8}",
        "m", "k", "n", "cache", "kernel", "us", "GB/s", "GMAC/s", "/ tq2_0", "/ i2_s"
    );
    for (n, k) in [(6912, 2560), (2560, 6912), (2560, 2560)] {
        for (m, cold) in [(1, false), (1, true), (64, false)] {
            pool.install(|| row(peers, m, k, n, cold));
        }
    }
}

fn row((ggml, bitnet): (Option<&Ggml>, Option<&BitnetCpp>), m: usize, k: usize, n: usize, cold: bool) {
    let first = TernaryMatrix::random(n, k, 1).expect("a shape");
    let copies = if cold { COLD_BYTES.div_ceil(first.bytes()) } else { 1 };
    let matrices = vec![first; copies];
    let w = &matrices[0];
    // Each block of 256 holds 127, so ggml's quantiser keeps the integers as they are.
    let x: Vec<i8> =
        (0..m * k).map(|i| if i % 256 == 0 { 127 } else { (i * 37 % 255) as u8 as i8 }).map(|x| x.max(-127)).collect();
    let mut expected = vec![0; m * n];
    reference(w, &x, m, &mut expected);

    let kernels = Kernel::available();
    let mut outputs = vec![vec![0; m * n]; kernels.len()];
    let mut ggml = ggml.map(|ggml| vec![ggml.prepare(w, &x, m); copies]);
    let mut bitnet = bitnet.map(|bitnet| vec![bitnet.prepare(w, &x, m); copies]);
    let mut names: Vec<&str> = kernels.iter().map(|kernel| kernel.name()).collect();
    let mut candidates: Vec<Box<dyn FnMut() + '_>> = Vec::new();
    for (kernel, y) in kernels.iter().zip(&mut outputs) {
        let (mut turn, x) = (matrices.iter().cycle(), &x);
        candidates.push(Box::new(move || {
            let w = turn.next().expect("a cycle has no end");
            kernel.matmul(black_box(w), black_box(x), m, y);
        }));
    }
    if let Some(peers) = &mut ggml {
        names.push(TQ2_0);
        let mut turn = (0..copies).cycle();
        candidates.push(Box::new(move || peers[turn.next().expect("a cycle has no end")].matmul()));
    }
    if let Some(peers) = &mut bitnet {
        names.push(I2_S);
        let mut turn = (0..copies).cycle();
        candidates.push(Box::new(move || peers[turn.next().expect("a cycle has no end")].matmul()));
    }
    let seconds = medians(&mut candidates);
    drop(candidates);
    assert!(outputs.iter().all(|y| *y == expected), "a kernel is wrong");
    let theirs = [ggml.as_ref().map(|peers| peers[0].output()), bitnet.as_ref().map(|peers| peers[0].output())];
    for (name, theirs) in [TQ2_0, I2_S].iter().zip(theirs).filter_map(|(name, theirs)| Some((name, theirs?))) {
        assert!(theirs.iter().zip(&expected).all(|(y, &e)| *y == e as f32), "{name} computes something else");
    }
    let cache = if cold { "cold" } else { "warm" };
    for (name, own) in names.iter().zip(&seconds) {
        let [tq2_0, i2_s] = [TQ2_0, I2_S].map(|peer| {
            let theirs = names.iter().position(|name| *name == peer).map(|at| seconds[at]);
            theirs.map_or("-".to_owned(), |theirs| format!("{:.2}", own / theirs))
        });
        println!(
            "{m:>5} {k:>5} {n:>5} {cache:>5}  {name:<12} {:>10.1} {:>8.1} {:>9.1} {tq2_0:>8} {i2_s:>8}",
            own * 1e6,
            w.bytes() as f64 / own / 1e9,
            (m * k * n) as f64 / own / 1e9,
        );
    }
}
