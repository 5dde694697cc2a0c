// Memories behind the AXI4 ports of a design: contents, faults, and when an access is answered.
//
//   port ──bursts──> Flow ──accesses──> Timing ──counts──> Flow ──beats──> port
//
// A port turns bursts into accesses of its Flow and waits until enough of them are done; Timing decides when that is.
// Contents are read when a beat is handed over.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <new>
#include <vector>

// The layouts of this part are shared with the host program.
enum Response : uint32_t { OKAY = 0, NEVER = 1, SLAVE_ERROR = 2, DECODE_ERROR = 3 };

// What the accesses to a range of bytes are answered with.
struct Fault {
    uint64_t first, end;
    uint32_t response;

    bool touches(uint64_t at, uint64_t bytes) const { return at < end && first < at + bytes; }
};

struct MemoryCounts {
    uint64_t row_hits, activates, refreshes, columns;
};

// Accesses of one port, in the order in which they are asked for and done.
struct Flow {
    std::deque<uint64_t> waiting;  // addresses not yet taken by the timing model
    std::deque<uint64_t> due;      // when each access in work is done
    uint64_t asked = 0;            // accesses since the last reset
    uint64_t done = 0;
    uint64_t used = 0;             // accesses whose data the port has handed over

    void ask(uint64_t address) {
        waiting.push_back(address);
        ++asked;
    }

    void finish(uint64_t now) {
        for (; !due.empty() && due.front() <= now; due.pop_front()) ++done;
    }
};

class Timing {
  public:
    virtual ~Timing() = default;
    // Bytes of an access on a bus of `bus` bytes.
    virtual uint32_t access_bytes(uint32_t bus) const = 0;
    // Whether a port with these accesses takes another burst.
    virtual bool room(const Flow& flow) const = 0;
    // The end of a clock cycle of the design; what is done now can be handed over in the cycle `next`.
    virtual void step(uint64_t next, const std::vector<Flow*>& flows, MemoryCounts& counts) = 0;
    // Drops the accesses of a port in reset.
    virtual void forget(const Flow& flow) = 0;
};

// Timing::Ideal of the host program: a beat a cycle, the first of them `latency` cycles after its burst was taken.
class Ideal : public Timing {
  public:
    explicit Ideal(uint64_t latency) : latency{latency} {}

    uint32_t access_bytes(uint32_t bus) const override { return bus; }
    bool room(const Flow&) const override { return true; }

    void step(uint64_t next, const std::vector<Flow*>& flows, MemoryCounts&) override {
        for (Flow* flow : flows) {
            for (; !flow->waiting.empty(); flow->waiting.pop_front()) flow->due.push_back(next - 1 + latency);
            flow->finish(next);
        }
    }

    void forget(const Flow&) override {}

  private:
    uint64_t latency;
};

class Memory {
  public:
    Memory(uint64_t bytes, std::unique_ptr<Timing> timing, std::vector<Fault> faults)
        : bytes{bytes}, contents{static_cast<uint8_t*>(std::calloc(bytes, 1))}, timing{std::move(timing)},
          faults{std::move(faults)} {
        if (!contents) throw std::bad_alloc();
    }

    // Whether a burst is answered at all.
    bool answers(uint64_t at, uint64_t length) const {
        return std::none_of(faults.begin(), faults.end(), [=](const Fault& fault) {
            return fault.response == NEVER && fault.touches(at, length);
        });
    }

    // What a beat is answered with.
    uint8_t response(uint64_t at, uint64_t length) const {
        for (const Fault& fault : faults)
            if (fault.touches(at, length)) return fault.response;
        return OKAY;
    }

    void step(uint64_t next) { timing->step(next, flows, counts); }

    const uint64_t bytes;

  private:
    struct Free {
        void operator()(uint8_t* contents) const { std::free(contents); }
    };

  public:
    // Zeros that the operating system hands out page by page: a large memory costs what is used of it.
    const std::unique_ptr<uint8_t[], Free> contents;
    const std::unique_ptr<Timing> timing;
    std::vector<Flow*> flows;
    MemoryCounts counts{};

  private:
    const std::vector<Fault> faults;
};
