//! Netlists of a few cells, by hand, in the library `small.lib`.

use std::time::Duration;
use trine_hdl::design::dot::{DotArithmetic, dot};
use trine_hdl::lang::verilog;
use trine_synth::Error;
use trine_synth::bench::ToolBench;
use trine_synth::flow::asic;
use trine_synth::gates::{Delays, Energy, Gate, Netlist, Output, Part, Parts, Prices, Simulator, Timing, map};
use trine_synth::liberty::Library;
use trine_synth::yosys::Yosys;

pub const SMALL: &str = include_str!("small.lib");

pub fn library() -> Library {
    Library::parse("small.lib", SMALL).unwrap()
}

/// Netlist and top module of a dot product in cells of the small library.
pub fn mapped(arithmetic: DotArithmetic, lanes: usize) -> (String, String) {
    let design = verilog(&dot(arithmetic, lanes).unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let liberty = folder.path().join("small.lib");
    std::fs::write(&liberty, SMALL).unwrap();
    let bench = ToolBench::new(folder.path().into(), Duration::from_secs(120), &|_| ());
    let library = asic::Library::open(liberty).unwrap();
    let mapped = map(&bench, &Yosys::find().unwrap(), &library, &design).unwrap();
    assert!(mapped.yosys.starts_with("0."), "{}", mapped.yosys);
    (mapped.json, design.top)
}

/// The value of a gate's output in Verilog, by its function in the library; `net` names a net.
pub fn value(gate: &Gate<'_>, output: &Output<'_>, net: impl Fn(usize) -> String) -> String {
    // A pin is one letter in this library, and a space is an and
    let function = output.pin.function.as_deref().unwrap().chars();
    let verilog = |c: char| match c {
        ' ' | '*' => "&".into(),
        '+' => "|".into(),
        '!' => "~".into(),
        _ => match gate.inputs.iter().find(|(pin, _)| pin.name == c.to_string()) {
            Some((_, input)) => net(*input),
            None => c.to_string(),
        },
    };
    function.map(verilog).collect()
}

/// Yosys's JSON of a module `top`: input and output ports as `name net`, cells as `kind instance pin net ...`.
fn json(inputs: &[(&str, usize)], outputs: &[(&str, usize)], cells: &[&str], names: &[(&str, usize)]) -> String {
    let port = |direction: &str, (name, net): &(&str, usize)| {
        format!(r#""{name}": {{"direction": "{direction}", "bits": [{net}]}}"#)
    };
    let ports: Vec<String> =
        inputs.iter().map(|p| port("input", p)).chain(outputs.iter().map(|p| port("output", p))).collect();
    let cell = |line: &&str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let pins: Vec<String> = words[2..].chunks(2).map(|p| format!(r#""{}": [{}]"#, p[0], p[1])).collect();
        format!(r#""{}": {{"type": "{}", "connections": {{{}}}}}"#, words[1], words[0], pins.join(", "))
    };
    let cells: Vec<String> = cells.iter().map(cell).collect();
    let names: Vec<String> = names.iter().map(|(name, net)| format!(r#""{name}": {{"bits": [{net}]}}"#)).collect();
    format!(
        r#"{{"modules": {{"top": {{"ports": {{{}}}, "cells": {{{}}}, "netnames": {{{}}}}}}}}}"#,
        ports.join(", "),
        cells.join(", "),
        names.join(", ")
    )
}

/// `lane_0 = !d`, registered: an inverter from the input and a flip-flop.
fn inverter() -> String {
    let cells = ["INV u A 3 Y 4", "DFF f CK 2 D 4 Q 5"];
    json(&[("clk", 2), ("d", 3)], &[("q", 5)], &cells, &[("lane_0", 4)])
}

/// Energy of ten cycles in which the input of [`inverter`] alternates.
fn toggled(text: &str) -> [Energy; Part::COUNT] {
    let library = Library::parse("small.lib", text).unwrap();
    let json = inverter();
    let netlist = Netlist::parse(&json, "top", "clk", &library).unwrap();
    let delays = Delays::new(&netlist).unwrap();
    let mut simulator = Simulator::new(&netlist, &delays, Timing::Delayed);
    for cycle in 0..10 {
        simulator.poke("d", &[cycle % 2 == 0]).unwrap();
        simulator.tick();
    }
    let prices = Prices::new(&netlist, &delays);
    prices.energy(&netlist, &Parts::of(&netlist).unwrap(), &simulator)
}

#[test]
fn energy_is_as_counted_by_hand() {
    let energy = toggled(SMALL);
    let close = |part: Part, internal: f64, load: f64| {
        let e = energy[part as usize];
        let near = |a: f64, b: f64| (a - b / 1000.0).abs() < 1e-9;
        assert!(near(e.internal, internal) && near(e.load, load), "{}: {e:?}", part.name());
    };
    // The input changes ten times, first to 1, so that the inverter falls five times and rises five times. Half a fF at
    // 2 V is 1 fJ for each fF: 2 fF at the inverter, and the same at the flip-flop's data.
    close(Part::Select, 5.0 * 1.0 + 5.0 * 1.5, 10.0 * 2.0 * 2.0 + 10.0 * 2.0 * 2.0);
    // The register starts at 0 under an inverter at 1: it changes with every edge, to 1 first. Its output is open. The
    // data pin has an energy of its own.
    close(Part::Registers, 5.0 * 5.0 + 5.0 * 6.0 + 5.0 * 0.5 + 5.0 * 0.25, 0.0);
    // Ten rises and ten falls of a pin of 3 fF
    close(Part::Clock, 10.0 * (4.0 + 3.0), 20.0 * 3.0 * 2.0);
    close(Part::Tree, 0.0, 0.0);
}

/// The energy of a rise is in the sum five times.
#[test]
fn another_energy_for_a_transition_is_another_sum() {
    let changed =
        SMALL.replacen("rise_power (scalar) { values (\"1.0\"); }", "rise_power (scalar) { values (\"1.1\"); }", 1);
    assert_ne!(changed, SMALL);
    let difference = toggled(&changed)[Part::Select as usize].internal - toggled(SMALL)[Part::Select as usize].internal;
    assert!((difference - 5.0 * 0.1e-3).abs() < 1e-9, "{difference}");
}

/// Libraries that state the energy of each supply, and only for the state of other inputs, mean a sum of means.
#[test]
fn energies_of_supplies_are_added() {
    let one = "internal_power () {\n      related_pin : \"A\";\n";
    let of = |supply: &str, rise: f64| {
        format!(
            "internal_power () {{ related_pin : \"A\"; related_pg_pin : {supply};\n\
             rise_power (scalar) {{ values (\"{rise}\"); }} fall_power (scalar) {{ values (\"0\"); }} }}\n"
        )
    };
    let add = |more: String| toggled(&SMALL.replacen(one, &(more + one), 1))[Part::Select as usize].internal;
    assert!(SMALL.contains(one));
    let alone = add(String::new());
    let near = |found: f64, fj: f64| assert!((found - alone - fj * 1e-3).abs() < 1e-9, "{found} {alone}");
    near(add(of("VDD", 3.0)), 5.0 * 3.0);
    near(add(of("VDD", 3.0) + &of("VDD", 5.0)), 5.0 * 4.0);
    near(add(of("VDD", 3.0) + &of("VSS", 5.0)), 5.0 * 8.0);
}

#[test]
fn what_is_said_of_a_whole_library_holds_where_a_cell_says_nothing() {
    let with = |from: &str, to: &str| {
        assert!(SMALL.contains(from), "{from}");
        Library::parse("small.lib", &SMALL.replacen(from, to, 1))
    };
    let pin = "direction : input;\n    capacitance : 2;";
    let capacitance = |library: &Library| library.cell("INV").unwrap().pin("A").unwrap().capacitance;
    let edges = with(pin, "direction : input;\n    rise_capacitance : 1;\n    fall_capacitance : 4;").unwrap();
    assert!((capacitance(&edges) - 2.5e-3).abs() < 1e-12);
    let error = with(pin, "direction : input;").unwrap_err().to_string();
    assert!(error.ends_with("pin A has no capacitance, and the library no default_input_pin_cap"), "{error}");
    let text = SMALL.replacen(pin, "direction : input;", 1).replacen(
        "nom_voltage",
        "default_input_pin_cap : 3;\n  nom_voltage",
        1,
    );
    assert!((capacitance(&Library::parse("small.lib", &text).unwrap()) - 3e-3).abs() < 1e-12);

    let leakage = |library: Library| library.cell("INV").unwrap().leakage;
    let own = "cell_leakage_power : 0.5;";
    assert_eq!(
        leakage(with(own, "leakage_power () { value : 1; when : \"A\"; } leakage_power () { value : 4; }").unwrap()),
        2.5
    );
    assert_eq!(leakage(with(own, "").unwrap()), 0.0);
    let text = SMALL.replacen(own, "", 1).replacen("nom_voltage", "default_cell_leakage_power : 7;\n  nom_voltage", 1);
    assert_eq!(leakage(Library::parse("small.lib", &text).unwrap()), 7.0);
}

/// `y = a & !a` through `extra` buffers behind the inverter: a pulse as long as the way round.
fn hazard(extra: usize) -> [u64; 2] {
    let mut cells = vec!["INV n A 3 Y 10".to_string()];
    cells.extend((0..extra).map(|i| format!("BUF b{i} A {} Y {}", 10 + i, 11 + i)));
    cells.push(format!("AND2 y A 3 B {} Y 4", 10 + extra));
    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
    let json = json(&[("clk", 2), ("a", 3)], &[("y", 4)], &cells, &[("lane_0", 4)]);
    let library = library();
    let netlist = Netlist::parse(&json, "top", "clk", &library).unwrap();
    let delays = Delays::new(&netlist).unwrap();
    let count = |timing| {
        let mut simulator = Simulator::new(&netlist, &delays, timing);
        simulator.poke("a", &[true]).unwrap();
        simulator.tick();
        assert_eq!(simulator.peek("y").unwrap(), [false]);
        simulator.transitions(netlist.outputs["y"][0]).iter().sum()
    };
    [count(Timing::Delayed), count(Timing::Settled)]
}

#[test]
fn glitches_need_delays_and_pulses_longer_than_the_gate() {
    // The inverter takes less time than the gate behind it: its pulse does not get through
    assert_eq!(hazard(0), [0, 0]);
    assert_eq!(hazard(2), [2, 0]);
}

#[test]
fn delays_grow_with_load_and_slew() {
    let json = json(&[("clk", 2), ("a", 3)], &[("y", 5)], &["INV u A 3 Y 4", "INV v A 4 Y 5"], &[("lane_0", 4)]);
    let library = library();
    let netlist = Netlist::parse(&json, "top", "clk", &library).unwrap();
    let delays = Delays::new(&netlist).unwrap();
    // 0.02 ns + 2 ns a pF at 2 fF + a tenth of the slew of 0.1 ns
    let [rise, fall] = delays.gates[0][0][0];
    assert!((rise - (0.02 + 0.004 + 0.01)).abs() < 1e-9 && (fall - rise - 0.005).abs() < 1e-9, "{rise} {fall}");
    // The second inverter has no load, and rises when the first one falls: its slew is 0.04 + 0.004 + 0.01
    let [rise, _] = delays.gates[1][0][0];
    assert!((rise - (0.02 + 0.0054)).abs() < 1e-9, "{rise}");
}

fn refused(liberty: &str, json: &str) -> String {
    match Library::parse("small.lib", liberty) {
        Err(error) => error.to_string(),
        Ok(library) => match Netlist::parse(json, "top", "clk", &library) {
            Err(error) => error.to_string(),
            Ok(netlist) => Delays::new(&netlist).unwrap_err().to_string(),
        },
    }
}

#[test]
fn a_damaged_library_is_refused_with_its_line() {
    let half = &SMALL[..SMALL.len() / 2];
    let error = refused(half, "");
    assert!(error.starts_with("small.lib, line "), "{error}");
    for cut in (0..SMALL.trim_end().len()).step_by(37) {
        assert!(matches!(Library::parse("small.lib", &SMALL[..cut]), Err(Error::Liberty { .. })), "cut at {cut}");
    }
    assert_eq!(refused("module top; endmodule", ""), "small.lib, line 1: expected `:` or `(`, found `top`");
    let unit = refused(&SMALL.replace("(1, ff)", "(1, pint)"), "");
    assert_eq!(unit, "small.lib, line 6: capacitive_load_unit is `1pint`, which is no unit above 0 like (1, pf)");
    let short = refused(&SMALL.replacen("\"0.02, 0.07, 0.12\"", "\"0.02, 0.07\"", 1), "");
    assert!(short.contains("cell_rise: it has 8 values for 9 points on 2 axes"), "{short}");
    let axis = refused(&SMALL.replacen("input_net_transition", "moon_phase", 1), "");
    assert!(axis.contains("its axis `moon_phase` is neither load nor slew"), "{axis}");
    let word = refused(&SMALL.replacen("capacitance : 2;", "capacitance : two;", 1), "");
    assert!(word.contains("capacitance is `two`, which is not a finite number"), "{word}");
}

#[test]
fn what_cannot_be_simulated_is_refused_by_name() {
    let with = |cells: &[&str]| json(&[("clk", 2), ("a", 3)], &[("y", 4)], cells, &[]);
    let latch = refused(SMALL, &with(&["LATCH u D 3 G 3 Q 4"]));
    assert_eq!(
        latch,
        "cell LATCH of instance u is not supported: it is a latch; combinational cells and plain rising-edge flip-flops \
         are simulated"
    );
    let unknown = refused(SMALL, &with(&["MUX9 u A 3 Y 4"]));
    assert_eq!(unknown, "cell MUX9 of instance u is not supported: the library small has no such cell");
    let open = refused(SMALL, &with(&["NAND2 u A 3 Y 4"]));
    assert!(open.contains("its input B is open"), "{open}");
    let gated = refused(SMALL, &with(&["DFF u CK 3 D 3 Q 4"]));
    assert!(gated.contains("its clock is not the module's"), "{gated}");
    let silent =
        SMALL.replacen("related_pin : \"A\";\n      timing_sense", "related_pin : \"Z\";\n      timing_sense", 1);
    let silent = refused(&silent, &with(&["INV u A 3 Y 4"]));
    assert!(silent.contains("the library has no delay from A to Y"), "{silent}");
}

#[test]
fn what_is_no_netlist_is_refused() {
    let with = |cells: &[&str]| refused(SMALL, &json(&[("clk", 2), ("a", 3)], &[("y", 4)], cells, &[("n", 9)]));
    assert!(with(&[]).contains("has no driver"));
    assert!(with(&["INV u A 3 Y 4", "BUF v A 3 Y 4"]).contains("is driven twice"));
    assert!(with(&["NAND2 u A 3 B 5 Y 4", "INV v A 4 Y 5"]).contains("is in a loop"));
    let whole = inverter();
    assert!(refused(SMALL, &whole[..whole.len() / 2]).contains("Yosys's netlist cannot be read: EOF"));
    let library = library();
    let nameless = json(&[("clk", 2), ("a", 3)], &[("y", 4)], &["INV u A 3 Y 4"], &[]);
    let netlist = Netlist::parse(&nameless, "top", "clk", &library).unwrap();
    assert!(Parts::of(&netlist).unwrap_err().to_string().contains("products cannot be told from sums"));
}
