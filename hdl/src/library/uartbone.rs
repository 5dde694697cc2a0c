//! A master on AXI4-Lite that does what bytes of a serial line say, in the protocol of LiteX's uartbone.
//!
//! ```text
//!                ┌──────────┐ awaddr_o, awvalid_o, awready_i
//!       rst_i ──>│          │──>
//!  rx_valid_i ──>│          │ wdata_o, wvalid_o, wready_i
//!   rx_byte_i ──>│          │──>
//!                │ uartbone │ bvalid_i
//!  tx_valid_o <──│          │<──
//!   tx_byte_o <──│          │ araddr_o, arvalid_o, arready_i
//!  tx_ready_i ──>│          │──>
//!                └──────────┘ rdata_i, rvalid_i
//!
//!  rx_valid_i, rx_byte_i ──> command, length, address (4), words (4 each) ──> aw, w ──> b
//!  tx_valid_o, tx_byte_o, tx_ready_i <────────────── words (4 each) <── r <── ar <──┘
//! ```
//! A frame is a byte of command, a byte of length in words, a word address of four bytes and, for writes, the words; all
//! highest byte first. Reads are answered with the words, writes with nothing.
//!
//! | command | |
//! |---|---|
//! | 1, 3 | write words, at rising addresses or all at one |
//! | 2, 4 | read words, at rising addresses or all at one |
//!
//! Other bytes where a command should be are ignored. A frame that pauses for `2^gap_bits` cycles is given up, so that
//! a line that lost a byte is in step again after such a pause. Addresses beyond the space give 0 and ignore writes. A line
//! cannot be held back: a word is lost if the one before is still being written, which takes a slave that holds a write
//! longer than four bytes take. `bready` and `rready` of this master are always set. `awvalid_o` and `wvalid_o` come in the cycle after the last byte of a
//! word.
//!
//! ```
//! use trine_hdl::lang::{Interpreter, Trace};
//! use trine_hdl::library::uartbone;
//! let mut bridge = Interpreter::new(&uartbone(12, 8).unwrap()).unwrap();
//! let mut trace = Trace::of(&["rx_valid_i", "rx_byte_i", "awvalid_o", "awaddr_o", "wvalid_o", "wdata_o"]);
//! bridge.set_all([("rst_i", 1), ("awready_i", 1), ("wready_i", 1)]);
//! bridge.clock();
//! bridge.set_all([("rst_i", 0), ("rx_valid_i", 1)]);
//! // Write one word, at word address 2: 258
//! for byte in [1, 1, 0, 0, 0, 2, 0, 0, 1, 2] {
//!     bridge.set("rx_byte_i", byte);
//!     trace.cycle(&mut bridge);
//! }
//! bridge.set("rx_valid_i", 0);
//! (0..2).for_each(|_| trace.cycle(&mut bridge));
//! assert_eq!(trace.to_string(), "
//! cycle      0   1   2   3   4   5   6   7   8   9   10  11
//! rx_valid_i ▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▁▁▁▁▁▁▁▁
//! rx_byte_i  │1      │0          │2  │0      │1  │2
//! awvalid_o  ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▔▔▔▔▁▁▁▁
//! awaddr_o   │0                                      │8
//! wvalid_o   ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▔▔▔▔▁▁▁▁
//! wdata_o    │0                                      │258
//! ");
//! ```

use super::Bytes;
use crate::interface;
use crate::lang::{BIT, Errors, Expr, Module, Stmt, bits, case, cat, if_else, lit, mux, set, set_to, when};
use std::sync::Arc;

const COMMAND: i64 = 0;
const LENGTH: i64 = 1;
const ADDRESS: i64 = 2;
const WRITE: i64 = 3;
const READ: i64 = 4;
const SEND: i64 = 5;

interface! {
    /// Ports of a [`uartbone()`].
    pub struct UartbonePorts(address: usize) {
        /// Synchronous reset.
        input rst: BIT,
        /// A byte arrives.
        input arrived as "rx_valid": BIT,
        /// The byte.
        input byte as "rx_byte": bits(8),
        /// Bytes to send
        source tx: Bytes::of() => Bytes,
        /// Register bus
        source bus as "": BusMaster::of(address) => BusMaster,
    }
}

interface! {
    /// AXI4-Lite of a master that accepts every response and writes whole words.
    pub struct BusMaster(address: usize) {
        /// Write address in bytes.
        output awaddr: bits(address),
        /// A write address is offered.
        output awvalid: BIT,
        /// The write address is taken.
        input awready: BIT,
        /// Word to write.
        output wdata: bits(32),
        /// A word to write is offered.
        output wvalid: BIT,
        /// The word to write is taken.
        input wready: BIT,
        /// A write is answered.
        input bvalid: BIT,
        /// Read address in bytes.
        output araddr: bits(address),
        /// A read address is offered.
        output arvalid: BIT,
        /// The read address is taken.
        input arready: BIT,
        /// A read is answered.
        input rvalid: BIT,
        /// Word read.
        input rdata: bits(32),
    }
}

/// Registers of the frame that is under way.
struct Frame {
    state: Expr,
    writes: Expr,
    rises: Expr,
    left: Expr,
    place: Expr,
    word: Expr,
    /// One bit more than the space has: a burst that leaves it does not come in again.
    address: Expr,
    beyond: Expr,
}

impl Frame {
    /// The frame of a master for `place` bits of word address.
    fn new(m: &mut Module, place: usize) -> Frame {
        Frame {
            state: m.reg("state_q", bits(3)),
            writes: m.reg("writes_q", BIT),
            rises: m.reg("rises_q", BIT),
            left: m.reg("left_q", bits(8)),
            place: m.reg("place_q", bits(2)),
            word: m.reg("word_q", bits(32)),
            address: m.reg("address_q", bits(place + 1)),
            beyond: m.reg("beyond_q", BIT),
        }
    }

    /// The constant state `to`.
    fn to(&self, to: i64) -> Expr {
        lit(to, self.state.ty)
    }

    /// The next word of the frame, in state `to`, unless this word is the `last`.
    fn next_word(&self, last: &Expr, to: i64) -> Vec<Stmt> {
        vec![
            set(&self.left, self.left.back(1)),
            set(&self.address, mux(&self.rises, self.address.step(1), &self.address)),
            set(&self.state, mux(last, self.to(COMMAND), self.to(to))),
        ]
    }

    /// Statements for an arriving `byte`; `gathered` is the word with it, of which it may be the `fourth` byte.
    fn arrival(&self, byte: &Expr, [known, gathered, fourth, last, empty]: [&Expr; 5]) -> Stmt {
        let place = self.address.ty.width - 1;
        let begin = mux(&self.writes, self.to(WRITE), self.to(READ));
        let command = vec![
            set(&self.writes, byte.bit(0)),
            set(&self.rises, !(byte.bit(2) | (byte.bit(0) & byte.bit(1)))),
            set_to(&self.place, 0),
            when(known, [set_to(&self.state, LENGTH)]),
        ];
        let gather = || vec![set(&self.word, gathered), set(&self.place, self.place.step(1))];
        let addressed = [
            set(&self.address, cat([gathered.slice(0, place), lit(0, BIT)])),
            set(&self.beyond, gathered.slice(place, 32 - place).any()),
            set(&self.state, mux(empty, self.to(COMMAND), begin)),
        ];
        let arms = vec![
            (COMMAND, command),
            (LENGTH, vec![set(&self.left, byte), set_to(&self.state, ADDRESS)]),
            (ADDRESS, [gather(), vec![when(fourth, addressed)]].concat()),
            (WRITE, [gather(), vec![when(fourth, self.next_word(last, WRITE))]].concat()),
        ];
        case(&self.state, arms, vec![])
    }
}

/// A master for `address` bits of byte address.
///
/// # Errors
/// Structural mistakes, none for 3 to 32 bits of address.
pub fn uartbone(address: usize, gap_bits: usize) -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_uartbone", "LiteX uartbone to AXI4-Lite.");
    let io = UartbonePorts::declare(&mut m, address);
    let (arrived, byte, bus) = (&io.arrived, &io.byte, &io.bus);
    let place = address - 2;
    let frame = Frame::new(&mut m, place);
    let gap_q = m.reg("gap_q", bits(gap_bits + 1));
    let awaddr_q = m.reg("awaddr_q", bits(place));
    let wdata_q = m.reg("wdata_q", bits(32));
    let [awvalid_q, wvalid_q, pending_q, arvalid_q] =
        ["awvalid_q", "wvalid_q", "pending_q", "arvalid_q"].map(|name| m.reg(name, BIT));

    let state = |state: i64| frame.state.is(state);
    let sending = m.name("sending", state(SEND));
    let sent = m.name("sent", &sending & &io.tx.ready);
    let gathered = m.name("gathered", cat([byte.clone(), frame.word.slice(0, 24)]));
    let fourth = m.name("fourth", frame.place.all());
    let last = m.name("last", frame.left.is(1));
    let outside = m.name("outside", &frame.beyond | frame.address.bit(place));
    let waiting = m.name("waiting", state(LENGTH) | state(ADDRESS) | state(WRITE));
    let given_up = m.name("given_up", gap_q.bit(gap_bits));
    let known = m.name("known", byte.is(1) | byte.is(2) | byte.is(3) | byte.is(4));
    let written = m.name("written", arrived & &fourth & state(WRITE));
    let store = m.name("store", &written & !(&pending_q | &outside));
    // A read waits for the write before it, which a slave may take its time for.
    let reading = m.name("reading", state(READ) & !&pending_q);
    let asked_q = m.reg("asked_q", BIT);
    let fetch = m.name("fetch", &reading & !(&outside | &asked_q));
    let got = m.name("got", &reading & (&outside | (&asked_q & &bus.rvalid)));
    let empty = m.name("empty", !frame.left.any());
    m.on_clock([
        set(&gap_q, mux(&waiting & !arrived, gap_q.step(1), lit(0, gap_q.ty))),
        when(arrived, [frame.arrival(byte, [&known, &gathered, &fourth, &last, &empty])]),
        when(&got, [set(&frame.word, mux(&outside, lit(0, frame.word.ty), &bus.rdata)), set_to(&frame.state, SEND)]),
        when(
            &sent,
            [
                set(&frame.word, cat([lit(0, bits(8)), frame.word.slice(0, 24)])),
                set(&frame.place, frame.place.step(1)),
                when(&fourth, frame.next_word(&last, READ)),
            ],
        ),
        when(&store, [set(&awaddr_q, frame.address.slice(0, place)), set(&wdata_q, &gathered)]),
        when(&given_up, [set_to(&frame.state, COMMAND)]),
        if_else(
            &io.rst,
            [&frame.state, &awvalid_q, &wvalid_q, &pending_q, &arvalid_q, &asked_q].map(|q| set_to(q, 0)),
            [
                set(&awvalid_q, &store | (&awvalid_q & !&bus.awready)),
                set(&wvalid_q, &store | (&wvalid_q & !&bus.wready)),
                set(&pending_q, &store | (&pending_q & !&bus.bvalid)),
                set(&arvalid_q, &fetch | (&arvalid_q & !&bus.arready)),
                set(&asked_q, (&asked_q | &fetch) & !&got),
            ],
        ),
    ]);
    let byte_address = |word: Expr| cat([lit(0, bits(2)), word]);
    m.assign(&io.tx.valid, &sending);
    m.assign(&io.tx.byte, frame.word.slice(24, 8));
    m.assign(&bus.awaddr, byte_address(awaddr_q));
    m.assign(&bus.awvalid, &awvalid_q);
    m.assign(&bus.wdata, &wdata_q);
    m.assign(&bus.wvalid, &wvalid_q);
    m.assign(&bus.araddr, byte_address(frame.address.slice(0, place)));
    m.assign(&bus.arvalid, &arvalid_q);
    m.build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Interpreter;
    use crate::random::Random;
    use std::collections::HashMap;

    /// The bridge in front of a memory that takes its time.
    struct HostedBridge {
        bridge: Interpreter,
        random: Random,
        words: HashMap<i64, i64>,
        /// Requests taken and not answered: write address, word, read address.
        taken: [Option<i64>; 3],
        sent: Vec<i64>,
    }

    impl HostedBridge {
        fn new() -> HostedBridge {
            let mut bridge = Interpreter::new(&uartbone(12, 6).unwrap()).unwrap();
            bridge.set("rst_i", 1);
            bridge.clock();
            bridge.set("rst_i", 0);
            HostedBridge { bridge, random: Random(1), words: HashMap::new(), taken: [None; 3], sent: vec![] }
        }

        fn cycle(&mut self, byte: Option<i64>) {
            let b = &mut self.bridge;
            b.set_all([("rx_valid_i", i64::from(byte.is_some())), ("rx_byte_i", byte.unwrap_or(0))]);
            let mut flag = |name: &str, may: bool| {
                let on = may && self.random.chance(8);
                b.set(name, i64::from(on));
                on
            };
            let ready =
                [("awready_i", 0), ("wready_i", 1), ("arready_i", 2)].map(|(n, i)| flag(n, self.taken[i].is_none()));
            let written = flag("bvalid_i", self.taken[0].is_some() && self.taken[1].is_some());
            let read = flag("rvalid_i", self.taken[2].is_some());
            let tx = flag("tx_ready_i", true);
            b.set("rdata_i", self.taken[2].map_or(0, |at| self.words.get(&at).copied().unwrap_or(0)));
            if tx && b.get("tx_valid_o") == 1 {
                self.sent.push(b.get("tx_byte_o"));
            }
            let offers = [("awvalid_o", "awaddr_o"), ("wvalid_o", "wdata_o"), ("arvalid_o", "araddr_o")];
            let offers = offers.map(|(valid, value)| (b.get(valid) == 1).then(|| b.get(value)));
            b.clock();
            if let ([Some(at), Some(word), _], true) = (self.taken, written) {
                self.words.insert(at, word);
                self.taken[..2].fill(None);
            }
            if read {
                self.taken[2] = None;
            }
            for i in 0..3 {
                if ready[i] && offers[i].is_some() {
                    self.taken[i] = offers[i];
                }
            }
        }

        /// Sends a frame at the speed of a line; the bytes that come back.
        fn frame(&mut self, command: i64, address: i64, words: &[i64], length: usize) -> Vec<i64> {
            let four = |word: i64| (0..4).map(move |i| word >> (24 - 8 * i) & 255);
            let bytes =
                [command, length as i64].into_iter().chain(four(address)).chain(words.iter().flat_map(|w| four(*w)));
            for byte in bytes.collect::<Vec<_>>() {
                self.cycle(Some(byte));
                (0..20).for_each(|_| self.cycle(None));
            }
            (0..40 * (length + 1)).for_each(|_| self.cycle(None));
            std::mem::take(&mut self.sent)
        }
    }

    #[test]
    fn words_written_are_read_back() {
        let mut hosted = HostedBridge::new();
        let words = [0x0102_0304, 0x7F00_00FF, 0x1234_5678];
        assert!(hosted.frame(1, 5, &words, 3).is_empty());
        let bytes = |words: &[i64]| words.iter().flat_map(|w| (0..4).map(move |i| w >> (24 - 8 * i) & 255)).collect();
        let expected: Vec<i64> = bytes(&words);
        assert_eq!(hosted.frame(2, 5, &[], 3), expected);
        // All reads of one address
        assert_eq!(hosted.frame(4, 6, &[], 2), bytes(&[words[1], words[1]]));
        // Addresses beyond the space
        assert_eq!(hosted.frame(2, 1 << 20, &[], 1), [0; 4]);
    }

    #[test]
    fn a_frame_that_pauses_is_given_up() {
        let mut hosted = HostedBridge::new();
        hosted.cycle(Some(1));
        (0..70).for_each(|_| hosted.cycle(None));
        hosted.frame(1, 2, &[9], 1);
        assert_eq!(hosted.frame(2, 2, &[], 1), [0, 0, 0, 9]);
    }
}
