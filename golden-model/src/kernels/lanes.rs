//! Activations in the order of the packed weights.

use crate::ternary::{BLOCK, PLANE};

/// 64 activations, the partners of a block's plane.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Lanes(pub(super) [i8; PLANE]);

/// Planes in a block.
pub(super) const PLANES: usize = BLOCK / PLANE;
