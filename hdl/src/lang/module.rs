//! Modules: declarations, assignments, one clocked block, instances.

use super::decl::{Decl, Kind, RamStyle};
use super::error::Error;
use super::expr::{Expr, Node, expr};
use super::names::usable;
use super::stmt::{Stmt, note, set};
use super::ty::Ty;
use std::collections::HashMap;
use std::ops;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// An instance of a shared module; outputs are read by port name: `instance["sum_o"]`.
#[derive(Debug)]
pub struct Instance {
    /// Instance name.
    pub name: String,
    /// The module instantiated.
    pub module: Arc<Module>,
    /// Input declarations of `module` and what drives them.
    pub inputs: Vec<(usize, Expr)>,
    /// Output declarations of `module` and the wires they drive.
    pub outputs: Vec<(usize, Expr)>,
    /// Parameters and their values in Verilog, for cells.
    pub parameters: Vec<(String, String)>,
}

impl ops::Index<&str> for Instance {
    type Output = Expr;

    /// The wire driven by output `port`.
    ///
    /// # Panics
    /// When the module has no such output: a mistake in the calling Rust code, like any index out of range.
    fn index(&self, port: &str) -> &Expr {
        let found = self.outputs.iter().find(|(n, _)| self.module.decls[*n].name == port);
        &found.unwrap_or_else(|| panic!("{}: no output {port}", self.name)).1
    }
}

/// A hardware module under construction, and after [`Module::build`] a shared, checked one.
#[derive(Debug)]
pub struct Module {
    pub(super) id: u32,
    /// Verilog name.
    pub name: String,
    /// Comment above the module.
    pub doc: String,
    /// Clock input, present when anything inside is clocked.
    pub clock: String,
    /// Signals and memories in declaration order.
    pub decls: Vec<Decl>,
    pub(super) names: HashMap<String, usize>,
    /// Attributes of ports for tools: port, attribute, text.
    pub(super) attributes: Vec<(String, String, String)>,
    /// Continuous assignments and comments.
    pub comb: Vec<Stmt>,
    /// The clocked block.
    pub seq: Vec<Stmt>,
    /// True if tools keep each of its registers, even beside an equal one.
    pub kept: bool,
    /// Instances in order.
    pub instances: Vec<Arc<Instance>>,
    /// Signals that are deliberately not read.
    pub unused: Vec<Expr>,
    /// The simulation model in Verilog, when this is a cell of some technology and not ours to emit.
    pub cell_model: Option<&'static str>,
    /// Clock pins of a cell.
    pub(super) cell_clocks: &'static [&'static str],
    /// For each output (declaration number): the inputs it depends on within a cycle.
    pub(super) paths: HashMap<usize, Vec<usize>>,
    pub(super) errors: Vec<Error>,
    /// Instances whose inputs are assigned after they were made.
    pub(super) open: Vec<usize>,
    /// Values of inputs of instances: instance, number of the declaration, value.
    pub(super) bound: Vec<((usize, usize), Expr)>,
}

impl Module {
    /// An empty module; `doc` becomes the comment above it.
    pub fn new(name: impl Into<String>, doc: impl Into<String>) -> Module {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        Module {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            name: name.into(),
            doc: doc.into(),
            clock: "clk_i".into(),
            decls: vec![],
            names: HashMap::new(),
            attributes: vec![],
            comb: vec![],
            seq: vec![],
            kept: false,
            instances: vec![],
            unused: vec![],
            cell_model: None,
            cell_clocks: &[],
            paths: HashMap::new(),
            errors: vec![],
            open: vec![],
            bound: vec![],
        }
    }

    /// A cell of some technology: only its ports are declared, tools bring the rest, and simulation uses `model`.
    ///
    /// Within a cycle every output depends on every input.
    pub fn cell(name: impl Into<String>, model: &'static str) -> Module {
        Module::clocked_cell(name, model, &[])
    }

    /// A cell whose outputs come from registers, all clocked by `clocks`: no output depends on an input within a cycle.
    pub fn clocked_cell(name: impl Into<String>, model: &'static str, clocks: &'static [&'static str]) -> Module {
        Module { cell_model: Some(model), cell_clocks: clocks, ..Module::new(name, "") }
    }

    /// Tells tools something of `port` that makes no difference to what the module does.
    pub fn attribute(&mut self, port: &str, name: &str, text: &str) {
        self.attributes.push((port.into(), name.into(), text.into()));
    }

    fn declare(&mut self, name: &str, ty: Ty, kind: Kind) -> Expr {
        if !usable(name) || name == self.clock || self.names.contains_key(name) {
            self.errors.push(Error::Name(name.into()));
        }
        if ty.width == 0 || matches!(kind, Kind::Memory(0, _)) {
            self.errors.push(Error::Empty(name.into()));
        }
        self.names.insert(name.into(), self.decls.len());
        self.decls.push(Decl { name: name.into(), ty, kind, doc: String::new() });
        expr(Node::Net(self.id, self.decls.len() - 1), ty)
    }

    /// Declares an input port.
    pub fn input(&mut self, name: &str, ty: Ty) -> Expr {
        self.declare(name, ty, Kind::Input)
    }

    /// Declares an output port.
    pub fn output(&mut self, name: &str, ty: Ty) -> Expr {
        self.declare(name, ty, Kind::Output)
    }

    /// Gives a port of this module the comment `doc` in the generated text.
    pub fn describe(&mut self, port: &Expr, doc: &str) {
        match port.target().and_then(|n| self.decls.get_mut(n)) {
            Some(d) => d.doc = doc.into(),
            None => self.errors.push(Error::NotANet),
        }
    }

    /// Declares a wire; drive it once with [`Module::assign`].
    pub fn wire(&mut self, name: &str, ty: Ty) -> Expr {
        self.declare(name, ty, Kind::Wire)
    }

    /// Declares a register; drive it in [`Module::on_clock`].
    pub fn reg(&mut self, name: &str, ty: Ty) -> Expr {
        self.declare(name, ty, Kind::Reg)
    }

    /// Declares a memory of `depth` words.
    pub fn memory(&mut self, name: &str, ty: Ty, depth: usize, style: RamStyle) -> Expr {
        self.declare(name, ty, Kind::Memory(depth, style))
    }

    /// Puts a comment before the next assignment.
    pub fn note(&mut self, text: impl Into<String>) {
        self.comb.push(note(text));
    }

    /// Drives a wire, an output or an input of an instance.
    pub fn assign(&mut self, target: &Expr, value: impl Into<Expr>) {
        match *target.node {
            Node::Pin(module, instance, port) if module == self.id => {
                self.bound.push(((instance, port), value.into()));
            }
            _ => self.comb.push(set(target, value)),
        }
    }

    /// Declares an output driven by `value`, at its full width.
    pub fn drive(&mut self, name: &str, value: impl Into<Expr>) -> Expr {
        let value = value.into();
        let port = self.output(name, value.ty);
        self.assign(&port, value);
        port
    }

    /// Gives a value a name, at its full width.
    pub fn name(&mut self, name: &str, value: impl Into<Expr>) -> Expr {
        let value = value.into();
        let wire = self.wire(name, value.ty);
        self.assign(&wire, value);
        wire
    }

    /// Adds statements to the clocked block; later assignments to one register win.
    pub fn on_clock(&mut self, statements: impl IntoIterator<Item = Stmt>) {
        self.seq.extend(statements);
    }

    /// Tells tools to keep each register of the clocked block, even beside an equal one: what a fan-out is divided by.
    pub fn keep_registers(&mut self) {
        self.kept = true;
    }

    /// A register that takes `value` at every edge.
    pub fn register(&mut self, name: &str, value: impl Into<Expr>) -> Expr {
        let value = value.into();
        let reg = self.reg(name, value.ty);
        self.seq.push(set(&reg, value));
        reg
    }

    /// Says that a signal is deliberately not read, which keeps linters quiet about it.
    pub fn unused(&mut self, signals: impl IntoIterator<Item = Expr>) {
        self.unused.extend(signals);
    }

    /// Instantiates a shared module; its outputs become wires `<instance>_<port>`.
    pub fn instance(&mut self, name: &str, module: &Arc<Module>, inputs: &[(&str, &Expr)]) -> Arc<Instance> {
        self.instance_with(name, module, &[], inputs)
    }

    /// Instantiates a cell with parameters, given as Verilog constants.
    pub fn instance_with(
        &mut self,
        name: &str,
        module: &Arc<Module>,
        parameters: &[(&str, &str)],
        inputs: &[(&str, &Expr)],
    ) -> Arc<Instance> {
        let (mut ins, mut outs) = (vec![], vec![]);
        for (number, d) in module.decls.iter().enumerate() {
            match d.kind {
                Kind::Input => match inputs.iter().find(|(port, _)| *port == d.name) {
                    Some((_, value)) if value.ty == d.ty => ins.push((number, (*value).clone())),
                    Some((_, value)) => {
                        let net = format!("{name}.{}", d.name);
                        self.errors.push(Error::Fit { net, ty: d.ty, value: value.ty });
                    }
                    None => self.errors.push(Error::Port { instance: name.into(), port: d.name.clone() }),
                },
                Kind::Output => outs.push((number, self.wire(&format!("{name}_{}", d.name), d.ty))),
                _ => {}
            }
        }
        for (port, _) in inputs {
            if module.names.get(*port).is_none_or(|&n| module.decls[n].kind != Kind::Input) {
                self.errors.push(Error::Port { instance: name.into(), port: (*port).into() });
            }
        }
        if !usable(name) || self.names.insert(name.into(), usize::MAX).is_some() {
            self.errors.push(Error::Name(name.into()));
        }
        let parameters = parameters.iter().map(|(p, v)| ((*p).into(), (*v).into())).collect();
        let made =
            Arc::new(Instance { name: name.into(), module: module.clone(), inputs: ins, outputs: outs, parameters });
        self.instances.push(made.clone());
        made
    }

    /// Type of output port `name`.
    ///
    /// # Panics
    /// When there is no such output: a mistake in the calling Rust code, like any index out of range.
    pub fn output_ty(&self, name: &str) -> Ty {
        let found = self.decls.iter().find(|d| d.name == name && d.kind == Kind::Output);
        found.unwrap_or_else(|| panic!("{}: no output {name}", self.name)).ty
    }

    /// True if the module has a clock input.
    pub fn clocked(&self) -> bool {
        !self.seq.is_empty() || !self.cell_clocks.is_empty() || self.instances.iter().any(|i| i.module.clocked())
    }

    /// Pins that an instance connects to the clock around it.
    pub fn clock_pins(&self) -> Vec<&str> {
        match self.cell_model {
            Some(_) => self.cell_clocks.to_vec(),
            None => self.clocked().then_some(self.clock.as_str()).into_iter().collect(),
        }
    }
}
