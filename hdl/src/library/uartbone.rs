//! A master on AXI4-Lite that does what bytes of a serial line say, in the protocol of LiteX's uartbone.
//!
//! ```text
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
//! longer than four bytes take. `bready` and `rready` of this master are always set.

use crate::lang::{BIT, Errors, Expr, Module, Stmt, bits, case, cat, if_else, lit, mux, set, set_to, when};
use std::sync::Arc;

const COMMAND: i64 = 0;
const LENGTH: i64 = 1;
const ADDRESS: i64 = 2;
const WRITE: i64 = 3;
const READ: i64 = 4;
const SEND: i64 = 5;

/// A master for `address` bits of byte address.
///
/// # Errors
/// Structural mistakes, none for 3 to 32 bits of address.
pub fn uartbone(address: usize, gap_bits: usize) -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_uartbone", "LiteX uartbone to AXI4-Lite.");
    let rst = m.input("rst_i", BIT);
    let arrived = &m.input("rx_valid_i", BIT);
    let byte = &m.input("rx_byte_i", bits(8));
    let tx_ready = m.input("tx_ready_i", BIT);
    let awready = m.input("awready_i", BIT);
    let wready = m.input("wready_i", BIT);
    let bvalid = m.input("bvalid_i", BIT);
    let arready = m.input("arready_i", BIT);
    let rvalid = m.input("rvalid_i", BIT);
    let rdata = m.input("rdata_i", bits(32));

    let state_q = m.reg("state_q", bits(3));
    let writes_q = m.reg("writes_q", BIT);
    let rises_q = m.reg("rises_q", BIT);
    let left_q = m.reg("left_q", bits(8));
    let place_q = m.reg("place_q", bits(2));
    let word_q = m.reg("word_q", bits(32));
    // One bit more than the space has: a burst that leaves it does not come in again.
    let place = address - 2;
    let address_q = m.reg("address_q", bits(place + 1));
    let beyond_q = m.reg("beyond_q", BIT);
    let gap_q = m.reg("gap_q", bits(gap_bits + 1));
    let awaddr_q = m.reg("awaddr_q", bits(place));
    let wdata_q = m.reg("wdata_q", bits(32));
    let [awvalid_q, wvalid_q, pending_q, arvalid_q] =
        ["awvalid_q", "wvalid_q", "pending_q", "arvalid_q"].map(|name| m.reg(name, BIT));

    let sending = m.name("sending", state_q.is(SEND));
    let sent = m.name("sent", &sending & tx_ready);
    let gathered = m.name("gathered", cat([byte.clone(), word_q.slice(0, 24)]));
    let fourth = m.name("fourth", place_q.all());
    let last = m.name("last", left_q.is(1));
    let outside = m.name("outside", &beyond_q | address_q.bit(place));
    let waiting = m.name("waiting", state_q.is(LENGTH) | state_q.is(ADDRESS) | state_q.is(WRITE));
    let given_up = m.name("given_up", gap_q.bit(gap_bits));
    let known = m.name("known", byte.is(1) | byte.is(2) | byte.is(3) | byte.is(4));
    let written = m.name("written", arrived & &fourth & state_q.is(WRITE));
    let store = m.name("store", &written & !(&pending_q | &outside));
    // A read waits for the write before it, which a slave may take its time for.
    let reading = m.name("reading", state_q.is(READ) & !&pending_q);
    let asked_q = m.reg("asked_q", BIT);
    let fetch = m.name("fetch", &reading & !(&outside | &asked_q));
    let got = m.name("got", &reading & (&outside | (&asked_q & &rvalid)));

    let next_word = |to: i64| -> Vec<Stmt> {
        vec![
            set(&left_q, left_q.back(1)),
            set(&address_q, mux(&rises_q, address_q.step(1), &address_q)),
            set(&state_q, mux(&last, lit(COMMAND, state_q.ty), lit(to, state_q.ty))),
        ]
    };
    let begin = mux(&writes_q, lit(WRITE, state_q.ty), lit(READ, state_q.ty));
    let empty = m.name("empty", !left_q.any());
    m.on_clock([
        set(&gap_q, mux(&waiting & !arrived, gap_q.step(1), lit(0, gap_q.ty))),
        when(
            arrived,
            [case(
                &state_q,
                vec![
                    (
                        COMMAND,
                        vec![
                            set(&writes_q, byte.bit(0)),
                            set(&rises_q, !(byte.bit(2) | (byte.bit(0) & byte.bit(1)))),
                            set_to(&place_q, 0),
                            when(&known, [set_to(&state_q, LENGTH)]),
                        ],
                    ),
                    (LENGTH, vec![set(&left_q, byte), set_to(&state_q, ADDRESS)]),
                    (
                        ADDRESS,
                        vec![
                            set(&word_q, &gathered),
                            set(&place_q, place_q.step(1)),
                            when(
                                &fourth,
                                [
                                    set(&address_q, cat([gathered.slice(0, place), lit(0, BIT)])),
                                    set(&beyond_q, gathered.slice(place, 32 - place).any()),
                                    set(&state_q, mux(&empty, lit(COMMAND, state_q.ty), begin)),
                                ],
                            ),
                        ],
                    ),
                    (
                        WRITE,
                        [
                            vec![set(&word_q, &gathered), set(&place_q, place_q.step(1))],
                            vec![when(&fourth, next_word(WRITE))],
                        ]
                        .concat(),
                    ),
                ],
                vec![],
            )],
        ),
        when(&got, [set(&word_q, mux(&outside, lit(0, word_q.ty), rdata)), set_to(&state_q, SEND)]),
        when(
            &sent,
            [
                set(&word_q, cat([lit(0, bits(8)), word_q.slice(0, 24)])),
                set(&place_q, place_q.step(1)),
                when(&fourth, next_word(READ)),
            ],
        ),
        when(&store, [set(&awaddr_q, address_q.slice(0, place)), set(&wdata_q, &gathered)]),
        when(&given_up, [set_to(&state_q, COMMAND)]),
        if_else(
            &rst,
            [
                set_to(&state_q, COMMAND),
                set_to(&awvalid_q, 0),
                set_to(&wvalid_q, 0),
                set_to(&pending_q, 0),
                set_to(&arvalid_q, 0),
                set_to(&asked_q, 0),
            ],
            [
                set(&awvalid_q, &store | (&awvalid_q & !awready)),
                set(&wvalid_q, &store | (&wvalid_q & !wready)),
                set(&pending_q, &store | (&pending_q & !bvalid)),
                set(&arvalid_q, &fetch | (&arvalid_q & !arready)),
                set(&asked_q, (&asked_q | &fetch) & !&got),
            ],
        ),
    ]);
    let byte_address = |word: Expr| cat([lit(0, bits(2)), word]);
    m.drive("tx_valid_o", &sending);
    m.drive("tx_byte_o", word_q.slice(24, 8));
    m.drive("awaddr_o", byte_address(awaddr_q));
    m.drive("awvalid_o", &awvalid_q);
    m.drive("wdata_o", &wdata_q);
    m.drive("wvalid_o", &wvalid_q);
    m.drive("araddr_o", byte_address(address_q.slice(0, place)));
    m.drive("arvalid_o", &arvalid_q);
    m.build()
}
