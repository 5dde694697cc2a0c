//! Host driver: schedules BitNet matmuls onto the accelerator over one transport trait.
#![forbid(unsafe_code)]

mod transport;

pub use transport::{Exchange, Transport, TransportError};
