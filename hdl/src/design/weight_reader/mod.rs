//! Reads the weights of jobs from memory: an AXI4 master in front of the datapath.
//!
//! ```text
//!  job ──[window, beats]──> m_axi AR     bursts of 64 beats or fewer, asked for while there is room for all of one
//!                              │
//!                              v (memory)
//!  beats <── fifo <──[came_q]── m_axi R  512 beats; the last one of a job is marked, and one that the memory answers with an error
//! ```
//! Memory is cut into windows of [`Config::burst_beats`] beats, and a burst ends where its window does: the first one of a job may begin within
//! a window, the last one may end within one. A window is part of a page of 4 KiB, so that no burst crosses one. A burst is asked for
//! only while the buffer has room for a whole window that nobody was promised; so every beat is taken at once, and the
//! memory never waits for the unit.
//!
//! `job` is a stream of places and lengths. In a unit with strides it is one of pieces, the last of which ends a job
//! ([`weight_runs`](super::weight_runs())); a piece then has the marks of a job here, but only the last one marks a beat. The bursts of a job are asked for as soon as those of the one before have been, as
//! many under way as fill the buffer ([`Config::bursts`]), so that its beats are in the buffer when the datapath needs them. It takes none of them before the job begins.
//!
//! AXI has no way to take a request back: `clear_i` drops all jobs, and `draining_o` is set until all bursts that were asked for have
//! come and gone. No job may come meanwhile, which is why STATUS.busy shows it too. `fault_o` is a pulse behind every beat with an
//! error that the datapath takes; `response_o` keeps the first such answer until a job begins, `start_i`.
//!
//! A unit with several ports has a reader for each, which brings its part of every beat (`joined.rs`). The descriptors and activations
//! of a ring have a reader of the same make and of the width of their own port, [`ring_reader`].
//!
//! The first burst of a job is asked for three cycles after the job came, and the first beat leaves four cycles after it came; after
//! that one passes each cycle.
//!
//! ```
//! use trine_hdl::lang::Interpreter;
//! use trine_spec::{Config, Weights};
//! let config = Config::sized(8, 8).weights(Weights::Memory).build().unwrap();
//! let mut reader = Interpreter::new(&trine_hdl::design::weight_reader(&config).unwrap()).unwrap();
//! reader.set_all([("rst_i", 1), ("clear_i", 1)]);
//! reader.clock();
//! // Three beats from 0x1040 on: 8 bytes each, one burst.
//! reader.set_all([("rst_i", 0), ("clear_i", 0), ("axi_arready_i", 1), ("job_valid_i", 1), ("job_data_i", 3 << 32 | 0x41)]);
//! let cycles = (0..9).take_while(|_| { reader.clock(); reader.get("axi_arvalid_o") == 0 }).count();
//! assert_eq!((cycles, reader.get("axi_araddr_o"), reader.get("axi_arlen_o")), (3, 0x1040, 2));
//! ```

mod beats;
mod job;
mod joined;

use super::pins::AxiRead;
use crate::interface;
use crate::lang::{BIT, Errors, Module, RamStyle, Stream, bits, cat, if_else, lit, mux, set, set_to, when};
use crate::library::{FifoPorts, fifo};
use beats::Beats;
pub(super) use beats::ring_length_bits;
use job::{Bursts, Job};
use std::sync::Arc;
use trine_spec::Config;
use trine_spec::registers::MEM_STATUS_RESPONSE;

interface! {
    /// Ports of a reader, `ports` of them to the memory.
    pub(super) struct ReaderPorts(of: Beats, ports: usize) {
        /// Resets the reader and forgets bursts that are under way.
        input rst: BIT,
        /// Drops all jobs.
        input clear: BIT,
        /// A job begins.
        input start: BIT,
        /// Addresses of first bytes in steps of 64 bytes, then beats of jobs, at least 1; none while bursts are under way that were dropped
        sink job: Stream::of(bits(of.job())) => Stream,
        /// Memory
        source axi: (ports == 1).then(|| AxiRead::of(of.port())) => Option<AxiRead>,
        /// Memory
        source axes as "axi": vec![AxiRead::of(of.port()); if ports == 1 { 0 } else { ports }] => Vec<AxiRead>,
        /// Weights
        source beats: Stream::of(bits(ports * of.port())).with_last() => Stream,
        /// Bursts of jobs that were dropped are under way.
        output draining: BIT,
        /// The datapath took a beat that the memory answered with an error.
        output fault: BIT,
        /// First such answer since a job began.
        output response: bits(MEM_STATUS_RESPONSE.width),
    }
}

impl ReaderPorts {
    /// The ports to the memory.
    pub(super) fn memory(&self) -> impl Iterator<Item = &AxiRead> {
        self.axi.iter().chain(&self.axes)
    }
}

/// The reader of weights of configuration `c`, which are in memory; several of them if it has several ports.
///
/// # Errors
/// Structural mistakes, none for a checked configuration.
pub fn weight_reader(c: &Config) -> Result<Arc<Module>, Errors> {
    let beats = Beats::weights(c);
    if beats.ports == 1 { slice(&beats) } else { joined::joined(&beats) }
}

/// The reader of descriptors and activations of configuration `c`, a unit with a ring.
///
/// # Errors
/// As [`weight_reader`].
pub fn ring_reader(c: &Config) -> Result<Arc<Module>, Errors> {
    slice(&Beats::ring(c))
}

/// The reader of one port. The number of the port is missing in its addresses, and 0.
fn slice(of: &Beats) -> Result<Arc<Module>, Errors> {
    let bytes = of.port() / 8;
    // Bits of the number of a beat in its window, and of the number of bursts under way.
    let (within, marks) = (of.burst.ilog2() as usize, of.bursts.ilog2() as usize);
    let [name, buffer] = of.names;
    let mut m = Module::new(name, format!("Reads {} from memory, {bytes} bytes a beat.", of.doc));
    let io = ReaderPorts::declare(&mut m, of.clone(), 1);
    let ReaderPorts { rst, clear, start, axi: Some(axi), .. } = &io else { unreachable!("a slice has one port") };
    let draining_q = m.reg("draining_q", BIT);
    let dropping = m.name("dropping", clear | &draining_q);
    let job = Job::new(&mut m, &io, &dropping, of);

    // Places of the buffer that nobody was promised.
    let room_q = m.reg("room_q", bits(Config::READ_AHEAD.ilog2() as usize + 1));
    let arvalid_q = m.reg("arvalid_q", BIT);
    let enough = m.name("enough", room_q.slice(within, room_q.ty.width - within).any());
    // Short bursts leave room for more of them than there are marks for.
    let pending_q = m.reg("pending_q", bits(marks + 1));
    let few = m.name("few", !pending_q.bit(marks));
    let ask = m.name("ask", &job.active_q & enough & few & (&axi.arready | !&arvalid_q) & !clear);
    let count = of.ports.ilog2() as usize;
    let port = if count == 0 { vec![] } else { vec![lit(0, bits(count))] };
    let address = m.reg("address_q", bits(job.window_q.ty.width + count + within));
    let arlen_q = m.reg("arlen_q", bits(within));
    let ends = m.name("ends", mux(&job.final_q, &job.end_q, lit((1 << within) - 1, bits(within))));
    m.on_clock([
        when(
            &ask,
            [
                set(&address, cat([vec![job.first_q.clone()], port, vec![job.window_q.clone()]].concat())),
                set(&arlen_q, (ends - &job.first_q).wrap()),
            ],
        ),
        if_else(rst, [set_to(&arvalid_q, 0)], [set(&arvalid_q, &ask | (&arvalid_q & !&axi.arready))]),
    ]);
    job.advance(&mut m, &io, &ask);

    let push = m.name("push", &axi.rvalid & !&dropping);
    let ended = m.name("ended", &axi.rvalid & &axi.rlast);
    let bursts = Bursts::new(&mut m, &pending_q, [rst, &ask, &job.ends, &ended]);
    m.on_clock([if_else(rst, [set_to(&draining_q, 0)], [set(&draining_q, &dropping & bursts.left.any())])]);
    let last = m.name("last", &axi.rlast & &bursts.final_next);
    let ty = bits(of.port() + 3);
    let buffer: FifoPorts = m.place("buffer", &fifo(of.style, RamStyle::Block, buffer, ty, Config::READ_AHEAD)?);
    // The buffer's blocks lie far apart: one register is all that is on the way to what writes them.
    let push_q = m.register("push_q", &push & !rst);
    let came_q = m.register("came_q", cat([axi.rdata.clone(), last, axi.rresp.clone()]));
    m.assign_all([(&buffer.rst, &(rst | clear)), (&buffer.push, &push_q), (&buffer.data, &came_q)]);
    // A window less, of which a cycle later comes back what the burst leaves; a place more.
    let asked_q = m.register("asked_q", &ask & !rst);
    let rest = m.name("rest", !&arlen_q & asked_q.repeat(within));
    let change = cat([rest, ask.repeat(room_q.ty.width - within)]);
    let more = m.name("room_next", ((&room_q + change).wrap() + &buffer.pop).wrap());
    let room = mux(rst | &dropping, lit(Config::READ_AHEAD as i64, room_q.ty), more);
    let word = &buffer.out.data;
    let (data, mark) = (word.slice(0, of.port()), word.bit(of.port()));
    let answer = m.name("answer", word.slice(of.port() + 1, 2));
    let wrong = m.name("wrong", &buffer.pop & answer.bit(1) & !clear);
    let fault_q = m.register("fault_q", &wrong & !rst);
    let response_q = m.reg("response_q", io.response.ty);
    m.on_clock([
        set(&room_q, room),
        if_else(
            rst | start,
            // The first beat of a job may be taken in the cycle in which it begins.
            [set(&response_q, &answer & (&wrong & !rst).repeat(2))],
            [when(&wrong & !response_q.bit(1), [set(&response_q, &answer)])],
        ),
    ]);

    let low = bytes.ilog2() as usize;
    m.assign(&axi.araddr, if low == 0 { address } else { cat([lit(0, bits(low)), address]) });
    m.assign(&axi.arlen, cat([arlen_q, lit(0, bits(8 - within))]));
    m.assign(&axi.arsize, lit(low as i64, bits(3)));
    m.assign_all([(&axi.arburst, &lit(1, bits(2))), (&axi.arcache, &lit(3, bits(4))), (&axi.arprot, &lit(0, bits(3)))]);
    m.assign_all([(&axi.arvalid, &arvalid_q), (&axi.rready, &lit(1, BIT))]);
    let beat = Stream { data, last: Some(mark), ready: io.beats.ready.clone(), ..buffer.out.clone() };
    m.assign(&buffer.out.ready, &io.beats.ready);
    m.send(&io.beats, &beat);
    m.assign_all([(&io.draining, &draining_q), (&io.fault, &fault_q), (&io.response, &response_q)]);
    m.build()
}

#[cfg(test)]
mod tests;
