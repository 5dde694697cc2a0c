//! Gate-level energy: by hand on netlists of a few cells, and mapped dot products against the same netlists in Verilator.

mod icarus;
mod numbers;
mod small;
mod verilated;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use small::{library, mapped};
use trine_hdl::design::dot::DotArithmetic;
use trine_synth::gates::{Cycle, MeasuredUnit, Part, Timing, measure};

/// Random operands of an integer dot product, and their totals over chunks of three.
fn cycles(arithmetic: DotArithmetic, lanes: usize, count: usize) -> Vec<Cycle> {
    let mut rng = StdRng::seed_from_u64(5);
    let mut total = 0i64;
    let cycle = |i: usize| {
        let first = i.is_multiple_of(3);
        let pairs: Vec<(i8, i8)> = (0..lanes)
            .map(|_| match arithmetic {
                DotArithmetic::Ternary => (rng.random(), rng.random_range(-1..=1)),
                _ => (rng.random(), rng.random()),
            })
            .collect();
        let sum: i64 = pairs.iter().map(|(a, w)| i64::from(*a) * i64::from(*w)).sum();
        total = sum + if first { 0 } else { total };
        let (width, mask) = if arithmetic == DotArithmetic::Ternary { (23, 3) } else { (32, 255) };
        let act = pairs.iter().map(|(a, _)| u64::from(*a as u8)).collect();
        // A trit's code is two's complement in two bits
        let wgt = pairs.iter().map(|(_, w)| u64::from(*w as u8) & mask).collect();
        Cycle { act, wgt, first, total: total as u64 & ((1 << width) - 1), macs: lanes }
    };
    (0..count).map(cycle).collect()
}

#[test]
fn mapped_dot_products_are_right_with_and_without_delays() {
    let library = library();
    for arithmetic in [DotArithmetic::Ternary, DotArithmetic::Int8] {
        let (json, top) = mapped(arithmetic, 5);
        let unit = MeasuredUnit::new(arithmetic, 5, &json, &top, "clk_i", &library).unwrap();
        let mut cycles = cycles(arithmetic, 5, 100);
        let [delayed, settled] = [Timing::Delayed, Timing::Settled].map(|timing| {
            let measured = measure(&unit, timing, &cycles, &mut |_| ()).unwrap();
            assert_eq!((measured.compared, measured.mismatches), (100, 0), "{arithmetic}, {timing:?}");
            let latency = arithmetic.latency(5) as u64;
            assert_eq!((measured.cycles, measured.macs), (100 - latency, 5 * (100 - latency)));
            measured
        });
        assert!(delayed.transitions > settled.transitions, "glitches are counted with delays only");
        assert!(delayed.settled_ns <= unit.delays.critical && settled.settled_ns == 0.0);
        for part in Part::ALL {
            assert!(settled.pj_per_mac(part) > 0.0, "{}", part.name());
            assert!(delayed.pj_per_mac(part) >= settled.pj_per_mac(part) * 0.8, "{}", part.name());
        }
        assert!(delayed.pj_per_mac(Part::Tree) > settled.pj_per_mac(Part::Tree));
        assert_eq!(delayed.pj_per_mac(Part::Clock), settled.pj_per_mac(Part::Clock));
        // One wrong expectation is one mismatch
        cycles[50].total ^= 4;
        assert_eq!(measure(&unit, Timing::Settled, &cycles, &mut |_| ()).unwrap().mismatches, 1);
    }
}

/// The multiplier is the product, not the tree: an idle weight silences it and nothing else stops.
#[test]
fn energy_goes_to_the_part_that_spends_it() {
    let library = library();
    let (json, top) = mapped(DotArithmetic::Int8, 5);
    let unit = MeasuredUnit::new(DotArithmetic::Int8, 5, &json, &top, "clk_i", &library).unwrap();
    let mut cycles = cycles(DotArithmetic::Int8, 5, 40);
    cycles.iter_mut().for_each(|cycle| {
        cycle.act.fill(3);
        cycle.wgt.fill(5);
        cycle.first = false;
    });
    let idle = measure(&unit, Timing::Delayed, &cycles, &mut |_| ()).unwrap();
    assert_eq!((idle.pj_per_mac(Part::Select), idle.pj_per_mac(Part::Tree)), (0.0, 0.0));
    assert!(idle.pj_per_mac(Part::Accumulator) > 0.0, "the total goes on rising");
    assert!(idle.pj_per_mac(Part::Registers) > 0.0 && idle.pj_per_mac(Part::Clock) > 0.0);
}

#[test]
fn too_short_a_sample_is_refused() {
    let library = library();
    let (json, top) = mapped(DotArithmetic::Ternary, 5);
    let unit = MeasuredUnit::new(DotArithmetic::Ternary, 5, &json, &top, "clk_i", &library).unwrap();
    let few = cycles(DotArithmetic::Ternary, 5, 4);
    let error = measure(&unit, Timing::Settled, &few, &mut |_| ()).unwrap_err().to_string();
    assert_eq!(error, "the sample cannot be read: 4 cycles do not fill a pipeline of 4");
}
