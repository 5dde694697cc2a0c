//! From a [`Module`] to the [`Plan`] of a block.

use super::error::RustHdlError;
use super::memory::Memory;
use super::order::ordered;
use super::part::{Behaviour, Part};
use super::pin::Pin;
use super::plan::{Clocked, Plan, Step, Value};
use super::signal::Signal;
use crate::emitted::MEMORY_BLOCK;
use crate::lang::{BIT, Error, Errors, Expr, Kind, Module, Node, Stmt, Ty, lit};
use rust_hdl_core::atom::AtomKind;
use std::collections::HashMap;
use std::sync::Arc;

/// Ports of a block for `m`: the clock first, then the module's own.
pub(super) fn ports(m: &Module) -> Vec<Signal> {
    let clock = m.clock_pins().into_iter().map(|pin| Signal::new(pin, BIT, AtomKind::InputParameter));
    let own = m.decls.iter().filter_map(|d| match d.kind {
        Kind::Input => Some(Signal::new(&d.name, d.ty, AtomKind::InputParameter)),
        Kind::Output => Some(Signal::new(&d.name, d.ty, AtomKind::OutputParameter)),
        _ => None,
    });
    clock.chain(own).collect()
}

/// The plan of `m`.
///
/// # Errors
/// An expression without bits, or what only a module that was never built can contain.
pub(super) fn lower(m: &Arc<Module>) -> Result<Plan, RustHdlError> {
    let mut l = Lowering {
        m,
        plan: Plan { nets: ports(m), ..Plan::default() },
        named: vec![],
        nodes: HashMap::new(),
        reads: HashMap::new(),
    };
    match l.declare().and_then(|()| l.body()) {
        Ok(()) => Ok(l.plan),
        Err(error) => Err(Errors { module: m.name.clone(), errors: vec![error] }.into()),
    }
}

struct Lowering<'a> {
    m: &'a Arc<Module>,
    plan: Plan,
    /// The counterpart of each declaration.
    named: Vec<Named>,
    /// Nets of nodes met before: a shared node is computed once.
    nodes: HashMap<*const Node, usize>,
    /// Data nets of read ports, by memory and address net.
    reads: HashMap<(*const Node, usize), usize>,
}

/// The counterpart of a declaration.
#[derive(Clone, Copy)]
enum Named {
    /// A port or wire.
    Net(usize),
    /// Net with the present value, net with the next one.
    Register(usize, usize),
    /// Part number of a memory.
    Memory(usize),
}

impl Lowering<'_> {
    fn net(&mut self, name: impl Into<String>, ty: Ty, kind: AtomKind) -> usize {
        self.plan.nets.push(Signal::new(name, ty, kind));
        self.plan.nets.len() - 1
    }

    fn step(&mut self, target: usize, value: Value) {
        self.plan.steps.push(Step { target, value });
    }

    fn part(&mut self, name: String, behaviour: Behaviour) -> usize {
        self.plan.parts.push(Part::new(name, behaviour));
        self.plan.parts.len() - 1
    }

    /// Adds a port to a part; the net by which this block's body names it is called `<part>$<port>`.
    fn port(&mut self, part: usize, port: Signal) -> usize {
        let kind =
            if port.kind == AtomKind::InputParameter { AtomKind::StubInputSignal } else { AtomKind::StubOutputSignal };
        let net = self.net(format!("{}${}", self.plan.parts[part].name, port.name), port.ty, kind);
        self.plan.parts[part].pins.push(Pin { port, net });
        net
    }

    fn input(&mut self, part: usize, name: &str, ty: Ty) -> usize {
        self.port(part, Signal::new(name, ty, AtomKind::InputParameter))
    }

    fn output(&mut self, part: usize, name: &str, ty: Ty) -> usize {
        self.port(part, Signal::new(name, ty, AtomKind::OutputParameter))
    }

    /// Adds the clock port of a part; the clock is always net 0 of a clocked block.
    fn clock(&mut self, part: usize, name: &str) {
        let clock = self.input(part, name, BIT);
        self.step(clock, Value::Copy(0));
    }

    /// Registers and memories become parts beside their own name, so that the name stays free for the value itself and
    /// both emitters call every signal the same.
    fn declare(&mut self) -> Result<(), Error> {
        let mut next_port = usize::from(self.m.clocked());
        for d in &self.m.decls {
            let named = match d.kind {
                Kind::Memory(0, _) => return Err(Error::Empty(d.name.clone())),
                _ if d.ty.width == 0 => return Err(Error::Empty(d.name.clone())),
                Kind::Reg if !self.m.clocked() => return Err(Error::Undriven(d.name.clone())),
                Kind::Input | Kind::Output => {
                    next_port += 1;
                    Named::Net(next_port - 1)
                }
                Kind::Wire => Named::Net(self.net(&d.name, d.ty, AtomKind::LocalSignal)),
                Kind::Reg => {
                    let part = self.part(format!("{}$ff", d.name), Behaviour::Register);
                    self.clock(part, "clock");
                    let next = self.input(part, "d", d.ty);
                    let present = self.output(part, "q", d.ty);
                    let net = self.net(&d.name, d.ty, AtomKind::LocalSignal);
                    self.step(net, Value::Copy(present));
                    self.step(next, Value::Copy(net));
                    Named::Register(net, next)
                }
                Kind::Memory(depth, style) => {
                    let memory = Behaviour::Memory(Memory::new(d.ty, depth, style));
                    let part = self.part(format!("{}{}", d.name, MEMORY_BLOCK), memory);
                    if self.m.clocked() {
                        self.clock(part, "clock");
                    }
                    Named::Memory(part)
                }
            };
            self.named.push(named);
        }
        Ok(())
    }

    fn body(&mut self) -> Result<(), Error> {
        let (m, first) = (self.m, self.plan.parts.len());
        for (part, i) in (first..).zip(&m.instances) {
            self.part(i.name.clone(), Behaviour::Instance(i.clone(), None));
            for port in ports(&i.module) {
                self.port(part, port);
            }
            for (number, wire) in &i.outputs {
                let (from, to) = (self.pin(part, &i.module.decls[*number].name)?, self.value(wire)?);
                self.step(to, Value::Copy(from));
            }
        }
        for (target, value) in ordered(m) {
            let (from, to) = (self.value(value)?, self.value(target)?);
            self.step(to, Value::Copy(from));
        }
        for (part, i) in (first..).zip(&m.instances) {
            for pin in i.module.clock_pins() {
                let clock = self.pin(part, pin)?;
                self.step(clock, Value::Copy(0));
            }
            for (number, value) in &i.inputs {
                let (from, to) = (self.value(value)?, self.pin(part, &i.module.decls[*number].name)?);
                self.step(to, Value::Copy(from));
            }
        }
        self.plan.clocked = self.block(&m.seq)?;
        Ok(())
    }

    /// The net at a part's port.
    fn pin(&self, part: usize, port: &str) -> Result<usize, Error> {
        let part = &self.plan.parts[part];
        part.net(port).ok_or_else(|| Error::Port { instance: part.name.clone(), port: port.into() })
    }

    fn named(&self, e: &Expr) -> Result<Named, Error> {
        match &*e.node {
            Node::Net(_, number) => self.named.get(*number).copied().ok_or(Error::Foreign),
            _ => Err(Error::NotANet),
        }
    }

    /// The part that holds the memory `e`, and what `announce` calls a new port of it whose pins come next.
    fn memory_port(&mut self, e: &Expr, announce: fn(&mut Memory, usize) -> String) -> Result<(usize, String), Error> {
        if let Named::Memory(part) = self.named(e)? {
            let Part { pins, behaviour, .. } = &mut self.plan.parts[part];
            if let Behaviour::Memory(memory) = behaviour {
                return Ok((part, announce(memory, pins.len())));
            }
        }
        Err(Error::NotANet)
    }

    /// The net that holds the value of `e`, computed by a new step unless it is there already.
    fn value(&mut self, e: &Expr) -> Result<usize, Error> {
        if let Some(net) = self.nodes.get(&Arc::as_ptr(&e.node)) {
            return Ok(*net);
        }
        if e.ty.width == 0 {
            return Err(Error::Empty("an expression".into()));
        }
        let value = match &*e.node {
            Node::Pin(..) => return Err(Error::NotReadable("an expression".into())),
            Node::Bad(error) => return Err(error.clone()),
            Node::Net(..) => match self.named(e)? {
                Named::Net(net) | Named::Register(net, _) => return Ok(net),
                Named::Memory(_) => return Err(Error::NotANet),
            },
            Node::Word(memory, address) => {
                let address = self.value(address)?;
                let net = self.read(memory, address)?;
                self.nodes.insert(Arc::as_ptr(&e.node), net);
                return Ok(net);
            }
            Node::Lit(value) => Value::Lit(*value),
            Node::Not(a) => Value::Not(self.value(a)?),
            Node::Binary(op, a, b) => Value::Binary(*op, self.value(a)?, self.value(b)?),
            Node::Mux(c, a, b) => Value::Mux(self.value(c)?, self.value(a)?, self.value(b)?),
            Node::Cat(parts) => Value::Cat(parts.iter().map(|p| self.value(p)).collect::<Result<_, _>>()?),
            Node::Repeat(a, count) => Value::Cat(vec![self.value(a)?; *count]),
            Node::Any(a) => Value::Any(self.value(a)?),
            Node::All(a) => Value::All(self.value(a)?),
            Node::Count(_, sum) => return self.value(sum),
            Node::Cast(a) => Value::Copy(self.value(a)?),
            // Verilog cannot index a scalar
            Node::Slice(a, _) if a.ty.width == 1 => Value::Copy(self.value(a)?),
            Node::Slice(a, low) => Value::Slice(self.value(a)?, *low),
        };
        let net = self.net(format!("e${}", self.plan.nets.len()), e.ty, AtomKind::LocalSignal);
        self.step(net, value);
        self.nodes.insert(Arc::as_ptr(&e.node), net);
        Ok(net)
    }

    /// The data net of a read port: one for each address signal, however often it is read.
    fn read(&mut self, memory: &Expr, address: usize) -> Result<usize, Error> {
        let key = (Arc::as_ptr(&memory.node), address);
        if let Some(data) = self.reads.get(&key) {
            return Ok(*data);
        }
        let (part, name) = self.memory_port(memory, Memory::next_read)?;
        let pin = self.input(part, &format!("{name}_address"), self.plan.nets[address].ty);
        self.step(pin, Value::Copy(address));
        let data = self.output(part, &format!("{name}_data"), memory.ty);
        self.reads.insert(key, data);
        Ok(data)
    }

    fn block(&mut self, statements: &[Stmt]) -> Result<Vec<Clocked>, Error> {
        let mut block = vec![];
        for s in statements {
            match s {
                Stmt::Set(target, value) => block.push(self.assignment(target, value)?),
                Stmt::If(condition, then, otherwise) => {
                    let condition = self.value(condition)?;
                    block.push(Clocked::If(condition, self.block(then)?, self.block(otherwise)?));
                }
                Stmt::Case(on, arms, default) => {
                    let on = self.value(on)?;
                    let arms = arms.iter().map(|(value, arm)| Ok((*value, self.block(arm)?)));
                    let arms = arms.collect::<Result<_, Error>>()?;
                    block.push(Clocked::Case(on, arms, self.block(default)?));
                }
                Stmt::Note(_) => {}
            }
        }
        Ok(block)
    }

    /// A register's next value, or a write port of a memory: only its enable depends on conditions.
    fn assignment(&mut self, target: &Expr, value: &Expr) -> Result<Clocked, Error> {
        let value = self.value(value)?;
        if let Node::Word(memory, address) = &*target.node {
            let address = self.value(address)?;
            let (part, name) = self.memory_port(memory, Memory::next_write)?;
            let enable = self.input(part, &format!("{name}_enable"), BIT);
            let pin = self.input(part, &format!("{name}_address"), self.plan.nets[address].ty);
            let data = self.input(part, &format!("{name}_data"), target.ty);
            self.step(enable, Value::Lit(0));
            self.step(pin, Value::Copy(address));
            self.step(data, Value::Copy(value));
            let one = self.value(&lit(1, BIT))?;
            return Ok(Clocked::Set(enable, one));
        }
        match self.named(target)? {
            Named::Register(_, next) => Ok(Clocked::Set(next, value)),
            _ => Err(Error::NotANet),
        }
    }
}
