//! Events by time, for delays that are short against the number of events.

/// An output and the stamp of its transition.
pub(super) type Event = (u32, u32);

/// Bucket `t mod 2^n` holds the events of time `t`; no delay reaches around the wheel.
#[derive(Debug)]
pub(super) struct Wheel {
    buckets: Vec<Vec<Event>>,
    waiting: usize,
}

impl Wheel {
    /// A wheel for delays up to `longest`.
    pub fn new(longest: u32) -> Wheel {
        Wheel { buckets: vec![vec![]; (longest as usize + 1).next_power_of_two()], waiting: 0 }
    }

    /// Events not taken yet.
    pub fn waiting(&self) -> usize {
        self.waiting
    }

    pub fn add(&mut self, time: u32, event: Event) {
        self.bucket(time).push(event);
        self.waiting += 1;
    }

    /// The events of a time; every time is to be asked for, one after the other.
    pub fn take(&mut self, time: u32) -> Vec<Event> {
        let events = std::mem::take(self.bucket(time));
        self.waiting -= events.len();
        events
    }

    fn bucket(&mut self, time: u32) -> &mut Vec<Event> {
        let last = self.buckets.len() - 1;
        &mut self.buckets[time as usize & last]
    }
}
