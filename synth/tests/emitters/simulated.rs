//! rust-hdl's simulator against Yosys: what our interpretation of an expression gives is what the Verilog means.

use super::cases::{INPUTS, VALUES, valued};
use num_bigint::BigInt;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rust_hdl_core::simulate::simulate;
use std::fmt::Write;
use trine_hdl::lang;
use trine_hdl::rust_hdl::ModuleBlock;
use trine_synth::yosys::Yosys;

const SEED: u64 = 1;
const VECTORS: usize = 8;

/// A Verilog constant with the bits of `value`.
fn constant(value: &BigInt, width: usize) -> String {
    format!("{width}'h{:x}", value & ((BigInt::from(1) << width) - 1))
}

#[test]
fn every_expression_node() {
    let yosys = Yosys::find().unwrap();
    let mut random = StdRng::seed_from_u64(SEED);
    for (name, value) in VALUES {
        let module = valued(name, value);
        let design = lang::verilog(&module).unwrap();
        let mut unit = ModuleBlock::new(&module).unwrap();
        let mut script = format!("read_verilog design/*.v\nhierarchy -top {}\nproc\n", design.top);
        for _ in 0..VECTORS {
            script += "sat -verify";
            for (input, ty) in INPUTS {
                // All ones and all zeros come up often enough to meet every sign
                let bits = match random.random_range(0..4) {
                    0 => BigInt::from(0),
                    1 => BigInt::from(-1),
                    _ => BigInt::from(random.random::<i128>()),
                };
                unit.set(input, bits.clone()).unwrap();
                let _ = write!(script, " -set {input} {}", constant(&bits, ty.width));
            }
            assert!(simulate(&mut unit, 20));
            for output in design.ports.iter().filter(|p| p.name.ends_with("_o")) {
                let expected = constant(unit.get(&output.name).unwrap(), output.width);
                let _ = write!(script, " -prove {} {expected}", output.name);
            }
            script += "\n";
        }
        let run = yosys.run(name, &script, &[("design", &design)]).unwrap_or_else(|e| panic!("{name}: {e}\n{script}"));
        assert_eq!(run.log.matches("no model found: SUCCESS").count(), VECTORS, "{name}");
    }
}
