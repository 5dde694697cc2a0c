//! Ctrl-C of work that can continue: the process says how before it ends.

use std::io::{self, IsTerminal, Read, Write};
use std::os::unix::net::UnixStream;
use std::thread;

use anyhow::{Context, Result};
use signal_hook::consts::SIGINT;
use signal_hook::low_level::{emulate_default_handler, pipe};

/// Lets Ctrl-C print what `text` then returns. The process ends by the signal all the same.
///
/// # Errors
/// If the system has no pipe or no thread left.
pub(crate) fn says(text: impl Fn() -> String + Send + 'static) -> Result<()> {
    let (mut signals, end) = UnixStream::pair().context("watching for Ctrl-C")?;
    pipe::register(SIGINT, end).context("watching for Ctrl-C")?;
    let watch = move || {
        if signals.read_exact(&mut [0]).is_ok() {
            // A terminal shows `^C` or a bar on the line.
            let line = if io::stderr().is_terminal() { "\n" } else { "" };
            let _ = writeln!(io::stderr(), "{line}interrupted: {}", text());
            let _ = emulate_default_handler(SIGINT);
        }
    };
    thread::Builder::new().name("ctrl-c".into()).spawn(watch).context("watching for Ctrl-C")?;
    Ok(())
}
