//! A wrapper around any transport that prints every call.

use std::fmt::Display;
use std::time::Instant;

use trine_driver::{AccessError, Exchange, RegisterOp, Transport, TransportError};
use trine_spec::registers::REGISTERS;

/// A wrapper that prints every call. It forwards all seven methods of a unit whose weights are streamed: for one that is left out, the trait's default
/// compiles, and the transport inside never hears of it.
pub struct Logged<T>(pub T);

impl<T: Transport> Transport for Logged<T> {
    fn read(&mut self, offset: u32) -> Result<u32, TransportError> {
        let word = self.0.read(offset);
        log(&format!("read {}", name(offset)), &word, |word| format!(": {word:#x}"));
        word
    }

    fn write(&mut self, offset: u32, value: u32) -> Result<(), TransportError> {
        let done = self.0.write(offset, value);
        log(&format!("write {} {value:#x}", name(offset)), &done, |()| String::new());
        done
    }

    fn access(&mut self, all: &[RegisterOp]) -> Result<Vec<u32>, AccessError> {
        let words = self.0.access(all);
        let one = |(access, word): (&RegisterOp, &u32)| match *access {
            RegisterOp::Read(offset) => format!("\n  read {}: {word:#x}", name(offset)),
            RegisterOp::Write(offset, value) => format!("\n  write {} {value:#x}", name(offset)),
        };
        log("access", &words, |words| all.iter().zip(words).map(one).collect());
        words
    }

    fn exchange(&mut self, streams: Exchange<'_>) -> Result<(), TransportError> {
        let lengths = (streams.activations.len(), streams.weights.len(), streams.results.len());
        let done = self.0.exchange(streams);
        let (activations, weights, results) = lengths;
        log(&format!("exchange {activations} + {weights} bytes for {results}"), &done, |()| String::new());
        done
    }

    fn recover(&mut self) -> Result<(), TransportError> {
        let done = self.0.recover();
        log("recover", &done, |()| String::new());
        done
    }

    fn set_deadline(&mut self, end: Option<Instant>) {
        println!("set_deadline");
        self.0.set_deadline(end);
    }

    fn result_cycles(&self) -> &[u64] {
        self.0.result_cycles()
    }
}

/// Prints a call with its outcome.
fn log<R, E: Display>(call: &str, outcome: &Result<R, E>, shown: impl FnOnce(&R) -> String) {
    match outcome {
        Ok(value) => println!("{call}{}", shown(value)),
        Err(error) => println!("{call}: {error}"),
    }
}

/// Name of the register at `offset`.
fn name(offset: u32) -> &'static str {
    REGISTERS.iter().find(|register| register.offset == offset).map_or("no register", |register| register.name)
}
