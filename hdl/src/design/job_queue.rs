//! Jobs that wait behind the one that runs, in a unit that reads its weights from memory.
//!
//! ```text
//!  start_i, follow_i ──> [ jobs: 4 ] ──> tokens_o, … fits_o, start_o     the job control takes one after another
//!  tokens_i, …            │
//!                         └> [ reads: 4 ] ──> read                       the reader goes ahead
//! ```
//! The shape of a start is checked and kept. A job begins when the one before has ended; the reader may take its place and
//! length long before. A job whose shape does not fit waits its turn to be refused, and nothing is read for it.
//!
//! `drop_i`, a job that failed or was dropped, empties both. `open_o` is low from then on until the next `start_i`, and
//! while four jobs wait; `follow_i` does nothing then. `waits_o` is set from a start until its job begins.
//!
//! A job begins seven cycles after a start into an empty queue, or three after the end of the one before.

use super::job::{depth_bits, token_bits};
use super::shape;
use super::weight_runs::place_bits;
use crate::interface;
use crate::lang::{BIT, Errors, Expr, Module, RamStyle, Stream, bits, cat, if_else, set, set_to};
use crate::library::{FifoPorts, fifo};
use std::sync::Arc;
use trine_spec::Config;
use trine_spec::registers::{
    DEPTH_K, JOB_TAG_TAG, OUTPUTS_N, QUEUE_WAITING, TOKENS_M, WGT_BASE_ADDRESS, WGT_LENGTH_BEATS, WGT_RUN_BEATS,
    WGT_STRIDE_BEATS,
};

interface! {
    /// Ports of the queue.
    pub(super) struct JobQueuePorts(c: Config) {
        /// Empties the queue.
        input rst: BIT,
        /// Starts a job when there is none.
        input start: BIT,
        /// Starts a job behind those that run or wait.
        input follow: BIT,
        /// A job failed or was dropped.
        input drop: BIT,
        /// The job control is taken.
        input taken: BIT,
        /// Tokens M asked for.
        input tokens: bits(TOKENS_M.width),
        /// Depth K asked for.
        input depth: bits(DEPTH_K.width),
        /// Outputs N asked for.
        input outputs: bits(OUTPUTS_N.width),
        /// Tag of the job asked for.
        input tag: bits(JOB_TAG_TAG.width),
        /// Place of its weights, in steps.
        input base: bits(WGT_BASE_ADDRESS.width),
        /// Its weight beats.
        input length: bits(WGT_LENGTH_BEATS.width),
        /// Beats of a run of them.
        input run: c.strides().then(|| bits(WGT_RUN_BEATS.width)) => Option<Expr>,
        /// Beats from one run to the next.
        input stride: c.strides().then(|| bits(WGT_STRIDE_BEATS.width)) => Option<Expr>,
        /// Starts the job control.
        output begin as "start": BIT,
        /// Tokens M of the next job.
        output next_tokens: bits(token_bits(&c)),
        /// Depth K of the next job.
        output next_depth: bits(depth_bits(&c)),
        /// Outputs N of the next job.
        output next_outputs: bits(OUTPUTS_N.width),
        /// Tag of the next job.
        output next_tag: bits(JOB_TAG_TAG.width),
        /// The unit can compute the next job.
        output next_fits: BIT,
        /// Place and length of weights to read
        source read: Stream::of(bits(place_bits(&c))) => Stream,
        /// The unit can compute the job that is asked for, two cycles after it was.
        output fits: c.ring().then_some(BIT) => Option<Expr>,
        /// A job can follow.
        output open: BIT,
        /// Jobs wait.
        output waits: BIT,
        /// Jobs wait behind one that began.
        output between: BIT,
        /// Jobs that wait.
        output waiting: bits(QUEUE_WAITING.width),
    }
}

/// The queue of configuration `c`, whose weights are in memory.
///
/// # Errors
/// Structural mistakes, none for a checked configuration.
pub fn job_queue(c: &Config) -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_job_queue", format!("Keeps up to {} jobs that wait.", Config::QUEUE));
    let io = JobQueuePorts::declare(&mut m, c.clone());
    let fits = shape::fits(&mut m, c, [&io.tokens, &io.depth, &io.outputs], Some(&io.length));

    // A job may follow those before it.
    let chain_q = m.reg("chain_q", BIT);
    let count_q = m.reg("count_q", io.waiting.ty);
    if let Some(port) = &io.fits {
        m.assign(port, &fits);
    }
    const { assert!(Config::QUEUE.is_power_of_two()) };
    let full = m.name("full", count_q.bit(Config::QUEUE.ilog2() as usize));
    let push = m.name("push", &io.start | (&io.follow & &chain_q & !&full));
    let start_q = m.reg("start_q", BIT);
    let check_q = m.reg("check_q", BIT);
    let empty = m.name("empty", &io.rst | &io.drop);

    let narrow = |e: &Expr, width: usize| if width < e.ty.width { e.slice(0, width) } else { e.clone() };
    let (tokens, depth) = (narrow(&io.tokens, token_bits(c)), narrow(&io.depth, depth_bits(c)));
    let fields = [tokens, depth, io.outputs.clone(), io.tag.clone(), fits.clone()];
    let widths: Vec<usize> = fields.iter().map(|field| field.ty.width).collect();
    let entry = cat(fields);
    let jobs = fifo(c.style(), RamStyle::Distributed, "trine_job_fifo", entry.ty, Config::QUEUE)?;
    let jobs: FifoPorts = m.place("jobs", &jobs);
    m.assign_all([(&jobs.rst, &empty), (&jobs.push, &push), (&jobs.data, &entry), (&jobs.out.ready, &check_q)]);
    let runs = [&io.run, &io.stride].into_iter().flatten().cloned();
    let place = cat([io.base.clone(), io.length.clone()].into_iter().chain(runs));
    let reads = fifo(c.style(), RamStyle::Distributed, "trine_read_fifo", place.ty, Config::QUEUE)?;
    let reads: FifoPorts = m.place("reads", &reads);
    let read = m.name("read_push", &push & &fits);
    m.assign_all([(&reads.rst, &empty), (&reads.push, &read), (&reads.data, &place)]);
    m.unused([reads.pop.clone()]);

    // The job control looks at a job in the cycle behind its start.
    let settled_q = m.reg("settled_q", BIT);
    let begins = m.name("begins", &settled_q & !&io.taken & !&check_q);
    let fewer = m.name("fewer", &jobs.pop & !&push);
    let change = cat([&jobs.pop ^ &push, fewer.repeat(count_q.ty.width - 1)]);
    m.on_clock([
        if_else(
            &empty,
            [set_to(&start_q, 0), set_to(&check_q, 0), set_to(&settled_q, 0), set_to(&count_q, 0)],
            [
                set(&start_q, &begins),
                set(&check_q, &start_q),
                set(&settled_q, &jobs.out.valid & !&begins & !&start_q & !&check_q),
                set(&count_q, (&count_q + change).wrap()),
            ],
        ),
        if_else(&empty, [set_to(&chain_q, 0)], [set(&chain_q, &chain_q | &io.start)]),
    ]);

    let mut at = 0;
    let ports = [&io.next_tokens, &io.next_depth, &io.next_outputs, &io.next_tag, &io.next_fits];
    for (port, width) in ports.into_iter().zip(widths) {
        m.assign(port, jobs.out.data.slice(at, width));
        at += width;
    }
    m.assign(&io.begin, &start_q & !&empty);
    m.send(&io.read, &reads.out);
    m.assign(&reads.out.ready, &io.read.ready);
    let filling = m.name("filling", &count_q.is(Config::QUEUE as i64 - 1) & &push);
    m.assign(&io.open, &chain_q & !&full & !&filling);
    let begun_q = m.reg("begun_q", BIT);
    m.on_clock([if_else(&empty | &io.start, [set_to(&begun_q, 0)], [set(&begun_q, &begun_q | &check_q)])]);
    m.assign(&io.waits, &push | count_q.any());
    m.assign(&io.between, &begun_q & count_q.any());
    m.assign(&io.waiting, &count_q);
    m.build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::{Interpreter, Operator, mutant, mutants};
    use crate::random::Random;
    use std::collections::VecDeque;
    use trine_spec::Weights;

    fn config(strides: bool) -> Config {
        let sized = Config::sized(8, 8).weights(Weights::Memory).max_depth(40).max_tokens(6);
        sized.strides(strides).build().unwrap()
    }

    /// A job: M, K, N, tag, base, beats, run, stride.
    type Asked = [i64; 8];

    fn fits([m, k, n, _, _, beats, ..]: Asked) -> bool {
        (1..=6).contains(&m) && (1..=40).contains(&k) && n > 0 && beats > 0
    }

    /// A job, now and then with a field out of range.
    fn asked(random: &mut Random) -> Asked {
        let mut draw = |least: usize, most: usize| (least + random.below(most - least + 1)) as i64;
        let [m, k, n, tag] = [draw(1, 6), draw(1, 40), draw(1, 1 << 19), draw(0, 999)];
        let mut job = [m, k, n, tag, draw(0, 1 << 30), draw(1, 1 << 30), draw(0, 1 << 23), draw(0, 1 << 23)];
        match draw(0, 12) {
            0 => job[0] = 7 * draw(0, 1),
            1 => job[1] = 41 * draw(0, 1),
            2 => job[2] = 0,
            3 => job[5] = 0,
            _ => {}
        }
        job
    }

    /// A host that starts, follows and gives up, in front of a job control and a reader that take their time; the first difference.
    fn against_a_list(module: &Arc<Module>, strides: bool) -> Result<(), String> {
        let (mut queue, mut random) = (Interpreter::new(module).unwrap(), Random(6));
        let (mut jobs, mut reads) = (VecDeque::<Asked>::new(), VecDeque::<Asked>::new());
        // Cycles for which the job control is taken, and for which the registers have held what they hold.
        let (mut runs, mut held, mut idle, mut late) = (0, 0, 0, 0);
        let (mut chain, mut checks, mut begun) = (false, false, false);
        let mut wanted = asked(&mut random);
        queue.set("rst_i", 1);
        queue.clock();
        queue.set("rst_i", 0);
        for cycle in 0..6000 {
            let wrong = |what: &str| Err(format!("cycle {cycle}: {what}"));
            held += 1;
            let (host, drop, read) = (held > 4 && random.chance(5), random.below(150) == 0, random.chance(3));
            let start = host && !drop && jobs.is_empty() && runs == 0;
            let follow = host && !drop && !start;
            let push = start || follow && chain && jobs.len() < Config::QUEUE;
            let names = ["tokens_i", "depth_i", "outputs_i", "tag_i", "base_i", "length_i", "run_i", "stride_i"];
            queue.set_all(names.into_iter().zip(wanted).take(if strides { 8 } else { 6 }));
            queue
                .set_all([("start_i", start), ("follow_i", follow), ("drop_i", drop), ("read_ready_i", read)].map(bit));
            let begins = queue.get("start_o") == 1;
            queue.set("taken_i", i64::from(runs > 0 || begins));

            let full = jobs.len() + usize::from(push) >= Config::QUEUE;
            if (queue.get("open_o") == 1) != (chain && !full) {
                return wrong("open");
            }
            if (queue.get("waits_o") == 1) != (push || !jobs.is_empty()) || queue.get("waiting_o") != jobs.len() as i64
            {
                return wrong("jobs that wait");
            }
            if (queue.get("between_o") == 1) != (begun && !jobs.is_empty()) {
                return wrong("between");
            }
            if read && queue.get("read_valid_o") == 1 {
                let part = |value: i64, low: u32| i128::from(value) << low;
                let place = reads.pop_front().map(|[.., base, beats, run, stride]| {
                    let runs = if strides { part(stride, 88) | part(run, 64) } else { 0 };
                    (runs | part(beats, 32) | part(base, 0)).into()
                });
                if place != Some(queue.get_wide("read_data_o")) {
                    return wrong("another place to read");
                }
            }
            if checks {
                let names = ["next_tokens_o", "next_depth_o", "next_outputs_o", "next_tag_o", "next_fits_o"];
                let found = names.map(|name| queue.get(name));
                let next = jobs.pop_front().map(|job| [job[0] & 7, job[1] & 63, job[2], job[3], i64::from(fits(job))]);
                if next != Some(found) {
                    return Err(format!("cycle {cycle}: {found:?} instead of {next:?}"));
                }
            }
            late = if reads.is_empty() || queue.get("read_valid_o") == 1 { 0 } else { late + 1 };
            idle = if jobs.is_empty() || runs > 0 || begins { 0 } else { idle + 1 };
            if idle > 8 || late > 8 || begins && jobs.is_empty() {
                return wrong("no job begins or is read, or one that nobody asked for");
            }
            runs = if begins { 2 + random.below(60) } else { runs.saturating_sub(1) };
            begun = !start && (begun || checks);
            checks = begins;
            if push {
                jobs.push_back(wanted);
                reads.extend(Some(wanted).filter(|job| fits(*job)));
                chain = true;
                (wanted, held) = (asked(&mut random), 0);
            }
            if drop {
                (chain, checks, begun, runs) = (false, false, false, 0);
                jobs.clear();
                reads.clear();
            }
            queue.clock();
        }
        Ok(())
    }

    fn bit((name, value): (&'static str, bool)) -> (&'static str, i64) {
        (name, i64::from(value))
    }

    #[test]
    fn jobs_begin_in_order_and_their_weights_are_read_ahead() {
        for strides in [false, true] {
            assert_eq!(against_a_list(&job_queue(&config(strides)).unwrap(), strides), Ok(()));
        }
    }

    /// The test above finds mistakes: each assignment of the module left out, each sum that is a difference.
    #[test]
    fn a_broken_queue_is_found() {
        let module = job_queue(&config(true)).unwrap();
        let all = mutants(&module).unwrap();
        let own = all.iter().filter(|m| m.module == module.name);
        let wrong = own.filter(|m| matches!(m.operator, Operator::Dropped | Operator::Arithmetic));
        let survivors: Vec<String> = wrong
            .filter(|m| {
                !m.change.contains("'d0 is left out") && against_a_list(&mutant(&module, m.id).unwrap(), true).is_ok()
            })
            .map(|m| format!("{}: {}", m.place, m.change))
            .collect();
        assert_eq!(survivors, Vec::<String>::new());
    }
}
