//! One signal of a block, as rust-hdl's probes see it.

use crate::lang::Ty;
use crate::lang::interpreter::value::raw;
use num_bigint::BigInt;
use rust_hdl_core::ast::VerilogLiteral;
use rust_hdl_core::atom::{Atom, AtomKind};
use rust_hdl_core::constraint::PinConstraint;
use rust_hdl_core::signal::get_signal_id;
use rust_hdl_core::synth::VCDValue;
use rust_hdl_core::type_descriptor::{TypeDescriptor, TypeKind};

/// A signal with a run-time type. rust-hdl's own `Signal` has its width in its type, so it cannot stand here.
#[derive(Debug)]
pub(super) struct Signal {
    pub name: String,
    pub ty: Ty,
    pub kind: AtomKind,
    /// True if something drives it; found out by `connect_all`.
    pub connected: bool,
    /// Present value in simulation, always within the range of `ty`.
    pub value: BigInt,
    id: usize,
}

impl Signal {
    pub fn new(name: impl Into<String>, ty: Ty, kind: AtomKind) -> Signal {
        Signal { name: name.into(), ty, kind, connected: false, value: BigInt::ZERO, id: get_signal_id() }
    }
}

impl Atom for Signal {
    fn bits(&self) -> usize {
        self.ty.width
    }

    fn connected(&self) -> bool {
        self.connected
    }

    /// Changes are watched block by block, see `ModuleBlock::has_changed`.
    fn changed(&self) -> bool {
        false
    }

    fn kind(&self) -> AtomKind {
        self.kind
    }

    fn descriptor(&self) -> TypeDescriptor {
        let kind = if self.ty.signed { TypeKind::Signed(self.ty.width) } else { TypeKind::Bits(self.ty.width) };
        TypeDescriptor { name: self.ty.to_string(), kind }
    }

    fn vcd(&self) -> VCDValue {
        let bits = raw(self.value.clone(), self.ty);
        let digit = |n: usize| match VCDValue::from(bits.bit(n as u64)) {
            VCDValue::Single(digit) => Some(digit),
            _ => None,
        };
        VCDValue::Vector((0..self.ty.width).rev().filter_map(digit).collect())
    }

    fn id(&self) -> usize {
        self.id
    }

    /// Only constants are printed with a value, and a block has none.
    fn verilog(&self) -> VerilogLiteral {
        false.into()
    }

    fn constraints(&self) -> Vec<PinConstraint> {
        vec![]
    }
}
