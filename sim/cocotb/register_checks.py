"""What is asked of the registers of every unit, whichever way its beats take; run by `test_unit.py` like `bus_checks.py`."""

import cocotb
from cocotb.handle import HierarchyObject
from unit import Unit

STALLS = 0.4
TIMEOUT = {"timeout_time": 2, "timeout_unit": "ms"}


@cocotb.test(**TIMEOUT)
async def registers_hold_their_resets(dut: HierarchyObject) -> None:
    unit = Unit(dut, STALLS)
    await unit.start_up()
    for register in unit.map.values():
        assert await unit.read(register.name) == register.reset, register.name


@cocotb.test(**TIMEOUT)
async def registers_keep_what_their_access_says(dut: HierarchyObject) -> None:
    unit = Unit(dut, STALLS)
    await unit.start_up()
    triggers = {"CTRL", "PERF_CTRL"} | ({"QUEUE"} & unit.map.keys())
    assert triggers == {r.name for r in unit.map.values() if r.with_access("trigger")}
    for pattern in (0xFFFFFFFF, 0x5A5AA5A5):
        for register in unit.map.values():
            if register.name not in triggers:
                await unit.write(register.name, pattern)
        await unit.write("PERF_CTRL", 3)
        for register in unit.map.values():
            kept = pattern & register.with_access("read-write")
            fixed = register.reset & ~register.with_access("read-write")
            assert await unit.read(register.name) == kept | fixed, register.name
    await unit.write("CTRL", unit.mask("CTRL", "soft_reset"))
    for register in unit.map.values():
        assert await unit.read(register.name) == register.reset, register.name
