//! Interfaces: groups of signals that are declared, connected and checked as one.
//!
//! ```text
//!          ┌──────────┐  valid, data ──>  ┌────────┐
//!          │  source  │                   │  sink  │
//!          └──────────┘  <── ready        └────────┘
//! ```
//! An interface is a struct of signals, described from its source: an `output` is driven by the source, an `input` by
//! the sink. [`interface!`](crate::interface) writes the struct; the doc comment of a signal is also the comment of its port in the
//! generated Verilog. A module declares an interface as its own [source](super::Module::source) or [sink](super::Module::sink), an
//! instance has those of its module, and [`Module::connect`](super::Module::connect) joins two of one type: every `output` of the first drives
//! the second, every `input` of the second drives the first. [`Module::build`](super::Module::build) reports what is left open, driven twice,
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

use super::expr::Expr;
use super::ty::Ty;

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
    /// Ports end in `_i` and `_o`.
    suffixed: bool,
}

impl At {
    /// A group called `name`, of which this module is the source for [`Flow::Out`] and the sink for [`Flow::In`].
    pub(super) fn group(name: &str, doc: &str, flow: Flow, suffixed: bool) -> At {
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

    /// The place of one of several groups of one kind.
    fn numbered(&self, number: usize) -> At {
        At { name: format!("{}{number}", self.name), ..self.clone() }
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

/// Interfaces of one kind, whose names end in their numbers from 0 on.
impl<I: Interface> Interface for Vec<I> {
    type Shape = Vec<I::Shape>;

    fn signals(shape: Self::Shape, at: &At, found: &mut Vec<Signal>) {
        for (number, shape) in shape.into_iter().enumerate() {
            I::signals(shape, &at.numbered(number), found);
        }
    }

    fn find(at: &At, look: &mut dyn FnMut(&str) -> Option<Expr>) -> Option<Self> {
        Some((0..).map_while(|number| I::find(&at.numbered(number), look)).collect())
    }

    fn leaves(&self, at: &At, found: &mut Vec<(String, Flow, Expr)>) {
        for (number, inside) in self.iter().enumerate() {
            inside.leaves(&at.numbered(number), found);
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

        #[allow(dead_code, clippy::unused_unit, reason = "an interface may have no sizes, and be declared or placed only")]
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
