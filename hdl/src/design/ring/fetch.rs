//! Fetches descriptors of jobs and the activations that they name.
//!
//! ```text
//!  head ──> idle ─> read ─> words ─> check ─> push ─> act ─> settle ─┐
//!            ^       │        ^                 │      │             │
//!            │       │ place  │ descriptor      │ job  │ place       │
//!            │       v        │                 v      v             │
//!            │      [ memory reader ] ─────> queue    [ memory reader ] ──> activations
//!            └───────────────────────────────────────────────────────┘
//! ```
//! One reader serves both, a descriptor and then its activations; its beats come in the order in which they were asked for, so that their
//! turn tells which they are. A descriptor is therefore looked at when the activations of the one before have been taken, while that job
//! computes; its weights are read ahead from then on.
//!
//! A job is handed on five cycles after the last word of its descriptor. What the unit cannot compute is handed on too, with no weights, so
//! that it is refused in its turn; nothing is fetched behind it. Nor is anything behind an error of the memory, which ends the job that it
//! belongs to and not one before. `drop_i` ends the ring until the next `start_i`.
//!
//! ```
//! use trine_hdl::lang::Interpreter;
//! use trine_spec::{Config, Weights};
//! let config = Config::sized(8, 5).weights(Weights::Memory).weight_bus(64).ring(true).build().unwrap();
//! let mut fetch = Interpreter::new(&trine_hdl::design::ring_fetch(&config).unwrap()).unwrap();
//! fetch.set("rst_i", 1);
//! fetch.clock();
//! // A ring of two slots at 0x2000, in which one descriptor was written.
//! fetch.set_all([("rst_i", 0), ("start_i", 1), ("base_i", 0x2000 / 64), ("size_i", 1), ("open_i", 1), ("fits_i", 1)]);
//! fetch.clock();
//! fetch.set_all([("start_i", 0), ("head_i", 1), ("read_ready_i", 1)]);
//! while fetch.get("read_valid_o") == 0 { fetch.clock(); }
//! assert_eq!(fetch.get("read_data_o"), 8 << 32 | 0x2000 / 64, "eight beats of eight bytes");
//! fetch.clock();
//! // It asks for M 1, K 8 and N 5.
//! fetch.set("beats_valid_i", 1);
//! let words = [0_i64, 1, 8, 5, 0x77, 0x100, 1, 0x200, 1, 0x400, 0, 0, 0, 0, 0, 0];
//! for (i, beat) in words.chunks(2).enumerate() {
//!     fetch.set_all([("beats_data_i", beat[1] << 32 | beat[0]), ("beats_last_i", i64::from(i == 7))]);
//!     fetch.clock();
//! }
//! fetch.set("beats_valid_i", 0);
//! let cycles = (1..9).find(|_| { let first = fetch.get("first_o") == 1; fetch.clock(); first });
//! assert_eq!(cycles, Some(5));
//! ```

use super::super::weight_reader::ring_length_bits;
use crate::interface;
use crate::lang::{BIT, Errors, Expr, Module, Stream, bits, cat, if_else, lit, mux, set, set_to, when};
use std::sync::Arc;
use trine_spec::Config;
use trine_spec::registers::{
    DESC_ACT_BASE, DESC_ACT_BASE_ADDRESS, DESC_ACT_LENGTH, DESC_ACT_LENGTH_BEATS, DESC_DEPTH, DESC_DEPTH_K, DESC_FLAGS,
    DESC_FLAGS_FENCE, DESC_FLAGS_INTERRUPT, DESC_FLAGS_ZERO, DESC_OUTPUTS, DESC_OUTPUTS_N, DESC_RES_BASE,
    DESC_RES_BASE_ADDRESS, DESC_RES_BASE_ZERO, DESC_TAG, DESC_TAG_TAG, DESC_TOKENS, DESC_TOKENS_M, DESC_WGT_BASE,
    DESC_WGT_BASE_ADDRESS, DESC_WGT_LENGTH, DESC_WGT_LENGTH_BEATS, DESC_WGT_RUN, DESC_WGT_RUN_BEATS, DESC_WGT_STRIDE,
    DESC_WGT_STRIDE_BEATS, Field, MEMORY_STEP, RING_BASE_ADDRESS, RING_HEAD_COUNT, RING_SIZE_LOG2, RING_TAIL_COUNT,
    Register, WGT_BASE_ADDRESS,
};

interface! {
    /// Ports of the fetcher.
    pub(in crate::design) struct FetchPorts(c: Config) {
        /// Synchronous reset.
        input rst: BIT,
        /// Begins the ring at its first slot.
        input start: BIT,
        /// Ends the ring: a job failed or was dropped.
        input drop: BIT,
        /// Address of the first slot, in steps of 64 bytes.
        input base: bits(RING_BASE_ADDRESS.width),
        /// Slots, as a power of two.
        input size: bits(RING_SIZE_LOG2.width),
        /// Descriptors that were written.
        input head: bits(RING_HEAD_COUNT.width),
        /// Descriptors that are done.
        input tail: bits(RING_TAIL_COUNT.width),
        /// A job can follow those before it.
        input open: BIT,
        /// The unit can compute the job that is handed on.
        input fits: BIT,
        /// The memory answered a beat with an error, in the cycle before.
        input error: BIT,
        /// Beats from memory
        sink beats: Stream::of(bits(c.ring_bus())).with_last() => Stream,
        /// Places and lengths of what is to be read
        source read: Stream::of(bits(WGT_BASE_ADDRESS.width + ring_length_bits(&c))) => Stream,
        /// Beats of memory with activations
        source act: Stream::of(bits(c.ring_bus())) => Stream,
        /// Activation beats of the job whose first beat comes next.
        output count: bits(DESC_ACT_LENGTH_BEATS.width),
        /// A job is handed on, the first one of the ring.
        output first: BIT,
        /// A job is handed on behind others.
        output follow: BIT,
        /// Job
        source job as "": FetchedJob::of(c.strides()) => FetchedJob,
        /// Jobs are fetched or run.
        output working: BIT,
        /// A job cannot go on: its descriptor or activations have such an error, and those before it are done.
        output fault: BIT,
    }
}

interface! {
    /// A job as its descriptor has it.
    pub(in crate::design) struct FetchedJob(strides: bool) {
        /// Tokens M.
        output tokens: bits(DESC_TOKENS_M.width),
        /// Depth K.
        output depth: bits(DESC_DEPTH_K.width),
        /// Outputs N.
        output outputs: bits(DESC_OUTPUTS_N.width),
        /// Tag.
        output tag: bits(DESC_TAG_TAG.width),
        /// Place of the weights.
        output weights: bits(DESC_WGT_BASE_ADDRESS.width),
        /// Weight beats.
        output length: bits(DESC_WGT_LENGTH_BEATS.width),
        /// Beats of a run of them.
        output run: strides.then(|| bits(DESC_WGT_RUN_BEATS.width)) => Option<Expr>,
        /// Beats from one run to the next.
        output stride: strides.then(|| bits(DESC_WGT_STRIDE_BEATS.width)) => Option<Expr>,
        /// Place of the results, in steps of 1 KiB.
        output results: bits(DESC_RES_BASE_ADDRESS.width),
        /// The end of the job is an interrupt.
        output interrupt: BIT,
    }
}

const IDLE: i64 = 0;
const READ: i64 = 1;
const WORDS: i64 = 2;
const CHECK: i64 = 3;
const PUSH: i64 = 4;
const ACT: i64 = 5;
const SETTLE: i64 = 6;
const HALT: i64 = 7;

/// Bytes of a slot of the ring.
pub(super) const SLOT: usize = MEMORY_STEP as usize;

/// The place of slot `count` of the ring, in steps, two cycles later.
pub(super) fn slot(m: &mut Module, base: &Expr, size: &Expr, count: &Expr) -> Expr {
    let most = (1 << size.ty.width) - 1;
    let within = m.register("within_q", cat((0..most).map(|i| count.bit(i) & lit(i as i64, size.ty).lt(size))));
    let beyond = lit(0, bits(base.ty.width - most));
    m.unused([count.slice(most, count.ty.width - most)]);
    m.register("slot_q", (base + cat([within, beyond])).wrap())
}

/// The fetcher of configuration `c`, a unit with a ring.
///
/// # Errors
/// Structural mistakes, none for a checked configuration.
pub fn ring_fetch(c: &Config) -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_ring_fetch", "Fetches descriptors of jobs and their activations.");
    let io = FetchPorts::declare(&mut m, c.clone());
    let state_q = m.reg("state_q", bits(3));
    let mut at = |name: &str, state: i64| m.name(name, state_q.is(state));
    let [idle, reads, words] = [at("idle", IDLE), at("reads", READ), at("words", WORDS)];
    let [checks, pushes] = [at("checks", CHECK), at("pushes", PUSH)];
    let [acts, settles] = [at("acts", ACT), at("settles", SETTLE)];
    let ended = m.name("ended", &io.rst | &io.drop);

    let on_q = m.reg("on_q", BIT);
    let first_q = m.reg("first_q", BIT);
    let next_q = m.reg("next_q", io.head.ty);
    let more_q = m.register("more_q", !next_q.eq(&io.head) & !&io.start);
    let behind_q = m.register("behind_q", !next_q.eq(&io.tail) & !&io.start);
    let slot_q = slot(&mut m, &io.base, &io.size, &next_q);

    // Whose beats come: a descriptor's, or activations.
    let act_turn_q = m.reg("act_turn_q", BIT);
    let ready = m.name("ready", mux(&act_turn_q, &io.act.ready, &words));
    let taken = m.name("taken", &io.beats.valid & &ready);
    let last = io.beats.last.clone().unwrap_or_else(|| lit(1, BIT));
    let word_taken = m.name("word_taken", &taken & !&act_turn_q);
    let found = Descriptor::new(&mut m, c, &io, &ended, &word_taken);

    let wait_q = m.reg("wait_q", bits(2));
    let waits = m.name("waits", &checks | &settles);
    let passes = m.name("passes", !(&found.fence_q & &behind_q));
    let asks_act = m.name("asks_act", &acts & &passes);
    let asked = m.name("asked", &asks_act & &io.read.ready);
    let broken_q = m.reg("broken_q", BIT);
    let go = m.name("go", &on_q & &more_q & (&io.open | &first_q) & !&broken_q);
    let states = [
        (&idle & &go, READ),
        (&reads & &io.read.ready, WORDS),
        (&word_taken & &last, CHECK),
        (&checks & wait_q.all() & !&broken_q, PUSH),
        (&checks & wait_q.all() & &broken_q, HALT),
        (&pushes & &found.good, ACT),
        (&pushes & !&found.good, HALT),
        (asked.clone(), SETTLE),
        (&settles & wait_q.all(), IDLE),
    ];
    // The job of the activations that come, and that of the beat with an error.
    let [act_of_q, broken_of_q] = ["act_of_q", "broken_of_q"].map(|name| m.reg(name, next_q.ty));
    let was_act_q = m.register("was_act_q", &act_turn_q);
    m.on_clock([
        when(&asked, [set(&act_of_q, &next_q)]),
        when(&io.error & !&broken_q, [set(&broken_of_q, mux(&was_act_q, &act_of_q, &next_q))]),
    ]);
    let reached_q = m.register("reached_q", broken_of_q.eq(&io.tail) & &broken_q);
    let moves = states.map(|(now, to)| when(now, [set_to(&state_q, to)]));
    m.on_clock([
        set(&wait_q, mux(&waits, wait_q.step(1), lit(0, wait_q.ty))),
        if_else(&ended, [set_to(&state_q, IDLE)].to_vec(), moves.to_vec()),
        if_else(
            &ended,
            [set_to(&on_q, 0), set_to(&act_turn_q, 0), set_to(&broken_q, 0)],
            [
                set(&on_q, &on_q | &io.start),
                set(&act_turn_q, &act_turn_q ^ (&taken & &last)),
                set(&broken_q, &broken_q | (&io.error & &on_q)),
            ],
        ),
        if_else(&io.start, [set_to(&first_q, 1)], [when(&pushes, [set_to(&first_q, 0)])]),
        if_else(&io.start, [set_to(&next_q, 0)], [when(&asked, [set(&next_q, next_q.step(1))])]),
    ]);

    let length = lit((8 * SLOT / c.ring_bus()) as i64, bits(ring_length_bits(c)));
    let place = mux(&acts, cat([found.act_base_q.clone(), found.act_beats_q.clone()]), cat([slot_q, length]));
    m.assign(&io.read.valid, (&reads | &asks_act) & !&ended);
    m.assign(&io.read.data, place);
    m.assign(&io.beats.ready, ready);
    m.assign(&io.act.valid, &io.beats.valid & &act_turn_q);
    m.assign(&io.act.data, &io.beats.data);
    m.assign(&io.count, &found.count_q);
    m.assign(&io.first, &pushes & &first_q & !&ended);
    m.assign(&io.follow, &pushes & !&first_q & !&ended);
    m.assign(&io.fault, &broken_q & reached_q);
    m.assign(&io.working, &on_q & (!&idle | &more_q | &behind_q));
    m.build()
}

/// The descriptor that was read last.
struct Descriptor {
    fence_q: Expr,
    act_base_q: Expr,
    /// Activation beats.
    count_q: Expr,
    /// Beats of memory that hold them.
    act_beats_q: Expr,
    /// Its activations are wanted.
    good: Expr,
}

impl Descriptor {
    fn new(m: &mut Module, c: &Config, io: &FetchPorts, ended: &Expr, taken: &Expr) -> Descriptor {
        let (bus, beats) = (c.ring_bus(), 8 * SLOT / c.ring_bus());
        let beat_q = (beats > 1).then(|| m.reg("beat_q", bits(beats.ilog2() as usize)));
        if let Some(beat_q) = &beat_q {
            m.on_clock([if_else(ended, [set_to(beat_q, 0)], [when(taken, [set(beat_q, beat_q.step(1))])])]);
        }
        let mut used = vec![];
        let mut kept = |m: &mut Module, name: &str, register: &Register, field: &Field, of: fn(Expr) -> Expr| {
            let bit = 8 * register.offset as usize + field.lsb;
            let here = beat_q.as_ref().map_or(taken.clone(), |beat_q| taken & beat_q.is((bit / bus) as i64));
            used.extend(bit % bus..bit % bus + field.width);
            let value = of(io.beats.data.slice(bit % bus, field.width));
            let q = m.reg(name, value.ty);
            m.on_clock([when(here, [set(&q, value)])]);
            q
        };
        let whole = |value: Expr| value;
        let any = |value: Expr| value.any();
        let fence_q = kept(m, "fence_q", &DESC_FLAGS, &DESC_FLAGS_FENCE, whole);
        let interrupt_q = kept(m, "interrupt_q", &DESC_FLAGS, &DESC_FLAGS_INTERRUPT, whole);
        let strange_q = kept(m, "strange_q", &DESC_FLAGS, &DESC_FLAGS_ZERO, any);
        let tokens_q = kept(m, "tokens_q", &DESC_TOKENS, &DESC_TOKENS_M, whole);
        let depth_q = kept(m, "depth_q", &DESC_DEPTH, &DESC_DEPTH_K, whole);
        let outputs_q = kept(m, "outputs_q", &DESC_OUTPUTS, &DESC_OUTPUTS_N, whole);
        let tag_q = kept(m, "tag_q", &DESC_TAG, &DESC_TAG_TAG, whole);
        let weights_q = kept(m, "weights_q", &DESC_WGT_BASE, &DESC_WGT_BASE_ADDRESS, whole);
        let length_q = kept(m, "length_q", &DESC_WGT_LENGTH, &DESC_WGT_LENGTH_BEATS, whole);
        let runs = c.strides().then(|| {
            let run_q = kept(m, "run_q", &DESC_WGT_RUN, &DESC_WGT_RUN_BEATS, whole);
            [run_q, kept(m, "stride_q", &DESC_WGT_STRIDE, &DESC_WGT_STRIDE_BEATS, whole)]
        });
        // Runs that the unit has not.
        let runs_q = if c.strides() { lit(0, BIT) } else { kept(m, "runs_q", &DESC_WGT_RUN, &DESC_WGT_RUN_BEATS, any) };
        let act_base_q = kept(m, "act_base_q", &DESC_ACT_BASE, &DESC_ACT_BASE_ADDRESS, whole);
        let count_q = kept(m, "count_q", &DESC_ACT_LENGTH, &DESC_ACT_LENGTH_BEATS, whole);
        let results_q = kept(m, "results_q", &DESC_RES_BASE, &DESC_RES_BASE_ADDRESS, whole);
        let askew_q = kept(m, "askew_q", &DESC_RES_BASE, &DESC_RES_BASE_ZERO, any);
        m.unused((0..bus).filter(|bit| !used.contains(bit)).map(|bit| io.beats.data.bit(bit)));

        let good_q = m.register("good_q", !(strange_q | askew_q | runs_q) & count_q.any());
        let beats = act_beats(m, c, &count_q);
        let act_beats_q = m.register("act_beats_q", beats);
        m.assign(&io.job.length, &length_q & good_q.repeat(length_q.ty.width));
        m.assign_all([(&io.job.tokens, &tokens_q), (&io.job.depth, &depth_q), (&io.job.outputs, &outputs_q)]);
        m.assign_all([(&io.job.tag, &tag_q), (&io.job.weights, &weights_q)]);
        m.assign_all([&io.job.run, &io.job.stride].into_iter().flatten().zip(runs.iter().flatten()));
        m.assign_all([(&io.job.results, &results_q), (&io.job.interrupt, &interrupt_q)]);
        let good = m.name("good", good_q & &io.fits);
        Descriptor { fence_q, act_base_q, count_q, act_beats_q, good }
    }
}

/// Beats of memory that hold `count` beats of activations.
fn act_beats(m: &mut Module, c: &Config, count: &Expr) -> Expr {
    let (slot, bytes) = (c.act_slot(), c.ring_bus() / 8);
    let zeros = |width: usize| lit(0, bits(width));
    if slot >= bytes {
        let low = (slot / bytes).ilog2() as usize;
        return if low == 0 { count.clone() } else { cat([zeros(low), count.clone()]) };
    }
    let each = (bytes / slot).ilog2() as usize;
    let rounded = m.name("rounded", count + lit((1 << each) - 1, count.ty));
    m.unused([rounded.slice(0, each)]);
    let whole = rounded.slice(each, rounded.ty.width - each);
    let above = ring_length_bits(c) - whole.ty.width;
    if above == 0 { whole } else { cat([whole, zeros(above)]) }
}
