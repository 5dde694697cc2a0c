//! All tests of this package in one binary.

mod page;
mod programs;
