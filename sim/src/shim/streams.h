// Playing and collecting ready/valid streams, one object a stream, two calls a clock cycle: `drive` sets the stream's
// inputs, and once the design has settled `sample` sees what the coming clock edge moves.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

// Storage of a port in the Verilated design: 1, 2, 4, 8 or a larger multiple of 4 bytes, lowest byte first.
struct PortRef {
    uint8_t* data;
    uint32_t bytes;

    uint8_t& flag() const { return *data; }
};

constexpr uint32_t ABSENT = UINT32_MAX;

// The numbers of a stream's ports; keep and last may be ABSENT. Keep has one bit for each byte of data.
struct StreamPorts {
    uint32_t data, keep, last, valid, ready;
    uint32_t data_bits;

    uint32_t beat_bytes() const { return (data_bits + 7) / 8; }
    uint32_t keep_bytes() const { return (beat_bytes() + 7) / 8; }
};

// Decides, cycle by cycle, whether an end pauses (splitmix64, so that any seed serves).
struct Stalls {
    uint64_t state;
    uint64_t threshold;  // of 2^32

    bool pause() {
        if (threshold == 0) return false;
        state += 0x9e3779b97f4a7c15u;
        uint64_t z = state;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return ((z ^ (z >> 31)) >> 32) < threshold;
    }
};

enum Violation : uint64_t { NO_VIOLATION = 0, VALID_DROPPED = 1, PAYLOAD_CHANGED = 2, EXCESS_BEAT = 3 };

// What a source plays; the layout is shared with the host program.
struct SourceJob {
    StreamPorts ports;
    const uint8_t* bytes;
    uint64_t beats;
    const uint64_t* ends;  // of each packet, the number of beats up to its last one; ascending
    uint64_t packets;
    uint64_t moved;
    Stalls stalls;
};

// Where a sink collects, one entry a beat in each array; the layout is shared with the host program.
struct SinkJob {
    StreamPorts ports;
    uint8_t* bytes;
    uint8_t* keeps;
    uint8_t* lasts;
    uint64_t* cycles;
    uint64_t beats;
    uint64_t moved;
    uint64_t violation;
    Stalls stalls;
};

class Source {
  public:
    Source(SourceJob& job, const std::vector<PortRef>& ports)
        : job{job},
          data{ports[job.ports.data]},
          valid{ports[job.ports.valid].flag()},
          ready{ports[job.ports.ready].flag()},
          last{job.ports.last == ABSENT ? nullptr : ports[job.ports.last].data} {
        if (job.ports.keep == ABSENT) return;
        for (uint32_t byte = 0; byte < job.ports.beat_bytes(); ++byte)
            ports[job.ports.keep].data[byte / 8] |= 1 << byte % 8;
    }

    // Returns whether every beat is through. A beat that was offered stays until it is taken.
    bool drive() {
        if (taken) valid = 0;
        taken = false;
        if (valid) return false;
        if (job.moved == job.beats) return true;
        const uint32_t bytes = job.ports.beat_bytes();
        if (job.stalls.pause()) {
            // Data means nothing while valid is low; make sure that nobody relies on it.
            std::memset(data.data, 0, data.bytes);
            std::memset(data.data, 0xa5, job.ports.data_bits / 8);
            return false;
        }
        std::memcpy(data.data, job.bytes + job.moved * bytes, bytes);
        if (last) *last = is_last();
        valid = 1;
        return false;
    }

    // Returns whether a beat moves.
    bool sample() {
        taken = valid && ready;
        job.moved += taken;
        return taken;
    }

    void end() { valid = 0; }

  private:
    // Whether the next beat is the last one of its packet.
    bool is_last() {
        while (packet < job.packets && job.ends[packet] <= job.moved) ++packet;
        return packet < job.packets && job.ends[packet] == job.moved + 1;
    }

    SourceJob& job;
    uint64_t packet = 0;
    PortRef data;
    uint8_t& valid;
    const uint8_t& ready;
    uint8_t* last;
    bool taken = false;
};

class Sink {
  public:
    Sink(SinkJob& job, const std::vector<PortRef>& ports)
        : job{job}, valid{ports[job.ports.valid].flag()}, ready{ports[job.ports.ready].flag()} {
        for (uint32_t port : {job.ports.data, job.ports.keep, job.ports.last})
            payload.push_back(port == ABSENT ? PortRef{nullptr, 0} : ports[port]);
        held.resize(payload[DATA].bytes + payload[KEEP].bytes + payload[LAST].bytes);
    }

    // Returns whether every expected beat is through.
    bool drive() {
        ready = !job.stalls.pause();
        return job.moved == job.beats;
    }

    // Returns whether a beat moves, and checks the rules: valid and payload hold until ready, no beat is left over.
    bool sample(uint64_t cycle) {
        if (waiting && !valid) return violated(VALID_DROPPED);
        if (waiting && !same_as_held()) return violated(PAYLOAD_CHANGED);
        if (valid && job.moved == job.beats) return violated(EXCESS_BEAT);
        if (valid && !ready && !waiting) hold();
        waiting = valid && !ready;
        if (!valid || !ready) return false;
        collect(cycle);
        ++job.moved;
        return true;
    }

    bool broken() const { return job.violation != NO_VIOLATION; }

    void end() { ready = 0; }

  private:
    enum { DATA, KEEP, LAST };

    bool violated(Violation rule) {
        job.violation = rule;
        return false;
    }

    void hold() {
        uint8_t* to = held.data();
        for (const PortRef& port : payload) {
            std::memcpy(to, port.data, port.bytes);
            to += port.bytes;
        }
    }

    bool same_as_held() const {
        const uint8_t* from = held.data();
        for (const PortRef& port : payload) {
            if (std::memcmp(from, port.data, port.bytes) != 0) return false;
            from += port.bytes;
        }
        return true;
    }

    void collect(uint64_t cycle) {
        const uint64_t beat = job.moved;
        const uint32_t bytes = job.ports.beat_bytes();
        uint8_t* const to = job.bytes + beat * bytes;
        job.cycles[beat] = cycle;
        job.lasts[beat] = payload[LAST].data && *payload[LAST].data;
        if (!payload[KEEP].data) {
            std::memcpy(to, payload[DATA].data, bytes);
            return;
        }
        const uint8_t* const keep = payload[KEEP].data;
        std::memcpy(job.keeps + beat * job.ports.keep_bytes(), keep, job.ports.keep_bytes());
        for (uint32_t byte = 0; byte < bytes;) {
            if (byte % 8 == 0 && byte + 8 <= bytes && keep[byte / 8] == 0xff) {
                std::memcpy(to + byte, payload[DATA].data + byte, 8);
                byte += 8;
            } else {
                if (keep[byte / 8] >> byte % 8 & 1) to[byte] = payload[DATA].data[byte];
                ++byte;
            }
        }
    }

    SinkJob& job;
    const uint8_t& valid;
    uint8_t& ready;
    std::vector<PortRef> payload;
    std::vector<uint8_t> held;
    bool waiting = false;
};
