//! The column of the accelerator and an accumulator for it.

use super::Operands;
use crate::design::column;
use crate::lang::{Errors, Module, bits, cat, int, lit, set};
use trine_spec::Config;

pub(super) fn build(m: &mut Module, operands: &Operands, config: &Config) -> Result<(), Errors> {
    let column = m.instance("column", &column(config)?, &[("act_i", &operands.act), ("code_i", &operands.wgt)]);
    let total = m.reg("total_q", int(config.acc_bits()));
    let base = operands.base(m, &total);
    let owed = cat([column["owed_o"].clone(), lit(0, bits(total.ty.width - 1))]).signed();
    m.on_clock([set(&total, ((base + &column["sum_o"]).wrap() + owed).wrap())]);
    m.drive("total_o", total.unsigned());
    Ok(())
}
