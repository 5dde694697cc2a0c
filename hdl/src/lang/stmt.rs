//! Statements of the clocked block.

use super::expr::{Expr, lit};

/// One statement; assignments in the clocked block take effect at the rising edge.
#[derive(Clone, Debug)]
pub enum Stmt {
    /// `target <= value`.
    Set(Expr, Expr),
    /// Condition, statements when it holds, statements when it does not.
    If(Expr, Vec<Stmt>, Vec<Stmt>),
    /// Selector, arms, default.
    Case(Expr, Vec<(i64, Vec<Stmt>)>, Vec<Stmt>),
    /// A comment in the emitted text.
    Note(String),
}

/// `target <= value`.
pub fn set(target: &Expr, value: impl Into<Expr>) -> Stmt {
    Stmt::Set(target.clone(), value.into())
}

/// `target <= constant`.
pub fn set_to(target: &Expr, value: i64) -> Stmt {
    Stmt::Set(target.clone(), lit(value, target.ty))
}

/// Statements that happen when `condition` holds.
pub fn when(condition: impl Into<Expr>, then: impl IntoIterator<Item = Stmt>) -> Stmt {
    Stmt::If(condition.into(), then.into_iter().collect(), vec![])
}

/// One of two lists of statements.
pub fn if_else(
    condition: impl Into<Expr>,
    then: impl IntoIterator<Item = Stmt>,
    otherwise: impl IntoIterator<Item = Stmt>,
) -> Stmt {
    Stmt::If(condition.into(), then.into_iter().collect(), otherwise.into_iter().collect())
}

/// One arm for the value of `on`, or the default.
pub fn case(on: &Expr, arms: Vec<(i64, Vec<Stmt>)>, default: Vec<Stmt>) -> Stmt {
    Stmt::Case(on.clone(), arms, default)
}

/// A comment in the emitted text.
pub fn note(text: impl Into<String>) -> Stmt {
    Stmt::Note(text.into())
}
