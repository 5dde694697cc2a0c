//! Designs as rust-hdl blocks: rust-hdl's own checks refuse what is wrong, its own simulator runs small modules.

use num_bigint::BigInt;
use rust_hdl_core::simulate::{Sim, Simulation, simulate};
use std::sync::Arc;
use trine_hdl::SourceFile;
use trine_hdl::lang::{self, BIT, Expr, Module, RamStyle, bits, case, cat, if_else, int, lit, mux, set, set_to, when};
use trine_hdl::rust_hdl::{ModuleBlock, RustHdlError, verilog};
use trine_spec::config::PRESETS;
use trine_spec::{Config, WeightCode};

fn block(m: Module) -> ModuleBlock {
    ModuleBlock::new(&m.build().unwrap()).unwrap()
}

fn settle(unit: &mut ModuleBlock) {
    assert!(simulate(unit, 50), "no steady state");
}

/// One clock cycle with `inputs` set before the edge.
fn cycle(unit: &mut ModuleBlock, inputs: &[(&str, i64)]) {
    for (name, value) in inputs {
        unit.set(name, *value).unwrap();
    }
    for level in [0, 1] {
        unit.set("clk_i", level).unwrap();
        settle(unit);
    }
}

fn get(unit: &ModuleBlock, signal: &str) -> i64 {
    i64::try_from(unit.get(signal).unwrap()).unwrap()
}

fn counter() -> Module {
    let mut m = Module::new("counter", "Counts while enabled, modulo 8.");
    let enable = m.input("enable_i", BIT);
    let count = m.reg("count_q", bits(3));
    m.on_clock([when(&enable, [set(&count, count.step(1))])]);
    m.drive("count_o", count);
    m
}

#[test]
fn a_counter_counts_enabled_edges_only() {
    let mut unit = block(counter());
    let mut expected = 0;
    for n in 0..40 {
        let enable = i64::from(n % 3 != 0);
        cycle(&mut unit, &[("enable_i", enable)]);
        expected = (expected + enable) % 8;
        assert_eq!(get(&unit, "count_o"), expected, "cycle {n}");
    }
    unit.set("clk_i", 0).unwrap();
    settle(&mut unit);
    assert_eq!(get(&unit, "count_o"), expected, "a falling edge counts nothing");
}

/// rust-hdl's threaded simulator with its clock and its waveform.
#[test]
fn the_counter_runs_in_rust_hdls_simulator() {
    let mut simulation = Simulation::new();
    simulation.add_clock(5, |unit: &mut Box<ModuleBlock>| {
        let level = get(unit, "clk_i");
        unit.set("clk_i", 1 - level).unwrap();
    });
    simulation.add_testbench(|mut sim: Sim<ModuleBlock>| {
        let mut unit = sim.init()?;
        unit.set("enable_i", 1).unwrap();
        unit = sim.wait(10 * 10 + 2, unit)?;
        let counted = get(&unit, "count_o");
        if counted != 10 % 8 {
            return sim.halt(unit);
        }
        sim.done(unit)
    });
    let mut waveform = vec![];
    simulation.run_traced(Box::new(block(counter())), 1000, &mut waveform).unwrap();
    let waveform = String::from_utf8(waveform).unwrap();
    assert!(waveform.contains("$var wire 3") && waveform.contains("count_q"));
    assert!(waveform.lines().any(|line| line.starts_with("b111 ")), "{waveform}");
}

#[test]
fn signed_operands_keep_their_sign() {
    let mut m = Module::new("arithmetic", "Sums, differences and comparisons of unequal widths.");
    let (a, b) = (m.input("a_i", int(4)), m.input("b_i", int(6)));
    m.drive("sum_o", &a + &b);
    m.drive("difference_o", &a - &b);
    m.drive("less_o", a.lt(&b));
    m.drive("same_o", a.eq(&b));
    m.drive("unsigned_o", a.clone().unsigned());
    m.drive("not_o", !&a);
    let mut unit = block(m);
    for a in -8..8 {
        for b in -32..32 {
            unit.set("a_i", a).unwrap();
            unit.set("b_i", b).unwrap();
            settle(&mut unit);
            let found =
                ["sum_o", "difference_o", "less_o", "same_o", "unsigned_o", "not_o"].map(|signal| get(&unit, signal));
            assert_eq!(found, [a + b, a - b, i64::from(a < b), i64::from(a == b), a & 15, !a], "{a} and {b}");
        }
    }
}

#[test]
fn bits_are_taken_apart_and_put_together() {
    let mut m = Module::new("bit_fields", "Concatenation, repetition, slices, reductions, choices.");
    let (a, s, c) = (m.input("a_i", bits(5)), m.input("s_i", int(3)), m.input("c_i", BIT));
    m.drive("cat_o", cat([a.clone(), s.clone()]));
    m.drive("repeat_o", s.repeat(2));
    m.drive("slice_o", a.slice(1, 3));
    m.drive("any_o", s.any());
    m.drive("all_o", a.all());
    m.drive("mux_o", mux(&c, &s, lit(-4, int(6))));
    m.drive("below_o", &a - lit(31, bits(5)));
    let mut unit = block(m);
    for n in 0..512 {
        let (a, s, c) = (n & 31, ((n >> 5) & 7) - 4, n >> 8);
        for (name, value) in [("a_i", a), ("s_i", s), ("c_i", c)] {
            unit.set(name, value).unwrap();
        }
        settle(&mut unit);
        let low = s & 7;
        let expected = [
            ("cat_o", a | low << 5),
            ("repeat_o", low | low << 3),
            ("slice_o", (a >> 1) & 7),
            ("any_o", i64::from(s != 0)),
            ("all_o", i64::from(a == 31)),
            ("mux_o", if c == 1 { s } else { -4 }),
            ("below_o", (a - 31) & 63),
        ];
        for (signal, value) in expected {
            assert_eq!(get(&unit, signal), value, "{signal} of {a}, {s}, {c}");
        }
    }
}

#[test]
fn values_may_be_wider_than_any_machine_word() {
    let mut m = Module::new("wide", "200 bits.");
    let a = m.input("a_i", int(200));
    m.drive("twice_o", &a + &a);
    let mut unit = block(m);
    let lowest = BigInt::from(-1) << 199u32;
    unit.set("a_i", lowest.clone()).unwrap();
    settle(&mut unit);
    assert_eq!(unit.get("twice_o"), Some(&(lowest << 1u32)));
}

/// A memory inside an instance: what is written at an edge is read from the next one on.
#[test]
fn a_memory_reads_what_was_written_before() {
    let mut store = Module::new("store", "Eight words, one cycle to read.");
    let (at, data, write) = (store.input("at_i", bits(3)), store.input("data_i", int(9)), store.input("write_i", BIT));
    let words = store.memory("words", int(9), 6, RamStyle::Block);
    let word = store.register("word_q", words.at(&at));
    store.on_clock([when(&write, [set(&words.at(&at), &data)])]);
    store.drive("word_o", word);
    let store = store.build().unwrap();
    let mut m = Module::new("outside", "The store behind a register.");
    let (at, data, write) = (m.input("at_i", bits(3)), m.input("data_i", int(9)), m.input("write_i", BIT));
    let late = m.register("late_q", &data);
    let inside = m.instance("inside", &store, &[("at_i", &at), ("data_i", &late), ("write_i", &write)]);
    m.drive("word_o", &inside["word_o"]);
    let mut unit = block(m);

    let (mut model, mut late, mut seed) = ([0i64; 6], 0, 1u64);
    for n in 0..500 {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let (at, data, write) = (seed >> 33 & 7, (seed >> 40 & 511) as i64 - 256, seed >> 50 & 1);
        cycle(&mut unit, &[("at_i", at as i64), ("data_i", data), ("write_i", write as i64)]);
        let place = at as usize;
        assert_eq!(get(&unit, "word_o"), model.get(place).copied().unwrap_or(0), "cycle {n}");
        if write == 1 && place < model.len() {
            model[place] = late;
        }
        late = data;
    }
}

#[test]
fn a_state_machine_takes_its_arms() {
    let mut m = Module::new("machine", "Idle, busy for two cycles, done until acknowledged.");
    let (go, ack) = (m.input("go_i", BIT), m.input("ack_i", BIT));
    let state = m.reg("state_q", int(2));
    let to = |value| vec![set_to(&state, value)];
    let arms = vec![(0, vec![when(&go, to(1))]), (1, to(-2)), (-2, vec![if_else(&ack, to(0), to(-1))])];
    m.on_clock([case(&state, arms, vec![when(&ack, to(0))])]);
    m.drive("state_o", &state);
    let mut unit = block(m);
    let steps = [(0, 0, 0), (1, 0, 1), (1, 0, -2), (0, 0, -1), (1, 0, -1), (0, 1, 0), (1, 1, 1), (0, 1, -2), (0, 1, 0)];
    for (go, ack, expected) in steps {
        cycle(&mut unit, &[("go_i", go), ("ack_i", ack)]);
        assert_eq!(get(&unit, "state_o"), expected);
    }
}

/// Modules that `build` would refuse reach rust-hdl's checks, and come back as errors.
#[test]
fn rust_hdls_checks_become_errors() {
    let unbuilt = |describe: fn(&mut Module)| {
        let mut m = Module::new("wrong", "");
        describe(&mut m);
        verilog(&Arc::new(m)).unwrap_err()
    };
    let open = unbuilt(|m| {
        m.output("out_o", BIT);
    });
    assert_eq!(open, RustHdlError::Open { module: "wrong".into(), signals: vec!["out_o".into()] });
    let circle = unbuilt(|m| {
        let (a, b) = (m.wire("a", BIT), m.wire("b", BIT));
        m.assign(&a, !&b);
        m.assign(&b, &a);
    });
    assert!(matches!(circle, RustHdlError::Loop { .. }), "{circle:?}");
    let input = unbuilt(|m| {
        let a = m.input("a_i", BIT);
        m.assign(&a, lit(0, BIT));
    });
    assert_eq!(input, RustHdlError::Input { module: "wrong".into(), signals: vec!["a_i".into()] });
    let pin = unbuilt(|m| {
        let counter = Arc::new(counter());
        m.instance("count", &counter, &[]);
    });
    assert_eq!(pin.to_string(), "module wrong: rust-hdl finds nothing that drives count.enable_i");
    let mistyped = unbuilt(|m| {
        let (a, b) = (m.input("a_i", bits(2)), m.input("b_i", int(2)));
        m.drive("sum_o", &a + &b);
    });
    assert_eq!(mistyped.to_string(), "module wrong: operands u2 and s2 differ in sign");
    for describe in [
        |m: &mut Module| drop(m.input("none", bits(0))),
        |m: &mut Module| drop(m.memory("none", bits(1), 0, RamStyle::Auto)),
    ] {
        assert_eq!(unbuilt(describe).to_string(), "module wrong: `none` has no bits");
    }
    let nothing = unbuilt(|m| {
        let a = m.input("a_i", BIT);
        m.drive("out_o", cat([a.clone(), a.repeat(0)]));
    });
    assert_eq!(nothing.to_string(), "module wrong: `an expression` has no bits");
    let idle = unbuilt(|m| drop(m.reg("idle_q", BIT)));
    assert_eq!(idle.to_string(), "module wrong: `idle_q` is not driven");
    let foreign = unbuilt(|m| {
        let mut other = Module::new("other", "");
        let signals: Vec<Expr> = (0..3).map(|n| other.input(&format!("x{n}_i"), BIT)).collect();
        m.drive("out_o", &signals[2]);
    });
    assert_eq!(foreign.to_string(), "module wrong: a signal of another module is used here");
}

#[test]
fn a_port_that_is_no_input_cannot_be_set() {
    let error = block(counter()).set("count_o", 1).unwrap_err();
    assert_eq!(error.to_string(), "module counter has no input `count_o`");
}

/// rust-hdl's form of a unit, which must have the same ports and modules as ours.
fn compared(c: Config) -> Arc<Module> {
    let unit = trine_hdl::design::unit(&c).unwrap();
    let (ours, theirs) = (lang::verilog(&unit).unwrap(), verilog(&unit).unwrap());
    assert_eq!(theirs.ports, ours.ports);
    assert_eq!((&theirs.top, &theirs.clock), (&ours.top, &ours.clock));
    let names = |files: &[SourceFile]| files.iter().map(|f| f.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&theirs.files), names(&ours.files));
    unit
}

#[test]
fn every_preset_and_odd_sizes_pass_rust_hdls_checks() {
    for (_, c) in PRESETS {
        compared(c);
    }
    for (lanes, columns) in [(1, 1), (1, 64), (3, 5), (7, 3), (100, 5), (256, 1), (256, 64)] {
        for weight_code in [WeightCode::TwoBit, WeightCode::Base3] {
            compared(Config::sized(lanes, columns).weight_code(weight_code).build().unwrap());
        }
    }
}

/// The largest unit, in a thread with a small part of the usual stack.
#[test]
fn the_largest_unit_needs_little_stack() {
    let unit = compared(Config::sized(256, 64).build().unwrap());
    let small = std::thread::Builder::new().stack_size(512 * 1024);
    assert!(small.spawn(move || verilog(&unit).is_ok()).unwrap().join().unwrap());
}
