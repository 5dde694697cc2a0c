// The simulated SoC of soc.py with uartbone as a library: its clock runs while the host has bytes to send or waits for bytes.
#include "clock.h"

extern "C" {

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

} // extern "C"
