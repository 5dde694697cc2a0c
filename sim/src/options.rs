//! Options and steps of a build.

use std::fmt;
use std::path::Path;

/// Options of a build.
#[derive(Clone, Copy, Default)]
pub struct BuildOptions<'a> {
    /// Adds waveforms. Such a simulation is a separate build and runs several times slower.
    pub trace: bool,
    /// The design is a netlist of gates or look-up tables: many small modules that share nothing. It is built more
    /// quickly, and runs more slowly.
    pub gates: bool,
    /// Folder in which every instance leaves what it has counted of its coverage, one file each, when it is dropped. Such a
    /// simulation is a separate build.
    pub coverage: Option<&'a Path>,
    /// Called before each step that takes time; never when the simulation is in the cache.
    pub progress: Option<&'a dyn Fn(BuildStep)>,
}

impl fmt::Debug for BuildOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BuildOptions")
            .field("trace", &self.trace)
            .field("gates", &self.gates)
            .field("coverage", &self.coverage)
            .finish_non_exhaustive()
    }
}

/// A step of a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuildStep {
    /// Compiling the simulation runtime: once for all designs.
    Runtime,
    /// Translating the Verilog to C++.
    Verilate,
    /// Compiling the design's C++.
    Compile,
}

impl fmt::Display for BuildStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Runtime => "compiling the simulation runtime (once)",
            Self::Verilate => "translating the Verilog to C++",
            Self::Compile => "compiling the simulation",
        })
    }
}
