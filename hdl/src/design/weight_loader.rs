//! Gathers weight beats into tiles of two-bit codes, one tile ahead of the columns.
//!
//! ```text
//!  in_data_i ──[in_q]──[beat_q]── decode ──[code_q]──┬────────────────────────────> tile_o (last beat)
//!                                                    └─[held_0_q]─[held_1_q]─ … ──> tile_o (beats before)
//! ```
//! Beats that do not complete a tile move on at once; the one that does waits in `code_q`, and the beats behind it in
//! `beat_q` and `in_q`, until `take_i`. `tile_o` and its mark `last_o` hold in the cycle after `take_i`. A tile can be taken when its
//! last beat is in `beat_q` and moves on, so that beats flow without a gap even if each is a tile. What a source sees
//! depends on registers only, not on `take_i`.
//! `arrives_o` says that there will be one in the next cycle even if another is taken in this one; a tile that is not taken
//! stays. `open_next_i` with `rst_i` lets beats in from the next cycle on, until it ends or the one marked `in_last_i` is in.
//! `early_o` says that no whole tile is left and that a mark stands inside the next one, `illegal_o`, three cycles after a beat
//! moved on, that it held an illegal code.

use super::trit_decoder::trit_decoder;
use crate::lang::{BIT, Errors, Expr, Module, bits, cat, if_else, lit, mux, set, set_to, when};
use std::sync::Arc;
use trine_spec::{Config, WeightCode};

/// The loader of configuration `c`.
///
/// # Errors
/// Structural mistakes, none for a checked configuration.
pub fn weight_loader(c: &Config) -> Result<Arc<Module>, Errors> {
    let beats = c.beats_per_tile();
    let doc = format!("Gathers {beats} beats of {} bits into a tile of {} trits.", c.weight_bus, c.tile_trits());
    let mut m = Module::new("trine_weight_loader", doc);
    let rst = m.input("rst_i", BIT);
    let open_next = m.input("open_next_i", BIT);
    let in_valid = m.input("in_valid_i", BIT);
    let in_last = m.input("in_last_i", BIT);
    let in_data = m.input("in_data_i", bits(c.weight_bus));
    let take = m.input("take_i", BIT);

    // So that what the sequencer decides on comes from registers, not from the source.
    let in_q = m.reg("in_q", in_data.ty);
    let in_full_q = m.reg("in_full_q", BIT);
    let in_last_q = m.reg("in_last_q", BIT);
    let beat_q = m.reg("beat_q", in_data.ty);
    let full_q = m.reg("full_q", BIT);
    let last_q = m.reg("last_q", BIT);
    let admits_q = m.reg("admits_q", BIT);
    // Which beat of its tile enters next, one bit a beat; the one in `beat_q` is the one before.
    let place_q = (beats > 1).then(|| m.reg("place_q", bits(beats)));
    // The same of the beat that is offered.
    let offered_place_q = (beats > 1).then(|| m.reg("offered_place_q", bits(beats)));
    let moved_q = m.reg("moved_q", BIT);
    // A tile can be taken: its last beat is in `code_q`, or in `beat_q` and moves on.
    let valid_q = m.reg("valid_q", BIT);
    // `code_q` completes a tile that nobody took; then a `beat_q` that is full cannot move either. Both are known a cycle
    // ahead, because wide registers and a source depend on them.
    let waits_q = m.reg("waits_q", BIT);
    let stuck_q = m.reg("stuck_q", BIT);
    // The opposite, for the registers all over the unit: what they need must not keep the other from where it is decided.
    let flows_q = m.reg("flows_q", BIT);

    // A beat that completes a tile gets into `beat_q` or is stuck there.
    let arrives_q = m.reg("arrives_q", BIT);

    let offered = m.name("offered", &admits_q & &in_valid);
    let accept = m.name("accept", &offered & !&stuck_q);
    let leave = m.name("leave", &full_q & !&stuck_q);
    let completes = offered_place_q.as_ref().map_or(offered.clone(), |place| &offered & place.bit(beats - 1));
    // Behind a tile that waits there is another whole one only if it has two beats at most.
    let complete = match beats {
        1 | 2 => {
            let complete_q = m.reg("complete_q", BIT);
            let complete = m.name("complete", (&stuck_q & &complete_q) | (!&stuck_q & completes));
            m.on_clock([set(&complete_q, &complete)]);
            complete
        }
        _ => m.name("complete", !&stuck_q & completes),
    };
    let fills = m.name("fills", &in_full_q | &stuck_q);
    let stays = m.name("stays", &valid_q & !&take);
    let sticks = m.name("sticks", &fills & &stays);
    m.on_clock([
        // Wide registers load whenever they may, so that what enables them comes straight from a register.
        when(&flows_q, [set(&in_q, &in_data), set(&in_last_q, &in_last)]),
        when(&flows_q, [set(&beat_q, &in_q), set(&last_q, &in_last_q)]),
        // Once the marked beat is in, until the next clear.
        set(&admits_q, open_next & (&rst | (&admits_q & !(&accept & &in_last)))),
        set(&in_full_q, mux(&stuck_q, &in_full_q, &offered)),
        set(&full_q, &fills),
        set(&valid_q, &stays | &arrives_q),
        set(&stuck_q, &sticks),
        set(&flows_q, !&sticks),
        set(&arrives_q, mux(&sticks, &arrives_q, complete)),
        set(&moved_q, &leave),
        set(&waits_q, &stays),
        when(
            &rst,
            [
                set_to(&in_full_q, 0),
                set_to(&full_q, 0),
                set_to(&moved_q, 0),
                set_to(&waits_q, 0),
                set_to(&stuck_q, 0),
                set_to(&flows_q, 1),
                set_to(&arrives_q, 0),
                set_to(&valid_q, 0),
            ],
        ),
    ]);
    if let (Some(place), Some(offered_place)) = (&place_q, &offered_place_q) {
        let enter = m.name("enter", &in_full_q & !&stuck_q);
        for (place, moves) in [(place, &enter), (offered_place, &accept)] {
            let turned = cat([place.bit(beats - 1), place.slice(0, beats - 1)]);
            m.on_clock([if_else(&rst, [set_to(place, 1)], [when(moves, [set(place, turned)])])]);
        }
    }

    let (codes, illegal) = decode(&mut m, c, &beat_q)?;
    let code_q = m.reg("code_q", codes.ty);
    let code_last_q = m.reg("code_last_q", BIT);
    m.on_clock([when(!&waits_q, [set(&code_q, &codes), set(&code_last_q, &last_q)])]);
    let illegal_q = m.register("illegal_q", illegal);
    // All of a wide beat in two steps.
    let codes_of = illegal_q.ty.width;
    let groups = (0..codes_of).step_by(8).map(|i| illegal_q.slice(i, 8.min(codes_of - i)).any());
    let group_q = m.register("group_q", cat(groups));
    let checked_q = m.register("checked_q", &moved_q & !&rst);
    let fault_q = m.register("fault_q", &checked_q & group_q.any() & !&rst);
    let mut parts = vec![];
    let mut early = lit(0, BIT);
    if let Some(place) = &place_q {
        let code_complete_q = m.register("code_complete_q", &leave & place.bit(0));
        let early_q = m.reg("early_q", BIT);
        m.on_clock([set(&early_q, !&rst & (&early_q | (&moved_q & &code_last_q & !&code_complete_q)))]);
        early = early_q & !&valid_q;
        let keep_q = m.register("keep_q", leave.repeat(beats - 1) & place.slice(1, beats - 1));
        for i in 0..beats - 1 {
            let held = m.reg(&format!("held_{i}_q"), code_q.ty);
            m.on_clock([when(keep_q.bit(i), [set(&held, &code_q)])]);
            parts.push(held);
        }
    }
    // The last beat may carry padding beyond the tile.
    let rest = 2 * c.tile_trits() - parts.len() * code_q.ty.width;
    parts.push(code_q.slice(0, rest));
    m.drive("tile_o", cat(parts));
    if rest < code_q.ty.width {
        m.unused([code_q.slice(rest, code_q.ty.width - rest)]);
    }
    m.drive("in_ready_o", &admits_q & !&stuck_q);
    m.drive("arrives_o", &arrives_q);
    m.drive("last_o", &code_last_q);
    m.drive("early_o", early);
    m.drive("illegal_o", &fault_q);
    m.build()
}

/// Two-bit codes of a beat, and which of them are illegal.
fn decode(m: &mut Module, c: &Config, data: &Expr) -> Result<(Expr, Expr), Errors> {
    Ok(match c.weight_code {
        WeightCode::TwoBit => {
            let illegal = (0..c.weight_bus / 2).map(|i| data.bit(2 * i + 1) & !data.bit(2 * i));
            let illegal = m.name("illegal", cat(illegal));
            (data.clone(), illegal)
        }
        WeightCode::Base3 => {
            let decoder = trit_decoder()?;
            let (mut codes, mut illegal) = (vec![], vec![]);
            for i in 0..c.weight_bus / 8 {
                let d = m.instance(&format!("decoder_{i}"), &decoder, &[("byte_i", &data.slice(8 * i, 8))]);
                codes.push(d["codes_o"].clone());
                illegal.push(d["illegal_o"].clone());
            }
            let codes = m.name("codes", cat(codes));
            let illegal = m.name("illegal", cat(illegal));
            (codes, illegal)
        }
    })
}
