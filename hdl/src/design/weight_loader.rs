//! Gathers weight beats into tiles of two-bit codes, one tile ahead of the columns.
//!
//! ```text
//!  in_data_i ──> decode ──[code_q]──┬──────────────────────────> tile_o (last beat)
//!                                   └─[held_0_q]─[held_1_q]─ … ─> tile_o (beats before)
//! ```
//! `tile_o` is complete when `valid_o`; `take_i` removes it and lets the next beat in during the same cycle, so that
//! beats flow without a gap. `open_i` lets beats in until the one marked `in_last_i`. `last_o` says that the tile ended
//! with that mark; `early_o` that the mark stood inside a tile; `illegal_o` that a beat holds an illegal code.

use super::trit_decoder::trit_decoder;
use crate::lang::{BIT, Errors, Expr, Module, bits, cat, if_else, lit, mux, set, set_to, when};
use std::sync::Arc;
use trine_spec::config::clog2;
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
    let open = m.input("open_i", BIT);
    let in_valid = m.input("in_valid_i", BIT);
    let in_last = m.input("in_last_i", BIT);
    let in_data = m.input("in_data_i", bits(c.weight_bus));
    let take = m.input("take_i", BIT);

    let (codes, illegal) = decode(&mut m, c, &in_data)?;
    let code_q = m.reg("code_q", codes.ty);
    let full_q = m.reg("full_q", BIT);
    let last_q = m.reg("last_q", BIT);
    let illegal_q = m.reg("illegal_q", BIT);
    let closed_q = m.reg("closed_q", BIT);
    let beat_q = (beats > 1).then(|| m.reg("beat_q", bits(clog2(beats))));
    let complete = match &beat_q {
        Some(beat) => m.name("complete", beat.is(beats as i64 - 1)),
        None => lit(1, BIT),
    };
    let leave = m.name("leave", &full_q & mux(&complete, &take, lit(1, BIT)));
    let ready = m.name("ready", &open & (&leave | !&full_q) & !&closed_q);
    let enter = m.name("enter", &ready & &in_valid);
    m.on_clock([
        when(&enter, [set(&code_q, &codes), set(&last_q, &in_last), set(&illegal_q, illegal)]),
        if_else(
            &rst,
            [set_to(&full_q, 0), set_to(&closed_q, 0)],
            [set(&full_q, &enter | (&full_q & !&leave)), when(&enter, [set(&closed_q, &in_last)])],
        ),
    ]);
    let mut parts = vec![];
    if let Some(beat_q) = &beat_q {
        let next = mux(&complete, lit(0, beat_q.ty), beat_q.step(1));
        m.on_clock([if_else(&rst, [set_to(beat_q, 0)], [when(&leave, [set(beat_q, next)])])]);
        for i in 0..beats - 1 {
            let held = m.reg(&format!("held_{i}_q"), codes.ty);
            m.on_clock([when(&leave & beat_q.is(i as i64), [set(&held, &code_q)])]);
            parts.push(held);
        }
    }
    // The last beat may carry padding beyond the tile.
    let rest = 2 * c.tile_trits() - parts.len() * codes.ty.width;
    parts.push(code_q.slice(0, rest));
    m.drive("tile_o", cat(parts));
    if rest < codes.ty.width {
        m.unused([code_q.slice(rest, codes.ty.width - rest)]);
    }
    m.drive("in_ready_o", &ready);
    m.drive("valid_o", &full_q & &complete);
    m.drive("last_o", &last_q);
    m.drive("early_o", &full_q & &last_q & !&complete);
    m.drive("illegal_o", &full_q & &illegal_q);
    m.build()
}

/// Two-bit codes of a beat, and whether one is illegal.
fn decode(m: &mut Module, c: &Config, data: &Expr) -> Result<(Expr, Expr), Errors> {
    Ok(match c.weight_code {
        WeightCode::TwoBit => {
            let illegal = (0..c.weight_bus / 2).map(|i| data.bit(2 * i + 1) & !data.bit(2 * i));
            let illegal = m.name("illegal", cat(illegal));
            (data.clone(), illegal.any())
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
            (codes, illegal.any())
        }
    })
}
