//! Every claim about the generated design is proven, and a design with one place changed is refuted.

mod arithmetic;
mod counting;
mod ring;
mod streams;
mod unit;

use std::time::Instant;
use trine_hdl::lang::RamStyle;
use trine_synth::Error;
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
    match Yosys::find().unwrap().refute(&mutant).unwrap() {
        Verdict::Refuted { cycles, trace } => {
            assert!(!trace.is_empty());
            println!("{}: refuted in {cycles}, {:.1} s", mutant.name, start.elapsed().as_secs_f64());
        }
        other => panic!("{}: {other:?}", mutant.name),
    }
}

/// Shows that `claim` can no longer be proven when `from` reads `to` in `module`.
fn not_proven(claim: &Claim, (module, from, to): (&str, &str, &str)) {
    let mutant = claim.mutant(module, from, to).unwrap();
    let verdict = Yosys::find().unwrap().prove(&mutant).unwrap();
    assert!(!matches!(verdict, Verdict::Proven { .. }), "{}: {verdict:?}", mutant.name);
}

#[test]
fn a_search_that_finds_nothing_leaves_a_claim_open() {
    let claim = trine_synth::prove::streams::fifo(RamStyle::Block, 1, 2).unwrap();
    assert_eq!(Yosys::find().unwrap().refute(&claim).unwrap(), Verdict::Open);
}

#[test]
fn a_claim_without_assertions_is_an_error() {
    let mut claim = trine_synth::prove::streams::fifo(RamStyle::Block, 1, 2).unwrap();
    claim.property = "\n  always @* assume (rst_i);\n".into();
    match Yosys::find().unwrap().prove(&claim) {
        Err(Error::Failed { log, .. }) => std::fs::remove_dir_all(log.parent().unwrap()).unwrap(),
        other => panic!("{other:?}"),
    }
    let missing = claim.mutant("fifo", "no such text", "");
    assert!(matches!(missing, Err(Error::NoSuchText { .. })), "{missing:?}");
}
