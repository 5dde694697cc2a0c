//! Faults of a module, each error naming the place.

use super::ty::Ty;

/// A structural mistake found while a module is built or emitted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Operands of one operator differ in sign.
    #[error("operands {0} and {1} differ in sign")]
    MixedSign(Ty, Ty),
    /// A literal outside its type's range.
    #[error("literal {0} does not fit {1}")]
    Literal(i64, Ty),
    /// A slice reaches outside its operand, or is empty.
    #[error("bits [{low} +: {width}] of a value of type {of}")]
    Slice {
        /// Lowest bit.
        low: usize,
        /// Number of bits.
        width: usize,
        /// Type of the operand.
        of: Ty,
    },
    /// Only named signals can be sliced, indexed or assigned in Verilog.
    #[error("only a named signal can be sliced, indexed or assigned: name the value first")]
    NotANet,
    /// An expression uses a signal that belongs to another module.
    #[error("a signal of another module is used here")]
    Foreign,
    /// A value does not fit the signal it is assigned to.
    #[error("a value of type {value} is assigned to {net}, which has type {ty}")]
    Fit {
        /// The signal, or `instance.port`.
        net: String,
        /// The signal's type.
        ty: Ty,
        /// The value's type.
        value: Ty,
    },
    /// A signed value that is not a signal is used at a larger width.
    #[error("a signed value of type {0} is widened: name it first")]
    Widen(Ty),
    /// A condition is wider than one bit.
    #[error("a condition has type {0} instead of u1")]
    Condition(Ty),
    /// Not a Verilog identifier, reserved, or declared before.
    #[error("`{0}` is not a usable name, or is taken")]
    Name(String),
    /// A zero-width signal or an empty memory.
    #[error("`{0}` has no bits")]
    Empty(String),
    /// A signal that nothing drives.
    #[error("`{0}` is not driven")]
    Undriven(String),
    /// A signal with more than one driver.
    #[error("`{0}` has several drivers")]
    DrivenTwice(String),
    /// An input driven from inside, a register driven outside the clocked block, or the like.
    #[error("`{0}` cannot be driven here")]
    NotDrivable(String),
    /// A port that does not exist or an input that was left open.
    #[error("{instance}.{port}: no such input, or left open")]
    Port {
        /// Instance name.
        instance: String,
        /// Port name.
        port: String,
    },
    /// An input of an instance is used as a value, or two sources are connected.
    #[error("`{0}` is an input of an instance and has no value here")]
    NotReadable(String),
    /// Two interfaces are connected of which one has a signal that the other lacks.
    #[error("no `{signal}` on both sides of {}", .between.each_ref().map(|side| side.join(", ")).join(" and "))]
    Interface {
        /// Signal of the interface.
        signal: String,
        /// Signals of the two sides.
        between: [Vec<String>; 2],
    },
    /// Combinational logic that feeds itself.
    #[error("combinational loop through {}", .0.join(", "))]
    Loop(Vec<String>),
    /// Two different modules carry one name.
    #[error("two different modules are named `{0}`")]
    DuplicateModule(String),
}

/// All errors of one module.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("module {module}: {}", .errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct Errors {
    /// The module that does not build.
    pub module: String,
    /// Everything wrong with it, in the order found.
    pub errors: Vec<Error>,
}
