//! A port of a part.

use super::signal::Signal;
use rust_hdl_core::atom::AtomKind;

/// A port of a part, and the net of the surrounding block it hangs on.
#[derive(Debug)]
pub(super) struct Pin {
    pub port: Signal,
    pub net: usize,
}

impl Pin {
    pub fn drives_part(&self) -> bool {
        self.port.kind == AtomKind::InputParameter
    }
}
