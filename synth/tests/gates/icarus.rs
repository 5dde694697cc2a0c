//! The same netlist in Icarus Verilog, delays and all: every net must change as often.

use super::cycles;
use super::small::{library, mapped, value};
use std::fmt::Write;
use std::process::Command;
use trine_hdl::design::dot::DotArithmetic;
use trine_synth::gates::{Delays, Netlist, Simulator, Timing};

/// A test bench with one continuous assignment per gate, whose delays Verilog makes inertial, and a change counter per
/// net. Verilog has one delay for all inputs of an assignment, so that is what `delays` must hold.
fn testbench(netlist: &Netlist<'_>, delays: &Delays, inputs: &[Vec<(usize, bool)>]) -> String {
    let count = netlist.net_count();
    let mut text =
        format!("`timescale 1ps/1ps\nmodule bench;\nreg clk = 0;\ninteger changes [0:{}];\ninteger i;\n", count - 1);
    let driven: Vec<usize> = netlist.inputs.values().flatten().copied().collect();
    for net in 0..count {
        let kind = if driven.contains(&net) { "reg" } else { "wire" };
        // Writing to a String cannot fail
        let _ = writeln!(text, "{kind} n{net}{};", if driven.contains(&net) { " = 0" } else { "" });
        let _ = writeln!(text, "always @(n{net}) if ($time > 0) changes[{net}] = changes[{net}] + 1;");
    }
    let _ = writeln!(text, "assign n0 = 0; assign n1 = 1; assign n{} = 0;", netlist.clock.unwrap());
    let ps = |ns: f64| (ns * 1000.0).round();
    for (gate, delays) in netlist.gates.iter().zip(&delays.gates) {
        for (output, arcs) in gate.outputs.iter().zip(delays) {
            let value = value(gate, output, |net| format!("n{net}"));
            let [rise, fall] = arcs[0].map(ps);
            let _ = writeln!(text, "assign #({rise}, {fall}) n{} = {value};", output.net);
        }
    }
    for (f, (flip_flop, delays)) in netlist.flip_flops.iter().zip(&delays.flip_flops).enumerate() {
        let _ = writeln!(text, "reg q{f} = 0;\nalways @(posedge clk) q{f} <= n{};", flip_flop.data);
        for ((_, net, _), [rise, fall]) in flip_flop.outputs.iter().zip(delays) {
            let _ = writeln!(text, "assign #({}, {}) n{net} = q{f};", ps(*rise), ps(*fall));
        }
    }
    text += "initial begin\n#100000;\n";
    let _ = writeln!(text, "for (i = 0; i < {count}; i = i + 1) changes[i] = 0;");
    for changed in inputs {
        text += "clk = 1;\n";
        for (net, value) in changed {
            let _ = writeln!(text, "n{net} <= {};", u8::from(*value));
        }
        text += "#50000 clk = 0; #50000;\n";
    }
    let _ =
        writeln!(text, "for (i = 0; i < {count}; i = i + 1) $display(\"%0d\", changes[i]);\n$finish;\nend\nendmodule");
    text
}

#[test]
#[ignore = "needs Icarus Verilog; part of `make energy-gates`"]
fn every_net_changes_as_often_as_in_icarus_with_delays() {
    let library = library();
    let (json, top) = mapped(DotArithmetic::Int8, 2);
    let netlist = Netlist::parse(&json, &top, "clk_i", &library).unwrap();
    let mut delays = Delays::new(&netlist).unwrap();
    for arcs in delays.gates.iter_mut().flatten() {
        let slowest = [0, 1].map(|edge| arcs.iter().map(|arc| arc[edge]).fold(0.0, f64::max));
        arcs.iter_mut().for_each(|arc| *arc = slowest);
    }
    let mut simulator = Simulator::new(&netlist, &delays, Timing::Delayed);
    let mut inputs = vec![];
    for cycle in cycles(DotArithmetic::Int8, 2, 60) {
        let bits = |values: &[u64]| -> Vec<bool> {
            values.iter().flat_map(|v| (0..8).map(move |i| v >> i & 1 == 1)).collect()
        };
        let mut changed = vec![];
        for (name, bits) in [("act_i", bits(&cycle.act)), ("wgt_i", bits(&cycle.wgt)), ("first_i", vec![cycle.first])] {
            simulator.poke(name, &bits).unwrap();
            changed.extend(netlist.inputs[name].iter().copied().zip(bits));
        }
        simulator.tick();
        inputs.push(changed);
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bench.v"), testbench(&netlist, &delays, &inputs)).unwrap();
    let run = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).current_dir(folder.path()).output();
        let output = output.unwrap_or_else(|e| panic!("{program}: {e}; install iverilog"));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    run("iverilog", &["-o", "bench.vvp", "bench.v"]);
    let changes: Vec<u64> = run("vvp", &["-n", "bench.vvp"]).lines().filter_map(|line| line.parse().ok()).collect();
    let counted: Vec<u64> = (0..netlist.net_count()).map(|net| simulator.transitions(net).iter().sum()).collect();
    let total: u64 = counted.iter().sum();
    println!("{} nets, {total} changes", counted.len());
    assert!(total > 10_000, "{total}");
    assert_eq!(counted, changes);
}
