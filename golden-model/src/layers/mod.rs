//! The layers that a transformer is made of.

pub(crate) mod attention;
pub(crate) mod cache;
pub(crate) mod dense;
pub(crate) mod ffn;
pub(crate) mod linear;
pub(crate) mod norm;
pub(crate) mod parts;
pub(crate) mod rope;
