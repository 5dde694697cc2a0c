//! Declaration, placement and connection of [interfaces](super::interface).

use super::decl::Kind;
use super::error::Error;
use super::expr::{Expr, Node, expr};
use super::interface::{At, Flow, Interface, Signal};
use super::module::{Instance, Module};
use super::names::usable;
use std::sync::Arc;

impl Module {
    /// Declares the ports of the module; names end in `_i` and `_o`. Inputs come before outputs.
    pub fn ports<I: Interface>(&mut self, shape: I::Shape) -> I {
        self.declared(&At::group("", "", Flow::Out, true), shape, true)
    }

    /// Declares the ports of the module as [`Module::ports`] does, in the order of the interface.
    pub fn ports_in_order<I: Interface>(&mut self, shape: I::Shape) -> I {
        self.declared(&At::group("", "", Flow::Out, true), shape, false)
    }

    /// Declares the ports of a module whose names the outside world gives: they have no suffix.
    pub fn pins<I: Interface>(&mut self, shape: I::Shape) -> I {
        self.declared(&At::group("", "", Flow::Out, false), shape, true)
    }

    /// Declares ports `<name>_*` of an interface of which this module is the source.
    pub fn source<I: Interface>(&mut self, name: &str, doc: &str, shape: I::Shape) -> I {
        self.declared(&At::group(name, doc, Flow::Out, true), shape, true)
    }

    /// Declares ports `<name>_*` of an interface of which this module is the sink.
    pub fn sink<I: Interface>(&mut self, name: &str, doc: &str, shape: I::Shape) -> I {
        self.declared(&At::group(name, doc, Flow::In, true), shape, true)
    }

    fn declared<I: Interface>(&mut self, at: &At, shape: I::Shape, inputs_first: bool) -> I {
        let mut signals = vec![];
        I::signals(shape, at, &mut signals);
        signals.sort_by_key(|s| inputs_first && s.flow == Flow::Out);
        let declare = |s: Signal| {
            let port = match s.flow {
                Flow::In => self.input(&s.name, s.ty),
                Flow::Out => self.output(&s.name, s.ty),
            };
            self.describe(&port, &s.doc);
            (s.name, port)
        };
        let ports: Vec<(String, Expr)> = signals.into_iter().map(declare).collect();
        let mut look = |name: &str| ports.iter().find(|(port, _)| port == name).map(|(_, e)| e.clone());
        I::find(at, &mut look).unwrap_or_else(|| unreachable!("an interface finds the signals that it declares"))
    }

    /// Instantiates a module that declared its ports with [`Module::ports`]; its inputs are driven with
    /// [`Module::assign`] or [`Module::connect`], its outputs become wires `<instance>_<port>`.
    ///
    /// # Panics
    /// When the module has other ports: a mistake in the calling Rust code.
    pub fn place<I: Interface>(&mut self, name: &str, module: &Arc<Module>) -> I {
        self.placed(name, module, &At::group("", "", Flow::Out, true))
    }

    /// Instantiates a module that declared its ports with [`Module::pins`].
    ///
    /// # Panics
    /// As [`Module::place`].
    pub fn place_pins<I: Interface>(&mut self, name: &str, module: &Arc<Module>) -> I {
        self.placed(name, module, &At::group("", "", Flow::Out, false))
    }

    fn placed<I: Interface>(&mut self, name: &str, module: &Arc<Module>, at: &At) -> I {
        let instance = self.instances.len();
        let (mut ports, mut outputs) = (vec![], vec![]);
        for (number, d) in module.decls.iter().enumerate() {
            let port = match d.kind {
                Kind::Input => expr(Node::Pin(self.id, instance, number), d.ty),
                Kind::Output => self.wire(&format!("{name}_{}", d.name), d.ty),
                _ => continue,
            };
            if d.kind == Kind::Output {
                outputs.push((number, port.clone()));
            }
            ports.push((&d.name, port));
        }
        if !usable(name) || self.names.insert(name.into(), usize::MAX).is_some() {
            self.errors.push(Error::Name(name.into()));
        }
        let (module_, inputs, parameters) = (module.clone(), vec![], vec![]);
        self.instances.push(Arc::new(Instance { name: name.into(), module: module_, inputs, outputs, parameters }));
        self.open.push(instance);
        let mut look = |name: &str| ports.iter().find(|(port, _)| *port == name).map(|(_, e)| e.clone());
        I::find(at, &mut look).unwrap_or_else(|| panic!("{name}: other ports than those of {}", module.name))
    }

    /// Joins two interfaces: `from` is the side of the source, `to` that of the sink.
    pub fn connect<I: Interface>(&mut self, from: &I, to: &I) {
        let at = At::group("", "", Flow::Out, false);
        let (mut left, mut right) = (vec![], vec![]);
        from.leaves(&at, &mut left);
        to.leaves(&at, &mut right);
        let missing = |a: &[(String, Flow, Expr)], b: &[(String, Flow, Expr)]| {
            a.iter().find(|(name, ..)| !b.iter().any(|(other, ..)| other == name)).map(|(name, ..)| name.clone())
        };
        if let Some(name) = missing(&left, &right).or_else(|| missing(&right, &left)) {
            let names = |side: &[(String, Flow, Expr)]| side.iter().map(|(_, _, e)| self.place_of(e)).collect();
            self.errors.push(Error::Interface { signal: name, between: [names(&left), names(&right)] });
            return;
        }
        for ((_, flow, a), (_, _, b)) in left.iter().zip(&right) {
            let (target, value) = if *flow == Flow::Out { (b, a) } else { (a, b) };
            if value.ty.width < target.ty.width {
                let net = self.place_of(target);
                self.errors.push(Error::Fit { net, ty: target.ty, value: value.ty });
            }
            self.assign(target, value);
        }
    }

    /// Drives each target with the value beside it.
    pub fn assign_all<'a>(&mut self, pairs: impl IntoIterator<Item = (&'a Expr, &'a Expr)>) {
        pairs.into_iter().for_each(|(target, value)| self.assign(target, value));
    }

    /// Signal name, or `instance.port`.
    pub(super) fn place_of(&self, e: &Expr) -> String {
        match *e.node {
            Node::Pin(_, instance, port) => {
                let i = &self.instances[instance];
                format!("{}.{}", i.name, i.module.decls[port].name)
            }
            Node::Net(module, n) if module == self.id => self.decls[n].name.clone(),
            _ => "an expression".into(),
        }
    }

    /// Hands the values assigned to inputs of instances to the instances.
    pub(super) fn close(&mut self) {
        for &n in &self.open {
            let placed = &self.instances[n];
            let mut inputs = vec![];
            for (port, d) in placed.module.decls.iter().enumerate().filter(|(_, d)| d.kind == Kind::Input) {
                let name = || format!("{}.{}", placed.name, d.name);
                let mut driven = self.bound.iter().filter(|(to, _)| *to == (n, port)).map(|(_, value)| value);
                match driven.next() {
                    Some(value) if value.ty == d.ty => inputs.push((port, value.clone())),
                    Some(value) => self.errors.push(Error::Fit { net: name(), ty: d.ty, value: value.ty }),
                    None => {
                        let (instance, port) = (placed.name.clone(), d.name.clone());
                        self.errors.push(Error::Port { instance, port });
                    }
                }
                if driven.next().is_some() {
                    self.errors.push(Error::DrivenTwice(name()));
                }
            }
            let Instance { name, module, outputs, parameters, .. } = &**placed;
            self.instances[n] = Arc::new(Instance {
                name: name.clone(),
                module: module.clone(),
                inputs,
                outputs: outputs.clone(),
                parameters: parameters.clone(),
            });
        }
    }
}
