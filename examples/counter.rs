//! A counter with an enable: described in Rust, run in the interpreter, printed as Verilog.
//!
//! For whoever wants to describe hardware with `trine_hdl::lang`. Prints the outputs of nine cycles, then the module's
//! Verilog:
//!
//! `cargo run -p trine-examples --bin counter`

use std::error::Error;
use std::sync::Arc;

use trine_hdl::lang::{BIT, Errors, Interpreter, Module, bits, set, verilog, when};

/// A counter of `width` bits that wraps around, with a mark of its last value.
fn counter(width: usize) -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("counter", "Counts the cycles in which `enable_i` is high, and wraps around.");
    let enable = m.input("enable_i", BIT);
    let count = m.reg("count_q", bits(width));
    m.on_clock([when(&enable, [set(&count, count.step(1))])]);
    m.drive("count_o", &count);
    m.drive("last_o", count.all());
    m.build()
}

fn main() -> Result<(), Box<dyn Error>> {
    let counter = counter(3)?;

    let mut running = Interpreter::new(&counter)?;
    println!("cycle  enable  count  last");
    for (cycle, enable) in [1, 1, 0, 1, 1, 1, 1, 1, 1].into_iter().enumerate() {
        running.set("enable_i", enable);
        println!("{cycle:5}  {enable:6}  {:5}  {:4}", running.get("count_o"), running.get("last_o"));
        running.clock();
    }

    for file in verilog(&counter)?.files {
        println!("\n{}:\n{}", file.name, file.text.trim_end());
    }
    Ok(())
}
