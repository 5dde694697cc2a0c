//! Our simulation models of technology cells against the models in Yosys's own libraries, for every input.

use std::sync::Arc;
use trine_hdl::Verilog;
use trine_hdl::lang::{Errors, Kind, Module, verilog};
use trine_hdl::library::cells;
use trine_synth::Error;
use trine_synth::yosys::Yosys;

type Parameters = [(&'static str, &'static str)];

/// A module that holds one cell with the given parameters, all its ports brought out.
fn holder(cell: Result<Arc<Module>, Errors>, parameters: &Parameters) -> Verilog {
    let cell = cell.unwrap();
    let mut m = Module::new("holder", "");
    let ports = |kind| cell.decls.iter().filter(move |d| d.kind == kind);
    let inputs: Vec<_> = ports(Kind::Input).map(|d| (d.name.as_str(), m.input(&d.name, d.ty))).collect();
    let pins: Vec<_> = inputs.iter().map(|(name, e)| (*name, e)).collect();
    let u = m.instance_with("u", &cell, parameters, &pins);
    for d in ports(Kind::Output) {
        m.drive(&d.name, &u[d.name.as_str()]);
    }
    verilog(&m.build().unwrap()).unwrap()
}

/// Proves that the cell in `design` does what Yosys's `library` says.
fn same(design: &Verilog, library: &str) -> Result<(), Error> {
    let flatten = "hierarchy -check -top holder\nproc\nflatten\nopt_clean";
    let script = format!(
        "read_verilog design/*.v\n{flatten}\nrename holder ours\ndesign -stash ours\n\
         read_verilog -nooverwrite {library}\nread_verilog design/holder.v\n{flatten}\nrename holder theirs\n\
         design -copy-from ours -as ours ours\n\
         miter -equiv -flatten -make_outputs ours theirs miter\n\
         sat -verify -prove trigger 0 -show-inputs -show-outputs miter\n"
    );
    Yosys::find()?.run(&design.cells[0].name, &script, &[("design", design)]).map(drop)
}

const ECP5: &str = "+/lattice/cells_sim_ecp5.v";
const XILINX: &str = "+/xilinx/cells_sim.v";

fn ccu2c(init: &'static str, inject: &'static str) -> Verilog {
    holder(cells::ccu2c(), &[("INIT0", init), ("INIT1", init), ("INJECT1_0", inject), ("INJECT1_1", inject)])
}

#[test]
fn models_do_what_the_libraries_say() {
    for init in ["16'h96AA", "16'h000A", "16'hC35A"] {
        for inject in ["\"NO\"", "\"YES\""] {
            same(&ccu2c(init, inject), ECP5).unwrap();
        }
    }
    for init in ["64'h0123456789ABCDEF", "64'h6996966996696996"] {
        same(&holder(cells::lut6_2(), &[("INIT", init)]), XILINX).unwrap();
    }
    same(&holder(cells::carry4(), &[]), XILINX).unwrap();
}

#[test]
fn a_wrong_model_is_found() {
    for (mut design, library, right, wrong) in [
        (ccu2c("16'h96AA", "\"NO\""), ECP5, "propagate1 ? carry", "propagate0 ? carry"),
        (holder(cells::lut6_2(), &[("INIT", "64'h0123456789ABCDEF")]), XILINX, "{1'b0, I4", "{I5, I4"),
        (holder(cells::carry4(), &[]), XILINX, "~S[2] & DI[2]", "~S[2] & DI[1]"),
    ] {
        let text = &mut design.cells[0].text;
        assert!(text.contains(right));
        *text = text.replace(right, wrong);
        let found = same(&design, library).unwrap_err();
        assert!(matches!(&found, Error::Failed { last, .. } if last.contains("proof did fail")), "{found}");
    }
}
