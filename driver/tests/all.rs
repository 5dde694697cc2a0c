//! All tests of this crate in one binary: most of the time of a build goes into linking.

mod bound;
mod etherbone;
mod faults;
mod load;
#[cfg(all(feature = "mapped", unix))]
mod mapped;
mod offload;
mod packing_page;
mod queue;
mod resident;
mod shared;
