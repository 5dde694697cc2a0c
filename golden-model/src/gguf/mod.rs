//! GGUF files: the container, the types of its tensors, and their blocks, for reading and for writing.
//!
//! ```text
//! "GGUF" version:u32 tensors:u64 pairs:u64
//! pairs   x { key:string type:u32 value }
//! tensors x { name:string dims:u32 dim:u64 x dims  type:u32 offset:u64 }
//! padding to general.alignment (32), then the data; offsets count from there
//! ```
//!
//! ```
//! use trine_golden_model::gguf::{self, Gguf, TensorData, Value};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let keys = [("general.architecture".to_owned(), Value::Text("bitnet".to_owned()))];
//! let norm = TensorData::floats("output_norm.weight".to_owned(), &[2], &[1.0, 0.5]);
//! # let folder = tempfile::tempdir()?;
//! # let path = &folder.path().join("a.gguf");
//! std::fs::write(path, gguf::bytes(&keys, &[norm]))?;
//! let file = Gguf::open(path)?;
//! assert_eq!(file.string("general.architecture")?, Some("bitnet"));
//! assert_eq!(file.names().collect::<Vec<_>>(), ["output_norm.weight"]);
//! assert_eq!(file.tensor("output_norm.weight").transpose()?.map(|tensor| tensor.data.len()), Some(8));
//! # Ok(()) }
//! ```

mod container;
mod encoding;
mod format;
mod k_quants;
mod kinds;
mod quants;
mod reader;
pub(crate) mod split;
pub(crate) mod trits;
mod types;
mod values;
mod write;

pub use container::{Gguf, TensorView};
pub(crate) use encoding::{Encoding, LARGEST};
pub(crate) use format::MAGIC;
pub use trits::TernaryBlocks;
pub use types::TensorType;
pub use write::{TensorData, Value, bytes};
