//! All tests of this crate in one binary: most of the time of a build goes into linking.

mod boards;
mod cells;
mod emitters;
mod flow;
mod gates;
mod prove;
mod tool;
