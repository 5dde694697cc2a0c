//! Our emitter and rust-hdl's, proven equal by Yosys; each is the other's oracle.

mod cases;
mod simulated;

use cases::{BODIES, VALUES, bodied, valued};
use std::sync::Arc;
use trine_hdl::lang::{self, Module};
use trine_hdl::{Verilog, design, rust_hdl};
use trine_spec::config::PRESETS;
use trine_spec::{Config, Style};
use trine_synth::Error;
use trine_synth::yosys::{Proof, Yosys};

const CYCLES: usize = 6;

fn both(module: &Arc<Module>) -> (Verilog, Verilog) {
    (lang::verilog(module).unwrap(), rust_hdl::verilog(module).unwrap())
}

/// Shows both forms of `module` sound and equal for ever.
fn prove(yosys: &Yosys, module: &Arc<Module>) {
    let (ours, theirs) = both(module);
    assert_eq!(ours.ports, theirs.ports, "{}", module.name);
    for form in [&ours, &theirs] {
        yosys.check(form).unwrap_or_else(|e| panic!("{}: {e}", module.name));
    }
    match yosys.equivalent(&ours, &theirs, CYCLES) {
        Ok(Proof::Unbounded { bits }) => assert!(bits > 0),
        other => panic!("{}: {other:?}", module.name),
    }
}

#[test]
fn every_expression_node() {
    let yosys = Yosys::find().unwrap();
    for (name, value) in VALUES {
        prove(&yosys, &valued(name, value));
    }
}

#[test]
fn every_statement_memory_and_instance() {
    let yosys = Yosys::find().unwrap();
    for (name, body) in BODIES {
        prove(&yosys, &bodied(name, body));
    }
}

fn unit(style: Style) -> Arc<Module> {
    let c = Config::sized(2, 2).style(style).max_depth(8).max_tokens(4).build().unwrap();
    design::unit(&c).unwrap()
}

#[test]
fn both_forms_of_every_preset_are_sound() {
    let yosys = Yosys::find().unwrap();
    for (name, c) in PRESETS {
        let (ours, theirs) = both(&design::unit(&c).unwrap());
        for form in [&ours, &theirs] {
            yosys.check(form).unwrap_or_else(|e| panic!("{name}: {e}"));
        }
    }
}

#[test]
fn the_complete_unit() {
    for style in [Style::Portable, Style::Packed] {
        prove(&Yosys::find().unwrap(), &unit(style));
    }
}

/// Changes one place of `form` and shows that it no longer equals `other`: found in the module that was changed, with
/// inputs that show it.
fn expose(yosys: &Yosys, form: &Verilog, other: &Verilog, (module, from, to): (&str, &str, &str)) {
    let mut changed = form.clone();
    let file = changed.files.iter_mut().find(|f| f.name == format!("{module}.v")).unwrap();
    assert!(file.text.contains(from), "{module} has no `{from}`:\n{}", file.text);
    file.text = file.text.replacen(from, to, 1);
    match yosys.equivalent(&changed, other, CYCLES) {
        Err(Error::Different { module: found, signals, trace, log }) => {
            assert_eq!(found, module);
            assert!(!signals.is_empty() && trace.contains("trigger"), "{from}: {signals:?} {trace}");
            std::fs::remove_dir_all(log.parent().unwrap()).unwrap();
        }
        result => panic!("{module}: `{from}` became `{to}`: {result:?}"),
    }
}

#[test]
fn one_changed_operator_in_the_complete_unit_is_found() {
    let (ours, theirs) = both(&unit(Style::Portable));
    let change = ("trine_column", " ^ {8{code_i[1]}}", " | {8{code_i[1]}}");
    expose(&Yosys::find().unwrap(), &ours, &theirs, change);
}

#[test]
fn every_kind_of_change_is_found() {
    let yosys = Yosys::find().unwrap();
    let body = |name| both(&bodied(name, BODIES.iter().find(|(n, _)| *n == name).unwrap().1));
    let changes = [
        ("register", "posedge", "negedge"),
        ("register", ") + $signed", ") - $signed"),
        ("case", "3'd5: begin", "3'd4: begin"),
        ("case", "if (c_i)", "if (!c_i)"),
        ("later_wins", "q_q <= 5'd31", "q_q <= 5'd30"),
        ("memory", "words[b_i] <= a_i", "words[b_i] <= ~a_i"),
        ("memory_written_twice", "words[other_q] <=", "words[b_i] <="),
    ];
    for (name, from, to) in changes {
        let (ours, theirs) = body(name);
        expose(&yosys, &ours, &theirs, (&format!("of_{name}"), from, to));
    }
    let (ours, theirs) = body("clocked_instances");
    expose(&yosys, &theirs, &ours, ("of_clocked_instances", "two$d_i = one_q_o", "two$d_i = a_i"));
    expose(&yosys, &theirs, &ours, ("delay", "mem[w0_address] <= w0_data", "mem[w0_address] <= ~w0_data"));
}
