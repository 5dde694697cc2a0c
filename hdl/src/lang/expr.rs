//! Typed expressions with exact integer semantics.
//!
//! A value's type is its width and sign; `+` and `-` grow by one bit so that no carry is ever lost, and dropping it
//! has to be asked for ([`Expr::wrap`]). A mistyped expression carries its error to
//! [`Module::build`](super::Module::build), which reports all of them at once.
//!
//! ```
//! use trine_hdl::lang::{Module, int};
//! let mut m = Module::new("adder", "sum_o = a_i + b_i");
//! let a = m.input("a_i", int(8));
//! let b = m.input("b_i", int(8));
//! let sum = m.output("sum_o", int(9));
//! m.assign(&sum, &a + &b);
//! assert!(m.build().is_ok());
//! ```

use super::error::Error;
use super::ty::{BIT, Ty, bits, int};
use std::{ops, sync::Arc};

/// Operators with two operands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Op {
    /// Sum, one bit wider than the wider operand.
    Add,
    /// Difference, one bit wider than the wider operand.
    Sub,
    /// Bitwise and.
    And,
    /// Bitwise or.
    Or,
    /// Bitwise exclusive or.
    Xor,
    /// Equality, one bit.
    Eq,
    /// Less than, one bit.
    Lt,
}

/// One node of an expression tree; children are shared.
#[derive(Debug)]
pub enum Node {
    /// A declared signal: module identity and declaration number.
    Net(u32, usize),
    /// A constant.
    Lit(i64),
    /// Bitwise complement.
    Not(Expr),
    /// A binary operator.
    Binary(Op, Expr, Expr),
    /// `condition ? then : otherwise`.
    Mux(Expr, Expr, Expr),
    /// Concatenation, least significant part first.
    Cat(Vec<Expr>),
    /// The operand repeated.
    Repeat(Expr, usize),
    /// Or over all bits.
    Any(Expr),
    /// And over all bits.
    All(Expr),
    /// Number of bits that are set, and the same as a sum.
    Count(Expr, Expr),
    /// Bits of a signal from the given lowest one on.
    Slice(Expr, usize),
    /// A word of a memory: memory, address.
    Word(Expr, Expr),
    /// The same bits under another type; a sum may lose its carry.
    Cast(Expr),
    /// An input of an instance, which can only be assigned: module identity, instance, declaration number.
    Pin(u32, usize, usize),
    /// A mistake, reported by `build`.
    Bad(Error),
}

/// A value inside a module.
#[derive(Clone, Debug)]
pub struct Expr {
    /// The tree's root.
    pub node: Arc<Node>,
    /// Type of the value.
    pub ty: Ty,
}

impl From<&Expr> for Expr {
    fn from(e: &Expr) -> Expr {
        e.clone()
    }
}

pub(super) fn expr(node: Node, ty: Ty) -> Expr {
    Expr { node: Arc::new(node), ty }
}

/// The constant `value` of type `ty`.
pub fn lit(value: i64, ty: Ty) -> Expr {
    let reach = 1i128 << (ty.width - usize::from(ty.signed)).min(64);
    let range = if ty.signed { -reach..reach } else { 0..reach };
    let ok = range.contains(&i128::from(value));
    expr(if ok { Node::Lit(value) } else { Node::Bad(Error::Literal(value, ty)) }, ty)
}

/// Concatenation, least significant part first.
pub fn cat(parts: impl IntoIterator<Item = Expr>) -> Expr {
    let parts: Vec<Expr> = parts.into_iter().collect();
    let width = parts.iter().map(|e| e.ty.width).sum();
    expr(Node::Cat(parts), bits(width))
}

/// `condition ? then : otherwise`, as wide as the wider one.
pub fn mux(condition: impl Into<Expr>, then: impl Into<Expr>, otherwise: impl Into<Expr>) -> Expr {
    let c = condition.into();
    if c.ty != BIT {
        return expr(Node::Bad(Error::Condition(c.ty)), c.ty);
    }
    joined(&then.into(), &otherwise.into(), 0, |a, b| Node::Mux(c, a, b))
}

fn joined(a: &Expr, b: &Expr, grow: usize, node: impl FnOnce(Expr, Expr) -> Node) -> Expr {
    let ty = Ty { width: a.ty.width.max(b.ty.width) + grow, signed: a.ty.signed };
    let same = a.ty.signed == b.ty.signed;
    expr(if same { node(a.clone(), b.clone()) } else { Node::Bad(Error::MixedSign(a.ty, b.ty)) }, ty)
}

impl Expr {
    fn binary(&self, op: Op, right: &Expr, grow: usize) -> Expr {
        joined(self, right, grow, |a, b| Node::Binary(op, a, b))
    }

    /// True if both values are equal.
    pub fn eq(&self, right: impl Into<Expr>) -> Expr {
        Expr { ty: BIT, ..self.binary(Op::Eq, &right.into(), 0) }
    }

    /// True if this value is less than `right`.
    pub fn lt(&self, right: impl Into<Expr>) -> Expr {
        Expr { ty: BIT, ..self.binary(Op::Lt, &right.into(), 0) }
    }

    /// True if this value is the constant `value`.
    pub fn is(&self, value: i64) -> Expr {
        self.eq(lit(value, self.ty))
    }

    /// This value plus a constant, modulo its width: a counter's next value.
    pub fn step(&self, by: i64) -> Expr {
        (self + lit(by, self.ty)).wrap()
    }

    /// This value minus a constant, modulo its width.
    pub fn back(&self, by: i64) -> Expr {
        (self - lit(by, self.ty)).wrap()
    }

    /// Drops the top bit of a sum or difference: modular arithmetic has to be asked for.
    pub fn wrap(self) -> Expr {
        let ty = Ty { width: self.ty.width - 1, ..self.ty };
        match *self.node {
            Node::Binary(Op::Add | Op::Sub, ..) => expr(Node::Cast(self), ty),
            _ => expr(Node::Bad(Error::NotANet), ty),
        }
    }

    /// The same bits read as two's complement.
    pub fn signed(self) -> Expr {
        let ty = int(self.ty.width);
        expr(Node::Cast(self), ty)
    }

    /// The same bits read as unsigned.
    pub fn unsigned(self) -> Expr {
        let ty = bits(self.ty.width);
        expr(Node::Cast(self), ty)
    }

    /// `width` bits of a signal, from bit `low` on.
    pub fn slice(&self, low: usize, width: usize) -> Expr {
        let node = if !matches!(*self.node, Node::Net(..)) {
            Node::Bad(Error::NotANet)
        } else if width == 0 || low + width > self.ty.width {
            Node::Bad(Error::Slice { low, width, of: self.ty })
        } else {
            Node::Slice(self.clone(), low)
        };
        expr(node, bits(width))
    }

    /// Bit `index` of a signal.
    pub fn bit(&self, index: usize) -> Expr {
        self.slice(index, 1)
    }

    /// `count` copies of this value side by side.
    pub fn repeat(&self, count: usize) -> Expr {
        let ty = bits(self.ty.width * count);
        if count == 1 { self.clone().unsigned() } else { expr(Node::Repeat(self.clone(), count), ty) }
    }

    /// True if any bit is set.
    pub fn any(&self) -> Expr {
        expr(Node::Any(self.clone()), BIT)
    }

    /// True if all bits are set.
    pub fn all(&self) -> Expr {
        expr(Node::All(self.clone()), BIT)
    }

    /// Number of bits that are set, as the 32-bit number that Verilog's `$countones` gives: part of SystemVerilog, so for
    /// simulation only.
    pub fn count_ones(&self) -> Expr {
        let bit = |i| expr(Node::Slice(self.clone(), i), BIT);
        let sum = (0..self.ty.width).fold(lit(0, bits(32)), |sum, i| sum.binary(Op::Add, &bit(i), 0));
        expr(Node::Count(self.clone(), sum), bits(32))
    }

    /// The word of a memory at `address`.
    pub fn at(&self, address: impl Into<Expr>) -> Expr {
        let address = address.into();
        let ty = self.ty;
        if !matches!(*address.node, Node::Net(..)) {
            return expr(Node::Bad(Error::NotANet), ty);
        }
        expr(Node::Word(self.clone(), address), ty)
    }

    /// Direct operands.
    pub fn children(&self) -> Vec<&Expr> {
        match &*self.node {
            Node::Net(..) | Node::Lit(_) | Node::Pin(..) | Node::Bad(_) => vec![],
            Node::Not(a)
            | Node::Cast(a)
            | Node::Slice(a, _)
            | Node::Repeat(a, _)
            | Node::Any(a)
            | Node::All(a)
            | Node::Count(a, _) => vec![a],
            Node::Binary(_, a, b) | Node::Word(a, b) => vec![a, b],
            Node::Mux(c, a, b) => vec![c, a, b],
            Node::Cat(parts) => parts.iter().collect(),
        }
    }

    /// Declaration number of the signal or memory that an assignment to this expression drives.
    pub fn target(&self) -> Option<usize> {
        match &*self.node {
            Node::Net(_, n) => Some(*n),
            Node::Word(memory, _) => memory.target(),
            _ => None,
        }
    }
}

macro_rules! binary_operators {
    ($($trait:ident $method:ident $op:ident $grow:literal)*) => { $(
        impl<R: Into<Expr>> ops::$trait<R> for &Expr {
            type Output = Expr;
            fn $method(self, right: R) -> Expr { self.binary(Op::$op, &right.into(), $grow) }
        }
        impl<R: Into<Expr>> ops::$trait<R> for Expr {
            type Output = Expr;
            fn $method(self, right: R) -> Expr { self.binary(Op::$op, &right.into(), $grow) }
        }
    )* };
}
binary_operators!(Add add Add 1  Sub sub Sub 1  BitAnd bitand And 0  BitOr bitor Or 0  BitXor bitxor Xor 0);

impl ops::Not for &Expr {
    type Output = Expr;
    fn not(self) -> Expr {
        expr(Node::Not(self.clone()), self.ty)
    }
}

impl ops::Not for Expr {
    type Output = Expr;
    fn not(self) -> Expr {
        !&self
    }
}
