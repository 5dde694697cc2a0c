//! The column of the accelerator and an accumulator for it.

use super::Operands;
use crate::design::column::{ColumnPorts, column};
use crate::lang::{Errors, Expr, Module, bits, cat, int, lit, set};
use trine_spec::Config;

pub(super) fn build(m: &mut Module, operands: &Operands, config: &Config) -> Result<Expr, Errors> {
    let column: ColumnPorts = m.place("column", &column(config)?);
    m.assign_all([(&column.operands.act, &operands.act), (&column.operands.code, &operands.wgt)]);
    let total = m.reg("total_q", int(config.acc_bits()));
    let base = operands.base(m, &total);
    let owed = cat([column.result.owed.clone(), lit(0, bits(total.ty.width - 1))]).signed();
    m.on_clock([set(&total, ((base + &column.result.sum).wrap() + owed).wrap())]);
    Ok(total.unsigned())
}
