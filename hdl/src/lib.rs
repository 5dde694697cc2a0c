//! The Trine accelerator described in Rust: a typed hardware layer and the design built on it.
