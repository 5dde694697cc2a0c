//! Ctrl-C of work that can continue: the process says how before it ends.

use std::io::{self, IsTerminal, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result};
use signal_hook::consts::SIGINT;
use signal_hook::low_level::{emulate_default_handler, pipe};

/// The sentence that Ctrl-C prints. The process ends by the signal all the same.
pub(crate) struct Interrupt(Arc<Mutex<String>>);

impl Interrupt {
    /// Lets Ctrl-C print `text` from now on.
    ///
    /// # Errors
    /// If the system has no pipe or no thread left.
    pub(crate) fn says(text: String) -> Result<Self> {
        let text = Arc::new(Mutex::new(text));
        let watched = Arc::clone(&text);
        let (mut signals, end) = UnixStream::pair().context("watching for Ctrl-C")?;
        pipe::register(SIGINT, end).context("watching for Ctrl-C")?;
        let watch = move || {
            if signals.read_exact(&mut [0]).is_ok() {
                // A terminal shows `^C` or a bar on the line.
                let line = if io::stderr().is_terminal() { "\n" } else { "" };
                let text = watched.lock().unwrap_or_else(PoisonError::into_inner);
                let _ = writeln!(io::stderr(), "{line}interrupted: {text}");
                let _ = emulate_default_handler(SIGINT);
            }
        };
        thread::Builder::new().name("ctrl-c".into()).spawn(watch).context("watching for Ctrl-C")?;
        Ok(Self(text))
    }

    /// Replaces the sentence.
    pub(crate) fn now_says(&self, text: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = text;
    }
}
