//! Reusable hardware, one core a file.

mod adder_tree;
pub mod cells;
mod fifo;
pub mod float;
mod multiplier;
mod narrow;
mod ram;
mod replay_buffer;

pub use adder_tree::{Term, add_owed, adder_tree, store, tree};
pub use fifo::fifo;
pub use multiplier::product;
pub use narrow::{INSTANCE, narrow};
pub use ram::ram;
pub use replay_buffer::replay_buffer;
