//! The stream: the handshake of every datapath interface.
//!
//! ```text
//!  clk     ╱▔╲▁╱▔╲▁╱▔╲▁╱▔╲▁
//!  valid   ▁▁╱▔▔▔▔▔▔▔▔▔▔▔╲▁   holds until ready, and never waits for it
//!  data    ──╳ a     ╳ b ╳─   holds until ready
//!  ready   ▁▁▁▁▁▁╱▔▔▔▔▔▔▔╲▁   a beat is taken in a cycle with both
//! ```

use super::expr::Expr;
use super::interface::{At, Flow, Interface, Signal};
use super::module::Module;
use super::ty::{BIT, Ty, bits};

/// A stream of beats.
#[derive(Clone, Debug)]
pub struct Stream {
    /// A beat is offered.
    pub valid: Expr,
    /// The payload.
    pub data: Expr,
    /// Marks of the bytes that count.
    pub keep: Option<Expr>,
    /// Mark of the last beat.
    pub last: Option<Expr>,
    /// The beat is taken.
    pub ready: Expr,
}

/// Payload type and optional signals of a [`Stream`].
#[derive(Clone, Copy, Debug)]
pub struct StreamShape {
    data: Ty,
    keep: Option<Ty>,
    last: Option<Ty>,
}

impl Stream {
    /// A stream of values of type `data`.
    pub const fn of(data: Ty) -> StreamShape {
        StreamShape { data, keep: None, last: None }
    }
}

impl StreamShape {
    /// Adds a mark of the last beat.
    #[must_use]
    pub const fn with_last(self) -> StreamShape {
        StreamShape { last: Some(BIT), ..self }
    }

    /// Adds `bytes` marks of bytes.
    #[must_use]
    pub const fn with_keep(self, bytes: usize) -> StreamShape {
        StreamShape { keep: Some(bits(bytes)), ..self }
    }
}

impl Module {
    /// Drives what the source of `port` says with the signals of `beat`.
    pub fn send(&mut self, port: &Stream, beat: &Stream) {
        self.assign(&port.valid, &beat.valid);
        self.assign(&port.data, &beat.data);
        for (port, value) in [(&port.keep, &beat.keep), (&port.last, &beat.last)] {
            if let (Some(port), Some(value)) = (port, value) {
                self.assign(port, value);
            }
        }
    }
}

const VALID: &str = "A beat is offered; it holds until it is taken.";
const DATA: &str = "The beat.";
const KEEP: &str = "Bytes of the beat that count.";
const LAST: &str = "The beat is the last one.";
const READY: &str = "The beat is taken.";

impl Interface for Stream {
    type Shape = StreamShape;

    /// Ports of a source come in the order valid, data, keep, last; those of a sink in the order valid, last, data.
    fn signals(shape: StreamShape, at: &At, found: &mut Vec<Signal>) {
        let out = |name: &str, doc: &str| at.part(name, &[doc], Flow::Out);
        Expr::signals(BIT, &out("valid", VALID), found);
        let first = found.len();
        Expr::signals(shape.data, &out("data", DATA), found);
        Option::<Expr>::signals(shape.keep, &out("keep", KEEP), found);
        Option::<Expr>::signals(shape.last, &out("last", LAST), found);
        if found[first].flow == Flow::In {
            found[first..].reverse();
        }
        Expr::signals(BIT, &at.part("ready", &[READY], Flow::In), found);
    }

    fn find(at: &At, look: &mut dyn FnMut(&str) -> Option<Expr>) -> Option<Stream> {
        let out = |name: &str| at.part(name, &[], Flow::Out);
        Some(Stream {
            valid: Interface::find(&out("valid"), look)?,
            data: Interface::find(&out("data"), look)?,
            keep: Interface::find(&out("keep"), look)?,
            last: Interface::find(&out("last"), look)?,
            ready: Interface::find(&at.part("ready", &[], Flow::In), look)?,
        })
    }

    fn leaves(&self, at: &At, found: &mut Vec<(String, Flow, Expr)>) {
        let out = |name: &str| at.part(name, &[], Flow::Out);
        self.valid.leaves(&out("valid"), found);
        self.data.leaves(&out("data"), found);
        self.keep.leaves(&out("keep"), found);
        self.last.leaves(&out("last"), found);
        self.ready.leaves(&at.part("ready", &[], Flow::In), found);
    }
}
