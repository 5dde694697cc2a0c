//! Interfaces: groups of signals that are declared, connected and checked as one.
//!
//! ```text
//!          ┌──────────┐  valid, data ──>  ┌────────┐
//!          │  source  │                   │  sink  │
//!          └──────────┘  <── ready        └────────┘
//! ```
//! An interface is a struct of signals, described from its source: an `output` is driven by the source, an `input` by
//! the sink. [`interface!`](crate::interface) writes the struct; the doc comment of a signal is also the comment of its port in the
//! generated Verilog. A module declares an interface as its own [source](Module::source) or [sink](Module::sink), an
//! instance has those of its module, and [`Module::connect`] joins two of one type: every `output` of the first drives
//! the second, every `input` of the second drives the first. [`Module::build`] reports what is left open, driven twice,
//! connected the wrong way round or of another width.
//!
//! ```
//! use trine_hdl::lang::{Module, Stream, bits, verilog};
//! let mut stage = Module::new("stage", "A stream that is handed on.");
//! let input = stage.sink::<Stream>("in", "Beats", Stream::of(bits(8)));
//! let output = stage.source::<Stream>("out", "The same beats", Stream::of(bits(8)));
//! stage.connect(&input, &output);
//! let text = verilog(&stage.build().unwrap()).unwrap().files[0].text.clone();
//! assert!(text.contains("  // Beats: the beat is taken.\n  output wire in_ready_o"));
//! ```

use super::error::Error;
use super::expr::{Expr, Node, Ty, expr};
use super::module::{Instance, Kind, Module, usable};
use std::sync::Arc;

/// Direction of a signal, seen from the module that has the port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Driven from outside.
    In,
    /// Driven by the module.
    Out,
}

impl Flow {
    /// The direction seen from a sink.
    #[must_use]
    pub const fn flipped(self) -> Flow {
        match self {
            Flow::In => Flow::Out,
            Flow::Out => Flow::In,
        }
    }
}

/// A port to declare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    /// Verilog name.
    pub name: String,
    /// Type.
    pub ty: Ty,
    /// Direction.
    pub flow: Flow,
    /// Comment in the generated Verilog.
    pub doc: String,
}

/// The place of a signal or a group: its name, direction and documentation so far.
#[derive(Clone, Debug)]
pub struct At {
    name: String,
    doc: String,
    flow: Flow,
    /// Whether ports end in `_i` and `_o`.
    suffixed: bool,
}

impl At {
    /// A group called `name`, of which this module is the source for [`Flow::Out`] and the sink for [`Flow::In`].
    fn group(name: &str, doc: &str, flow: Flow, suffixed: bool) -> At {
        At { name: name.into(), doc: doc.into(), flow, suffixed }
    }

    /// The place of a part called `name`; `{}` in it is the name of the group.
    #[must_use]
    pub fn part(&self, name: &str, doc: &[&str], flow: Flow) -> At {
        let doc: Vec<&str> = doc.iter().map(|line| line.trim()).collect();
        let name = match (self.name.as_str(), name) {
            (group, part) if part.contains("{}") => part.replace("{}", group),
            (group, "") => group.into(),
            ("", part) => part.into(),
            (group, part) => format!("{group}_{part}"),
        };
        let doc = match (self.doc.trim_end_matches('.'), doc.join(" ")) {
            ("", part) => part,
            (group, part) => format!("{group}: {}", lower(&part)),
        };
        let flow = if self.flow == Flow::Out { flow } else { flow.flipped() };
        At { name, doc, flow, suffixed: self.suffixed }
    }

    /// Name of the port at this place.
    fn port(&self) -> String {
        match (self.suffixed, self.flow) {
            (false, _) => self.name.clone(),
            (true, Flow::In) => format!("{}_i", self.name),
            (true, Flow::Out) => format!("{}_o", self.name),
        }
    }
}

/// A sentence that continues another one.
fn lower(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// A group of signals; [`interface!`](crate::interface) implements it.
pub trait Interface: Sized {
    /// Widths, and which optional signals there are.
    type Shape;

    /// The ports of an interface of this shape.
    fn signals(shape: Self::Shape, at: &At, found: &mut Vec<Signal>);

    /// The interface over the signals that `look` finds by port name.
    fn find(at: &At, look: &mut dyn FnMut(&str) -> Option<Expr>) -> Option<Self>;

    /// Name, direction and value of each signal.
    fn leaves(&self, at: &At, found: &mut Vec<(String, Flow, Expr)>);
}

impl Interface for Expr {
    type Shape = Ty;

    fn signals(ty: Ty, at: &At, found: &mut Vec<Signal>) {
        found.push(Signal { name: at.port(), ty, flow: at.flow, doc: at.doc.clone() });
    }

    fn find(at: &At, look: &mut dyn FnMut(&str) -> Option<Expr>) -> Option<Expr> {
        look(&at.port())
    }

    fn leaves(&self, at: &At, found: &mut Vec<(String, Flow, Expr)>) {
        found.push((at.port(), at.flow, self.clone()));
    }
}

/// Signals that some shapes do not have.
impl<I: Interface> Interface for Option<I> {
    type Shape = Option<I::Shape>;

    fn signals(shape: Self::Shape, at: &At, found: &mut Vec<Signal>) {
        if let Some(shape) = shape {
            I::signals(shape, at, found);
        }
    }

    fn find(at: &At, look: &mut dyn FnMut(&str) -> Option<Expr>) -> Option<Self> {
        Some(I::find(at, look))
    }

    fn leaves(&self, at: &At, found: &mut Vec<(String, Flow, Expr)>) {
        if let Some(inside) = self {
            inside.leaves(at, found);
        }
    }
}

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

/// Declares an interface: a struct of signals with their directions, names, types and documentation.
///
/// `input` and `output` are single signals as the source sees them; `source` and `sink` are interfaces inside, the type
/// behind `=>`. A port has the name of the field, or the one behind `as`, in which `{}` is the name of the group.
///
/// ```
/// use trine_hdl::interface;
/// use trine_hdl::lang::{BIT, Module, Stream, bits, lit};
/// interface! {
///     /// Ports of a filter.
///     pub struct Filter(width: usize) {
///         /// Lets beats pass.
///         input open: BIT,
///         /// Beats that come
///         sink input as "in": Stream::of(bits(width)) => Stream,
///         /// Beats that pass
///         source output as "out": Stream::of(bits(width)) => Stream,
///     }
/// }
/// let mut m = Module::new("filter", "Loses beats while it is shut.");
/// let io = Filter::declare(&mut m, 8);
/// m.assign(&io.output.valid, &io.open & &io.input.valid);
/// m.assign(&io.output.data, &io.input.data);
/// m.assign(&io.input.ready, &io.output.ready | !&io.open);
/// let filter = m.build().unwrap();
///
/// let mut m = Module::new("pair", "Two filters.");
/// let input = m.sink::<Stream>("in", "Beats", Stream::of(bits(8)));
/// let (first, second): (Filter, Filter) = (m.place("first", &filter), m.place("second", &filter));
/// m.connect(&input, &first.input);
/// m.connect(&first.output, &second.input);
/// m.assign(&first.open, lit(1, BIT));
/// let errors = m.build().unwrap_err();
/// assert_eq!(errors.errors[0].to_string(), "second.open_i: no such input, or left open");
/// assert_eq!(errors.errors[1].to_string(), "second.out_ready_i: no such input, or left open");
/// ```
#[macro_export]
macro_rules! interface {
    (@type) => { $crate::lang::Expr };
    (@type $ty:ty) => { $ty };
    (@name $field:ident) => { stringify!($field) };
    (@name $field:ident $port:literal) => { $port };
    (@flow input) => { $crate::lang::Flow::In };
    (@flow sink) => { $crate::lang::Flow::In };
    (@flow output) => { $crate::lang::Flow::Out };
    (@flow source) => { $crate::lang::Flow::Out };
    ($(#[doc = $doc:literal])+ $vis:vis struct $name:ident($($size:ident: $size_ty:ty),*) {
        $($(#[doc = $text:literal])+ $flow:ident $field:ident $(as $port:literal)?: $shape:expr $(=> $ty:ty)?,)+
    }) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug)]
        $vis struct $name {
            $($(#[doc = $text])+ pub $field: $crate::interface!(@type $($ty)?),)+
        }

        #[allow(dead_code, reason = "an interface is declared, placed or both")]
        impl $name {
            /// The shape of the interface with these sizes.
            pub fn of($($size: $size_ty),*) -> ($($size_ty,)*) {
                ($($size,)*)
            }

            /// Declares the ports of module `m`.
            pub fn declare(m: &mut $crate::lang::Module $(, $size: $size_ty)*) -> Self {
                m.ports(($($size,)*))
            }
        }

        impl $crate::lang::Interface for $name {
            type Shape = ($($size_ty,)*);

            fn signals(shape: Self::Shape, at: &$crate::lang::At, found: &mut Vec<$crate::lang::Signal>) {
                let ($($size,)*) = shape;
                $({
                    let name = $crate::interface!(@name $field $($port)?);
                    let part = at.part(name, &[$($text),+], $crate::interface!(@flow $flow));
                    <$crate::interface!(@type $($ty)?) as $crate::lang::Interface>::signals($shape, &part, found);
                })+
            }

            fn find(
                at: &$crate::lang::At,
                look: &mut dyn FnMut(&str) -> Option<$crate::lang::Expr>,
            ) -> Option<Self> {
                Some($name {
                    $($field: {
                        let name = $crate::interface!(@name $field $($port)?);
                        $crate::lang::Interface::find(&at.part(name, &[], $crate::interface!(@flow $flow)), look)?
                    },)+
                })
            }

            fn leaves(
                &self,
                at: &$crate::lang::At,
                found: &mut Vec<(String, $crate::lang::Flow, $crate::lang::Expr)>,
            ) {
                $({
                    let name = $crate::interface!(@name $field $($port)?);
                    let part = at.part(name, &[], $crate::interface!(@flow $flow));
                    $crate::lang::Interface::leaves(&self.$field, &part, found);
                })+
            }
        }
    };
}
