// The C interface between one Verilated design and the host program.
//
// The generated header ports.h names the ports; their C++ types follow their widths, so the compiler finds storage and
// size. A failed call keeps its message: no exception leaves this file, and a failed design stays failed.

#include "ports.h"
#include "verilated.h"
#if VM_TRACE_FST
#include "verilated_fst_c.h"
#endif

#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "axi_read.h"
#include "axi_write.h"
#include "dram.h"
#include "memory.h"
#include "streams.h"

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "port words are copied as bytes, lowest first");

#define EXPORT extern "C" __attribute__((visibility("default")))

namespace {

constexpr uint32_t ABI_VERSION = 3;
constexpr uint64_t TIME_PER_CYCLE = 10;  // the clock rises in the middle
constexpr int RANDOM_INITIAL_VALUES = 2;
constexpr int INITIAL_VALUE_SEED = 1;    // fixed, so that runs repeat

enum Status : int32_t { OK = 0, FAILED = 1, TIMEOUT = 2, VIOLATION = 3 };

template <typename T>
PortRef ref(T& storage) {
    return {reinterpret_cast<uint8_t*>(&storage), sizeof storage};
}

struct Dut {
    VerilatedContext context;
    std::unique_ptr<TRINE_DUT> top;
    std::vector<PortRef> ports;
    uint64_t cycles = 0;
    std::string printed;
    std::string error;
    std::vector<std::unique_ptr<Memory>> memories;
    std::vector<std::unique_ptr<AxiHalf>> halves;
#if VM_TRACE_FST
    std::unique_ptr<VerilatedFstC> trace;
#endif

    void start() {
        // Registers and memories start with random bits: a design that forgets to reset something fails here too.
        context.randReset(RANDOM_INITIAL_VALUES);
        context.randSeed(INITIAL_VALUE_SEED);
        context.traceEverOn(true);
        top.reset(new TRINE_DUT{&context, "dut"});
#define TRINE_OUTPUT(name) ports.push_back(ref(top->name));
#define TRINE_INPUT(name) TRINE_OUTPUT(name) std::memset(ports.back().data, 0, ports.back().bytes);
        TRINE_PORTS
    }

    void dump(uint64_t time) {
        context.time(time);
#if VM_TRACE_FST
        if (trace) trace->dump(time);
#else
        (void)time;
#endif
    }

    void settle() { top->eval(); }

    // The cycle's inputs are settled by the caller.
    void clock_edge() {
#ifdef TRINE_CLOCK
        std::string broken;
        for (auto& half : halves) {
            std::string rule = half->sample(cycles);
            if (broken.empty()) broken = std::move(rule);
        }
        dump(cycles * TIME_PER_CYCLE);
        top->TRINE_CLOCK = 1;
        top->eval();
        dump(cycles * TIME_PER_CYCLE + TIME_PER_CYCLE / 2);
        top->TRINE_CLOCK = 0;
        ++cycles;
        // Not before the edge, so that the waveform has the cycle of the fault.
        if (!broken.empty()) throw std::runtime_error(broken);
        for (auto& memory : memories) memory->step(cycles);
        for (auto& half : halves) half->drive();
#else
        throw std::logic_error("the design has no clock");
#endif
    }
};

// The design whose code is running: the runtime's hooks carry no context of their own.
thread_local Dut* current = nullptr;

struct Running {
    explicit Running(Dut* dut) {
        current = dut;
        Verilated::threadContextp(&dut->context);
    }
    ~Running() { current = nullptr; }
};

template <typename Body>
int32_t guarded(Dut* dut, Body body) noexcept {
    if (!dut->error.empty()) return FAILED;
    const Running running{dut};
    try {
        return body();
    } catch (const std::exception& failure) {
        dut->error = failure.what();
    } catch (...) {
        dut->error = "unknown C++ exception";
    }
    return FAILED;
}

// What the design printed last says why it gives up.
[[noreturn]] void fail(const std::string& what, const char* file, int line) {
    std::string message = what + " at " + file + ":" + std::to_string(line);
    if (current) {
        message += " in cycle " + std::to_string(current->cycles);
        while (!current->printed.empty() && current->printed.back() == '\n') current->printed.pop_back();
        if (!current->printed.empty()) message += ": " + current->printed;
    }
    throw std::runtime_error(message);
}

}  // namespace

void vl_finish(const char* file, int line, const char*) { fail("$finish", file, line); }
void vl_stop(const char* file, int line, const char*) { fail("$stop, $error or $fatal", file, line); }
void vl_fatal(const char* file, int line, const char*, const char* message) { fail(message, file, line); }

extern "C" int trine_printf(const char* format, ...) {
    constexpr size_t KEPT = 4096;
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    const int length = std::vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (current) {
        current->printed += text;
        if (current->printed.size() > KEPT) current->printed.erase(0, current->printed.size() - KEPT);
    }
    return length;
}

EXPORT uint32_t trine_abi() { return ABI_VERSION; }

EXPORT Dut* trine_create() {
    Dut* const dut = new (std::nothrow) Dut;
    if (dut) guarded(dut, [&] { return dut->start(), OK; });
    return dut;
}

EXPORT void trine_destroy(Dut* dut) {
    guarded(dut, [&] { return dut->top->final(), OK; });
#if VM_TRACE_FST
    if (dut->trace) dut->trace->close();
#endif
    delete dut;
}

EXPORT const char* trine_error(const Dut* dut) { return dut->error.c_str(); }
EXPORT uint64_t trine_cycles(const Dut* dut) { return dut->cycles; }
EXPORT uint32_t trine_ports(const Dut* dut) { return dut->ports.size(); }

EXPORT void trine_poke(Dut* dut, uint32_t port, const uint32_t* words) {
    std::memcpy(dut->ports[port].data, words, dut->ports[port].bytes);
}

EXPORT void trine_peek(const Dut* dut, uint32_t port, uint32_t* words) {
    std::memcpy(words, dut->ports[port].data, dut->ports[port].bytes);
}

EXPORT int32_t trine_settle(Dut* dut) {
    return guarded(dut, [&] { return dut->settle(), OK; });
}

EXPORT int32_t trine_tick(Dut* dut) {
    return guarded(dut, [&] { return dut->clock_edge(), OK; });
}

// What a memory is made of; `dram` is null for an ideal one. The layout is shared with the host program.
struct MemorySettings {
    uint64_t bytes;
    uint64_t latency;
    const DramSettings* dram;
    const Fault* faults;
    uint64_t fault_count;
};

// Makes a memory; its number is the count of memories before it.
EXPORT int32_t trine_memory(Dut* dut, const MemorySettings* settings) {
    return guarded(dut, [&] {
        std::unique_ptr<Timing> timing;
        if (settings->dram)
            timing.reset(new Dram{*settings->dram});
        else
            timing.reset(new Ideal{settings->latency});
        std::vector<Fault> faults{settings->faults, settings->faults + settings->fault_count};
        dut->memories.emplace_back(new Memory{settings->bytes, std::move(timing), std::move(faults)});
        return OK;
    });
}

// Puts a memory behind a half of a port; its number is the count of halves before it. `reset` is the number of the low active
// reset, or ABSENT.
template <typename Half, typename Ports>
int32_t attach(Dut* dut, uint32_t memory, const char* name, const Ports* ports, uint32_t reset, const Stalls* stalls) {
    return guarded(dut, [&] {
        const uint8_t* const low = reset == ABSENT ? nullptr : dut->ports[reset].data;
        dut->halves.emplace_back(new Half{name, *ports, dut->ports, low, *dut->memories[memory], stalls});
        return OK;
    });
}

EXPORT int32_t trine_memory_reader(Dut* dut, uint32_t memory, const char* name, const ReadPorts* ports, uint32_t reset,
                                   const Stalls* stalls) {
    return attach<AxiRead>(dut, memory, name, ports, reset, stalls);
}

EXPORT int32_t trine_memory_writer(Dut* dut, uint32_t memory, const char* name, const WritePorts* ports, uint32_t reset,
                                   const Stalls* stalls) {
    return attach<AxiWrite>(dut, memory, name, ports, reset, stalls);
}

EXPORT void trine_memory_write(Dut* dut, uint32_t memory, uint64_t at, const uint8_t* bytes, uint64_t count) {
    std::memcpy(&dut->memories[memory]->contents[at], bytes, count);
}

EXPORT void trine_memory_read(const Dut* dut, uint32_t memory, uint64_t at, uint8_t* bytes, uint64_t count) {
    std::memcpy(bytes, &dut->memories[memory]->contents[at], count);
}

EXPORT void trine_memory_counts(const Dut* dut, uint32_t half, PortCounts* port, MemoryCounts* memory) {
    *port = dut->halves[half]->counts;
    *memory = dut->halves[half]->memory.counts;
}

EXPORT int32_t trine_trace_open(Dut* dut, const char* path) {
    return guarded(dut, [&] {
#if VM_TRACE_FST
        dut->trace.reset(new VerilatedFstC);
        dut->top->trace(dut->trace.get(), 99);
        dut->trace->open(path);
        return OK;
#else
        (void)path;
        throw std::logic_error("the design was built without waveform support");
        return FAILED;
#endif
    });
}

EXPORT void trine_trace_close(Dut* dut) {
#if VM_TRACE_FST
    // A failed design still gets its waveform: that is when it is wanted.
    if (dut->trace) dut->trace->close();
    dut->trace.reset();
#else
    (void)dut;
#endif
}

// Plays all sources and collects all sinks at the same time, until every beat is through and `drain` more cycles have
// brought none. `idle_limit` cycles in which no beat moves end it early.
EXPORT int32_t trine_exchange(Dut* dut, SourceJob* source_jobs, uint32_t source_count, SinkJob* sink_jobs,
                              uint32_t sink_count, uint64_t idle_limit, uint64_t drain) {
    return guarded(dut, [&]() -> int32_t {
        std::vector<Source> sources;
        std::vector<Sink> sinks;
        for (uint32_t i = 0; i < source_count; ++i) sources.emplace_back(source_jobs[i], dut->ports);
        for (uint32_t i = 0; i < sink_count; ++i) sinks.emplace_back(sink_jobs[i], dut->ports);

        int32_t status = OK;
        for (uint64_t idle = 0; status == OK;) {
            bool through = true;
            for (Source& source : sources) through &= source.drive();
            for (Sink& sink : sinks) through &= sink.drive();
            if (through && idle >= drain) break;
            if (!through && idle >= idle_limit) status = TIMEOUT;

            dut->settle();
            bool moved = false;
            for (Source& source : sources) moved |= source.sample();
            for (Sink& sink : sinks) {
                moved |= sink.sample(dut->cycles);
                if (sink.broken()) status = VIOLATION;
            }
            dut->clock_edge();
            idle = moved ? 0 : idle + 1;
        }
        for (Source& source : sources) source.end();
        for (Sink& sink : sinks) sink.end();
        return status;
    });
}
