//! External tools: found, and run with all the processes that they start.
//!
//! [`Search`] finds an executable; [`output`] and [`logged`] run a command to its end or to its time limit; [`Tree`] is a
//! running process that ends with everything it started.
//!
//! ```
//! # fn example() -> Result<(), trine_tools::RunError> {
//! use std::process::Command;
//! use std::time::Duration;
//!
//! let output = trine_tools::output(Command::new("sh").args(["-c", "echo done"]), Some(Duration::from_secs(10)))?;
//! assert_eq!(output.stdout, b"done\n");
//! # Ok(())
//! # }
//! # example().unwrap();
//! ```
#![forbid(unsafe_code)]

mod run;
mod search;
mod tree;

pub use run::{RunError, logged, output};
pub use search::{PassedOver, Search, SearchError};
pub use tree::Tree;
