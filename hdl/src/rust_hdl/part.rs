//! Contents of a block besides its body: registers, memories and instances of other modules.

use super::memory::Memory;
use super::pin::Pin;
use crate::lang::Instance;
use rust_hdl_core::ast::{BlackBox, Verilog};
use rust_hdl_core::block::Block;
use rust_hdl_core::logic::Logic;
use rust_hdl_core::probe::Probe;
use std::sync::Arc;

/// The simulated inside of an instance.
pub(super) trait Inside: std::fmt::Debug + Send {
    /// Runs one simulation step: inputs in, outputs out. Pins are in the order of the ports.
    fn exchange(&mut self, pins: &mut [Pin]);

    /// True if the last step changed anything.
    fn has_changed(&self) -> bool;
}

/// Behaviour of a part.
#[derive(Debug)]
pub(super) enum Behaviour {
    /// Pins: clock, next value, present value.
    Register,
    /// Pins: the clock if there is any, then those of the ports.
    Memory(Memory),
    /// Pins: the module's ports. The inside exists for simulation only.
    Instance(Arc<Instance>, Option<Box<dyn Inside>>),
}

/// A block inside a block.
#[derive(Debug)]
pub(super) struct Part {
    pub name: String,
    pub pins: Vec<Pin>,
    pub behaviour: Behaviour,
    /// The clock's level when it was last looked at.
    high: bool,
}

impl Part {
    pub fn new(name: String, behaviour: Behaviour) -> Part {
        Part { name, pins: vec![], behaviour, high: false }
    }

    /// The net at `port`, where there is such a port.
    pub fn net(&self, port: &str) -> Option<usize> {
        self.pins.iter().find(|p| p.port.name == port).map(|p| p.net)
    }

    /// True if the clock, which is always the first pin, has risen since the last call.
    fn rising(&mut self) -> bool {
        let high = self.pins.first().is_some_and(|p| p.port.value.bit(0));
        let was_high = std::mem::replace(&mut self.high, high);
        high && !was_high
    }
}

impl Logic for Part {
    fn update(&mut self) {
        let rising = self.rising();
        match &mut self.behaviour {
            Behaviour::Register if rising => self.pins[2].port.value = self.pins[1].port.value.clone(),
            Behaviour::Memory(memory) => memory.update(rising, &mut self.pins),
            Behaviour::Instance(_, Some(inside)) => inside.exchange(&mut self.pins),
            Behaviour::Register | Behaviour::Instance(_, None) => {}
        }
    }

    /// An instance is a black box under the module's own name: that module is exported once, on its own.
    fn hdl(&self) -> Verilog {
        match &self.behaviour {
            Behaviour::Register => Verilog::Custom("always @(posedge clock) q <= d;".into()),
            Behaviour::Memory(memory) => memory.hdl(),
            Behaviour::Instance(instance, _) => {
                let values: Vec<String> = instance.parameters.iter().map(|(p, v)| format!(".{p}({v})")).collect();
                let values = if values.is_empty() { String::new() } else { format!(" #({})", values.join(", ")) };
                Verilog::Blackbox(BlackBox { code: String::new(), name: format!("{}{values}", instance.module.name) })
            }
        }
    }
}

impl Block for Part {
    /// The surrounding block knows what drives the pins, and says so.
    fn connect_all(&mut self) {}

    fn update_all(&mut self) {
        self.update();
    }

    fn has_changed(&self) -> bool {
        matches!(&self.behaviour, Behaviour::Instance(_, Some(inside)) if inside.has_changed())
    }

    fn accept(&self, name: &str, probe: &mut dyn Probe) {
        probe.visit_start_scope(name, self);
        for pin in &self.pins {
            probe.visit_atom(&pin.port.name, &pin.port);
        }
        probe.visit_end_scope(name, self);
    }
}
