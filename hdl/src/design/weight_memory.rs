//! The weights of a whole model on the chip: the host names a matrix where it would send it.
//!
//! ```text
//!  in_data_i: number of the first beat ──[at_q]──> [ ROM ]──[word]──[out]──> out_data_o, out_last_o
//!  in_valid_i, in_ready_o                 +1                                 out_valid_o, out_ready_i
//! ```
//! The ROM holds the beats of matrix after matrix as the weight stream would carry them, and behind each beat whether it
//! is the last of its matrix. While `open_i`, which is while a job runs, a beat from the host starts a matrix, which is sent
//! to its end; the next one is taken up then. `rst_i` forgets a matrix that is under way: it comes with the start of a job
//! and with its failure. A beat follows a request in three cycles, then one comes in every cycle.

use crate::interface;
use crate::lang::{BIT, Errors, Expr, Module, Stream, bits, if_else, mux, set, set_to, when};
use crate::library::{RomPorts, address_bits, rom};
use std::sync::Arc;
use trine_spec::Config;

/// Width of the stream on which the host names matrices.
pub const REQUEST_BITS: usize = 32;

/// Packed weights of several matrices, one behind the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WeightBeats {
    /// Bytes of the beats, each `weight_bus / 8` long, lowest byte first.
    pub bytes: Vec<u8>,
    /// For each beat whether it ends its matrix.
    pub last: Vec<bool>,
}

interface! {
    /// Ports of the memory.
    pub(super) struct WeightMemoryPorts(weight_bus: usize) {
        /// Forgets the matrix that is under way.
        input rst: BIT,
        /// Takes requests.
        input open: BIT,
        /// Numbers of the first beats of matrices
        sink requests as "in": Stream::of(bits(REQUEST_BITS)) => Stream,
        /// Weights of the matrices
        source beats as "out": Stream::of(bits(weight_bus)).with_last() => Stream,
    }
}

/// The memory of a unit of configuration `c`.
///
/// # Errors
/// Structural mistakes, none for one or more whole beats.
pub fn weight_memory(c: &Config, beats: &WeightBeats) -> Result<Arc<Module>, Errors> {
    let width = c.weight_bus();
    let word = |(beat, last): (&[u8], &bool)| -> Vec<bool> {
        let data = beat.iter().flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1));
        data.chain([*last]).collect()
    };
    let words: Vec<Vec<bool>> = beats.bytes.chunks(width / 8).zip(&beats.last).map(word).collect();
    let address = address_bits(words.len());
    let mut m = Module::new("trine_weight_memory", format!("Streams matrices from {} beats on the chip.", words.len()));
    let io = WeightMemoryPorts::declare(&mut m, width);
    let in_data = &io.requests.data;

    let at_q = m.reg("at_q", bits(address));
    let reading_q = m.reg("reading_q", BIT);
    let word_valid_q = m.reg("word_valid_q", BIT);
    let out_q = m.reg("out_q", bits(width + 1));
    let out_valid_q = m.reg("out_valid_q", BIT);

    let advance = m.name("advance", &io.beats.ready | !&out_valid_q);
    let read = m.name("read", &reading_q & &advance);
    let contents: RomPorts = m.place("contents", &rom("trine_weight_rom", &words)?);
    m.assign_all([(&contents.at, &at_q), (&contents.read, &read)]);
    let word = &contents.word;
    // The word behind the last one is on its way when the mark is seen
    let ends = m.name("ends", &word_valid_q & word.bit(width));
    let free = m.name("free", &io.open & !&reading_q);
    let enter = m.name("enter", &io.requests.valid & &free);
    m.on_clock([
        when(&enter, [set(&at_q, in_data.slice(0, address))]),
        when(&read, [set(&at_q, at_q.step(1))]),
        when(&advance, [set(&out_q, word)]),
        if_else(
            &io.rst,
            [set_to(&reading_q, 0), set_to(&word_valid_q, 0), set_to(&out_valid_q, 0)],
            [
                set(&reading_q, &enter | (&reading_q & !(&ends & &advance))),
                set(&word_valid_q, mux(&advance, &reading_q & !&ends, &word_valid_q)),
                set(&out_valid_q, mux(&advance, &word_valid_q, &out_valid_q)),
            ],
        ),
    ]);
    let beat = Stream {
        valid: out_valid_q,
        data: out_q.slice(0, width),
        keep: None,
        last: Some(out_q.bit(width)),
        ready: io.beats.ready.clone(),
    };
    m.assign(&io.requests.ready, &free);
    m.send(&io.beats, &beat);
    if address < REQUEST_BITS {
        m.unused([in_data.slice(address, REQUEST_BITS - address)]);
    }
    m.build()
}

/// Puts `memory` in front of the datapath, which is cleared and busy as the job control says and takes a beat with `ready`.
pub(super) fn in_front(m: &mut Module, memory: &Arc<Module>, [clear, busy, ready]: [&Expr; 3]) -> WeightMemoryPorts {
    // What arrives while the datapath is cleared would be lost.
    let open = m.name("weights_open", busy & !clear);
    let memory: WeightMemoryPorts = m.place("weights", memory);
    m.assign_all([(&memory.rst, clear), (&memory.open, &open), (&memory.beats.ready, ready)]);
    memory
}
