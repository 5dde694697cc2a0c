//! Open synthesis flows for generated designs.
#![forbid(unsafe_code)]

pub mod bench;
mod error;
pub mod flow;
pub mod gates;
pub mod liberty;
pub mod prove;
pub mod tools;
pub mod yosys;

pub use error::Error;
