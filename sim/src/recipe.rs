//! The commands that turn Verilog into a dynamic library.
//!
//! ```text
//! Verilog ───> Verilator ──> fast*.cpp, slow*.cpp ────────────────┐
//! port table ──────> ports.h + shim.cpp ──────────────────────────┼──> dut.so
//! runtime sources ──> objects, and a precompiled header, for all ─┘
//! ```
//!
//! Small designs are most of what tests build, and most of their time went into headers of the runtime and of C++: 5 of 7.6
//! processor seconds for the preset `odd`. So these are compiled once ([`PREFIX`]), and a small design is one unit.

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use trine_hdl::{Direction, Verilog};
use trine_tools::output;

use crate::cache::{Cache, Key};
use crate::error::Error;
use crate::options::{BuildOptions, BuildStep};
use crate::tools::{Compiler, Verilator};

/// The C++ half of this crate: file name and text.
const SHIM: [(&str, &str); 11] = [
    ("shim.cpp", include_str!("shim/shim.cpp")),
    ("memory.h", include_str!("shim/memory.h")),
    ("dram.h", include_str!("shim/dram.h")),
    ("axi_address.h", include_str!("shim/axi_address.h")),
    ("axi_write.h", include_str!("shim/axi_write.h")),
    ("axi_read.h", include_str!("shim/axi_read.h")),
    ("streams.h", include_str!("shim/streams.h")),
    ("hooks.h", include_str!("shim/hooks.h")),
    ("codecs.cpp", include_str!("shim/codecs.cpp")),
    ("codecs/lz4.h", include_str!("shim/codecs/lz4.h")),
    ("codecs/zlib.h", include_str!("shim/codecs/zlib.h")),
];

/// Source that is added for a design that counts its coverage.
const COVERAGE: (&str, &str) = ("coverage.cpp", include_str!("shim/coverage.cpp"));

/// Flags of Verilator and of the compiler for such a design; the last definition counts. It starts with zeros, because what a reset
/// does to random values would count as changes.
const COUNTING: [&str; 2] = ["--coverage-line --coverage-toggle --x-initial 0", "-UVM_COVERAGE -DVM_COVERAGE=1"];

/// Random initial values catch what a design forgets to reset; warnings are a matter for the linter, not for a build.
const VERILATE: &str = "--cc -O3 --x-assign unique --x-initial unique --prefix Vdut --Mdir cpp -Wno-fatal";

/// Modules stay modules, so that the columns can share code: half as much to compile, and 1.4 times faster to run. Gates
/// have nothing to share.
const KEEP_MODULES: [&str; 2] = ["-fno-inline", "-fno-gate"];

/// Name and text of the header that every file of a design starts with, and that is compiled ahead of all of them.
const PREFIX: (&str, &str) = ("prefix.h", include_str!("shim/prefix.h"));

const COMPILE: &str = "-c -std=c++17 -fPIC -fvisibility=hidden -pthread \
                       -Icpp -Icodecs -DVM_COVERAGE=0 -DVM_SC=0 -DVM_TRACE_VCD=0 -DVM_TRACE_SAIF=0";

/// A library shares nothing with the next one: each holds a runtime of its own. Only GCC would share, and knows the flag.
const NOT_UNIQUE: &str = "-fno-gnu-unique";

/// A precompiled header of Clang names the files that it was made from: these flags leave out their times, and the part of their
/// paths that `-isysroot` gives, because an entry of the cache moves when it is complete.
const MOVES: &str = "--relocatable-pch -Xclang -fno-pch-timestamp";

/// Generated C++ that the compiler gets at once: parsing the headers again costs more than a small file, and what is in
/// one piece keeps other processors idle.
const UNIT_BYTES: usize = 1 << 20;

/// Generated C++ up to which a design is one unit.
const SMALL_BYTES: usize = 1 << 18;

/// `-O3` gains nothing here, the processor's own instructions gain 10 %.
const OPTIMISE: &str = "-O2 -march=native";

/// Ahead of code that runs once, where the time to compile is all that counts. Not a flag: that would need a precompiled header
/// of its own.
const RUNS_ONCE: &str = "#pragma GCC optimize(\"O0\")\n#pragma clang optimize off\n";

/// Ahead of the runtime, of which a cycle takes little: three quarters of the time to compile, and no slower to run.
const RUNS_SELDOM: &str = "#pragma GCC optimize(\"O1\")\n";

/// Text of the C library for a full disk, which every tool prints.
const FULL: &str = "No space left on device";

/// Tools and flags of one kind of build.
pub(crate) struct Recipe {
    verilator: Verilator,
    compiler: Compiler,
    trace: bool,
    gates: bool,
    coverage: bool,
}

impl Recipe {
    pub fn new(verilator: Verilator, compiler: Compiler, options: &BuildOptions<'_>) -> Self {
        let BuildOptions { trace, gates, coverage, .. } = *options;
        Self { verilator, compiler, trace, gates, coverage: coverage.is_some() }
    }

    /// The dynamic library of a design.
    pub fn design(&self, cache: &Cache, verilog: &Verilog, progress: &dyn Fn(BuildStep)) -> Result<PathBuf, Error> {
        let ports = ports_header(verilog);
        let files = verilog.with_cells().flat_map(|file| [&file.name, &file.text]);
        let kind = KEEP_MODULES.into_iter().fold(self.key(), Key::part).part([u8::from(self.gates)]);
        let key = files.fold(kind, Key::part).part(&verilog.top).part(&ports).finish();
        let name = format!("{}-{key}", verilog.top);
        let entry = cache.entry(&name, |folder| {
            let runtime = self.runtime(cache, progress)?;
            let workshop = Workshop { recipe: self, folder, top: &verilog.top, failure_log: cache.failure_log(&name) };
            workshop.write("ports.h", &ports)?;
            workshop.build_design(verilog, &runtime, progress)
        })?;
        Ok(entry.join("dut.so"))
    }

    /// Objects and headers that every design is compiled and linked with.
    fn runtime(&self, cache: &Cache, progress: &dyn Fn(BuildStep)) -> Result<Runtime, Error> {
        let mut sources = vec!["verilated", "verilated_threads"];
        if self.trace {
            sources.push("verilated_fst_c");
        }
        if self.coverage {
            sources.push("verilated_cov");
        }
        let name = format!("runtime-{}", self.key().finish());
        let top = "the simulation runtime";
        let entry = cache.entry(&name, |folder| {
            progress(BuildStep::Runtime);
            let workshop = Workshop { recipe: self, folder, top, failure_log: cache.failure_log(&name) };
            workshop.write_shim()?;
            workshop.write(PREFIX.0, PREFIX.1)?;
            workshop.precompile(PREFIX.0)?;
            let units = sources.iter().map(|source| {
                let name = format!("{source}.cpp");
                workshop.write(&name, &format!("{RUNS_SELDOM}#include <{name}>\n")).map(|()| name.into())
            });
            workshop.compile(units.collect::<Result<_, _>>()?, &folder.join(PREFIX.0))
        })?;
        let objects = sources.iter().map(|source| entry.join(source).with_extension("o")).collect();
        Ok(Runtime { objects, prefix: entry.join(PREFIX.0) })
    }

    /// Key of all that every entry depends on. Code for this processor's instructions is no use to a machine that shares the
    /// folder but not the processor.
    fn key(&self) -> Key {
        let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let instructions = processor.lines().find(|line| line.starts_with("flags") || line.starts_with("Features"));
        let shim = SHIM.into_iter().fold(Key::default(), |key, (name, text)| key.part(name).part(text));
        let key = [
            VERILATE,
            COMPILE,
            OPTIMISE,
            RUNS_ONCE,
            RUNS_SELDOM,
            PREFIX.1,
            &self.verilator.version,
            &self.compiler.version,
        ]
        .into_iter()
        .fold(shim, Key::part)
        .part(instructions.unwrap_or_default())
        .part([u8::from(self.trace)]);
        if self.coverage { COUNTING.into_iter().fold(key, Key::part).part(COVERAGE.1) } else { key }
    }
}

/// The finished half of every simulation.
struct Runtime {
    objects: Vec<PathBuf>,
    /// A header, with its precompiled form beside it.
    prefix: PathBuf,
}

/// One build in its own folder; every command runs there and writes to one log.
struct Workshop<'a> {
    recipe: &'a Recipe,
    folder: &'a Path,
    top: &'a str,
    failure_log: PathBuf,
}

impl Workshop<'_> {
    fn build_design(&self, verilog: &Verilog, runtime: &Runtime, progress: &dyn Fn(BuildStep)) -> Result<(), Error> {
        progress(BuildStep::Verilate);
        let sources = write_sources(self.folder, verilog)?;
        let Verilator { executable, root, .. } = &self.recipe.verilator;
        let mut verilate = Command::new(executable);
        verilate.env("VERILATOR_ROOT", root).args(VERILATE.split_whitespace());
        if self.recipe.trace {
            verilate.args(["--trace-fst", "--trace-structs"]);
        }
        if !self.recipe.gates {
            verilate.args(KEEP_MODULES);
        }
        if self.recipe.coverage {
            verilate.args(COUNTING[0].split_whitespace());
        }
        self.run("Verilator", verilate.args(["--top-module", &verilog.top]).args(sources))?;

        progress(BuildStep::Compile);
        self.write_shim()?;
        if self.recipe.coverage {
            self.write(COVERAGE.0, COVERAGE.1)?;
        }
        let units = self.gather()?;
        let objects: Vec<PathBuf> = units.iter().map(|source| source.with_extension("o")).collect();
        self.compile(units, &runtime.prefix)?;
        let mut link = self.compiler();
        // A symbol that is nowhere is an error now, and not the end of the process that loads the library.
        link.args(["-shared", "-pthread", "-Wl,-z,defs", "-o", "dut.so"]).args(objects).args(&runtime.objects);
        if self.recipe.compiler.is_clang() {
            link.arg("-latomic");
        }
        self.run("the linker", &mut link)?;
        self.remove_intermediates()
    }

    /// Gathers Verilator's many files and the shim into a few units: code that runs every cycle, and behind it code that runs
    /// once.
    fn gather(&self) -> Result<Vec<PathBuf>, Error> {
        let folder = self.folder.join("cpp");
        let mut files: Vec<(String, usize)> = fs::read_dir(&folder)
            .map_err(Error::io("cannot read", &folder))?
            .flatten()
            .map(|file| (file.file_name().to_string_lossy().into_owned(), file.metadata().map_or(0, |data| data.len())))
            .filter(|(name, _)| name.ends_with(".cpp"))
            .map(|(name, bytes)| (name, bytes as usize))
            .collect();
        files.sort();
        let bytes: usize = files.iter().map(|(_, bytes)| bytes).sum();
        let (slow, mut fast): (Vec<_>, Vec<_>) = files.into_iter().partition(|(name, _)| name.contains("__Slow"));
        fast.push(("shim.cpp".into(), 0));
        if self.recipe.trace {
            fast.push(("codecs.cpp".into(), 0));
        }
        if self.recipe.coverage {
            fast.push((COVERAGE.0.into(), 0));
        }

        let mut texts = units(&fast);
        if self.recipe.gates {
            // Thousands of gates in one function take an optimiser minutes.
            texts.iter_mut().for_each(|text| text.insert_str(0, RUNS_ONCE));
        }
        let once = units(&slow).into_iter().map(|text| RUNS_ONCE.to_owned() + &text);
        match &mut texts[..] {
            [only] if bytes <= SMALL_BYTES => once.for_each(|text| *only += &text),
            _ => texts.extend(once),
        }
        let named = texts.iter().enumerate().map(|(index, text)| {
            let name = format!("unit{index}.cpp");
            self.write(&name, text).map(|()| name.into())
        });
        named.collect()
    }

    /// Compiles sources to objects in the folder, as many at once as there are processors.
    fn compile(&self, sources: Vec<PathBuf>, prefix: &Path) -> Result<(), Error> {
        let workers = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let queue = Mutex::new(sources.into_iter());
        let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
        let one =
            |source: PathBuf| self.run_compiler(prefix, |command| command.arg("-include").arg(prefix).arg(source));
        let work = || std::iter::from_fn(next).try_for_each(one);
        std::thread::scope(|scope| {
            let running: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
            running.into_iter().try_for_each(|worker| worker.join().expect("a compile job does not panic"))
        })
    }

    /// Compiles a header ahead, under the name that a compiler looks for when a flag includes the header.
    fn precompile(&self, header: &str) -> Result<(), Error> {
        let (extension, flags) = if self.recipe.compiler.is_clang() { ("pch", MOVES) } else { ("gch", "") };
        self.run_compiler(&self.folder.join(header), |command| {
            let command = command.args(flags.split_whitespace()).args(["-x", "c++-header", header, "-o"]);
            command.arg(format!("{header}.{extension}"))
        })
    }

    fn run_compiler(&self, prefix: &Path, job: impl FnOnce(&mut Command) -> &mut Command) -> Result<(), Error> {
        let include = self.recipe.verilator.root.join("include");
        let trace = format!("-DVM_TRACE={0} -DVM_TRACE_FST={0}", u8::from(self.recipe.trace));
        let mut command = self.compiler();
        if self.recipe.compiler.is_clang() {
            command.arg("-isysroot").arg(prefix.parent().unwrap_or(prefix));
        }
        let coverage = if self.recipe.coverage { COUNTING[1] } else { "" };
        let unique = if self.recipe.compiler.is_clang() { "" } else { NOT_UNIQUE };
        command.args([COMPILE, unique, &trace, coverage, OPTIMISE].into_iter().flat_map(str::split_whitespace));
        command.arg("-I").arg(&include).arg("-I").arg(include.join("vltstd"));
        self.run("the C++ compiler", job(&mut command))
    }

    fn compiler(&self) -> Command {
        let (program, arguments) = self.recipe.compiler.command.split_first().expect("a compiler has a program");
        let mut command = Command::new(program);
        command.args(arguments);
        command
    }

    /// Runs one command in the folder; its output ends up in the error and, complete, in the failure log.
    fn run(&self, step: &'static str, command: &mut Command) -> Result<(), Error> {
        const TAIL: usize = 12;
        // A relative one leads elsewhere from that folder.
        if let Ok(temporary) = std::path::absolute(std::env::temp_dir()) {
            command.env("TMPDIR", temporary);
        }
        let output = output(command.current_dir(self.folder), None)?;
        if output.status.success() {
            return Ok(());
        }
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        if text.contains(FULL) {
            let folder = self.failure_log.parent().unwrap_or(self.folder).to_owned();
            return Err(Error::DiskFull { step, folder, temporary: std::env::temp_dir() });
        }
        let log = self.failure_log.clone();
        fs::write(&log, format!("{command:?}\n{text}")).map_err(Error::io("cannot write", &log))?;
        let lines: Vec<&str> = text.lines().collect();
        let tail = lines[lines.len().saturating_sub(TAIL)..].join("\n");
        Err(Error::Build { step, top: self.top.to_owned(), tail, log })
    }

    fn write_shim(&self) -> Result<(), Error> {
        let codecs = self.folder.join("codecs");
        fs::create_dir(&codecs).map_err(Error::io("cannot create", &codecs))?;
        SHIM.into_iter().try_for_each(|(name, text)| self.write(name, text))
    }

    fn write(&self, name: &str, text: &str) -> Result<(), Error> {
        write(&self.folder.join(name), text)
    }

    /// Removes all but the library and the Verilog it came from.
    fn remove_intermediates(&self) -> Result<(), Error> {
        let cpp = self.folder.join("cpp");
        fs::remove_dir_all(&cpp).map_err(Error::io("cannot remove", &cpp))?;
        let entries = fs::read_dir(self.folder).map_err(Error::io("cannot read", self.folder))?;
        entries
            .flatten()
            .map(|file| file.path())
            .filter(|path| path.extension().is_some_and(|it| it == "o"))
            .try_for_each(|object| fs::remove_file(&object).map_err(Error::io("cannot remove", &object)))
    }
}

/// The texts of units that include `files`, given with their sizes, in order.
fn units(files: &[(String, usize)]) -> Vec<String> {
    let mut units: Vec<(String, usize)> = Vec::new();
    for (name, bytes) in files {
        if units.last().is_none_or(|(_, filled)| *filled >= UNIT_BYTES) {
            units.push((String::new(), 0));
        }
        let (text, filled) = units.last_mut().expect("there is a unit");
        *text += &format!("#include \"{name}\"\n");
        *filled += bytes;
    }
    units.into_iter().map(|(text, _)| text).collect()
}

/// Writes the files of a design and returns their names, children first.
pub(crate) fn write_sources(folder: &Path, verilog: &Verilog) -> Result<Vec<String>, Error> {
    for file in verilog.with_cells() {
        write(&folder.join(&file.name), &file.text)?;
    }
    Ok(verilog.with_cells().map(|file| file.name.clone()).collect())
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(Error::io("cannot write", path))
}

/// The port table for the shim. Types are left to the C++ compiler: they follow the width (`CData` … `VlWide`).
fn ports_header(verilog: &Verilog) -> String {
    let mut text = "#pragma once\n#include \"Vdut.h\"\n#define TRINE_DUT Vdut\n".to_owned();
    if !verilog.clock.is_empty() {
        text += &format!("#define TRINE_CLOCK {}\n", verilog.clock);
    }
    text += "#define TRINE_PORTS";
    for port in &verilog.ports {
        let direction = if port.direction == Direction::Input { "INPUT" } else { "OUTPUT" };
        text += &format!(" \\\n    TRINE_{direction}({})", port.name);
    }
    text + "\n"
}
