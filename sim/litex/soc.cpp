// The simulated SoC of soc.py as a library: its clock runs while the host has bytes to send or waits for bytes.
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

// Sends `sending` bytes, then receives `receiving`. Returns how many came before none had moved for `patience` cycles.
size_t exchange(const uint8_t *bytes, size_t sending, uint8_t *into, size_t receiving, uint64_t patience) {
    size_t sent = 0, received = 0;
    for (uint64_t idle = 0; (sent < sending || received < receiving) && idle < patience; ++idle) {
        soc.bytes_sink_valid = sent < sending;
        soc.bytes_sink_data = sent < sending ? bytes[sent] : 0;
        soc.bytes_source_ready = sent == sending && received < receiving;
        soc.eval();
        if (soc.bytes_sink_valid && soc.bytes_sink_ready) ++sent, idle = 0;
        if (soc.bytes_source_valid && soc.bytes_source_ready) into[received++] = soc.bytes_source_data, idle = 0;
        tick();
    }
    soc.bytes_sink_valid = soc.bytes_source_ready = 0;
    return received;
}

uint64_t elapsed() { return cycles; }

} // extern "C"
