//! Streams of a driven unit, and what comes from its memory.

use trine_sim::MemoryStatistics;
use trine_spec::Config;

use super::super::feed::{Feed, Pace};
use super::super::work::Work;
use super::super::{Found, holds};
use super::{DrivenUnit, PATIENCE};

impl DrivenUnit<'_> {
    /// Gives beats to the sources, the last one of each marked, and weights to the memory if there is one.
    pub fn send(&mut self, acts: &[Vec<u8>], weights: &[Vec<u8>]) {
        for (feed, beats) in self.feeds.iter_mut().zip([acts, weights]) {
            let marked = beats.iter().enumerate().map(|(i, beat)| (beat.clone(), i + 1 == beats.len()));
            feed.queue.extend(marked);
        }
        for memory in self.memory.iter_mut().filter(|_| !weights.is_empty()) {
            memory.give(weights.to_vec());
        }
    }

    /// The next job reads this number of beats from memory, where the unit has one.
    pub fn reads(&mut self, length: usize) {
        self.memory.iter_mut().for_each(|memory| memory.length = Some(length as u32));
    }

    /// The weights that are given next lie from step `base` of the memory on.
    pub fn place(&mut self, base: u64) {
        self.memory.iter_mut().for_each(|memory| memory.place = Some(base));
    }

    /// The weights that are given next lie in runs of `run` beats, whose first ones are `stride` beats apart.
    pub fn runs(&mut self, run: u32, stride: u32) {
        self.memory.iter_mut().for_each(|memory| memory.runs = Some([run, stride]));
    }

    pub fn pace(&mut self, acts: Pace, weights: Pace, results: Pace) {
        for (feed, pace) in self.feeds.iter_mut().zip([acts, weights]) {
            feed.pace = pace;
        }
        self.drain.iter_mut().for_each(|drain| drain.pace = results.clone());
    }

    pub fn eager(&mut self) {
        self.pace(Pace::eager(), Pace::eager(), Pace::eager());
    }

    /// Forgets all that is under way on the streams.
    pub fn drop_streams(&mut self) {
        self.feeds.iter_mut().for_each(Feed::drop_all);
        if let Some(drain) = &mut self.drain {
            drain.beats.clear();
            drain.cycles.clear();
        }
    }

    /// First cycle at which no end of a stream pauses on purpose; an end that never is willing does not count.
    fn all_willing_from(&self) -> u64 {
        let paces = self.feeds.iter().map(|feed| &feed.pace).chain(self.drain.iter().map(|drain| &drain.pace));
        paces.map(|pace| pace.from).filter(|from| *from != u64::MAX).max().unwrap_or(0)
    }

    /// Steps until a number of results have come.
    pub fn collect(&mut self, beats: usize) -> Found {
        let (mut quiet, willing) = (0, self.all_willing_from());
        loop {
            let Some(drain) = &self.drain else { return Err("no result stream".to_owned().into()) };
            let came = drain.beats.len();
            if came >= beats {
                return Ok(());
            }
            let before = self.moved()?;
            self.step()?;
            quiet = if before == self.moved()? && self.cycle() > willing { quiet + 1 } else { 0 };
            holds!(quiet < self.patience(), "no beat moves any more; {came} of {beats} results came");
        }
    }

    /// Beats that have moved: results, those of the sources, and those from memory.
    fn moved(&mut self) -> Found<[u64; 3]> {
        let results = self.drain.as_ref().map_or(0, |drain| drain.beats.len() as u64);
        let sources = self.feeds.iter().map(|feed| feed.taken).sum();
        Ok([results, sources, self.traffic()?.beats])
    }

    /// Cycles without a beat after which a unit hangs; what it has read ahead from memory may be a tile a beat.
    fn patience(&self) -> u64 {
        let ahead = if self.memory.is_some() { Config::READ_AHEAD * self.config.max_tokens() } else { 0 };
        PATIENCE + ahead as u64
    }

    /// Beats of a job on each of its sources.
    pub fn beats(&self, work: &Work) -> Vec<u64> {
        self.feeds.iter().zip([work.acts.len() as u64, work.weights.len() as u64]).map(|(_, beats)| beats).collect()
    }

    /// Work of the memory so far; none without one.
    pub fn traffic(&mut self) -> Found<MemoryStatistics> {
        self.memory.as_ref().map_or(Ok(MemoryStatistics::default()), |memory| memory.statistics(&mut self.dut))
    }

    /// The streams are at rest: nothing is taken, nothing is offered.
    pub fn silent(&mut self) -> Found {
        for (feed, name) in self.feeds.iter().zip(["activations", "weights"]) {
            holds!(!feed.ready(&mut self.dut)?, "{name} would be taken without a job");
        }
        if let Some(drain) = &self.drain {
            holds!(!drain.valid(&mut self.dut)?, "a result is offered without a job");
        }
        Ok(())
    }
}
