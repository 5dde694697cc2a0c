//! Jobs from memory: a ring of descriptors in place of the host's beats.
//!
//! ```text
//!            RING_HEAD                                     RING_TAIL
//!               v                                             ^
//!  m_axi R ───> ring_reader ───> fetch ──> job_queue          │
//!                                  │ activations              │
//!                                  └─> feed ──> datapath ──> pack ──> store ──> m_axi W
//! ```
//! The host writes descriptors ([`trine_spec::registers::DESCRIPTOR`]) and activations into memory, counts RING_HEAD on, and finds results there
//! when RING_TAIL has counted on. Jobs wait in the queue while the one before computes, and their weights and activations are read ahead.
//! A reader like that of weights serves descriptors and activations, on a port of its own width ([`Config::ring_bus`]).

mod feed;
mod fetch;
mod pack;
mod store;

pub use feed::ring_feed;
pub use fetch::ring_fetch;
pub use pack::ring_pack;
pub use store::ring_store;

use super::core::CorePorts;
use super::job::JobPorts;
use super::job_queue::JobQueuePorts;
use super::pins::UnitPins;
use super::registers::Fields;
use super::weight_reader::{ReaderPorts, ring_reader};
use crate::lang::{BIT, Errors, Expr, Module, RamStyle, Stream, cat};
use crate::library::{FifoPorts, fifo};
use feed::FeedPorts;
pub(super) use fetch::FetchPorts;
use pack::PackPorts;
use store::StorePorts;
use trine_spec::Config;

/// Places of results that are kept: those of the queue, of the job that runs, and of one whose status is written.
const PLACES: usize = 2 * Config::QUEUE;

/// The parts of a unit with a ring.
pub(super) struct Ring {
    reader: ReaderPorts,
    pub(super) fetch: FetchPorts,
    feed: FeedPorts,
    pack: PackPorts,
    pub(super) store: StorePorts,
    /// The datapath takes a beat of activations.
    act_ready: Expr,
    /// It has results.
    res_valid: Expr,
}

/// The surroundings of the ring.
pub(super) struct Surroundings<'a> {
    pub(super) pins: &'a UnitPins,
    pub(super) fields: &'a Fields,
    pub(super) hard: &'a Expr,
    pub(super) rst: &'a Expr,
    /// All jobs are dropped.
    pub(super) dropped: &'a Expr,
    /// A job begins.
    pub(super) begins: &'a Expr,
}

impl Ring {
    /// The ring of configuration `c`; what comes from the queue, the job control and the datapath is left open.
    ///
    /// # Errors
    /// Structural mistakes, none for a checked configuration.
    pub(super) fn new(m: &mut Module, c: &Config, around: &Surroundings) -> Result<Ring, Errors> {
        let Surroundings { pins, fields, hard, rst, dropped, begins } = *around;
        let reader: ReaderPorts = m.place("ring_reader", &ring_reader(c)?);
        let fetch: FetchPorts = m.place("fetch", &ring_fetch(c)?);
        let feed: FeedPorts = m.place("feed", &ring_feed(c)?);
        let pack: PackPorts = m.place("pack", &ring_pack(c)?);
        let store: StorePorts = m.place("store", &ring_store(c)?);
        let (start, base, size) =
            (fields.output("ctrl_start"), fields.output("ring_base_address"), fields.output("ring_size_log2"));
        let empties = m.name("ring_empties", rst | dropped);
        m.assign_all([(&reader.rst, hard), (&reader.clear, dropped), (&reader.start, start)]);
        m.assign_all([(&fetch.rst, rst), (&fetch.start, start), (&fetch.drop, dropped)]);
        m.assign_all([(&fetch.base, base), (&fetch.size, size), (&fetch.head, fields.output("ring_head_count"))]);
        m.assign_all([(&fetch.tail, &store.tail), (&fetch.error, &reader.fault)]);
        m.connect(&fetch.read, &reader.job);
        m.connect(&reader.beats, &fetch.beats);
        m.assign_all([(&feed.rst, &empties), (&feed.count, &fetch.count), (&pack.rst, &empties)]);
        m.connect(&fetch.act, &feed.beats);
        m.assign_all([(&store.rst, hard), (&store.start, start), (&store.drop, dropped), (&store.begins, begins)]);
        m.assign_all([(&store.base, base), (&store.size, size)]);
        m.connect(&pack.out, &store.beats);
        m.connect(&pack.bursts, &store.bursts);
        let place = cat([fetch.job.results.clone(), fetch.job.interrupt.clone()]);
        let places: FifoPorts =
            m.place("places", &fifo(c.style(), RamStyle::Distributed, "trine_ring_places", place.ty, PLACES)?);
        let handed = &fetch.first | &fetch.follow;
        m.assign_all([(&places.rst, &empties), (&places.push, &handed), (&places.data, &place)]);
        m.unused([places.pop.clone()]);
        m.connect(&places.out, &store.jobs);
        reader.memory().zip(&pins.ring_read).for_each(|(reader, pins)| m.connect(reader, pins));
        pins.ring_write.iter().for_each(|pins| m.connect(&store.axi, pins));
        let [act_ready, res_valid] = ["act_ready", "res_valid"].map(|name| m.wire(name, BIT));
        m.assign(&feed.act.ready, &act_ready);
        m.assign(&pack.res.valid, &res_valid);
        Ok(Ring { reader, fetch, feed, pack, store, act_ready, res_valid })
    }

    /// The activations.
    pub(super) fn act(&self) -> Stream {
        Stream { ready: self.act_ready.clone(), ..self.feed.act.clone() }
    }

    /// The side of the results that the datapath drives.
    pub(super) fn res(&self) -> Stream {
        Stream { valid: self.res_valid.clone(), ..self.pack.res.clone() }
    }

    /// Hands the results of the datapath on.
    pub(super) fn results(&self, m: &mut Module, c: &Config, core: &CorePorts) {
        let (acc, data) = (c.acc_bits(), &core.res.data);
        let values = (0..c.columns()).map(|n| data.slice(32 * n, acc));
        let keep = core.res.keep.iter().flat_map(|keep| (0..c.columns()).map(|n| keep.bit(4 * n)));
        m.assign(&self.pack.res.data, cat(values.chain(keep)));
        m.assign(&self.res_valid, &core.res.valid);
        m.assign(&core.res.ready, &self.pack.res.ready);
        for (port, value) in self.pack.res.last.iter().zip(&core.res.last) {
            m.assign(port, value);
        }
        m.unused((0..c.columns()).filter(|_| acc < 32).map(|n| data.slice(32 * n + acc, 32 - acc)));
        m.unused(core.res.keep.iter().flat_map(|keep| (0..c.columns()).map(|n| keep.slice(4 * n + 1, 3))));
    }

    /// Joins the queue, from which the job control takes jobs.
    pub(super) fn follow(&self, m: &mut Module, queue: &JobQueuePorts) {
        m.assign(&self.fetch.open, &queue.open);
        if let Some(fits) = &queue.fits {
            m.assign(&self.fetch.fits, fits);
        }
    }

    /// Joins the job control.
    pub(super) fn tell(&self, m: &mut Module, job: &JobPorts) {
        m.assign_all([(&self.store.failed, &job.error), (&self.store.code, &job.code)]);
        if let Some(working) = &job.working {
            m.assign(working, &self.fetch.working);
        }
    }

    /// An answer of the memory that was not OKAY.
    pub(super) fn fault(&self) -> Expr {
        &self.fetch.fault | &self.store.fault
    }

    /// Jobs are fetched, run or told of, or reads or writes are under way.
    pub(super) fn busy(&self) -> Expr {
        &self.fetch.working | &self.reader.draining | &self.store.busy
    }

    /// Reads or writes of jobs that were dropped are under way.
    pub(super) fn draining(&self) -> Expr {
        &self.reader.draining | (&self.store.busy & !&self.fetch.working)
    }

    /// First answer that was not OKAY.
    pub(super) fn response(&self) -> Expr {
        &self.reader.response | &self.store.response
    }
}
