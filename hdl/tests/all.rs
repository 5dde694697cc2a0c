//! All tests of this crate in one binary: most of the time of a build goes into linking.

mod interpreter;
mod lang_errors;
mod presets;
mod ring;
mod rust_hdl;
