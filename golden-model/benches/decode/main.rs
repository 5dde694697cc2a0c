//! A whole model in the shape of BitNet b1.58 2B-4T, from one GGUF file, beside llama.cpp when `train/scripts/install-llama`
//! has brought it: load, decode and prefill.
//!
//! Both take turns, round after round, so that a busy moment of the machine hits both alike; a figure is the median round.
//! Loads are measured in processes of their own, so that each has its own largest resident size.

mod file;
mod llama;

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use llama::Llama;
use trine_golden_model::{Golden, KvCache, Model};

/// Tokens decoded in a round, after one that is not timed.
const TOKENS: u32 = 6;
const PROMPT: u32 = 64;
const ROUNDS: usize = 9;
const LOADS: usize = 5;
/// The argument of a process that only loads.
const LOAD: &str = "--load-with";

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == LOAD) {
        return load(&arguments[at + 1], Path::new(&arguments[at + 2]));
    }
    let path = file::path();
    let llama = Llama::load();
    if let Err(reason) = &llama {
        println!("peer: absent ({reason}); install it with train/scripts/install-llama");
    }
    loads(&path, llama.is_ok());
    let model = Model::load(&path.clone().into()).expect("the file");
    let mut peer = llama.as_ref().ok().map(|llama| llama.open(&path).expect("llama.cpp reads the file"));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("{:>8} {:>8}  {:>14} {:>14} {:>7}", "", "threads", "trine tokens/s", "llama.cpp", "ratio");
    for threads in [1, 2, cores].into_iter().filter(|&threads| threads <= cores).take(if cores > 2 { 3 } else { 2 }) {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        if let Some(peer) = &mut peer {
            peer.threads(threads);
        }
        let prompt: Vec<u32> = (0..PROMPT).collect();
        let (mut decode, mut prefill) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
        for _ in 0..ROUNDS {
            pool.install(|| {
                let mut cache = KvCache::new(model.config());
                let mut run =
                    |tokens: &[u32]| drop(model.forward_last(&mut Golden, tokens, &mut cache).expect("a step"));
                decode[0].push(decoded(&mut run));
                prefill[0].push(per_second(PROMPT, || {
                    model.forward_last(&mut Golden, &prompt, &mut KvCache::new(model.config())).expect("a prompt");
                }));
            });
            if let Some(peer) = &mut peer {
                peer.clear();
                decode[1].push(decoded(|tokens| peer.forward(tokens)));
                peer.clear();
                prefill[1].push(per_second(PROMPT, || peer.forward(&prompt)));
            }
        }
        line("decode", threads, decode);
        line("prefill", threads, prefill);
    }
    if let Some(peer) = &mut peer {
        agree(&model, peer);
    }
}

/// Tokens per second, one at a time.
fn decoded(mut forward: impl FnMut(&[u32])) -> f64 {
    forward(&[0]);
    per_second(TOKENS, || (1..=TOKENS).for_each(|token| forward(&[token])))
}

fn per_second(tokens: u32, work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    f64::from(tokens) / start.elapsed().as_secs_f64()
}

fn line(what: &str, threads: usize, [ours, theirs]: [Vec<f64>; 2]) {
    let ratios: Vec<f64> = ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs).collect();
    let [ours, theirs, ratio] = [ours, theirs, ratios].map(median);
    println!("{what:>8} {threads:>8}  {ours:>14.2} {theirs:>14.2} {ratio:>7.2}");
}

/// NaN if there are none.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Both compute the same model: their scores after a few tokens point the same way.
fn agree(model: &Model, peer: &mut llama::Session) {
    let tokens: Vec<u32> = (0..8).map(|i| i * 1001).collect();
    let ours = model.forward_last(&mut Golden, &tokens, &mut KvCache::new(model.config())).expect("a prompt");
    peer.clear();
    peer.forward(&tokens);
    let theirs = peer.logits(file::VOCAB);
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>();
    let cosine = dot(ours.last(), theirs) / (dot(ours.last(), ours.last()) * dot(theirs, theirs)).sqrt();
    println!("cosine of the scores of both: {cosine:.4}");
    assert!(cosine > 0.95, "the peer computes another model");
}

/// Loads the file in a process of its own for each time and each program.
fn loads(path: &Path, peer: bool) {
    let programs = ["trine", "llama.cpp"];
    let mut seconds = [Vec::new(), Vec::new()];
    let mut peaks = [0.0f64; 2];
    for _ in 0..LOADS {
        for (i, program) in programs.iter().enumerate().take(if peer { 2 } else { 1 }) {
            let mut command = Command::new(std::env::current_exe().expect("this program"));
            let output = command.arg(LOAD).arg(program).arg(path).output().expect("a process");
            let text = String::from_utf8_lossy(&output.stdout);
            let mut numbers = text.split_whitespace().map(|number| number.parse::<f64>().expect("a number"));
            seconds[i].push(numbers.next().expect("seconds"));
            peaks[i] = peaks[i].max(numbers.next().expect("kilobytes") * 1024.0);
        }
    }
    let size = std::fs::metadata(path).expect("the file").len() as f64;
    for ((program, seconds), peak) in programs.iter().zip(seconds).zip(peaks).take(if peer { 2 } else { 1 }) {
        println!(
            "load with {program}: {:.2} s, largest resident size {:.2} GB, {:.2} of the file",
            median(seconds),
            peak / 1e9,
            peak / size
        );
    }
}

/// Loads the file and prints seconds, and kilobytes of the largest resident size.
fn load(program: &str, path: &Path) {
    let start = Instant::now();
    let seconds = if program == "trine" {
        let _model = Model::load(&path.to_owned().into()).expect("the file");
        start.elapsed().as_secs_f64()
    } else {
        let llama = Llama::load().expect("it was there");
        let start = Instant::now();
        let _session = llama.open(path).expect("the file");
        start.elapsed().as_secs_f64()
    };
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next());
    println!("{seconds} {}", peak.unwrap_or("0"));
}
