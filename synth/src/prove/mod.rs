//! Proofs about the generated Verilog, by temporal induction in Yosys.
//!
//! A [`Claim`] is a design, one of its modules, and a *property*: Verilog with `assume` and `assert` that is put into the
//! text of that module in front of its `endmodule`, where every signal is in scope. It may add registers of its own that
//! watch and never drive. [`Yosys::prove`] then looks, for growing `n`, for
//!
//! ```text
//!  base       n cycles from the start that break an assertion                        ─> refuted, with a trace
//!  induction  n good cycles from any state at all, and a following one that is not   ─> none: proven for ever
//! ```
//! The start is any state of the module (its registers have no initial values); properties assume a reset in the first
//! cycle, or wait until pipelines have filled. What is proven holds without a bound on time, in the given sizes.
//!
//! The claims about the accelerator are in [`arithmetic`], [`counting`], [`ring`], [`streams`] and [`mod@unit`].

pub mod arithmetic;
pub mod counting;
pub mod ring;
pub mod streams;
pub mod unit;

use crate::error::Error;
use crate::yosys::Yosys;
use std::sync::Arc;
use trine_hdl::Verilog;
use trine_hdl::lang::{self, Errors, Module, RamStyle};
use trine_spec::config::clog2;

/// A property of one module of a design.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The claim, in a few words.
    pub name: String,
    /// The generated design.
    pub design: Verilog,
    /// The module that the property is put into; it becomes the top.
    pub module: String,
    /// Assumptions and assertions in Verilog.
    pub property: String,
    /// Cycles after which the search ends.
    pub cycles: usize,
}

/// Outcome of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds for ever.
    Proven {
        /// Good cycles that the induction needed.
        cycles: usize,
    },
    /// It does not hold.
    Refuted {
        /// Cycles from the start until an assertion breaks.
        cycles: usize,
        /// Inputs and registers that break it, cycle by cycle.
        trace: String,
    },
    /// No cycles from the start break it within the search, and induction did not show that none ever do.
    Open,
}

impl Claim {
    /// The same claim about a design in which one place of one module reads differently.
    ///
    /// # Errors
    /// [`Error::NoSuchText`] when the module has no such text.
    pub fn mutant(&self, module: &str, from: &str, to: &str) -> Result<Claim, Error> {
        let mut mutant = self.clone();
        let text = text_of(&mut mutant.design, module);
        match text.filter(|text| text.contains(from)) {
            Some(text) => *text = text.replacen(from, to, 1),
            None => return Err(Error::NoSuchText { module: module.into(), text: from.into() }),
        }
        mutant.name = format!("{} with `{from}` become `{to}`", self.name);
        Ok(mutant)
    }

    /// The design with the property inside.
    fn stated(&self) -> Result<Verilog, Error> {
        const END: &str = "endmodule";
        let mut design = self.design.clone();
        let text = text_of(&mut design, &self.module);
        let at = text.as_ref().and_then(|text| text.rfind(END));
        let (Some(text), Some(at)) = (text, at) else {
            return Err(Error::NoSuchText { module: self.module.clone(), text: END.into() });
        };
        text.insert_str(at, &self.property);
        Ok(design)
    }
}

fn claim(name: String, module: &Arc<Module>, property: String, cycles: usize) -> Result<Claim, Errors> {
    Ok(Claim { name, design: lang::verilog(module)?, module: module.name.clone(), property, cycles })
}

fn text_of<'a>(design: &'a mut Verilog, module: &str) -> Option<&'a mut String> {
    design.files.iter_mut().find(|f| f.name.strip_suffix(".v") == Some(module)).map(|f| &mut f.text)
}

impl Yosys {
    /// Proves or refutes `claim`.
    ///
    /// # Errors
    /// The claim does not fit its design, or Yosys is out of order.
    pub fn prove(&self, claim: &Claim) -> Result<Verdict, Error> {
        self.solve(claim, "-tempinduct")
    }

    /// Looks only for what breaks `claim` from the start, in half the time; never [`Verdict::Proven`].
    ///
    /// # Errors
    /// See [`Yosys::prove`].
    pub fn refute(&self, claim: &Claim) -> Result<Verdict, Error> {
        self.solve(claim, "-tempinduct-baseonly")
    }

    fn solve(&self, claim: &Claim, method: &str) -> Result<Verdict, Error> {
        let (top, cycles) = (&claim.module, claim.cycles);
        // Without outputs, all that no assertion depends on goes away.
        let script = format!(
            "read_verilog -formal design/*.v\nhierarchy -check -top {top}\nproc\nmemory_collect\nmemory_map\n\
             flatten\nchformal -lower\ndelete -port o:*\nopt_clean\n\
             sat {method} -prove-asserts -set-assumes -maxsteps {cycles} -show-inputs -show-regs {top}\n"
        );
        let run = self.run(&claim.name, &script, &[("design", &claim.stated()?)])?;
        verdict(&run.log).ok_or_else(|| {
            let (design, last) = (claim.name.clone(), "the solver gave no verdict".into());
            Error::Failed { tool: crate::yosys::NAME, design, last, log: run.keep() }
        })
    }
}

/// Verdict in the log; `None` if the solver had nothing to prove or did not finish.
fn verdict(log: &str) -> Option<Verdict> {
    let number = |what: &str| log[log.rfind(what)? + what.len()..].split(']').next()?.trim().parse().ok();
    if !log.contains("Import proof for assert") {
        None
    } else if log.contains("Induction step proven: SUCCESS!") {
        number("[induction step ").map(|cycles| Verdict::Proven { cycles })
    } else if log.contains("model found for base case: FAIL!") {
        // Tables further up show where induction did not get on
        let table = &log[log.rfind("Time Signal Name")?..];
        let trace = table.lines().take_while(|line| !line.trim().is_empty()).collect::<Vec<_>>().join("\n");
        number("[base case ").map(|cycles| Verdict::Refuted { cycles, trace })
    } else {
        let searched = log.contains("Reached maximum number of time steps") || log.contains("proved base case for");
        searched.then_some(Verdict::Open)
    }
}

/// Declares signals inside a design by their paths from the top, for a property. One that is not there is free, and
/// assertions about it fail.
fn inside(signals: impl IntoIterator<Item = (String, usize)>) -> String {
    signals.into_iter().map(|(path, width)| format!("  (* hierconn *) wire [{}:0] \\{path} ;\n", width - 1)).collect()
}

/// Declares what is in the memory of this `kind` at `path`, which ends in its name: its two registers, `<name>_flat`, all its words
/// side by side, and `<name>_fetched`, the word behind the first register.
fn memory(path: &str, kind: RamStyle, width: usize, words: usize) -> String {
    let word = |i| format!("{path}.ram[{i}]");
    let name = path.rsplit('.').next().unwrap_or(path);
    let fetched = if kind == RamStyle::Distributed { ("at_q", clog2(words)) } else { ("word_q", width) };
    let registers = [fetched, ("out_q", width)].map(|(q, width)| (format!("{path}.{q}"), width));
    let list: Vec<String> = (0..words).rev().map(|i| format!("\\{} ", word(i))).collect();
    let flat = format!("  wire [{}:0] {name}_flat = {{{}}};\n", words * width - 1, list.join(", "));
    let fetched = match kind {
        RamStyle::Distributed => format!("{name}_flat[\\{path}.at_q * {width} +: {width}]"),
        _ => format!("\\{path}.word_q "),
    };
    let fetched = format!("  wire [{}:0] {name}_fetched = {fetched};\n", width - 1);
    inside((0..words).map(|i| (word(i), width)).chain(registers)) + &flat + &fetched
}
