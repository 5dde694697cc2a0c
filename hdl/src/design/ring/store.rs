//! Writes results to memory, and how each job went.
//!
//! ```text
//!  bursts_* ──> idle ─> address ─> data ─┬─> idle                       more results
//!               ^ ^                      └─> answers ─> stored_o        the last ones: every write has its answer
//!               │ │                             v
//!               │ └── told_o, tail_o <── status: address, data, answer
//!               └──────────────────────  status of a job that failed
//! ```
//! A job is done, `stored_o`, when memory has answered every write of it. Then its status is written, and with the answer to that the tail
//! counts on and `told_o` is set for a cycle. The next job computes meanwhile.
//!
//! AXI cannot take back a burst. `drop_i` voids the one of results that is under way: its beats that are left have no strobes. A status
//! that is under way is written. `busy_o` lasts until memory has answered all. Then the status of a job that failed is written, `failed_i`.
//!
//! A burst takes three cycles more than it has beats.
//!
//! ```
//! use trine_hdl::lang::Interpreter;
//! use trine_spec::{Config, Weights};
//! let config = Config::sized(8, 5).weights(Weights::Memory).weight_bus(64).ring(true).build().unwrap();
//! let mut store = Interpreter::new(&trine_hdl::design::ring_store(&config).unwrap()).unwrap();
//! store.set("rst_i", 1);
//! store.clock();
//! store.set_all([("rst_i", 0), ("start_i", 1), ("axi_awready_i", 1), ("axi_wready_i", 1)]);
//! store.clock();
//! // The results of a job go to 0x400: a burst of one beat, both of whose words are marked.
//! store.set_all([("start_i", 0), ("begins_i", 1), ("jobs_valid_i", 1), ("jobs_data_i", 1), ("beats_valid_i", 1)]);
//! store.clock();
//! store.set_all([("begins_i", 0), ("beats_data_i", 7 << 2 | 0b11), ("bursts_valid_i", 1), ("bursts_data_i", 1 << 4)]);
//! while store.get("axi_awvalid_o") == 0 { store.clock(); }
//! assert_eq!((store.get("axi_awaddr_o"), store.get("axi_awlen_o")), (0x400, 0));
//! store.set("bursts_valid_i", 0);
//! while store.get("axi_wvalid_o") == 0 { store.clock(); }
//! assert_eq!((store.get("axi_wdata_o"), store.get("axi_wstrb_o"), store.get("axi_wlast_o")), (7, 0xff, 1));
//! // With the memory's answer the job is done.
//! store.set("beats_valid_i", 0);
//! store.clock();
//! store.set("axi_bvalid_i", 1);
//! store.clock();
//! store.set("axi_bvalid_i", 0);
//! assert_eq!(store.get("stored_o"), 1);
//! ```

use super::fetch::{SLOT, slot};
use super::pack::LENGTH_BITS;
use crate::design::pins::AxiWrite;
use crate::interface;
use crate::lang::{BIT, Errors, Expr, Module, Stream, bits, cat, if_else, lit, mux, set, set_to, when};
use std::sync::Arc;
use trine_spec::Config;
use trine_spec::registers::{
    DESC_RES_BASE_ADDRESS, DESC_STATUS, DESC_STATUS_CODE, DESC_STATUS_CYCLES, ERR_CODE_CODE, MEM_STATUS_RESPONSE,
    MEMORY_SPACE, RING_BASE_ADDRESS, RING_SIZE_LOG2, RING_TAIL_COUNT,
};

interface! {
    /// Ports of the writer.
    pub(in crate::design) struct StorePorts(c: Config) {
        /// Resets it and forgets writes that are under way.
        input rst: BIT,
        /// Begins the ring at its first slot.
        input start: BIT,
        /// All jobs are dropped.
        input drop: BIT,
        /// A job failed or was refused.
        input failed: BIT,
        /// Its reason, from the next cycle on.
        input code: bits(ERR_CODE_CODE.width),
        /// A job begins.
        input begins: BIT,
        /// Address of the first slot, in steps of 64 bytes.
        input base: bits(RING_BASE_ADDRESS.width),
        /// Slots, as a power of two.
        input size: bits(RING_SIZE_LOG2.width),
        /// Places of results, in steps of 1 KiB, behind the mark of an interrupt; one a job, there before its results
        sink jobs: Stream::of(bits(DESC_RES_BASE_ADDRESS.width + 1)) => Stream,
        /// Beats, behind a mark for each of their words
        sink beats: Stream::of(bits(c.ring_bus() + c.ring_bus() / 32)) => Stream,
        /// Complete bursts: their beats minus one, and the mark of the last one of a job
        sink bursts: Stream::of(bits(LENGTH_BITS + 1)) => Stream,
        /// Memory
        source axi: AxiWrite::of(c.ring_bus()) => AxiWrite,
        /// All results of a job are in memory.
        output stored: BIT,
        /// The status of a job that is done is in memory.
        output told: BIT,
        /// The end of that job is an interrupt.
        output interrupt: BIT,
        /// Jobs whose status is in memory.
        output tail: bits(RING_TAIL_COUNT.width),
        /// A beat is written.
        output moved: BIT,
        /// Writes are under way.
        output busy: BIT,
        /// The memory answered a write with an error.
        output fault: BIT,
        /// First such answer since the ring began.
        output response: bits(MEM_STATUS_RESPONSE.width),
    }
}

const IDLE: i64 = 0;
const ADDRESS: i64 = 1;
const DATA: i64 = 2;
const ANSWERS: i64 = 3;

/// The writer of configuration `c`, a unit with a ring.
///
/// # Errors
/// Structural mistakes, none for a checked configuration.
pub fn ring_store(c: &Config) -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_ring_store", "Writes results of jobs to memory, and how they went.");
    let io = StorePorts::declare(&mut m, c.clone());
    let StorePorts { rst, drop, axi, .. } = &io;
    let state_q = m.reg("state_q", bits(2));
    let mut at = |name: &str, state: i64| m.name(name, state_q.is(state));
    let [idle, addresses] = [at("idle", IDLE), at("addresses", ADDRESS)];
    let [loading, answers] = [at("loading", DATA), at("answers", ANSWERS)];
    // What is written: results, or the status of a job that is done or failed.
    let [status_q, error_q, last_q] = ["status_q", "error_q", "last_q"].map(|name| m.reg(name, BIT));
    let [void_q, failed_q, wrong_q] = ["void_q", "failed_q", "wrong_q"].map(|name| m.reg(name, BIT));

    // Writes that memory has not answered.
    let pending_q = m.reg("pending_q", bits(4));
    let asked = m.name("asked", &addresses & &axi.awready);
    let fewer = m.name("fewer", &axi.bvalid & !&asked);
    let change = cat([&asked ^ &axi.bvalid, fewer.repeat(pending_q.ty.width - 1)]);
    let settled = m.name("settled", !pending_q.any());
    let answered = m.name("answered", &answers & &settled);
    // The place of a status follows the tail two cycles later.
    let quiet_q = m.reg("quiet_q", bits(2));
    m.on_clock([if_else(
        &idle & &settled & !drop,
        [when(!quiet_q.all(), [set(&quiet_q, quiet_q.step(1))])],
        [set_to(&quiet_q, 0)],
    )]);

    let first_q = m.reg("first_q", BIT);
    let placed = &io.jobs.valid | !&first_q;
    let results = m.name("results", &idle & !&failed_q & &io.bursts.valid & placed & !pending_q.all() & !drop);
    let tells_error = m.name("tells_error", &failed_q & quiet_q.all() & !drop);
    let stored = m.name("stored", &answered & !(&status_q | &void_q | &wrong_q | drop));
    let told = m.name("told", &answered & &status_q & !(&error_q | &wrong_q));
    let tells = m.name("tells", &stored | &tells_error);

    let left_q = m.reg("left_q", bits(LENGTH_BITS));
    let wvalid_q = m.reg("wvalid_q", BIT);
    let free = m.name("free", !&wvalid_q | &axi.wready);
    let loads = m.name("loads", &loading & &free & (&status_q | &void_q | &io.beats.valid));
    let final_beat = m.name("final_beat", &loads & !left_q.any());
    let waits = m.name("waits", &status_q | (&last_q & !&void_q));
    m.on_clock([if_else(
        rst,
        [set_to(&state_q, IDLE)].to_vec(),
        [
            when(&results | &tells, [set_to(&state_q, ADDRESS)]),
            when(&asked, [set_to(&state_q, DATA)]),
            when(&final_beat, [set(&state_q, mux(&waits, lit(ANSWERS, bits(2)), lit(IDLE, bits(2))))]),
            when(&answered & !&stored, [set_to(&state_q, IDLE)]),
        ]
        .to_vec(),
    )]);
    let burst = &io.bursts.data;
    let ends_job = burst.bit(LENGTH_BITS);
    let refused = m.name("refused", &axi.bvalid & axi.bresp.bit(1));
    m.on_clock([
        when(&results, [set_to(&status_q, 0), set(&last_q, &ends_job), set(&left_q, burst.slice(0, LENGTH_BITS))]),
        when(&tells, [set_to(&status_q, 1), set(&error_q, &tells_error), set_to(&left_q, 0)]),
        when(&loads, [set(&left_q, left_q.back(1))]),
        if_else(
            rst,
            [set_to(&pending_q, 0), set_to(&void_q, 0), set_to(&failed_q, 0), set_to(&wrong_q, 0)],
            [
                set(&pending_q, (&pending_q + change).wrap()),
                set(&void_q, !&idle & (&void_q | (drop & !&status_q))),
                set(&failed_q, (&failed_q | &io.failed) & !(&tells_error | &io.start)),
                set(&wrong_q, (&wrong_q & !&io.start) | &refused),
            ],
        ),
        // The next burst of results is the first one of its job.
        if_else(rst | drop, [set_to(&first_q, 1)], [when(&results, [set(&first_q, ends_job)])]),
    ]);

    let tail_q = m.reg("tail_q", io.tail.ty);
    m.on_clock([if_else(&io.start | rst, [set_to(&tail_q, 0)], [when(&told, [set(&tail_q, tail_q.step(1))])])]);
    address(&mut m, c, &io, [&tail_q, &first_q, &results, &tells]);
    let word = status(&mut m, &io, [&tells, &error_q]);
    beats(&mut m, c, &io, &Beat { loads: &loads, ends: &final_beat, status: &status_q, void: &void_q, wvalid_q, word });
    faults(&mut m, &io, [&refused, &wrong_q, &(&status_q & &error_q)]);

    let interrupt_q = m.reg("interrupt_q", BIT);
    m.on_clock([when(&stored, [set(&interrupt_q, io.jobs.data.bit(DESC_RES_BASE_ADDRESS.width))])]);
    m.assign_all([(&io.stored, &stored), (&io.told, &told), (&io.interrupt, &interrupt_q), (&io.tail, &tail_q)]);
    m.assign_all([(&io.jobs.ready, &stored), (&io.bursts.ready, &results)]);
    m.assign(&io.beats.ready, &loads & !(status_q | void_q));
    m.assign(&io.busy, !idle | !settled | failed_q);
    m.assign(&axi.awvalid, addresses);
    m.assign(&axi.awlen, cat([left_q, lit(0, bits(8 - LENGTH_BITS))]));
    m.assign(&axi.bready, lit(1, BIT));
    m.build()
}

/// The address of a burst of results, or of a status.
fn address(m: &mut Module, c: &Config, io: &StorePorts, [tail_q, first_q, results, tells]: [&Expr; 4]) {
    let axi = &io.axi;
    let (bytes, space) = (c.ring_bus() / 8, MEMORY_SPACE.ilog2() as usize);
    let (low, burst) = (bytes.ilog2() as usize, (bytes * Config::WRITE_BEATS).ilog2() as usize);
    let slot_q = slot(m, &io.base, &io.size, tail_q);
    let filled = |zeros: usize, above: Expr| if zeros == 0 { above } else { cat([lit(0, bits(zeros)), above]) };

    let base = io.jobs.data.slice(0, DESC_RES_BASE_ADDRESS.width);
    let base = filled(space - burst - base.ty.width, base);
    let next_q = m.reg("next_q", bits(space - burst));
    let here = m.name("here", mux(first_q, base, &next_q));
    let within = SLOT.ilog2() as usize - low;
    let word = lit((DESC_STATUS.offset as usize / bytes) as i64, bits(within.max(1)));
    let status = if within == 0 { slot_q } else { cat([word, slot_q]) };
    let address_q = m.reg("address_q", bits(space - low));
    m.on_clock([
        when(results, [set(&address_q, filled(burst - low, here.clone())), set(&next_q, here.step(1))]),
        when(tells, [set(&address_q, status)]),
    ]);
    m.assign(&axi.awaddr, filled(low, address_q));
    m.assign(&axi.awsize, lit(low as i64, bits(3)));
    m.assign_all([(&axi.awburst, &lit(1, bits(2))), (&axi.awcache, &lit(3, bits(4))), (&axi.awprot, &lit(0, bits(3)))]);
}

/// The word that says how a job went.
fn status(m: &mut Module, io: &StorePorts, [tells, error_q]: [&Expr; 2]) -> Expr {
    let cycles_q = m.reg("cycles_q", bits(DESC_STATUS_CYCLES.width));
    let kept_q = m.reg("kept_q", cycles_q.ty);
    m.on_clock([
        if_else(&io.begins, [set_to(&cycles_q, 0)], [when(!cycles_q.all(), [set(&cycles_q, cycles_q.step(1))])]),
        when(tells, [set(&kept_q, &cycles_q)]),
    ]);
    let code = &io.code & error_q.repeat(DESC_STATUS_CODE.width);
    m.name("word", cat([code, lit(1, BIT), kept_q]))
}

/// A beat that is written.
struct Beat<'a> {
    /// It is loaded.
    loads: &'a Expr,
    /// It is the last one of its burst.
    ends: &'a Expr,
    /// It is a status.
    status: &'a Expr,
    /// It writes nothing.
    void: &'a Expr,
    wvalid_q: Expr,
    /// The word of a status.
    word: Expr,
}

/// The beats of the port, from a register: what is offered holds.
fn beats(m: &mut Module, c: &Config, io: &StorePorts, beat: &Beat) {
    let (axi, words, bytes) = (&io.axi, c.ring_bus() / 32, c.ring_bus() / 8);
    let Beat { loads, ends, status, void, wvalid_q, word } = beat;
    let lane = DESC_STATUS.offset as usize % bytes / 4;
    let parts = (0..words).map(|i| {
        let part = io.beats.data.slice(words + 32 * i, 32);
        if i == lane { mux(*status, word, part) } else { part }
    });
    let strobes = (0..words).map(|i| {
        let results = io.beats.data.bit(i) & !(*status | *void);
        if i == lane { results | *status } else { results }
    });
    let (data, strobe) = (cat(parts), cat(strobes));
    let [wdata_q, wstrb_q, wlast_q] =
        [("wdata_q", data.ty), ("wstrb_q", strobe.ty), ("wlast_q", BIT)].map(|(name, ty)| m.reg(name, ty));
    m.on_clock([
        when(*loads, [set(&wdata_q, data), set(&wstrb_q, strobe), set(&wlast_q, *ends)]),
        if_else(&io.rst, [set_to(wvalid_q, 0)], [set(wvalid_q, *loads | (wvalid_q & !&axi.wready))]),
    ]);
    m.assign(&axi.wdata, &wdata_q);
    m.assign(&axi.wstrb, cat((0..words).map(|i| wstrb_q.bit(i).repeat(4))));
    m.assign_all([(&axi.wlast, &wlast_q), (&axi.wvalid, wvalid_q)]);
    m.assign(&io.moved, wvalid_q & &axi.wready);
}

/// Answers that are not OKAY; those to the status of a job that failed tell nothing new.
fn faults(m: &mut Module, io: &StorePorts, [refused, wrong_q, tells_error]: [&Expr; 3]) {
    let response_q = m.reg("response_q", io.response.ty);
    let fault_q = m.register("fault_q", refused & !tells_error & !&io.rst);
    m.on_clock([if_else(
        &io.rst | &io.start,
        [set_to(&response_q, 0)],
        [when(refused & !wrong_q, [set(&response_q, &io.axi.bresp)])],
    )]);
    m.assign_all([(&io.fault, &fault_q), (&io.response, &response_q)]);
}
