//! The same netlist in Verilator, every net watched: settled values and their changes must be the same.

use super::cycles;
use super::small::{library, mapped, value};
use std::fmt::Write;
use trine_hdl::design::dot::DotArithmetic;
use trine_hdl::{Direction, Port, SourceFile, Verilog};
use trine_sim::{BuildOptions, Dut};
use trine_synth::gates::{Delays, Netlist, Simulator, Timing};

/// The netlist as behaviour, from the functions in the library, with all nets in one output.
fn behaviour(netlist: &Netlist<'_>) -> Verilog {
    let count = netlist.net_count();
    let mut body = format!("  wire [{}:0] n;\n  assign n[1:0] = 2'd2;\n  assign nets_o = n;\n", count - 1);
    let mut ports = vec![port("clk_i", 1, Direction::Input), port("nets_o", count, Direction::Output)];
    let mut header = format!("  input wire clk_i,\n  output wire [{}:0] nets_o", count - 1);
    // Writing to a String cannot fail
    let _ = writeln!(body, "  assign n[{}] = 1'b0;", netlist.clock.unwrap());
    for (name, nets) in &netlist.inputs {
        ports.push(port(name, nets.len(), Direction::Input));
        let _ = write!(header, ",\n  input wire [{}:0] {name}", nets.len() - 1);
        for (i, net) in nets.iter().enumerate() {
            let _ = writeln!(body, "  assign n[{net}] = {name}[{i}];");
        }
    }
    for gate in &netlist.gates {
        for output in &gate.outputs {
            let text = value(gate, output, |net| format!("n[{net}]"));
            let _ = writeln!(body, "  assign n[{}] = {text};", output.net);
        }
    }
    for (f, flip_flop) in netlist.flip_flops.iter().enumerate() {
        let _ = writeln!(body, "  reg q{f};\n  always @(posedge clk_i) q{f} <= n[{}];", flip_flop.data);
        for (_, net, inverse) in &flip_flop.outputs {
            let _ = writeln!(body, "  assign n[{net}] = {}q{f};", if *inverse { "~" } else { "" });
        }
    }
    let text = format!("module watched (\n{header}\n);\n{body}endmodule\n");
    let files = vec![SourceFile { name: "watched.v".into(), text }];
    Verilog { top: "watched".into(), clock: "clk_i".into(), files, cells: vec![], ports }
}

fn port(name: &str, width: usize, direction: Direction) -> Port {
    Port { name: name.into(), direction, width, signed: false }
}

fn bits(values: &[u64], width: usize) -> Vec<bool> {
    values.iter().flat_map(|value| (0..width).map(move |i| value >> i & 1 == 1)).collect()
}

fn words(bits: &[bool]) -> Vec<u32> {
    bits.chunks(32).map(|w| w.iter().enumerate().fold(0, |word, (i, b)| word | u32::from(*b) << i)).collect()
}

#[test]
fn every_net_changes_as_often_as_in_verilator() {
    let library = library();
    let (json, top) = mapped(DotArithmetic::Ternary, 3);
    let netlist = Netlist::parse(&json, &top, "clk_i", &library).unwrap();
    let delays = Delays::new(&netlist).unwrap();
    let mut dut = Dut::new(&trine_sim::build(&behaviour(&netlist), &BuildOptions::default()).unwrap()).unwrap();
    let mut simulators = [Timing::Settled, Timing::Delayed].map(|timing| Simulator::new(&netlist, &delays, timing));
    let count = netlist.net_count();
    let (mut before, mut changes) = (vec![], vec![0u64; count]);
    for (step, cycle) in cycles(DotArithmetic::Ternary, 3, 120).into_iter().enumerate() {
        let inputs = [("act_i", bits(&cycle.act, 8)), ("wgt_i", bits(&cycle.wgt, 2)), ("first_i", vec![cycle.first])];
        // Registers sample what was settled before the operands change
        dut.tick().unwrap();
        for (name, bits) in &inputs {
            dut.poke(*name, words(bits).as_slice()).unwrap();
        }
        let nets = dut.peek_words("nets_o").unwrap();
        let now: Vec<bool> = (0..count).map(|net| nets[net / 32] >> (net % 32) & 1 == 1).collect();
        for simulator in &mut simulators {
            for (name, bits) in &inputs {
                simulator.poke(name, bits).unwrap();
            }
            simulator.tick();
        }
        // Registers begin at random in one and at zero in the other, until the pipeline is full
        match step {
            0..5 => {}
            5 => simulators.iter_mut().for_each(Simulator::forget),
            _ => (0..count).for_each(|net| changes[net] += u64::from(now[net] != before[net])),
        }
        before = now;
    }
    let counted = |simulator: &Simulator<'_>| -> Vec<u64> {
        (0..count).map(|net| simulator.transitions(net).iter().sum()).collect()
    };
    assert!(changes.iter().sum::<u64>() > 1000);
    assert_eq!(counted(&simulators[0]), changes);
    // A glitch is two changes more
    for (net, (delayed, settled)) in counted(&simulators[1]).into_iter().zip(&changes).enumerate() {
        assert!(delayed >= *settled && (delayed - settled) % 2 == 0, "{}: {delayed}, {settled}", netlist.nets[net]);
    }
}
