//! All tests of this crate in one binary: most of the time of a build goes into linking.

mod energy_doc;
mod own_prices;
mod ranges;
mod report;
