//! Every register: its reset value, what may be done with it, and what is refused.

use trine_spec::registers::{
    self as regs, Access, CTRL, CTRL_SOFT_RESET, ErrorCode, QUEUE, QUEUE_FOLLOW, Register, SPACE, WGT_WINDOW,
    WINDOW_BYTES, constant, registers,
};

use super::unit::DrivenUnit;
use super::{Found, equal};

/// The bits of a register with this access.
fn mask(register: &Register, access: Access) -> u32 {
    register.fields.iter().filter(|field| field.access == access).fold(0, |mask, field| mask | field.mask())
}

/// The part of `value` that may be written at any time: QUEUE.follow is refused where no job can follow.
pub(super) fn quiet(register: &Register, value: u32) -> u32 {
    match *register {
        QUEUE => value & !QUEUE_FOLLOW.mask(),
        _ => value,
    }
}

/// Values of all registers after a reset.
pub(super) fn resets(unit: &mut DrivenUnit<'_>) -> Found {
    let config = unit.config;
    for register in registers(config) {
        equal!(unit.read(register)?, constant(register, config), "{} after reset", register.name);
    }
    equal!(unit.irq()?, false, "irq after reset");
    unit.silent()
}

/// Each field behaves as its access says, and no write reaches a register beside its own.
pub(super) fn access(unit: &mut DrivenUnit<'_>) -> Found {
    let config = unit.config;
    let own = |register: &Register| (register.offset * 5 + 1).wrapping_mul(0x9E37_79B9).rotate_left(15);
    for pattern in [0x5555_5555, 0xAAAA_AAAA, u32::MAX, 0] {
        for register in registers(config).filter(|r| **r != CTRL) {
            unit.write(register, quiet(register, pattern))?;
            let expected = constant(register, config) | pattern & mask(register, Access::ReadWrite);
            equal!(unit.read(register)?, expected, "{} after {pattern:#x} was written", register.name);
        }
    }
    for register in registers(config).filter(|r| **r != CTRL) {
        unit.write(register, quiet(register, own(register)))?;
    }
    let check = |unit: &mut DrivenUnit<'_>, written: bool| -> Found {
        for register in registers(config) {
            let kept = if written && *register != CTRL { own(register) & mask(register, Access::ReadWrite) } else { 0 };
            let kept = if register.name == "CTRL" { 0 } else { kept };
            equal!(unit.read(register)?, constant(register, config) | kept, "{}", register.name);
        }
        Ok(())
    };
    check(unit, true)?;
    // One after another, so that one that takes the write of another shows.
    for register in registers(config).filter(|r| **r != CTRL) {
        unit.write(register, quiet(register, !own(register)))?;
        let expected = constant(register, config) | !own(register) & mask(register, Access::ReadWrite);
        equal!(unit.read(register)?, expected, "{}", register.name);
        unit.write(register, quiet(register, own(register)))?;
        check(unit, true)?;
    }
    // Addresses below a word do not matter.
    for low in 1..4 {
        let answer = unit.access(regs::ID.offset + low, None)?;
        equal!((answer.okay, answer.data), (true, regs::ID_VALUE), "ID at an odd address");
    }
    unit.write(&CTRL, CTRL_SOFT_RESET.mask())?;
    check(unit, false)
}

/// Partial strobes and addresses without a register change nothing.
pub(super) fn refused(unit: &mut DrivenUnit<'_>) -> Found {
    // Flags are there to be cleared by mistake.
    unit.shape(0, 0, 0)?;
    unit.write(&CTRL, regs::CTRL_START.mask())?;
    unit.steps(4)?;
    let config = unit.config;
    for register in registers(config) {
        for strobes in 0..15 {
            unit.refused(register.offset, Some((u32::MAX, strobes)))?;
        }
    }
    let known = |offset: u32| registers(config).any(|r| r.offset == offset);
    let weights = |offset: u32| (WGT_WINDOW.offset..WGT_WINDOW.offset + WINDOW_BYTES).contains(&offset);
    let window = |offset: u32| config.windows() && offset >= WINDOW_BYTES && !(config.memory() && weights(offset));
    let unknown: Vec<u32> = (0..SPACE).step_by(4).filter(|offset| !known(*offset) && !window(*offset)).collect();
    for offset in unknown {
        unit.refused(offset, Some((u32::MAX, 0xF)))?;
        equal!(unit.refused(offset, None)?.data, 0, "what is read without a register, at {offset:#x}");
    }
    unit.failed(ErrorCode::Shape)?;
    unit.write(&CTRL, CTRL_SOFT_RESET.mask())?;
    resets(unit)
}
