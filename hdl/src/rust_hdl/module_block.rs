//! A module as a rust-hdl block.

use super::body::body;
use super::error::RustHdlError;
use super::lower::lower;
use super::part::{Behaviour, Inside};
use super::pin::Pin;
use super::plan::Plan;
use super::run::run;
use super::signal::Signal;
use crate::emitted::{Direction, Port};
use crate::lang::Module;
use crate::lang::interpreter::value::fit;
use num_bigint::BigInt;
use rust_hdl_core::ast::{Verilog, VerilogBlock};
use rust_hdl_core::atom::AtomKind;
use rust_hdl_core::block::Block;
use rust_hdl_core::logic::Logic;
use rust_hdl_core::probe::Probe;
use std::sync::Arc;

/// A module as a rust-hdl block, for rust-hdl's checks, generator and simulator.
///
/// ```
/// use rust_hdl_core::simulate::simulate;
/// use trine_hdl::lang::{Module, int};
/// use trine_hdl::rust_hdl::ModuleBlock;
/// let mut m = Module::new("adder", "sum_o = a_i + b_i");
/// let (a, b) = (m.input("a_i", int(8)), m.input("b_i", int(8)));
/// m.drive("sum_o", &a + &b);
/// let mut adder = ModuleBlock::new(&m.build().unwrap()).unwrap();
/// adder.set("a_i", -128).unwrap();
/// adder.set("b_i", -1).unwrap();
/// assert!(simulate(&mut adder, 10));
/// assert_eq!(adder.get("sum_o"), Some(&(-129).into()));
/// ```
#[derive(Debug)]
pub struct ModuleBlock {
    module: String,
    plan: Plan,
    body: VerilogBlock,
    changed: bool,
}

impl ModuleBlock {
    /// The block for `module` with everything below it, ready to be simulated.
    ///
    /// # Errors
    /// A mistyped expression, which only a module that was never built can contain.
    pub fn new(module: &Arc<Module>) -> Result<ModuleBlock, RustHdlError> {
        let mut block = ModuleBlock::hollow(module)?;
        for part in &mut block.plan.parts {
            if let Behaviour::Instance(instance, inside) = &mut part.behaviour {
                *inside = Some(Box::new(ModuleBlock::new(&instance.module)?));
            }
        }
        Ok(block)
    }

    /// The block for `module` alone, its instances being black boxes.
    pub(super) fn hollow(module: &Arc<Module>) -> Result<ModuleBlock, RustHdlError> {
        let plan = lower(module)?;
        Ok(ModuleBlock { module: module.name.clone(), body: body(&plan), plan, changed: false })
    }

    /// Sets an input port, the clock being one of them; the value is cut to the port's width.
    ///
    /// # Errors
    /// No input of that name.
    pub fn set(&mut self, port: &str, value: impl Into<BigInt>) -> Result<(), RustHdlError> {
        let found = self.plan.nets.iter_mut().find(|n| n.name == port && n.kind == AtomKind::InputParameter);
        let Some(net) = found else {
            return Err(RustHdlError::NoInput { module: self.module.clone(), port: port.into() });
        };
        net.value = fit(value.into(), net.ty);
        Ok(())
    }

    /// The present value of a port, wire or register.
    pub fn get(&self, signal: &str) -> Option<&BigInt> {
        self.plan.nets.iter().find(|n| n.name == signal).map(|n| &n.value)
    }

    /// The block's ports, the clock first.
    pub(super) fn ports(&self) -> Vec<Port> {
        let direction = |kind| match kind {
            AtomKind::InputParameter => Some(Direction::Input),
            AtomKind::OutputParameter => Some(Direction::Output),
            _ => None,
        };
        let port = |n: &Signal| {
            let (width, signed) = (n.ty.width, n.ty.signed);
            Some(Port { name: n.name.clone(), direction: direction(n.kind)?, width, signed })
        };
        self.plan.nets.iter().filter_map(port).collect()
    }
}

impl Inside for ModuleBlock {
    fn exchange(&mut self, pins: &mut [Pin]) {
        for (pin, net) in pins.iter().zip(&mut self.plan.nets).filter(|(pin, _)| pin.drives_part()) {
            net.value.clone_from(&pin.port.value);
        }
        self.update_all();
        for (pin, net) in pins.iter_mut().zip(&self.plan.nets).filter(|(pin, _)| !pin.drives_part()) {
            pin.port.value.clone_from(&net.value);
        }
    }

    fn has_changed(&self) -> bool {
        Block::has_changed(self)
    }
}

impl Logic for ModuleBlock {
    fn update(&mut self) {
        run(&mut self.plan);
    }

    fn hdl(&self) -> Verilog {
        Verilog::Combinatorial(self.body.clone())
    }
}

impl Block for ModuleBlock {
    /// Marks what is driven: inputs from outside, parts' outputs by the parts, the rest by the body.
    fn connect_all(&mut self) {
        let Plan { nets, steps, parts, .. } = &mut self.plan;
        for net in nets.iter_mut() {
            net.connected = matches!(net.kind, AtomKind::InputParameter | AtomKind::StubOutputSignal);
        }
        for s in steps {
            nets[s.target].connected = true;
        }
        for pin in parts.iter_mut().flat_map(|p| &mut p.pins) {
            pin.port.connected = nets[pin.net].connected;
        }
    }

    /// Parts before the body, each on what the body left last time: the clock takes as many rounds to reach a register
    /// as data does, so that data never overtakes it.
    fn update_all(&mut self) {
        let before: Vec<BigInt> = self.plan.nets.iter().map(|n| n.value.clone()).collect();
        let Plan { nets, parts, .. } = &mut self.plan;
        for part in parts {
            for pin in part.pins.iter_mut().filter(|p| p.drives_part()) {
                pin.port.value.clone_from(&nets[pin.net].value);
            }
            part.update_all();
            for pin in part.pins.iter().filter(|p| !p.drives_part()) {
                nets[pin.net].value.clone_from(&pin.port.value);
            }
        }
        self.update();
        self.changed = self.plan.nets.iter().zip(before).any(|(n, value)| n.value != value);
    }

    fn has_changed(&self) -> bool {
        self.changed || self.plan.parts.iter().any(Block::has_changed)
    }

    fn accept(&self, name: &str, probe: &mut dyn Probe) {
        probe.visit_start_scope(name, self);
        let own = |kind| !matches!(kind, AtomKind::StubInputSignal | AtomKind::StubOutputSignal);
        for net in self.plan.nets.iter().filter(|n| own(n.kind)) {
            probe.visit_atom(&net.name, net);
        }
        for part in &self.plan.parts {
            part.accept(&part.name, probe);
        }
        probe.visit_end_scope(name, self);
    }
}
