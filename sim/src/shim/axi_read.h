// The read half of an AXI4 memory port: takes bursts on AR, answers them in order on R, and checks the master.
//
// Two calls a clock cycle: `sample` sees what the coming edge moves, `drive` sets the inputs of the cycle behind it.
#pragma once

#include <cstdio>
#include <deque>
#include <string>

#include "memory.h"
#include "streams.h"

// The numbers of the ports; prot and cache may be ABSENT. The layout is shared with the host program.
struct ReadPorts {
    uint32_t addr, len, size, burst, prot, cache, arvalid, arready;
    uint32_t data, resp, last, rvalid, rready;
    uint32_t data_bits;
};

struct PortCounts {
    uint64_t bursts, beats, busy, idle;
};

class AxiRead {
  public:
    AxiRead(std::string name, const ReadPorts& ports, const std::vector<PortRef>& all, const uint8_t* reset, Memory& memory,
            Stalls ask_stalls, Stalls answer_stalls)
        : name{std::move(name)}, memory{memory}, bus{ports.data_bits / 8}, access{memory.timing->access_bytes(bus)},
          addr{all[ports.addr]}, len{all[ports.len]}, size{all[ports.size]}, burst{all[ports.burst]},
          arvalid{all[ports.arvalid].flag()}, arready{all[ports.arready].flag()}, data{all[ports.data]},
          resp{all[ports.resp].flag()}, last{all[ports.last].flag()}, rvalid{all[ports.rvalid].flag()},
          rready{all[ports.rready].flag()}, reset{reset}, ask_stalls{ask_stalls}, answer_stalls{answer_stalls} {
        for (uint32_t port : {ports.addr, ports.len, ports.size, ports.burst, ports.prot, ports.cache})
            if (port != ABSENT) payload.push_back(all[port]);
        memory.flows.push_back(&flow);
        rest();
    }

    AxiRead(const AxiRead&) = delete;

    // Returns the rule that the master breaks in this cycle, or nothing.
    std::string sample(uint64_t cycle) {
        if (reset && !*reset) return in_reset(cycle);
        reset_cycles = 0;
        const char* rule = check();
        if (rule) return broken(cycle, rule);
        waiting = arvalid && !arready;
        if (waiting) held = offered();
        ++(bursts.empty() ? counts.idle : counts.busy);
        taken = rvalid && rready;
        if (taken) hand_over();
        if (arvalid && arready) take();
        return {};
    }

    void drive() {
        if (reset && !*reset) return rest();
        arready = memory.timing->room(flow) && !ask_stalls.pause();
        if (rvalid && !taken) return;
        taken = false;
        if (bursts.empty() || !ready(bursts.front()) || answer_stalls.pause()) return silence();
        const Burst& now = bursts.front();
        const uint8_t response = memory.response(now.at, bus);
        rvalid = 1;
        last = now.beats == 1;
        resp = response;
        if (response == OKAY)
            std::memcpy(data.data, &memory.contents[now.at], bus);
        else
            garbage();
    }

    PortCounts counts{};
    Memory& memory;

  private:
    // What is left of a burst; `access` counts the accesses of the port before the one that `at` lies in.
    struct Burst {
        uint64_t at;
        uint32_t beats;
        uint64_t access;
        bool answered;
    };

    static constexpr uint64_t PAGE = 4096;
    static constexpr uint32_t INCR = 1;
    static constexpr uint64_t RESET_CYCLES = 16;  // for which AXI wants reset to be held

    static uint64_t value(const PortRef& port) {
        uint64_t value = 0;
        std::memcpy(&value, port.data, std::min<uint32_t>(port.bytes, sizeof value));
        return value;
    }

    std::vector<uint8_t> offered() const {
        std::vector<uint8_t> all;
        for (const PortRef& port : payload) all.insert(all.end(), port.data, port.data + port.bytes);
        return all;
    }

    std::string broken(uint64_t cycle, const char* rule) const {
        char place[64];
        std::snprintf(place, sizeof place, ", cycle %llu, address 0x%llx: ", static_cast<unsigned long long>(cycle),
                      static_cast<unsigned long long>(value(addr)));
        return name + place + rule;
    }

    const char* check() const {
        if (waiting && !arvalid) return "arvalid was dropped before arready";
        if (!arvalid) return nullptr;
        if (waiting) return offered() == held ? nullptr : "the address or its attributes changed while they waited";
        const uint64_t at = value(addr), bytes = (value(len) + 1) * bus;
        if (value(burst) != INCR) return "the burst type is not INCR";
        if (1u << value(size) != bus) return "arsize is not the width of the bus";
        if (at % bus != 0) return "the address is not aligned to the width of the bus";
        if (at % PAGE + bytes > PAGE) return "the burst crosses a boundary of 4 KiB";
        if (at >= memory.bytes || bytes > memory.bytes - at) return "the burst ends beyond the memory";
        return nullptr;
    }

    std::string in_reset(uint64_t cycle) {
        bursts.clear();
        memory.timing->forget(flow);
        flow = Flow{};
        waiting = taken = false;
        return ++reset_cycles >= RESET_CYCLES && arvalid ? broken(cycle, "arvalid is high in reset") : std::string{};
    }

    void take() {
        const uint64_t at = value(addr), beats = value(len) + 1, end = at + beats * bus;
        bursts.push_back({at, static_cast<uint32_t>(beats), flow.asked, memory.answers(at, end - at)});
        for (uint64_t access_at = at / access * access; access_at < end; access_at += access) flow.ask(access_at);
        ++counts.bursts;
    }

    // The accesses up to the end of a burst's next beat.
    uint64_t needed(const Burst& burst) const {
        return burst.access + (burst.at % access + bus + access - 1) / access;
    }

    bool ready(const Burst& burst) const { return burst.answered && flow.done >= needed(burst); }

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

    // What is not valid means nothing; make sure that nobody relies on it.
    void silence() {
        garbage();
        rvalid = 0;
        last = 1;
        resp = SLAVE_ERROR;
    }

    void garbage() { std::memset(data.data, 0xa5, bus); }

    void rest() {
        silence();
        arready = 0;
    }

    const std::string name;
    const uint32_t bus, access;
    const PortRef addr, len, size, burst;
    const uint8_t& arvalid;
    uint8_t& arready;
    const PortRef data;
    uint8_t &resp, &last, &rvalid;
    const uint8_t& rready;
    const uint8_t* const reset;
    Stalls ask_stalls, answer_stalls;
    std::vector<PortRef> payload;
    std::vector<uint8_t> held;
    std::deque<Burst> bursts;
    Flow flow;
    bool waiting = false;  // the address was offered and not taken
    bool taken = false;    // the beat was taken
    uint64_t reset_cycles = 0;
};
