// The read half of an AXI4 memory port: takes bursts on AR and answers them in order on R.
#pragma once

#include "axi_address.h"

// The numbers of the ports. The layout is shared with the host program.
struct ReadPorts {
    AddressPorts address;
    uint32_t data, resp, last, valid, ready;
    uint32_t data_bits;
};

class AxiRead : public AxiHalf {
  public:
    AxiRead(std::string name, const ReadPorts& ports, const std::vector<PortRef>& all, const uint8_t* reset, Memory& memory,
            const Stalls* stalls)
        : AxiHalf{std::move(name), reset, memory, AxiAddress{ports.address, all, ports.data_bits / 8, stalls[0]}},
          bus{ports.data_bits / 8}, access{memory.timing->access_bytes(bus)}, data{all[ports.data]},
          resp{all[ports.resp].flag()}, last{all[ports.last].flag()}, valid{all[ports.valid].flag()},
          ready{all[ports.ready].flag()}, stalls{stalls[1]} {
        rest();
    }

  private:
    // The rest of a burst; `access` counts the accesses of the port before the one that `at` lies in.
    struct Burst {
        uint64_t at;
        uint64_t beats;
        uint64_t access;
        bool answered;
    };

    bool idle() const override { return bursts.empty(); }

    void move() override {
        taken = valid && ready;
        if (taken) hand_over();
        if (address.moves()) take();
    }

    void answer() override {
        if (valid && !taken) return;
        taken = false;
        if (bursts.empty() || !arrived(bursts.front()) || stalls.pause()) return silence();
        const Burst& now = bursts.front();
        valid = 1;
        last = now.beats == 1;
        resp = memory.response(now.at, bus);
        if (resp == OKAY)
            std::memcpy(data.data, &memory.contents[now.at], bus);
        else
            garbage();
    }

    void rest() override {
        silence();
        address.ready = 0;
    }

    void drop() override {
        bursts.clear();
        taken = false;
    }

    void take() {
        const uint64_t at = address.at(), end = at + address.beats() * bus;
        bursts.push_back({at, address.beats(), flow.asked, memory.answers(at, end - at)});
        for (uint64_t access_at = at / access * access; access_at < end; access_at += access) flow.ask(access_at);
        ++counts.bursts;
    }

    // The accesses up to the end of a burst's next beat.
    uint64_t needed(const Burst& burst) const {
        return burst.access + (burst.at % access + bus + access - 1) / access;
    }

    bool arrived(const Burst& burst) const { return burst.answered && flow.done >= needed(burst); }

    void hand_over() {
        Burst& now = bursts.front();
        const uint64_t touched = needed(now);
        now.access += (now.at % access + bus) / access;
        now.at += bus;
        --now.beats;
        flow.used = now.beats == 0 ? touched : now.access;
        if (now.beats == 0) bursts.pop_front();
        ++counts.beats;
    }

    // A beat that is not valid has no meaning; make sure that nobody relies on it.
    void silence() {
        garbage();
        valid = 0;
        last = 1;
        resp = SLAVE_ERROR;
    }

    void garbage() { std::memset(data.data, 0xa5, bus); }

    const uint32_t bus, access;
    const PortRef data;
    uint8_t &resp, &last, &valid;
    const uint8_t& ready;
    Stalls stalls;
    std::deque<Burst> bursts;
    bool taken = false;  // the beat moves at the coming edge
};
