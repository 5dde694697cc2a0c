//! An interpreter: runs a module with everything below it, without a simulator.
//!
//! All registers have one clock. [`Interpreter::set`] changes inputs, [`Interpreter::get`] settles the logic and reads
//! any named signal, [`Interpreter::clock`] is one rising edge. The design is flattened once into steps in an order in which
//! every net is computed before it is read. Registers and memories start at zero; an address outside a memory reads zero
//! and writes nothing. Cells of technologies need a model in Rust.
//!
//! ```
//! use trine_hdl::lang::{BIT, Interpreter, Module, bits, set, when};
//! let mut m = Module::new("counter", "Counts while `enable_i` is high.");
//! let enable = m.input("enable_i", BIT);
//! let count = m.reg("count_q", bits(3));
//! m.on_clock([when(&enable, [set(&count, count.step(1))])]);
//! m.drive("count_o", &count);
//! let mut counter = Interpreter::new(&m.build().unwrap()).unwrap();
//! counter.set("enable_i", 1);
//! (0..10).for_each(|_| counter.clock());
//! assert_eq!(counter.get("count_o"), 10 % 8);
//! ```

mod flat;
mod trace;
pub(crate) mod value;

pub use trace::Trace;

use super::decl::Kind;
use super::module::Module;
use super::ty::Ty;
use flat::{Action, Clocked, Flat};
use num_bigint::BigInt;
use std::sync::Arc;
use value::{NARROW, evaluate, fit, raw};

/// Model of a combinational cell: computes the named output from the parameters and the inputs.
pub type CellModel = fn(parameters: &[(String, String)], input: &dyn Fn(&str) -> u64, output: &str) -> u64;

/// A design that cannot be interpreted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InterpreterError {
    /// A cell without a model.
    #[error("{instance} is a cell {cell}, which has no model")]
    Cell {
        /// Path of the instance.
        instance: String,
        /// Name of the cell.
        cell: String,
    },
}

/// A design in execution.
pub struct Interpreter {
    name: String,
    flat: Flat,
    inputs: Vec<String>,
    /// Values of nets of up to [`NARROW`] bits.
    narrow: Vec<i128>,
    /// Values of the other nets.
    wide: Vec<BigInt>,
    memories: Vec<Vec<BigInt>>,
    settled: bool,
}

impl Interpreter {
    /// The design below `top`, all registers at zero.
    ///
    /// # Errors
    /// A cell of some technology.
    pub fn new(top: &Arc<Module>) -> Result<Interpreter, InterpreterError> {
        Interpreter::with_cells(top, &[])
    }

    /// The design below `top` with models of combinational cells by name.
    ///
    /// # Errors
    /// A cell without a model.
    pub fn with_cells(top: &Arc<Module>, cells: &[(&str, CellModel)]) -> Result<Interpreter, InterpreterError> {
        let flat = Flat::new(top, cells)?;
        let inputs = top.decls.iter().filter(|d| d.kind == Kind::Input).map(|d| d.name.clone()).collect();
        Ok(Interpreter {
            name: top.name.clone(),
            inputs,
            narrow: vec![0; flat.types.len()],
            wide: vec![BigInt::ZERO; flat.types.len()],
            memories: flat.memories.iter().map(|(_, depth)| vec![BigInt::ZERO; *depth]).collect(),
            flat,
            settled: false,
        })
    }

    /// Sets an input; the value is cut to its width.
    ///
    /// # Panics
    /// When there is no such input: a mistake in the calling Rust code.
    pub fn set(&mut self, input: &str, value: impl Into<BigInt>) {
        assert!(self.inputs.iter().any(|name| name == input), "{}: no input {input}", self.name);
        self.put(self.flat.names[input], value.into());
        self.settled = false;
    }

    /// Sets several inputs.
    ///
    /// # Panics
    /// As [`Interpreter::set`].
    pub fn set_all<'a>(&mut self, inputs: impl IntoIterator<Item = (&'a str, i64)>) {
        inputs.into_iter().for_each(|(input, value)| self.set(input, value));
    }

    /// The value of a signal: `signal` of the top module, `instance.signal` below it.
    ///
    /// # Panics
    /// When there is no such signal, or it has no value of 64 bits: a mistake in the calling Rust code.
    pub fn get(&mut self, signal: &str) -> i64 {
        let value = self.get_wide(signal);
        i64::try_from(&value).unwrap_or_else(|_| panic!("{}: {signal} is {value}", self.name))
    }

    /// The value of a signal of any width.
    ///
    /// # Panics
    /// When there is no such signal.
    pub fn get_wide(&mut self, signal: &str) -> BigInt {
        self.settle();
        self.number(self.net(signal))
    }

    /// The bits of a signal as an unsigned number.
    ///
    /// # Panics
    /// When there is no such signal.
    pub fn get_bits(&mut self, signal: &str) -> BigInt {
        let value = self.get_wide(signal);
        raw(value, self.ty(signal))
    }

    /// Type of a signal.
    ///
    /// # Panics
    /// When there is no such signal.
    pub fn ty(&self, signal: &str) -> Ty {
        self.flat.types[self.net(signal)]
    }

    /// One rising edge of the clock.
    pub fn clock(&mut self) {
        self.settle();
        let mut changes = vec![];
        self.flat.clocked.iter().for_each(|c| self.decide(c, &mut changes));
        for change in changes {
            match change {
                Change::Register(net, value) => self.put(net, value),
                Change::Word(memory, at, value) => {
                    if let Some(word) = usize::try_from(at).ok().and_then(|at| self.memories[memory].get_mut(at)) {
                        *word = value;
                    }
                }
            }
        }
        self.settled = false;
    }

    fn net(&self, signal: &str) -> usize {
        let net = self.flat.names.get(signal);
        *net.unwrap_or_else(|| panic!("{}: no signal {signal}", self.name))
    }

    fn number(&self, net: usize) -> BigInt {
        if self.flat.types[net].width <= NARROW { self.narrow[net].into() } else { self.wide[net].clone() }
    }

    fn put(&mut self, net: usize, value: BigInt) {
        let ty = self.flat.types[net];
        let value = fit(value, ty);
        match i128::try_from(&value) {
            Ok(value) if ty.width <= NARROW => self.narrow[net] = value,
            _ => self.wide[net] = value,
        }
    }

    /// Computes every net that no register and no input gives.
    fn settle(&mut self) {
        if std::mem::replace(&mut self.settled, true) {
            return;
        }
        for n in 0..self.flat.steps.len() {
            let step = &self.flat.steps[n];
            let (target, types) = (step.target, &self.flat.types);
            let value = match &step.action {
                Action::Compute(value) => {
                    let ty = types[target];
                    let is_narrow = |n: usize| types[n].width <= NARROW;
                    if is_narrow(target) && value.operands().into_iter().all(is_narrow) {
                        self.narrow[target] = evaluate(value, ty, |n| (self.narrow[n], types[n]));
                        continue;
                    }
                    evaluate(value, ty, |n| (self.number(n), types[n]))
                }
                Action::Read(memory, address) => {
                    let at = usize::try_from(self.number(*address)).unwrap_or(usize::MAX);
                    self.memories[*memory].get(at).cloned().unwrap_or_default()
                }
                Action::Cell(cell, output) => {
                    let cell = &self.flat.cells[*cell];
                    let input = |name: &str| {
                        let net = cell.inputs.iter().find(|(input, _)| input == name).map(|(_, net)| *net);
                        let net = net.unwrap_or_else(|| panic!("a model reads {name}, which its cell does not have"));
                        u64::try_from(raw(self.number(net), types[net])).unwrap_or_default()
                    };
                    (cell.model)(&cell.parameters, &input, output).into()
                }
            };
            self.put(target, value);
        }
    }

    /// Collects the changes of a statement at the edge; the last change of a register wins.
    fn decide(&self, c: &Clocked, changes: &mut Vec<Change>) {
        match c {
            Clocked::Set(register, value) => changes.push(Change::Register(*register, self.number(*value))),
            Clocked::Write(memory, address, value) => {
                let value = fit(self.number(*value), self.flat.memories[*memory].0);
                changes.push(Change::Word(*memory, self.number(*address), value));
            }
            Clocked::If(condition, then, otherwise) => {
                let chosen = if self.narrow[*condition] == 0 { otherwise } else { then };
                chosen.iter().for_each(|c| self.decide(c, changes));
            }
            Clocked::Case(on, arms, default) => {
                let on = self.number(*on);
                let arm = arms.iter().find(|(label, _)| on == BigInt::from(*label));
                arm.map_or(default, |(_, arm)| arm).iter().for_each(|c| self.decide(c, changes));
            }
        }
    }
}

/// A change at the clock edge.
enum Change {
    Register(usize, BigInt),
    Word(usize, BigInt, BigInt),
}
