//! Cuts the weights of a job into its runs, in front of the reader.
//!
//! ```text
//!  memory:  ··AAAA······AAAA······AA····     a run of 4 beats every 10 beats, 10 beats in all
//!
//!  job ──[first step, beats, run, stride]──> [at_q, left_q] ──[first beat, beats, end]──> piece ──> weight_reader
//! ```
//! A job's beats lie in runs of `run` beats, whose first ones are `stride` beats apart; the last run may be shorter. A run of 0 beats
//! is no run: the beats lie one behind another. Every run is a piece for the reader, and the last piece ends the job.
//! So the part of a matrix that a range of K makes is read where the whole matrix lies.
//!
//! `job` and `piece` are streams. `clear_i` drops the job that is being cut.
//!
//! The first piece is offered two cycles after its job came, the next one two cycles after a piece was taken. With the reader's own two
//! cycles a piece takes four, so that runs of four beats or more keep up with a bus of one beat a cycle.
//!
//! ```
//! use trine_hdl::lang::Interpreter;
//! use trine_spec::{Config, Weights};
//! let config = Config::sized(40, 8).weights(Weights::Memory).strides(true).build().unwrap();
//! let mut runs = Interpreter::new(&trine_hdl::design::weight_runs(&config).unwrap()).unwrap();
//! // Six beats from step 3 on, in runs of four whose first ones lie ten beats apart.
//! runs.set("job_data_i", 10_i128 << 88 | 4 << 64 | 6 << 32 | 3);
//! runs.set_all([("job_valid_i", 1), ("piece_ready_i", 1)]);
//! let mut pieces = vec![];
//! for _ in 0..6 {
//!     runs.clock();
//!     runs.set("job_valid_i", 0);
//!     if runs.get("piece_valid_o") == 1 {
//!         pieces.push(runs.get_wide("piece_data_o"));
//!     }
//! }
//! assert_eq!(pieces, [4_i128 << 32 | 3, 1 << 64 | 2 << 32 | 13].map(Into::into));
//! ```

use crate::interface;
use crate::lang::{BIT, Errors, Module, Stream, bits, cat, if_else, lit, mux, set, set_to, when};
use std::sync::Arc;
use trine_spec::Config;
use trine_spec::registers::{
    MEMORY_SPACE, MEMORY_STEP, WGT_BASE_ADDRESS, WGT_LENGTH_BEATS, WGT_RUN_BEATS, WGT_STRIDE_BEATS,
};

/// Bits of the first step, beats, run and stride of a job in a unit of configuration `c`; without runs only the first two.
pub(super) fn place_bits(c: &Config) -> usize {
    let runs = if c.strides() { WGT_RUN_BEATS.width + WGT_STRIDE_BEATS.width } else { 0 };
    WGT_BASE_ADDRESS.width + WGT_LENGTH_BEATS.width + runs
}

/// Bits of the number of a beat of `bus` bits in memory.
pub(super) fn beat_bits(bus: usize) -> usize {
    (MEMORY_SPACE / (bus as u64 / 8)).ilog2() as usize
}

/// Bits of a piece in beats of `bus` bits: first beat, beats, and the mark of the last one of a job.
pub(super) fn piece_bits(bus: usize) -> usize {
    beat_bits(bus) + WGT_LENGTH_BEATS.width + 1
}

interface! {
    /// Ports of the module.
    pub(super) struct WeightRunsPorts(c: Config) {
        /// Resets the module.
        input rst: BIT,
        /// Drops the job.
        input clear: BIT,
        /// Addresses of first bytes in steps of 64 bytes, beats of jobs, at least 1, beats of a run, and of a stride
        sink job: Stream::of(bits(place_bits(&c))) => Stream,
        /// First beats of runs, their beats, and the mark of a job's last run
        source piece: Stream::of(bits(piece_bits(c.weight_bus()))) => Stream,
    }
}

/// The module of configuration `c`, which has strides.
///
/// # Errors
/// Structural mistakes, none for a checked configuration.
pub fn weight_runs(c: &Config) -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_weight_runs", "Cuts the weights of a job into its runs.");
    let io = WeightRunsPorts::declare(&mut m, c.clone());
    let (base, length) = (WGT_BASE_ADDRESS.width, WGT_LENGTH_BEATS.width);
    let (run, stride) = (WGT_RUN_BEATS.width, WGT_STRIDE_BEATS.width);
    let field = |at, width| io.job.data.slice(at, width);
    // Beats of a step.
    let steps = (MEMORY_STEP as usize / (c.weight_bus() / 8)).ilog2() as usize;
    let first = if steps == 0 { field(0, base) } else { cat([lit(0, bits(steps)), field(0, base)]) };

    let taken_q = m.reg("taken_q", BIT);
    let known_q = m.reg("known_q", BIT);
    let at_q = m.reg("at_q", first.ty);
    let left_q = m.reg("left_q", bits(length));
    let run_q = m.reg("run_q", bits(run));
    let stride_q = m.reg("stride_q", bits(stride));
    // What the piece that is offered leaves; known a cycle later.
    let wide = m.name("run_wide", cat([run_q.clone(), lit(0, bits(length - run))]));
    let rest_q = m.register("rest_q", (&left_q - &wide).wrap());
    let more_q = m.register("more_q", run_q.any() & wide.lt(&left_q));

    let enter = m.name("enter", &io.job.valid & !&taken_q & !&io.clear);
    let take = m.name("take", &known_q & &io.piece.ready);
    let next = m.name("at_next", (&at_q + &stride_q).wrap());
    m.on_clock([
        if_else(
            &io.rst | &io.clear,
            [set_to(&taken_q, 0), set_to(&known_q, 0)],
            [set(&taken_q, &enter | (&taken_q & !(&take & !&more_q))), set(&known_q, &taken_q & !&take)],
        ),
        if_else(
            &enter,
            [
                set(&at_q, first),
                set(&left_q, field(base, length)),
                set(&run_q, field(base + length, run)),
                set(&stride_q, field(base + length + run, stride)),
            ]
            .to_vec(),
            [when(&take, [set(&at_q, next), set(&left_q, &rest_q)])].to_vec(),
        ),
    ]);
    m.assign(&io.job.ready, !&taken_q & !&io.clear);
    m.assign(&io.piece.valid, &known_q);
    m.assign(&io.piece.data, cat([at_q, mux(&more_q, &wide, &left_q), !&more_q]));
    m.build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::{Interpreter, Operator, mutant, mutants};
    use crate::random::Random;
    use std::collections::VecDeque;
    use trine_spec::Weights;

    fn config() -> Config {
        Config::sized(16, 16).weights(Weights::Memory).weight_bus(32).strides(true).build().unwrap()
    }

    /// A job: first step, beats, run, stride.
    type Asked = [i128; 4];

    /// The pieces of a job: first beat, beats, mark. A step has 16 beats.
    fn pieces([base, beats, run, stride]: Asked) -> Vec<[i128; 3]> {
        let run = if run == 0 { beats } else { run };
        let count = (beats + run - 1) / run;
        let piece = |i| [(16 * base + i * stride) % (1 << 36), run.min(beats - i * run), i128::from(i + 1 == count)];
        (0..count).map(piece).collect()
    }

    fn asked(random: &mut Random) -> Asked {
        let mut draw = |most: usize| random.below(most) as i128;
        let stride = [draw(1 << 24), draw(40), 0][draw(3) as usize];
        match draw(4) {
            0 => [draw(1 << 32), 1 + draw(1 << 32), 0, stride],
            1 => [draw(1 << 32), 1 + draw(7), 1 + draw(1 << 24), stride],
            2 => {
                let run = (1 << 20) + draw(1 << 23);
                [(1 << 32) - 1, run * (1 + draw(3)) + draw(2), run, stride]
            }
            _ => [draw(1 << 32), 1 + draw(40), 1 + draw(9), stride],
        }
    }

    /// Jobs that come and go at random, and are dropped now and then; the first difference, if there is one.
    fn against_a_list(module: &Arc<Module>) -> Result<(), String> {
        let (mut runs, mut random) = (Interpreter::new(module).unwrap(), Random(11));
        runs.set_all([("rst_i", 1), ("clear_i", 0), ("job_valid_i", 0), ("piece_ready_i", 1)]);
        runs.clock();
        runs.set("rst_i", 0);
        let mut due = VecDeque::<[i128; 3]>::new();
        let (mut job, mut offered, mut late) = (asked(&mut random), false, 0);
        for cycle in 0..6000 {
            let clear = random.below(150) == 0;
            offered |= random.chance(6);
            let ready = random.chance(if cycle < 3000 { 16 } else { 5 });
            let data = job[3] << 88 | job[2] << 64 | job[1] << 32 | job[0];
            runs.set("job_data_i", if offered { data } else { 0x5A5A });
            runs.set_all([
                ("clear_i", i64::from(clear)),
                ("job_valid_i", i64::from(offered)),
                ("piece_ready_i", i64::from(ready)),
            ]);
            if ready && runs.get("piece_valid_o") == 1 {
                let [at, beats, last] = due.pop_front().ok_or(format!("cycle {cycle}: a piece of no job"))?;
                let found = runs.get_wide("piece_data_o");
                if found != (last << 68 | beats << 36 | at).into() {
                    return Err(format!("cycle {cycle}: {found:#x} instead of {at:#x}, {beats}, {last}"));
                }
                late = 0;
            }
            late += i32::from(!due.is_empty() && ready);
            if late > 3 {
                return Err(format!("cycle {cycle}: no piece"));
            }
            if clear {
                due.clear();
            }
            if offered && runs.get("job_ready_o") == 1 {
                if !due.is_empty() || clear {
                    return Err(format!("cycle {cycle}: a job is taken too early"));
                }
                due.extend(pieces(job));
                (job, offered, late) = (asked(&mut random), false, 0);
            }
            runs.clock();
        }
        Ok(())
    }

    #[test]
    fn jobs_are_cut_as_a_list_of_their_runs_is() {
        assert_eq!(against_a_list(&weight_runs(&config()).unwrap()), Ok(()));
    }

    /// The test above finds mistakes: each assignment of the module left out, each sum that is a difference.
    #[test]
    fn broken_runs_are_found() {
        let module = weight_runs(&config()).unwrap();
        let all = mutants(&module).unwrap();
        let wrong = all.iter().filter(|m| matches!(m.operator, Operator::Dropped | Operator::Arithmetic));
        let survivors: Vec<String> = wrong
            .filter(|m| against_a_list(&mutant(&module, m.id).unwrap()).is_ok())
            .map(|m| format!("{}: {}", m.place, m.change))
            .collect();
        assert_eq!(survivors, Vec::<String>::new());
    }
}
