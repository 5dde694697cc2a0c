// The clock and reset of the simulated SoC of soc.py: it runs only while a host wants something.
#pragma once

#include "Vsoc.h"
#include "verilated.h"

#include <cstddef>
#include <cstdint>

namespace {

VerilatedContext context;
Vsoc soc{&context};
uint64_t cycles = 0;

void tick() {
    soc.sys_clk = 1;
    soc.eval();
    soc.sys_clk = 0;
    soc.eval();
    ++cycles;
}

} // namespace

extern "C" {

void reset() {
    soc.sys_rst = 1;
    for (int i = 0; i < 16; ++i) tick();
    soc.sys_rst = 0;
    // LiteX keeps its own reset a cycle longer, and a byte that comes meanwhile is lost
    for (int i = 0; i < 16; ++i) tick();
}

uint64_t elapsed() { return cycles; }

} // extern "C"
