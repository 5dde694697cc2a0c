// Timing of a DRAM behind its controller, in cycles of the controller.
//
//   Flow of each port ──accept──> window ──row commands──> banks: closed | row open
//                                   └────column commands──> data `read_latency` later
//
// Columns are the lowest part of an address, then the bank, then the row. A controller cycle takes an access into the
// window and issues a column command and a row command; where the bus has room for one command, the column goes first.
#pragma once

#include "memory.h"

// The layout is shared with the host program.
struct DramSettings {
    uint64_t controller_hz, unit_hz;
    uint32_t access_bytes, access_cycles;  // of one column command
    uint32_t row_bytes, banks;
    uint32_t rcd, rp, ras, rc, rfc, refi;
    uint32_t read_latency;   // from a column command to its data at the port
    uint32_t front;          // from taking an access to its first command
    uint32_t refresh_entry;  // from the time of a refresh to the command that closes the rows
    uint32_t lookahead;      // accesses of a port in the window
    uint32_t outstanding;    // accesses of a port between the window and the end of their beats
    uint32_t banks_ahead;    // whether the window of a port spans banks
    uint32_t one_command;    // whether column and row commands share a cycle's only slot
};

class Dram : public Timing {
  public:
    explicit Dram(const DramSettings& settings) : set{settings}, refresh_at{set.refi}, banks(set.banks) {}

    uint32_t access_bytes(uint32_t) const override { return set.access_bytes; }

    bool room(const Flow& flow) const override { return flow.waiting.size() < set.lookahead; }

    void step(uint64_t, const std::vector<Flow*>& flows, MemoryCounts& counts) override {
        for (debt += set.controller_hz; debt >= set.unit_hz; debt -= set.unit_hz) cycle(flows, counts);
    }

    void forget(const Flow& flow) override {
        const auto of_flow = [&](const Access& access) { return access.flow == &flow; };
        window.erase(std::remove_if(window.begin(), window.end(), of_flow), window.end());
    }

  private:
    struct Access {
        Flow* flow;
        uint32_t bank;
        uint64_t row;
        uint64_t ready;       // first cycle in which it can have a command
        bool opened = false;  // its row was opened for it
    };

    struct Bank {
        bool open = false;
        uint64_t row = 0;
        uint64_t column_from = 0, close_from = 0, open_from = 0;
    };

    enum Refresh { NONE, ENTERING, CLOSING, REFRESHING };

    void cycle(const std::vector<Flow*>& flows, MemoryCounts& counts) {
        ++now;
        for (Flow* flow : flows) flow->finish(now);
        accept(flows);
        if (refresh(counts)) return;
        if (!column(counts) || !set.one_command) row(counts);
    }

    // Takes an access of the next port that has one and may.
    void accept(const std::vector<Flow*>& flows) {
        for (size_t tried = 0; tried < flows.size(); ++tried) {
            turn = (turn + 1) % flows.size();
            Flow& flow = *flows[turn];
            if (flow.waiting.empty() || flow.asked - flow.waiting.size() - flow.used >= set.outstanding) continue;
            const uint64_t row = flow.waiting.front() / set.row_bytes;
            const Access access{&flow, static_cast<uint32_t>(row % set.banks), row / set.banks, now + set.front};
            uint32_t inside = 0;
            bool other_bank = false;
            for (const Access& other : window) {
                if (other.flow != &flow) continue;
                ++inside;
                other_bank |= other.bank != access.bank;
            }
            if (inside == set.lookahead || (other_bank && !set.banks_ahead)) continue;
            window.push_back(access);
            flow.waiting.pop_front();
            return;
        }
    }

    // Whether a refresh has the controller.
    bool refresh(MemoryCounts& counts) {
        if (state == NONE && now >= refresh_at) {
            state = ENTERING;
            next_state = now + set.refresh_entry;
        }
        const auto closable = [&](const Bank& bank) { return !bank.open || now >= bank.close_from; };
        if (state == ENTERING && now >= next_state && std::all_of(banks.begin(), banks.end(), closable)) {
            for (Bank& bank : banks) close(bank);
            state = CLOSING;
            next_state = now + set.rp;
        }
        if (state == CLOSING && now >= next_state) {
            ++counts.refreshes;
            state = REFRESHING;
            next_state = now + set.rfc;
        }
        if (state == REFRESHING && now >= next_state) {
            state = NONE;
            refresh_at += set.refi;
        }
        return state != NONE;
    }

    // Issues the first column command that can be issued; the accesses of a port stay in order.
    bool column(MemoryCounts& counts) {
        if (now < column_free) return false;
        for (auto access = window.begin(); access != window.end(); ++access) {
            const Bank& bank = banks[access->bank];
            const auto same_port = [&](const Access& other) { return other.flow == access->flow; };
            if (now < access->ready || !bank.open || bank.row != access->row || now < bank.column_from ||
                std::any_of(window.begin(), access, same_port))
                continue;
            counts.row_hits += !access->opened;
            ++counts.columns;
            access->flow->due.push_back(now + set.read_latency);
            column_free = now + set.access_cycles;
            window.erase(access);
            return true;
        }
        return false;
    }

    // Closes or opens a row for the first access that needs it. The oldest access of a bank decides what the bank does.
    void row(MemoryCounts& counts) {
        for (auto access = window.begin(); access != window.end(); ++access) {
            Bank& bank = banks[access->bank];
            const auto same_bank = [&](const Access& other) { return other.bank == access->bank; };
            if (now < access->ready || (bank.open && bank.row == access->row) ||
                std::any_of(window.begin(), access, same_bank))
                continue;
            if (bank.open && now >= bank.close_from) return close(bank);
            if (bank.open || now < bank.open_from) continue;
            bank = {true, access->row, now + set.rcd, now + set.ras, now + set.rc};
            access->opened = true;
            ++counts.activates;
            return;
        }
    }

    void close(Bank& bank) const {
        if (bank.open) bank.open_from = std::max(bank.open_from, now + set.rp);
        bank.open = false;
    }

    const DramSettings set;
    uint64_t debt = 0;  // of the unit's time, in 1 / (controller_hz * unit_hz) seconds
    uint64_t now = 0;
    uint64_t column_free = 0;
    Refresh state = NONE;
    uint64_t refresh_at, next_state = 0;
    size_t turn = 0;
    std::deque<Access> window;
    std::vector<Bank> banks;
};
