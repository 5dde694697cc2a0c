//! Mutants: designs with one small mistake each, all in one design with a selector.
//!
//! ```text
//!  sum_q <= a + b;     becomes     wire mutated_0 = mutant_i == 7 ? a - b : a + b;     sum_q <= mutated_0;
//! ```
//! Every module gets an input `mutant_i`, handed down from the top. Where it names none of the mutants the design is the
//! one it was made from, so one simulation serves thousands of them, and a proof compares two values of one input. What
//! is changed is a node of the tree or a statement ([`Operator`]), never two at once. Modules that are shared are changed
//! wherever they are; cells are not changed.
//!
//! ```
//! use trine_hdl::lang::{BIT, Module, mutate};
//! let mut m = Module::new("gate", "both_o = a_i & b_i");
//! let (a, b) = (m.input("a_i", BIT), m.input("b_i", BIT));
//! m.drive("both_o", &a & &b);
//! let mutated = mutate(&m.build().unwrap(), |_| true).unwrap();
//! assert!(mutated.mutants.iter().any(|mutant| mutant.change == "a_i & b_i becomes a_i | b_i"));
//! ```

mod change;
mod pass;

use super::error::Errors;
use super::module::Module;
use std::fmt;
use std::sync::Arc;

/// The input that selects a mutant; 0 selects none.
pub const SELECTOR: &str = "mutant_i";

/// Bits of [`SELECTOR`].
pub const SELECTOR_BITS: usize = 16;

/// Kind of a mutant's mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operator {
    /// `+` and `-` in each other's place.
    Arithmetic,
    /// Operands of `-` or `<` swapped, parts of a concatenation swapped.
    Order,
    /// `&` and `|`, or all and any of several bits, in each other's place; `|` for `^`.
    Logic,
    /// One operand of `&` or `|` left out.
    Guard,
    /// `~` left out.
    Negation,
    /// Another comparison.
    Comparison,
    /// The arms of a choice swapped, or always the same one taken.
    Select,
    /// The condition of statements turned round, always or never met.
    Condition,
    /// A constant off by one.
    Constant,
    /// Bits of a signal off by one place.
    Slice,
    /// The lowest or the highest bit of what is assigned stuck at 0 or 1.
    Stuck,
    /// An assignment of the clocked block left out.
    Dropped,
}

impl Operator {
    /// All of them.
    pub const ALL: [Operator; 12] = [
        Operator::Arithmetic,
        Operator::Order,
        Operator::Logic,
        Operator::Guard,
        Operator::Negation,
        Operator::Comparison,
        Operator::Select,
        Operator::Condition,
        Operator::Constant,
        Operator::Slice,
        Operator::Stuck,
        Operator::Dropped,
    ];

    /// Name in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Operator::Arithmetic => "arithmetic",
            Operator::Order => "order",
            Operator::Logic => "logic",
            Operator::Guard => "guard",
            Operator::Negation => "negation",
            Operator::Comparison => "comparison",
            Operator::Select => "select",
            Operator::Condition => "condition",
            Operator::Constant => "constant",
            Operator::Slice => "slice",
            Operator::Stuck => "stuck",
            Operator::Dropped => "dropped",
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// The value of [`SELECTOR`] that selects it, from 1 on; the same whichever mutants are wanted.
    pub id: u32,
    /// Name of the module.
    pub module: String,
    /// The signal assigned there, or `instance.port`.
    pub place: String,
    /// Kind of mistake.
    pub operator: Operator,
    /// The change, written `a becomes b`, in Verilog.
    pub change: String,
}

/// A design and its mutants.
#[derive(Clone, Debug)]
pub struct Mutated {
    /// The design with its selector.
    pub top: Arc<Module>,
    /// Mutants by id.
    pub mutants: Vec<Mutant>,
}

/// Puts those mutants into the design below `top` that are `wanted`.
///
/// # Errors
/// Structural mistakes, none for a design that was built.
pub fn mutate(top: &Arc<Module>, wanted: impl Fn(&Mutant) -> bool) -> Result<Mutated, Errors> {
    let mut mutants = vec![];
    let top = pass::run(top, true, &wanted, &mut mutants)?;
    Ok(Mutated { top, mutants })
}

/// All mutants of the design below `top`.
///
/// # Errors
/// As [`mutate()`].
pub fn mutants(top: &Arc<Module>) -> Result<Vec<Mutant>, Errors> {
    let all = std::cell::RefCell::new(vec![]);
    mutate(top, |mutant| {
        all.borrow_mut().push(mutant.clone());
        false
    })?;
    Ok(all.into_inner())
}

/// The design below `top` with mutant `id` in effect, and no selector.
///
/// # Errors
/// As [`mutate()`].
pub fn mutant(top: &Arc<Module>, id: u32) -> Result<Arc<Module>, Errors> {
    pass::run(top, false, &|mutant| mutant.id == id, &mut vec![])
}

#[cfg(test)]
mod tests {
    use super::super::{BIT, Module, bits, if_else, mux, set, set_to, verilog, when};
    use super::*;

    fn counter() -> Arc<Module> {
        let mut m = Module::new("counter", "Counts to seven and stays there.");
        let rst = m.input("rst_i", BIT);
        let enable = m.input("enable_i", BIT);
        let count = m.reg("count_q", bits(3));
        let goes = m.name("goes", &enable & !count.is(7));
        m.on_clock([if_else(&rst, [set_to(&count, 0)], [when(&goes, [set(&count, count.step(1))])])]);
        m.drive("low_o", mux(&goes, count.slice(0, 2), count.slice(1, 2)));
        m.build().unwrap()
    }

    fn changes(operator: Operator) -> Vec<String> {
        let all = mutate(&counter(), |_| true).unwrap().mutants;
        all.into_iter().filter(|m| m.operator == operator).map(|m| format!("{}: {}", m.place, m.change)).collect()
    }

    #[test]
    fn each_operator_changes_what_it_says() {
        assert_eq!(changes(Operator::Arithmetic), ["count_q: count_q + 3'd1 becomes count_q - 3'd1"]);
        assert_eq!(changes(Operator::Comparison), ["goes: count_q == 3'd7 becomes ~(count_q == 3'd7)"]);
        assert_eq!(changes(Operator::Negation), ["goes: ~(count_q == 3'd7) becomes count_q == 3'd7"]);
        assert_eq!(changes(Operator::Logic).len(), 1);
        assert_eq!(changes(Operator::Guard).len(), 2);
        assert_eq!(changes(Operator::Dropped).len(), 2);
        assert_eq!(changes(Operator::Condition).len(), 6);
        // 7 has no successor in three bits, 0 no predecessor.
        assert_eq!(changes(Operator::Constant).len(), 1 + 2 + 1);
        assert_eq!(changes(Operator::Slice).len(), 1 + 1);
        assert_eq!(
            changes(Operator::Select),
            [
                "low_o: goes ? count_q[1:0] : count_q[2:1] becomes goes ? count_q[2:1] : count_q[1:0]",
                "low_o: goes ? count_q[1:0] : count_q[2:1] becomes count_q[1:0]",
                "low_o: goes ? count_q[1:0] : count_q[2:1] becomes count_q[2:1]",
            ]
        );
    }

    #[test]
    fn numbers_do_not_depend_on_what_is_wanted() {
        let all = mutate(&counter(), |_| true).unwrap();
        let ids: Vec<u32> = all.mutants.iter().map(|m| m.id).collect();
        assert_eq!(ids, (1..=ids.len() as u32).collect::<Vec<_>>());
        let third = mutate(&counter(), |m| m.id == 3).unwrap();
        assert_eq!(third.mutants, [all.mutants[2].clone()]);
        let text = &verilog(&third.top).unwrap().files[0].text;
        assert!(text.contains("mutant_i == 16'd3") && !text.contains("16'd2"), "{text}");
    }

    #[test]
    fn a_single_mutant_has_no_selector() {
        assert_eq!(mutants(&counter()).unwrap(), mutate(&counter(), |_| true).unwrap().mutants);
        let text = |id| verilog(&mutant(&counter(), id).unwrap()).unwrap().files[0].text.clone();
        let dropped = mutants(&counter()).unwrap().into_iter().find(|m| m.operator == Operator::Dropped).unwrap();
        assert!(!text(dropped.id).contains("mutant_i") && !text(dropped.id).contains("count_q <= 3'd0"));
        assert_eq!(text(u32::MAX), verilog(&counter()).unwrap().files[0].text);
    }

    #[test]
    fn nothing_wanted_is_nothing_changed_but_the_selector() {
        let plain = verilog(&counter()).unwrap().files[0].text.clone();
        let none = verilog(&mutate(&counter(), |_| false).unwrap().top).unwrap().files[0].text.clone();
        let port = ",\n  input  wire [15:0] mutant_i";
        assert_eq!(none.replace(port, "").replace("\n  wire unused_ok = &{1'b0, mutant_i};\n", ""), plain);
    }

    #[test]
    fn the_selector_reaches_every_instance_and_shared_modules_change_once() {
        let part = counter();
        let mut m = Module::new("pair", "Two counters.");
        let rst = m.input("rst_i", BIT);
        let mut low = vec![];
        for name in ["a", "b"] {
            low.push(m.instance(name, &part, &[("rst_i", &rst), ("enable_i", &rst)])["low_o"].clone());
        }
        m.drive("low_o", &low[0] & &low[1]);
        let mutated = mutate(&m.build().unwrap(), |_| true).unwrap();
        let text = verilog(&mutated.top).unwrap();
        assert_eq!(text.files.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["counter.v", "pair.v"]);
        assert_eq!(text.files[1].text.matches(".mutant_i(mutant_i)").count(), 2);
        assert!(mutated.mutants.iter().any(|m| m.module == "pair" && m.place == "a.enable_i"));
        let inner = mutated.mutants.iter().filter(|m| m.module == "counter").count();
        assert_eq!(inner, mutate(&counter(), |_| true).unwrap().mutants.len());
    }
}
