//! A ternary matmul on a unit in software, through the driver that boards use.
//!
//! For whoever wants to call the driver from a program. Prints the first sums, how many differ from the golden model,
//! and what the unit counted:
//!
//! `cargo run -p trine-examples --bin matmul`

use trine_driver::{Device, Offload, Options, Scope};
use trine_golden_model::{BoxError, LinearId, LinearKind, Matmul, TernaryMatrix, reference};
use trine_soft_unit::SoftUnit;
use trine_spec::Config;

fn main() -> Result<(), BoxError> {
    // Any `Transport` does: `trine_sim::open` simulates the generated Verilog, and examples/transport/ writes one.
    let config = Config::preset("small")?;
    let device = Device::open(SoftUnit::new(&config), config)?;
    // By default the engine compares every sum itself; here this program does.
    let mut engine = Offload::new(device, Options { scope: Scope::Linear, check: None, ..Options::default() });

    let (tokens, inputs, outputs) = (3, 100, 20);
    let weights = TernaryMatrix::random(outputs, inputs, 1)?;
    let activations: Vec<i8> = (0..tokens * inputs).map(|i| (i * 37 % 256) as u8 as i8).collect();
    let mut sums = vec![0; tokens * outputs];
    // The name of a linear layer, for the books; a matmul of its own may carry any.
    let layer = LinearId { layer: 0, kind: LinearKind::Up };
    engine.matmul(layer, &weights, &activations, tokens, &mut sums)?;

    let mut expected = vec![0; sums.len()];
    reference(&weights, &activations, tokens, &mut expected);
    let wrong = sums.iter().zip(&expected).filter(|(sum, expected)| sum != expected).count();
    println!("sums of token 0: {:?} ...", &sums[..6]);
    println!("golden model: {wrong} of {} sums differ", sums.len());

    for totals in engine.ledger().layers() {
        let counters = totals.counters;
        println!(
            "{}: {} MACs in {} cycles, {} active",
            totals.id,
            totals.shape.macs(),
            counters.cycles,
            counters.active
        );
        println!(
            "  beats: {} of activations, {} of weights, {} of results; {} bytes",
            counters.act_beats, counters.wgt_beats, counters.res_beats, totals.bytes
        );
        println!(
            "  cycles waited: {} for activations, {} for weights, {} for room",
            counters.stall_act, counters.stall_wgt, counters.stall_out
        );
    }
    println!("incidents: {}", engine.ledger().incidents.len());
    if wrong == 0 { Ok(()) } else { Err("the unit computes wrong sums".into()) }
}
