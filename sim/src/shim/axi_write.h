// The write half of an AXI4 memory port: takes bursts on AW, their beats on W, and answers in order on B.
#pragma once

#include "axi_address.h"

// The numbers of the ports. The layout is shared with the host program.
struct WritePorts {
    AddressPorts address;
    uint32_t data, strobe, last, valid, ready;
    uint32_t resp, answer_valid, answer_ready;
    uint32_t data_bits;
};

class AxiWrite : public AxiHalf {
  public:
    AxiWrite(std::string name, const WritePorts& ports, const std::vector<PortRef>& all, const uint8_t* reset, Memory& memory,
             const Stalls* stalls)
        : AxiHalf{std::move(name), reset, memory, AxiAddress{ports.address, all, ports.data_bits / 8, stalls[0]}},
          bus{ports.data_bits / 8}, access{memory.timing->access_bytes(bus)}, data{all[ports.data]},
          strobe{all[ports.strobe]}, last{all[ports.last].flag()}, valid{all[ports.valid].flag()},
          ready{all[ports.ready].flag()}, resp{all[ports.resp].flag()}, answer_valid{all[ports.answer_valid].flag()},
          answer_ready{all[ports.answer_ready].flag()}, data_stalls{stalls[1]}, answer_stalls{stalls[2]} {
        for (uint32_t port : {ports.data, ports.strobe, ports.last}) beat.add(all[port]);
        rest();
    }

  private:
    // A burst of which beats are missing, or its answer.
    struct Burst {
        uint64_t at;
        uint64_t beats;
        uint64_t done_with = 0;  // accesses of the port that are done when this burst is
        uint8_t response = OKAY;
        bool answered;
    };

    bool idle() const override { return bursts.empty() && complete.empty(); }

    const char* check() override {
        if (!beat.valid_holds(valid)) return "wvalid was dropped before wready";
        if (valid && !beat.payload_holds()) return "the data, strobes or last of a beat changed while they waited";
        beat.next(valid && !ready);
        if (valid && !bursts.empty() && last != (bursts.front().beats == 1))
            return last ? "wlast comes before the last beat" : "wlast is missing at the last beat";
        return nullptr;
    }

    uint64_t place() const override { return bursts.empty() ? address.at() : bursts.front().at; }

    void move() override {
        taken = answer_valid && answer_ready;
        if (taken) complete.pop_front();
        if (valid && ready) write();
        if (address.moves()) {
            const uint64_t at = address.at(), beats = address.beats();
            bursts.push_back({at, beats, 0, OKAY, memory.answers(at, beats * bus)});
            ++counts.bursts;
        }
    }

    void answer() override {
        // A write keeps no place in the read buffer. A beat is taken behind its address.
        flow.used = flow.done;
        ready = !bursts.empty() && memory.timing->room(flow) && !data_stalls.pause();
        if (answer_valid && !taken) return;
        taken = false;
        const bool there =
            !complete.empty() && complete.front().answered && flow.done >= complete.front().done_with;
        answer_valid = there && !answer_stalls.pause();
        resp = answer_valid ? complete.front().response : static_cast<uint8_t>(SLAVE_ERROR);
    }

    void rest() override { address.ready = ready = answer_valid = 0; }

    void drop() override {
        bursts.clear();
        complete.clear();
        beat.next(false);
        taken = false;
    }

    void write() {
        Burst& now = bursts.front();
        const uint8_t response = memory.response(now.at, bus);
        now.response = std::max(now.response, response);
        for (uint32_t byte = 0; byte < bus; ++byte)
            if (response == OKAY && (strobe.data[byte / 8] >> byte % 8 & 1)) memory.contents[now.at + byte] = data.data[byte];
        // An access belongs to the beat that ends it, or ends the burst.
        const uint64_t end = now.at + bus;
        for (uint64_t at = now.at / access * access; at < end; at += access)
            if (at + access <= end || now.beats == 1) flow.ask(at);
        now.at = end;
        ++counts.beats;
        if (--now.beats > 0) return;
        now.done_with = flow.asked;
        complete.push_back(now);
        bursts.pop_front();
    }

    const uint32_t bus, access;
    const PortRef data, strobe;
    const uint8_t &last, &valid;
    uint8_t &ready, &resp, &answer_valid;
    const uint8_t& answer_ready;
    Stalls data_stalls, answer_stalls;
    Held beat;
    std::deque<Burst> bursts, complete;
    bool taken = false;  // the answer moves at the coming edge
};
