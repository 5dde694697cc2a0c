//! Every claim about the generated design is proven, and a design with one place changed is refuted.

mod arithmetic;
mod streams;

use std::time::Instant;
use trine_synth::prove::{Claim, Verdict};
use trine_synth::yosys::Yosys;

/// Shows that `claim` holds for ever.
fn proven(claim: &Claim) {
    let start = Instant::now();
    match Yosys::find().unwrap().prove(claim).unwrap() {
        Verdict::Proven { cycles } => {
            println!("{}: proven, induction over {cycles}, {:.1} s", claim.name, start.elapsed().as_secs_f64());
        }
        other => panic!("{}: {other:?}", claim.name),
    }
}

/// Shows that `claim` breaks when `from` reads `to` in `module`.
fn refuted(claim: &Claim, (module, from, to): (&str, &str, &str)) {
    let start = Instant::now();
    let mutant = claim.mutant(module, from, to).unwrap();
    match Yosys::find().unwrap().prove(&mutant).unwrap() {
        Verdict::Refuted { cycles, trace } => {
            assert!(!trace.is_empty());
            println!("{}: refuted in {cycles}, {:.1} s", mutant.name, start.elapsed().as_secs_f64());
        }
        other => panic!("{}: {other:?}", mutant.name),
    }
}
