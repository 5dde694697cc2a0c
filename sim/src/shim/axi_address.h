// The address channel of an AXI4 memory port, AR or AW: the rules of the master, and its pauses.
#pragma once

#include <cstdio>
#include <string>

#include "memory.h"
#include "streams.h"

// The numbers of the ports; prot and cache may be ABSENT. The layout is shared with the host program.
struct AddressPorts {
    uint32_t addr, len, size, burst, prot, cache, valid, ready;
};

// A payload that has to hold while its channel waits.
class Held {
  public:
    void add(const PortRef& port) { payload.push_back(port); }

    bool valid_holds(bool valid) const { return !waiting || valid; }
    bool payload_holds() const { return !waiting || now() == held; }

    void next(bool waits) {
        waiting = waits;
        if (waiting) held = now();
    }

  private:
    std::vector<uint8_t> now() const {
        std::vector<uint8_t> all;
        for (const PortRef& port : payload) all.insert(all.end(), port.data, port.data + port.bytes);
        return all;
    }

    std::vector<PortRef> payload;
    std::vector<uint8_t> held;
    bool waiting = false;
};

class AxiAddress {
  public:
    AxiAddress(const AddressPorts& ports, const std::vector<PortRef>& all, uint32_t bus, const Stalls& stalls)
        : valid{all[ports.valid].flag()}, ready{all[ports.ready].flag()}, addr{all[ports.addr]}, len{all[ports.len]},
          size{all[ports.size]}, burst{all[ports.burst]}, bus{bus}, stalls{stalls} {
        for (uint32_t port : {ports.addr, ports.len, ports.size, ports.burst, ports.prot, ports.cache})
            if (port != ABSENT) held.add(all[port]);
    }

    uint64_t at() const { return value(addr); }
    uint64_t beats() const { return value(len) + 1; }
    bool moves() const { return valid && ready; }

    // The rule that the master breaks in this cycle, or null.
    const char* check(uint64_t memory_bytes) {
        if (!held.valid_holds(valid)) return "valid of the address was dropped before ready";
        if (valid && !held.payload_holds()) return "the address or its attributes changed while they waited";
        held.next(valid && !ready);
        if (!valid) return nullptr;
        const uint64_t bytes = beats() * bus;
        if (value(burst) != INCR) return "the burst type is not INCR";
        if (1u << value(size) != bus) return "the size of a beat is not the width of the bus";
        if (at() % bus != 0) return "the address is not aligned to the width of the bus";
        if (at() % PAGE + bytes > PAGE) return "the burst crosses a boundary of 4 KiB";
        if (at() >= memory_bytes || bytes > memory_bytes - at()) return "the burst ends beyond the memory";
        return nullptr;
    }

    void drive(bool room) { ready = room && !stalls.pause(); }

    void reset() { held.next(false); }

    const uint8_t& valid;
    uint8_t& ready;

  private:
    static constexpr uint64_t PAGE = 4096;
    static constexpr uint32_t INCR = 1;

    static uint64_t value(const PortRef& port) {
        uint64_t value = 0;
        std::memcpy(&value, port.data, std::min<uint32_t>(port.bytes, sizeof value));
        return value;
    }

    const PortRef addr, len, size, burst;
    const uint32_t bus;
    Stalls stalls;
    Held held;
};

struct PortCounts {
    uint64_t bursts, beats, busy, idle;
};

// A half of a port: two calls a clock cycle. `sample` sees what the coming edge moves, `drive` sets the inputs of the cycle
// behind it.
class AxiHalf {
  public:
    AxiHalf(std::string name, const uint8_t* reset, Memory& memory, const AxiAddress& address)
        : memory{memory}, name{std::move(name)}, reset{reset}, address{address} {
        memory.flows.push_back(&flow);
    }

    AxiHalf(const AxiHalf&) = delete;
    virtual ~AxiHalf() = default;

    // Returns the rule that the master breaks in this cycle, with its place, or nothing.
    std::string sample(uint64_t cycle) {
        if (reset && !*reset) return in_reset(cycle);
        reset_cycles = 0;
        const char* rule = address.check(memory.bytes);
        if (rule) return broken(cycle, address.at(), rule);
        if (const char* rule_of_data = check()) return broken(cycle, place(), rule_of_data);
        ++(idle() ? counts.idle : counts.busy);
        move();
        return {};
    }

    void drive() {
        if (reset && !*reset) return rest();
        address.drive(memory.timing->room(flow));
        answer();
    }

    PortCounts counts{};
    Memory& memory;

  protected:
    virtual const char* check() { return nullptr; }
    virtual bool idle() const = 0;
    virtual void move() = 0;
    virtual void answer() = 0;
    virtual void rest() = 0;
    virtual void drop() = 0;
    // The address that `check` is about.
    virtual uint64_t place() const { return address.at(); }

    const std::string name;
    const uint8_t* const reset;
    AxiAddress address;
    Flow flow;

  private:
    static constexpr uint64_t RESET_CYCLES = 16;  // for which AXI wants reset to be held

    std::string broken(uint64_t cycle, uint64_t at, const char* rule) const {
        char text[64];
        std::snprintf(text, sizeof text, ", cycle %llu, address 0x%llx: ", static_cast<unsigned long long>(cycle),
                      static_cast<unsigned long long>(at));
        return name + text + rule;
    }

    std::string in_reset(uint64_t cycle) {
        memory.timing->forget(flow);
        flow = Flow{};
        address.reset();
        drop();
        const bool offered = ++reset_cycles >= RESET_CYCLES && address.valid;
        return offered ? broken(cycle, address.at(), "an address is valid in reset") : std::string{};
    }

    uint64_t reset_cycles = 0;
};
