// The simulated SoC of soc.py with Etherbone as a library: its clock runs while the host has a packet to send or waits for one.
#include "clock.h"

extern "C" {

// Sends a packet of `sending` words, then receives one of at most `room` words if `answered`. A word has the packet's first byte
// lowest. Returns how many words came before none had moved for `patience` cycles.
size_t exchange(const uint32_t *words, size_t sending, uint32_t *into, size_t room, bool answered, uint64_t patience) {
    size_t sent = 0, received = 0;
    for (uint64_t idle = 0; (sent < sending || answered) && idle < patience; ++idle) {
        soc.packets_received_valid = sent < sending;
        soc.packets_received_data = sent < sending ? words[sent] : 0;
        soc.packets_received_last = sent + 1 == sending;
        soc.packets_received_length = 4 * sending;
        soc.packets_sent_ready = 1;
        soc.eval();
        if (soc.packets_received_valid && soc.packets_received_ready) ++sent, idle = 0;
        if (soc.packets_sent_valid) {
            if (received < room) into[received++] = soc.packets_sent_data;
            if (soc.packets_sent_last) answered = false;
            idle = 0;
        }
        tick();
    }
    soc.packets_received_valid = soc.packets_sent_ready = 0;
    return received;
}

} // extern "C"
