//! A transport of one's own: the driver on a board at the far end of a pipe of bytes.
//!
//! For whoever has a board or an emulator and writes a `trine_driver::Transport` for it, as docs/how-to/transport.md
//! explains: `pipe.rs` is the transport, `logged.rs` a wrapper around any, `board.rs` the other end of the pipe. The
//! board puts a stray byte before the answer to the first job, so that the link is out of step until `recover`. Prints
//! every call of the driver, then the outcome of a matmul:
//!
//! `cargo run -p trine-examples --bin transport`

mod board;
mod logged;
mod pipe;

use std::os::unix::net::UnixStream;
use std::time::Duration;

use trine_driver::{Device, Offload, Options, Scope};
use trine_golden_model::{BoxError, LinearId, LinearKind, Matmul, TernaryMatrix};
use trine_spec::Config;

use logged::Logged;
use pipe::Pipe;

fn main() -> Result<(), BoxError> {
    let config = Config::sized(4, 4).build()?;
    let (host, far) = UnixStream::pair()?;
    board::spawn(far, &config);

    let device = Device::open(Logged(Pipe::new(host)), config)?.with_limit(Duration::from_secs(10));
    // The default options compare every sum with the golden model.
    let mut engine = Offload::new(device, Options { scope: Scope::Linear, ..Options::default() });

    let weights = TernaryMatrix::random(5, 6, 1)?;
    let mut sums = [0; 10];
    let layer = LinearId { layer: 0, kind: LinearKind::Up };
    engine.matmul(layer, &weights, &[1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5, -6], 2, &mut sums)?;

    let ledger = engine.ledger();
    println!("sums: {sums:?}");
    println!("compared with the golden model: {} MACs, {} sums differ", ledger.checked_macs, ledger.mismatches);
    for incident in &ledger.incidents {
        println!("{:?} of {}: {}", incident.remedy, incident.layer, incident.error);
    }
    Ok(())
}
