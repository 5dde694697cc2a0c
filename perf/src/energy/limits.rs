//! Limits of prices: what an action can cost in any technology from 180 nm to 2 nm.
//!
//! ```text
//! logic, memory:  centre at 45 nm x node / 45 nm, a factor of 31 either way; logic of an FPGA costs 14 times a cell
//! DRAM, leakage:  a range for all nodes
//! ```
//! Two factors of 31 are less than a thousand, so a price of logic or memory in nanojoules or femtojoules is refused.
//! docs/explanation/energy.md lists the published values that the limits were compared with.

use std::ops::RangeInclusive;

use super::component::{Action, Component};

/// Nodes that prices are for, nm.
pub const NODES: RangeInclusive<f64> = 2.0..=180.0;

/// The factor between a price and the centre of its limits at most.
pub const FACTOR: f64 = 31.0;

/// The energy of FPGA logic over that of cells of the same node: I. Kuon and J. Rose, IEEE TCAD 26(2), 2007.
pub const FPGA: f64 = 14.0;

/// The node that centres are stated for, nm.
const CENTRE_NODE: f64 = 45.0;

/// Limits for a bit of an action, in picojoules.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// So much at 45 nm, in proportion to the node.
    Node(f64),
    /// In this range whatever the node.
    Any(f64, f64),
}

/// Every action that can have a price, by component.
pub const LIMITS: &[(Component, Action, Limit)] = &[
    (Component::Adder, Action::Add, Limit::Node(0.00375)),
    (Component::Multiplier, Action::Multiply, Limit::Node(0.05)),
    (Component::FpAdder, Action::Add, Limit::Node(0.025)),
    (Component::FpMultiplier, Action::Multiply, Limit::Node(0.08)),
    (Component::Selector, Action::Select, Limit::Node(0.0042)),
    (Component::FlipFlop, Action::Clock, Limit::Node(0.0075)),
    (Component::FlipFlop, Action::Write, Limit::Node(0.0075)),
    (Component::Sram, Action::Access, Limit::Node(0.5)),
    (Component::TernaryColumn, Action::Mac, Limit::Node(0.1)),
    (Component::Int8Column, Action::Mac, Limit::Node(0.5)),
    (Component::Fp16Column, Action::Mac, Limit::Node(1.0)),
    (Component::Dram, Action::Transfer, Limit::Any(0.2, 500.0)),
    (Component::FullAdder, Action::Leak, Limit::Any(1e-7, 2.0)),
    (Component::FlipFlop, Action::Leak, Limit::Any(1e-7, 2.0)),
    (Component::SramBit, Action::Leak, Limit::Any(1e-8, 1.0)),
    (Component::Device, Action::Leak, Limit::Any(1.0, 1e8)),
];

/// The limit of an action, where there is such an action.
pub(super) fn limit(component: Component, action: Action) -> Option<Limit> {
    LIMITS.iter().find(|(c, a, _)| (*c, *a) == (component, action)).map(|(.., limit)| *limit)
}

/// The number of nanometres that the name of a node begins with: 7 of `7 nm`, 40 of `40 nm FPGA`.
pub(super) fn nanometres(node: &str) -> Option<f64> {
    let (number, rest) = node.split_at(node.find(|c: char| !c.is_ascii_digit() && c != '.')?);
    rest.trim_start().starts_with("nm").then(|| number.parse().ok()).flatten()
}

/// The limits of a bit of `component` at `node`, in picojoules; `None` where the limit needs a node that this is not.
pub(super) fn range(limit: Limit, component: Component, node: &str) -> Option<[f64; 2]> {
    match limit {
        Limit::Any(lo, hi) => Some([lo, hi]),
        Limit::Node(centre) => {
            let node_nm = nanometres(node).filter(|nm| NODES.contains(nm))?;
            let logic = component != Component::Sram;
            let fpga = if node.contains("FPGA") && logic { FPGA } else { 1.0 };
            let centre = centre * fpga * node_nm / CENTRE_NODE;
            Some([centre / FACTOR, centre * FACTOR])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_read_from_their_names() {
        assert_eq!(
            ["7 nm", "45nm", "40 nm FPGA", "1.4 nm", "DRAM", "7 um", "nm", ""].map(nanometres),
            [Some(7.0), Some(45.0), Some(40.0), Some(1.4), None, None, None, None]
        );
    }

    #[test]
    fn limits_follow_the_node() {
        let adder = |node| range(Limit::Node(0.00375), Component::Adder, node);
        for (node, centre) in [("45 nm", 0.00375), ("90 nm FPGA", 0.105), ("7 nm", 0.000_583_333_333)] {
            let [least, most] = adder(node).unwrap();
            assert!((least * 31.0 / centre - 1.0).abs() < 1e-6 && (most / 31.0 / centre - 1.0).abs() < 1e-6, "{node}");
        }
        assert_eq!((adder("1 nm"), adder("250 nm"), adder("DRAM")), (None, None, None));
        assert!(LIMITS.iter().all(|(c, a, l)| limit(*c, *a) == Some(*l)));
        const { assert!(FACTOR * FACTOR < 1000.0) };
    }
}
