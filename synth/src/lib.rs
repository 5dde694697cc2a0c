//! Open synthesis flows for generated designs.
#![forbid(unsafe_code)]

mod error;
pub mod prove;
pub mod yosys;

pub use error::Error;
