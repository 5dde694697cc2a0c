//! All tests of this crate in one binary: most of the time of a build goes into linking.

mod common;
mod compare;
mod gates;
mod mutate;
mod refused;
mod small_verbs;
