//! A module with everything below it as one list of nets and the steps that compute them, in order.

use super::value::Value;
use super::{CellModel, InterpreterError};
use crate::lang::decl::Kind;
use crate::lang::expr::{Expr, Node};
use crate::lang::module::{Instance, Module};
use crate::lang::stmt::Stmt;
use crate::lang::ty::Ty;
use std::collections::HashMap;
use std::sync::Arc;

/// Source of a net's value.
#[derive(Debug)]
pub(super) enum Action {
    /// From other nets.
    Compute(Value),
    /// The word of a memory at the address in a net.
    Read(usize, usize),
    /// An output of a cell: its number, name of the output.
    Cell(usize, String),
}

/// One net and how it is computed.
#[derive(Debug)]
pub(super) struct Step {
    pub target: usize,
    pub action: Action,
}

/// A statement of a clocked block; values are nets.
#[derive(Debug)]
pub(super) enum Clocked {
    /// Register, next value.
    Set(usize, usize),
    /// Memory, address, word.
    Write(usize, usize, usize),
    /// Condition, statements when it holds, statements when it does not.
    If(usize, Vec<Clocked>, Vec<Clocked>),
    /// Selector, arms, default.
    Case(usize, Vec<(i64, Vec<Clocked>)>, Vec<Clocked>),
}

/// An instance of a cell with a model.
pub(super) struct Cell {
    pub model: CellModel,
    pub parameters: Vec<(String, String)>,
    /// Inputs by name.
    pub inputs: Vec<(String, usize)>,
}

/// The whole design.
#[derive(Default)]
pub(super) struct Flat {
    pub types: Vec<Ty>,
    /// Nets by path: `signal` of the top module, `instance.signal` below.
    pub names: HashMap<String, usize>,
    pub steps: Vec<Step>,
    pub clocked: Vec<Clocked>,
    /// Word type and depth of each memory.
    pub memories: Vec<(Ty, usize)>,
    pub cells: Vec<Cell>,
}

impl Flat {
    pub fn new(top: &Arc<Module>, cells: &[(&str, CellModel)]) -> Result<Flat, InterpreterError> {
        let mut flat = Flat::default();
        flat.module(top, "", cells)?;
        flat.order();
        Ok(flat)
    }

    fn net(&mut self, ty: Ty) -> usize {
        self.types.push(ty);
        self.types.len() - 1
    }

    fn step(&mut self, target: usize, action: Action) {
        self.steps.push(Step { target, action });
    }

    /// Adds `m` at `path`; the nets of its declarations.
    fn module(&mut self, m: &Module, path: &str, cells: &[(&str, CellModel)]) -> Result<Vec<usize>, InterpreterError> {
        let mut numbers = vec![];
        for d in &m.decls {
            numbers.push(match d.kind {
                Kind::Memory(depth, _) => {
                    self.memories.push((d.ty, depth));
                    self.memories.len() - 1
                }
                _ => {
                    let net = self.net(d.ty);
                    self.names.insert(format!("{path}{}", d.name), net);
                    net
                }
            });
        }
        let mut scope = Scope { numbers, nodes: HashMap::new() };
        for i in &m.instances {
            match i.module.cell_model {
                Some(_) => self.cell(i, &mut scope, path, cells)?,
                None => {
                    let inside = self.module(&i.module, &format!("{path}{}.", i.name), cells)?;
                    for (port, e) in &i.inputs {
                        let from = self.value(e, &mut scope);
                        self.step(inside[*port], Action::Compute(Value::Copy(from)));
                    }
                    for (port, wire) in &i.outputs {
                        let to = self.value(wire, &mut scope);
                        self.step(to, Action::Compute(Value::Copy(inside[*port])));
                    }
                }
            }
        }
        for s in &m.comb {
            if let Stmt::Set(target, value) = s {
                let (to, from) = (self.value(target, &mut scope), self.value(value, &mut scope));
                self.step(to, Action::Compute(Value::Copy(from)));
            }
        }
        let clocked = self.block(&m.seq, &mut scope);
        self.clocked.extend(clocked);
        Ok(scope.numbers)
    }

    fn cell(
        &mut self,
        i: &Instance,
        scope: &mut Scope,
        path: &str,
        cells: &[(&str, CellModel)],
    ) -> Result<(), InterpreterError> {
        let Some((_, model)) = cells.iter().find(|(name, _)| *name == i.module.name) else {
            return Err(InterpreterError::Cell { instance: format!("{path}{}", i.name), cell: i.module.name.clone() });
        };
        let name = |port: usize| i.module.decls[port].name.clone();
        let inputs = i.inputs.iter().map(|(port, e)| (name(*port), self.value(e, scope))).collect();
        self.cells.push(Cell { model: *model, parameters: i.parameters.clone(), inputs });
        for (port, wire) in &i.outputs {
            let to = self.value(wire, scope);
            self.step(to, Action::Cell(self.cells.len() - 1, name(*port)));
        }
        Ok(())
    }

    /// The net with the value of `e`; a shared node is computed once.
    fn value(&mut self, e: &Expr, scope: &mut Scope) -> usize {
        let key = (Arc::as_ptr(&e.node), e.ty.width, e.ty.signed);
        if let Some(net) = scope.nodes.get(&key) {
            return *net;
        }
        let mut of = |e: &Expr| self.value(e, scope);
        let action = match &*e.node {
            Node::Net(_, n) => return scope.numbers[*n],
            Node::Lit(value) => Action::Compute(Value::Lit(*value)),
            Node::Not(a) => Action::Compute(Value::Not(of(a))),
            Node::Binary(op, a, b) => Action::Compute(Value::Binary(*op, of(a), of(b))),
            Node::Mux(c, a, b) => Action::Compute(Value::Mux(of(c), of(a), of(b))),
            Node::Cat(parts) => Action::Compute(Value::Cat(parts.iter().map(of).collect())),
            Node::Repeat(a, count) => Action::Compute(Value::Cat(vec![of(a); *count])),
            Node::Any(a) => Action::Compute(Value::Any(of(a))),
            Node::All(a) => Action::Compute(Value::All(of(a))),
            Node::Count(_, sum) => return of(sum),
            Node::Cast(a) => Action::Compute(Value::Copy(of(a))),
            Node::Slice(a, low) => Action::Compute(Value::Slice(of(a), *low)),
            Node::Word(memory, address) => {
                let address = of(address);
                Action::Read(scope.memory(memory), address)
            }
            Node::Pin(..) | Node::Bad(_) => unreachable!("checked by build"),
        };
        let net = self.net(e.ty);
        self.step(net, action);
        scope.nodes.insert(key, net);
        net
    }

    fn block(&mut self, block: &[Stmt], scope: &mut Scope) -> Vec<Clocked> {
        let mut done = vec![];
        for s in block {
            match s {
                Stmt::Note(_) => {}
                Stmt::Set(target, value) => {
                    let value = self.value(value, scope);
                    done.push(match &*target.node {
                        Node::Word(memory, address) => {
                            let address = self.value(address, scope);
                            Clocked::Write(scope.memory(memory), address, value)
                        }
                        _ => Clocked::Set(self.value(target, scope), value),
                    });
                }
                Stmt::If(condition, then, otherwise) => {
                    let condition = self.value(condition, scope);
                    done.push(Clocked::If(condition, self.block(then, scope), self.block(otherwise, scope)));
                }
                Stmt::Case(on, arms, default) => {
                    let on = self.value(on, scope);
                    let arms = arms.iter().map(|(value, arm)| (*value, self.block(arm, scope))).collect();
                    done.push(Clocked::Case(on, arms, self.block(default, scope)));
                }
            }
        }
        done
    }

    /// Puts every step behind those that compute what it reads. [`Module::build`] has refused loops, so there is an order.
    fn order(&mut self) {
        let mut steps: Vec<Option<Step>> = std::mem::take(&mut self.steps).into_iter().map(Some).collect();
        let mut driver = vec![None; self.types.len()];
        for (n, step) in steps.iter().enumerate() {
            driver[step.as_ref().map_or(0, |s| s.target)] = Some(n);
        }
        let mut todo: Vec<(usize, bool)> = (0..steps.len()).rev().map(|n| (n, false)).collect();
        let mut seen = vec![false; steps.len()];
        while let Some((n, complete)) = todo.pop() {
            if complete {
                self.steps.extend(steps[n].take());
            } else if !std::mem::replace(&mut seen[n], true) {
                todo.push((n, true));
                let reads = steps[n].as_ref().map_or(vec![], |s| self.reads(&s.action));
                todo.extend(reads.into_iter().filter_map(|net| driver[net]).map(|d| (d, false)));
            }
        }
    }

    fn reads(&self, action: &Action) -> Vec<usize> {
        match action {
            Action::Compute(value) => value.operands(),
            Action::Read(_, address) => vec![*address],
            Action::Cell(cell, _) => self.cells[*cell].inputs.iter().map(|(_, net)| *net).collect(),
        }
    }
}

/// Nets and memories of one instance by declaration and by node.
struct Scope {
    /// For each declaration its net, or the number of the memory.
    numbers: Vec<usize>,
    nodes: HashMap<(*const Node, usize, bool), usize>,
}

impl Scope {
    fn memory(&self, e: &Expr) -> usize {
        e.target().map_or(0, |n| self.numbers[n])
    }
}
