//! Tokens per second, one at a time and as a prompt, of a whole model in the shape of BitNet b1.58 2B-4T: all 30 layers,
//! on every core.

use std::time::Instant;

use trine_golden_model::{Golden, KvCache, Model};

const TOKENS: u32 = 12;
const PROMPT: u32 = 64;

fn main() {
    let start = Instant::now();
    let model = Model::load(&"synthetic:bitnet-2b-4t".parse().unwrap()).expect("a synthetic model");
    let packed: usize =
        model.linears().expect("all layers are in memory").map(|(_, linear)| linear.parts.bytes()).sum();
    println!("made in {:.1} s, {:.0} MB of packed ternary weights", start.elapsed().as_secs_f64(), packed as f64 / 1e6);
    let mut cache = KvCache::new(model.config());
    let mut step = |token| model.forward_last(&mut Golden, &[token], &mut cache).expect("a token");
    step(0);
    let start = Instant::now();
    (0..TOKENS).for_each(|token| drop(step(token)));
    println!("decode: {:.1} tokens/s", f64::from(TOKENS) / start.elapsed().as_secs_f64());
    let prompt: Vec<u32> = (0..PROMPT).collect();
    let start = Instant::now();
    model.forward_last(&mut Golden, &prompt, &mut KvCache::new(model.config())).expect("a prompt");
    println!("prefill of {PROMPT}: {:.1} tokens/s", f64::from(PROMPT) / start.elapsed().as_secs_f64());
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        status.lines().filter(|line| line.starts_with("VmHWM")).for_each(|line| println!("{line}"));
    }
}
