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

use super::host::Source;
use crate::lang::{BIT, Errors, Expr, Module, bits, if_else, mux, set, set_to, when};
use crate::library::{address_bits, rom};
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

/// The memory of a unit of configuration `c`.
///
/// # Errors
/// Structural mistakes, none for one or more whole beats.
pub fn weight_memory(c: &Config, beats: &WeightBeats) -> Result<Arc<Module>, Errors> {
    let width = c.weight_bus;
    let word = |(beat, last): (&[u8], &bool)| -> Vec<bool> {
        let data = beat.iter().flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1));
        data.chain([*last]).collect()
    };
    let words: Vec<Vec<bool>> = beats.bytes.chunks(width / 8).zip(&beats.last).map(word).collect();
    let address = address_bits(words.len());
    let mut m = Module::new("trine_weight_memory", format!("Streams matrices from {} beats on the chip.", words.len()));
    let rst = m.input("rst_i", BIT);
    let open = m.input("open_i", BIT);
    let in_valid = m.input("in_valid_i", BIT);
    let in_data = m.input("in_data_i", bits(REQUEST_BITS));
    let ready = m.input("out_ready_i", BIT);

    let at_q = m.reg("at_q", bits(address));
    let reading_q = m.reg("reading_q", BIT);
    let word_valid_q = m.reg("word_valid_q", BIT);
    let out_q = m.reg("out_q", bits(width + 1));
    let out_valid_q = m.reg("out_valid_q", BIT);

    let advance = m.name("advance", &ready | !&out_valid_q);
    let read = m.name("read", &reading_q & &advance);
    let contents = m.instance("contents", &rom("trine_weight_rom", &words)?, &[("at_i", &at_q), ("read_i", &read)]);
    let word = &contents["word_o"];
    // The word behind the last one is on its way when the mark is seen
    let ends = m.name("ends", &word_valid_q & word.bit(width));
    let free = m.name("free", &open & !&reading_q);
    let enter = m.name("enter", &in_valid & &free);
    m.on_clock([
        when(&enter, [set(&at_q, in_data.slice(0, address))]),
        when(&read, [set(&at_q, at_q.step(1))]),
        when(&advance, [set(&out_q, word)]),
        if_else(
            &rst,
            [set_to(&reading_q, 0), set_to(&word_valid_q, 0), set_to(&out_valid_q, 0)],
            [
                set(&reading_q, &enter | (&reading_q & !(&ends & &advance))),
                set(&word_valid_q, mux(&advance, &reading_q & !&ends, &word_valid_q)),
                set(&out_valid_q, mux(&advance, &word_valid_q, &out_valid_q)),
            ],
        ),
    ]);
    m.drive("in_ready_o", &free);
    m.drive("out_valid_o", &out_valid_q);
    m.drive("out_data_o", out_q.slice(0, width));
    m.drive("out_last_o", out_q.bit(width));
    if address < REQUEST_BITS {
        m.unused([in_data.slice(address, REQUEST_BITS - address)]);
    }
    m.build()
}

/// Puts a memory between the host's stream `host` and the datapath, which takes a beat with `ready` and is cleared and busy
/// as the job control says; what the datapath sees, and whether the host's beat is taken.
pub(super) fn between(
    m: &mut Module,
    memory: &Arc<Module>,
    host: &Source,
    [clear, busy, ready]: [&Expr; 3],
) -> (Source, Expr) {
    // What arrives while the datapath is cleared would be lost.
    let open = m.name("weights_open", busy & !clear);
    let memory = m.instance(
        "weights",
        memory,
        &[
            ("rst_i", clear),
            ("open_i", &open),
            ("in_valid_i", &host.valid),
            ("in_data_i", &host.data),
            ("out_ready_i", ready),
        ],
    );
    m.unused([host.last.clone()]);
    let output = |name: &str| memory[name].clone();
    let source = Source { valid: output("out_valid_o"), last: output("out_last_o"), data: output("out_data_o") };
    (source, output("in_ready_o"))
}
