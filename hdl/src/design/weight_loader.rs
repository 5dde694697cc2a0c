//! Decodes weight beats into two-bit codes, one tile ahead of the columns, which [gather](super::group) them.
//!
//! ```text
//!  in_data_i ──[in_q]──[beat_q]── decode ──[code_q]──> codes_o
//!                                          [keep_q]──> keep_o
//! ```
//! Beats that do not complete a tile move on at once, and bit i of `keep_o` says that `codes_o` is beat i, to be kept; the beat that does
//! waits in `code_q`, and those behind it in `beat_q` and `in_q`, until `take_i`. `codes_o` and the mark `last_o` of that beat hold
//! in the cycle after `take_i`. A tile can be taken when its
//! last beat is in `beat_q` and moves on, so that beats flow without a gap even if each is a tile. What a source sees
//! depends on registers only, not on `take_i`.
//! `arrives_o` says that there will be one in the next cycle even if another is taken in this one; a tile that is not taken
//! stays. `open_next_i` with `rst_i` lets beats in from the next cycle on, until it ends or the one marked `in_last_i` is in.
//! `early_o` says that no whole tile is left and that a mark stands inside the next one, `illegal_o`, three cycles after a beat
//! moved on, that it held an illegal code.

use super::plane_decoder;
use super::trit_decoder::{TritDecoderPorts, trit_decoder};
use crate::interface;
use crate::lang::{BIT, Errors, Expr, Module, Stream, bits, cat, if_else, lit, mux, set, set_to, when};
use std::sync::Arc;
use trine_spec::{Config, Style, WeightCode};

interface! {
    /// Ports of the weight loader.
    pub(super) struct WeightLoaderPorts(c: Config) {
        /// Empties the loader.
        input rst: BIT,
        /// Lets beats in from the cycle after a reset on.
        input open_next: BIT,
        /// Two-bit codes of a beat: the last one of its tile in the cycle after it was taken.
        output codes: bits(2 * c.trits_per_beat()),
        /// The number of the beat, one bit for each; none for the last one of a tile.
        output keep: (c.beats_per_tile() > 1).then(|| bits(c.beats_per_tile() - 1)) => Option<Expr>,
        /// Weights
        sink beats as "in": Stream::of(bits(c.weight_bus())).with_last() => Stream,
        /// Takes a tile.
        input take: BIT,
        /// There is a tile in the next cycle, even if another is taken in this one.
        output arrives: BIT,
        /// The tile has the mark of the last beat.
        output last: BIT,
        /// No whole tile is left, and a mark stands inside the next one.
        output early: BIT,
        /// A beat holds an illegal code.
        output illegal: BIT,
    }
}

/// The loader of configuration `c`.
///
/// # Errors
/// Structural mistakes, none for a checked configuration.
pub fn weight_loader(c: &Config) -> Result<Arc<Module>, Errors> {
    let beats = c.beats_per_tile();
    let doc =
        format!("Decodes beats of {} bits, of which {beats} are a tile of {} trits.", c.weight_bus(), c.tile_trits());
    let mut m = Module::new("trine_weight_loader", doc);
    let io = WeightLoaderPorts::declare(&mut m, c.clone());
    let flow = Pipe::new(&mut m, &io, beats);

    let (codes, illegal) = decode(&mut m, c, &flow.beat_q)?;
    let code_q = m.reg("code_q", codes.ty);
    let code_last_q = m.reg("code_last_q", BIT);
    m.on_clock([when(!&flow.waits_q, [set(&code_q, &codes), set(&code_last_q, &flow.last_q)])]);
    let fault_q = fault(&mut m, &io.rst, illegal, &flow.moved_q);
    let mut early = lit(0, BIT);
    if let (Some(place), Some(keep)) = (&flow.place_q, &io.keep) {
        let code_complete_q = m.register("code_complete_q", &flow.leave & place.bit(0));
        let early_q = m.reg("early_q", BIT);
        m.on_clock([set(&early_q, !&io.rst & (&early_q | (&flow.moved_q & &code_last_q & !&code_complete_q)))]);
        early = early_q & !&flow.valid_q;
        let keep_q = m.register("keep_q", flow.leave.repeat(beats - 1) & place.slice(1, beats - 1));
        m.assign(keep, keep_q);
    }
    if c.style() == Style::Packed {
        m.describe(&io.codes, plane_decoder::BEAT);
    }
    m.assign(&io.codes, &code_q);
    m.assign(&io.beats.ready, &flow.admits_q & !&flow.stuck_q);
    m.assign(&io.arrives, &flow.arrives_q);
    m.assign(&io.last, &code_last_q);
    m.assign(&io.early, early);
    m.assign(&io.illegal, &fault_q);
    m.build()
}

/// The registers in front of the decoder.
struct Pipe {
    beat_q: Expr,
    last_q: Expr,
    admits_q: Expr,
    /// Which beat of its tile enters next, one bit a beat; the one in `beat_q` is the one before.
    place_q: Option<Expr>,
    moved_q: Expr,
    /// A tile can be taken: its last beat is in `code_q`, or in `beat_q` and moves on.
    valid_q: Expr,
    /// `code_q` completes a tile that was not taken; then a `beat_q` that is full cannot move either. Both are known a cycle
    /// ahead, because wide registers and a source depend on them.
    waits_q: Expr,
    stuck_q: Expr,
    /// A beat that completes a tile gets into `beat_q` or is stuck there.
    arrives_q: Expr,
    leave: Expr,
}

impl Pipe {
    fn new(m: &mut Module, io: &WeightLoaderPorts, beats: usize) -> Pipe {
        let (rst, in_data, in_last) = (&io.rst, &io.beats.data, io.beats.last.clone().unwrap_or_else(|| lit(0, BIT)));
        // So that what the sequencer decides on comes from registers, not from the source.
        let in_q = m.reg("in_q", in_data.ty);
        let in_full_q = m.reg("in_full_q", BIT);
        let in_last_q = m.reg("in_last_q", BIT);
        let beat_q = m.reg("beat_q", in_data.ty);
        let full_q = m.reg("full_q", BIT);
        let last_q = m.reg("last_q", BIT);
        let admits_q = m.reg("admits_q", BIT);
        let place_q = (beats > 1).then(|| m.reg("place_q", bits(beats)));
        // The same of the beat that is offered.
        let offered_place_q = (beats > 1).then(|| m.reg("offered_place_q", bits(beats)));
        let moved_q = m.reg("moved_q", BIT);
        let valid_q = m.reg("valid_q", BIT);
        let waits_q = m.reg("waits_q", BIT);
        let stuck_q = m.reg("stuck_q", BIT);
        // The opposite, for the registers all over the unit: what they need must not keep the other from where it is decided.
        let flows_q = m.reg("flows_q", BIT);
        let arrives_q = m.reg("arrives_q", BIT);

        let offered = m.name("offered", &admits_q & &io.beats.valid);
        let accept = m.name("accept", &offered & !&stuck_q);
        let leave = m.name("leave", &full_q & !&stuck_q);
        let completes = offered_place_q.as_ref().map_or(offered.clone(), |place| &offered & place.bit(beats - 1));
        let complete = complete(m, beats, &stuck_q, completes);
        let fills = m.name("fills", &in_full_q | &stuck_q);
        let stays = m.name("stays", &valid_q & !&io.take);
        let sticks = m.name("sticks", &fills & &stays);
        let reset = [&in_full_q, &full_q, &moved_q, &waits_q, &stuck_q].map(|q| set_to(q, 0));
        m.on_clock([
            // Wide registers load whenever they may, so that what enables them comes straight from a register.
            when(&flows_q, [set(&in_q, in_data), set(&in_last_q, &in_last)]),
            when(&flows_q, [set(&beat_q, &in_q), set(&last_q, &in_last_q)]),
            // Once the marked beat is in, until the next clear.
            set(&admits_q, &io.open_next & (rst | (&admits_q & !(&accept & &in_last)))),
            set(&in_full_q, mux(&stuck_q, &in_full_q, &offered)),
            set(&full_q, &fills),
            set(&valid_q, &stays | &arrives_q),
            set(&stuck_q, &sticks),
            set(&flows_q, !&sticks),
            set(&arrives_q, mux(&sticks, &arrives_q, complete)),
            set(&moved_q, &leave),
            set(&waits_q, &stays),
            when(rst, reset.into_iter().chain([set_to(&flows_q, 1), set_to(&arrives_q, 0), set_to(&valid_q, 0)])),
        ]);
        if let (Some(place), Some(offered_place)) = (&place_q, &offered_place_q) {
            let enter = m.name("enter", &in_full_q & !&stuck_q);
            for (place, moves) in [(place, &enter), (offered_place, &accept)] {
                let turned = cat([place.bit(beats - 1), place.slice(0, beats - 1)]);
                m.on_clock([if_else(rst, [set_to(place, 1)], [when(moves, [set(place, turned)])])]);
            }
        }
        Pipe { beat_q, last_q, admits_q, place_q, moved_q, valid_q, waits_q, stuck_q, arrives_q, leave }
    }
}

/// Set if the beat that enters completes a tile. Behind a tile that waits there is another whole one only if it has two
/// beats at most.
fn complete(m: &mut Module, beats: usize, stuck_q: &Expr, completes: Expr) -> Expr {
    if beats > 2 {
        return m.name("complete", !stuck_q & completes);
    }
    let complete_q = m.reg("complete_q", BIT);
    let complete = m.name("complete", (stuck_q & &complete_q) | (!stuck_q & completes));
    m.on_clock([set(&complete_q, &complete)]);
    complete
}

/// Set three cycles after a beat with any of the `illegal` bits moved on: all of a wide beat in two steps.
fn fault(m: &mut Module, rst: &Expr, illegal: Expr, moved_q: &Expr) -> Expr {
    let illegal_q = m.register("illegal_q", illegal);
    let codes = illegal_q.ty.width;
    let groups = (0..codes).step_by(8).map(|i| illegal_q.slice(i, 8.min(codes - i)).any());
    let group_q = m.register("group_q", cat(groups));
    let checked_q = m.register("checked_q", moved_q & !rst);
    m.register("fault_q", &checked_q & group_q.any() & !rst)
}

/// Two-bit codes of a beat, and which of them are illegal.
fn decode(m: &mut Module, c: &Config, data: &Expr) -> Result<(Expr, Expr), Errors> {
    Ok(match (c.weight_code(), c.style()) {
        (WeightCode::TwoBit, style) => {
            let trits = c.weight_bus() / 2;
            let bits = |k| (0..trits).map(move |i| data.bit(2 * i + k));
            let illegal = bits(1).zip(bits(0)).map(|(negative, nonzero)| negative & !nonzero);
            let illegal = m.name("illegal", cat(illegal));
            match style {
                Style::Packed => (m.name("codes", cat(bits(0).chain(bits(1)))), illegal),
                _ => (data.clone(), illegal),
            }
        }
        (WeightCode::Base3, Style::Packed) => plane_decoder::decode(m, data)?,
        (WeightCode::Base3, _) => {
            let decoder = trit_decoder()?;
            let (mut codes, mut illegal) = (vec![], vec![]);
            for i in 0..c.weight_bus() / 8 {
                let decoder: TritDecoderPorts = m.place(&format!("decoder_{i}"), &decoder);
                m.assign(&decoder.byte, data.slice(8 * i, 8));
                codes.push(decoder.codes);
                illegal.push(decoder.illegal);
            }
            let codes = m.name("codes", cat(codes));
            let illegal = m.name("illegal", cat(illegal));
            (codes, illegal)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::weight_loader;
    use crate::lang::Interpreter;
    use crate::random::Random;
    use trine_spec::{Config, Style, WeightCode};

    /// Tiles of one, two and three beats of eight two-bit codes, under random stalls.
    #[test]
    fn tiles_hold_their_beats_in_order() {
        for (style, beats) in [Style::Portable, Style::Packed].into_iter().flat_map(|s| (1..=3).map(move |n| (s, n))) {
            let sized = Config::sized(4 * beats, 1).style(style);
            let config = sized.weight_code(WeightCode::TwoBit).weight_bus(8).build().unwrap();
            assert_eq!(config.beats_per_tile(), beats);
            let mut loader = Interpreter::new(&weight_loader(&config).unwrap()).unwrap();
            let mut random = Random(beats as u64);
            loader.set_all([("rst_i", 1), ("open_next_i", 1)]);
            loader.clock();
            loader.set("rst_i", 0);
            let bytes: Vec<i64> =
                (0..20 * beats).map(|_| (0..4).map(|i| [0, 1, 3][random.below(3)] << (2 * i)).sum()).collect();
            let (mut sent, mut taken, mut there) = (0, 0, false);
            let mut held = [0; 2];
            for _ in 0..60 * beats {
                let (offer, take) = (sent < bytes.len() && random.chance(12), there && random.chance(10));
                loader.set_all([
                    ("in_valid_i", i64::from(offer)),
                    ("in_data_i", bytes.get(sent).copied().unwrap_or(0)),
                    ("in_last_i", i64::from(sent + 1 == bytes.len())),
                    ("take_i", i64::from(take)),
                ]);
                sent += usize::from(offer && loader.get("in_ready_o") == 1);
                there = there && !take || loader.get("arrives_o") == 1;
                loader.clock();
                let codes = loader.get("codes_o");
                if take {
                    let bytes = &bytes[beats * taken..beats * (taken + 1)];
                    let plane = |byte: i64, b: usize| (0..4).map(|i| (byte >> (2 * i + b) & 1) << i).sum::<i64>();
                    let sent = |byte: &i64| match style {
                        Style::Packed => plane(*byte, 0) | plane(*byte, 1) << 4,
                        _ => *byte,
                    };
                    let sent: Vec<i64> = bytes.iter().map(sent).collect();
                    let found: Vec<i64> = held[..beats - 1].iter().copied().chain([codes]).collect();
                    taken += 1;
                    assert_eq!((found, loader.get("last_o")), (sent, i64::from(taken == 20)), "{style}, {taken}");
                }
                let keep = if beats > 1 { loader.get("keep_o") } else { 0 };
                for (beat, held) in held[..beats - 1].iter_mut().enumerate().filter(|(beat, _)| keep >> beat & 1 == 1) {
                    assert_eq!(keep, 1 << beat, "one beat at a time");
                    *held = codes;
                }
                assert_eq!((loader.get("illegal_o"), loader.get("early_o")), (0, 0));
            }
            assert_eq!((sent, taken), (bytes.len(), 20), "{style}, {beats} beats a tile");
        }
    }
}
