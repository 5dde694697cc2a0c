//! One transformer layer, forwards and backwards.
//!
//! ```text
//! x ─┬─ norm ─ q k v ─ rope ─ attention ─ sub-norm ─ o ─ + ─┬─ norm ─ gate up ─ f(g)·u ─ sub-norm ─ down ─ + ─> x
//!    └──────────────────────────────────────────────────┘   └──────────────────────────────────────────────┘
//! ```
//! The forward pass keeps codes, not their inputs, where the input can be made again: the gate's product is.

use crate::attention::{Heads, Scratch};
use crate::effective::Effective;
use crate::layout::{LayerSlots, Layout};
use crate::linear::Linear;
use crate::matrix::Into;
use crate::norm::{Entry, Row};
use crate::rope::{Rope, Turn};
use crate::vector::add;
use crate::{Kind, Shape, gate};

/// Common part of all layers of a model.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    /// Whose activations stand in front of linears.
    pub(crate) kind: Kind,
    pub(crate) shape: &'a Shape,
    pub(crate) layout: &'a Layout,
    pub(crate) rope: &'a Rope,
    /// Master weights.
    pub(crate) masters: &'a [f32],
    pub(crate) effective: &'a Effective,
}

impl<'a> Context<'a> {
    fn linear(&self, slot: usize) -> Linear<'a> {
        let range = self.layout.range(slot);
        let (weights, unit) = (&self.effective.values[range], self.effective.units[slot]);
        Linear { kind: self.kind, weights, unit, inputs: self.layout.slots[slot].cols }
    }

    /// A norm and what follows it; the final norm is followed by the head, which is never quantised.
    fn entry(&self, slot: usize, kind: Kind) -> Entry<'a> {
        Entry { kind, gain: &self.masters[self.layout.range(slot)] }
    }

    pub(crate) fn final_norm(&self) -> Entry<'a> {
        self.entry(self.layout.norm, Kind::Float)
    }
}

/// Codes of the input of a linear, and what they are worth.
#[derive(Clone, Debug)]
pub(crate) struct Coded {
    pub(crate) codes: Vec<f32>,
    pub(crate) rows: Vec<Row>,
}

impl Coded {
    pub(crate) fn new(tokens: usize, width: usize) -> Self {
        Self { codes: vec![0.0; tokens * width], rows: vec![Row::default(); tokens] }
    }

    fn fill(&mut self, entry: Entry<'_>, x: &[f32]) {
        entry.forward(x, &mut self.codes, &mut self.rows);
    }
}

/// Values that a layer's forward pass leaves for its backward pass.
#[derive(Clone, Debug)]
pub(crate) struct Memory {
    input: Vec<f32>,
    qkv_in: Coded,
    q: Vec<f32>,
    k: Vec<f32>,
    v: Vec<f32>,
    mixed: Vec<f32>,
    logs: Vec<f32>,
    o_in: Coded,
    middle: Vec<f32>,
    ffn_in: Coded,
    gate: Vec<f32>,
    up: Vec<f32>,
    down_in: Coded,
}

impl Memory {
    pub(crate) fn new(shape: &Shape, tokens: usize) -> Self {
        let Shape { hidden, intermediate, heads, .. } = *shape;
        let of = |width: usize| vec![0.0; tokens * width];
        let kv = shape.kv_width();
        Self {
            input: of(hidden),
            qkv_in: Coded::new(tokens, hidden),
            q: of(hidden),
            k: of(kv),
            v: of(kv),
            mixed: of(hidden),
            logs: of(heads),
            o_in: Coded::new(tokens, hidden),
            middle: of(hidden),
            ffn_in: Coded::new(tokens, hidden),
            gate: of(intermediate),
            up: of(intermediate),
            down_in: Coded::new(tokens, intermediate),
        }
    }
}

impl Memory {
    /// Codes of the inputs of the linears: queries, keys and values; output; gate and up; down.
    pub(crate) fn inputs(&self) -> [&[f32]; 4] {
        [&self.qkv_in, &self.o_in, &self.ffn_in, &self.down_in].map(|input| &input.codes[..])
    }
}

/// Room that all layers use in turn.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    hidden: Vec<f32>,
    wide: Vec<f32>,
    wide2: Vec<f32>,
    q: Vec<f32>,
    k: Vec<f32>,
    v: Vec<f32>,
    scratch: Scratch,
}

impl Room {
    pub(crate) fn new(shape: &Shape, tokens: usize) -> Self {
        let of = |width: usize| vec![0.0; tokens * width];
        Self {
            hidden: of(shape.hidden),
            wide: of(shape.intermediate),
            wide2: of(shape.intermediate),
            q: of(shape.hidden),
            k: of(shape.kv_width()),
            v: of(shape.kv_width()),
            scratch: Scratch::new(shape),
        }
    }
}

/// Takes `x`, `tokens x hidden`, through the layer.
pub(crate) fn forward(c: &Context<'_>, slots: &LayerSlots, x: &mut [f32], m: &mut Memory, room: &mut Room) {
    let Shape { hidden, .. } = *c.shape;
    m.input.copy_from_slice(x);
    m.qkv_in.fill(c.entry(slots.attention_norm, c.kind), x);
    for (slot, y) in [(slots.q, &mut m.q), (slots.k, &mut m.k), (slots.v, &mut m.v)] {
        c.linear(slot).forward(&m.qkv_in.codes, &m.qkv_in.rows, y);
    }
    c.rope.turn(&mut m.q, hidden, Turn::Forward);
    c.rope.turn(&mut m.k, c.shape.kv_width(), Turn::Forward);
    Heads { shape: c.shape, q: &m.q, k: &m.k, v: &m.v }.forward(&mut m.mixed, &mut m.logs, &mut room.scratch);
    m.o_in.fill(c.entry(slots.attention_sub_norm, c.kind), &m.mixed);
    c.linear(slots.o).forward(&m.o_in.codes, &m.o_in.rows, &mut room.hidden);
    add(x, &room.hidden);

    m.middle.copy_from_slice(x);
    m.ffn_in.fill(c.entry(slots.ffn_norm, c.kind), x);
    c.linear(slots.gate).forward(&m.ffn_in.codes, &m.ffn_in.rows, &mut m.gate);
    c.linear(slots.up).forward(&m.ffn_in.codes, &m.ffn_in.rows, &mut m.up);
    gate::forward(c.shape.activation, &m.gate, &m.up, &mut room.wide);
    m.down_in.fill(c.entry(slots.ffn_sub_norm, c.kind), &room.wide);
    c.linear(slots.down).forward(&m.down_in.codes, &m.down_in.rows, &mut room.hidden);
    add(x, &room.hidden);
}

/// Takes `dx`, the gradient of the layer's output, to that of its input, and fills the gradients of its parameters.
pub(crate) fn backward(
    c: &Context<'_>,
    slots: &LayerSlots,
    dx: &mut [f32],
    m: &Memory,
    gradient: &mut [f32],
    room: &mut Room,
) {
    let Shape { hidden, .. } = *c.shape;
    let Room { hidden: dh, wide, wide2, q: dq, k: dk, v: dv, scratch } = room;

    dh.copy_from_slice(dx);
    linear(c, slots.down, &m.down_in, dh, (wide, Into::Set), gradient);
    gate::forward(c.shape.activation, &m.gate, &m.up, wide2);
    norm(c, slots.ffn_sub_norm, wide2, &m.down_in, wide, gradient);
    gate::backward(c.shape.activation, &m.gate, &m.up, wide, wide2);
    linear(c, slots.up, &m.ffn_in, wide, (dh, Into::Set), gradient);
    linear(c, slots.gate, &m.ffn_in, wide2, (dh, Into::Add), gradient);
    norm(c, slots.ffn_norm, &m.middle, &m.ffn_in, dh, gradient);
    add(dx, dh);

    dh.copy_from_slice(dx);
    linear(c, slots.o, &m.o_in, dh, (dq, Into::Set), gradient);
    norm(c, slots.attention_sub_norm, &m.mixed, &m.o_in, dq, gradient);
    dh.copy_from_slice(dq);
    let heads = Heads { shape: c.shape, q: &m.q, k: &m.k, v: &m.v };
    heads.backward((&m.mixed, &m.logs), dh, (dq, dk, dv), scratch);
    c.rope.turn(dq, hidden, Turn::Back);
    c.rope.turn(dk, c.shape.kv_width(), Turn::Back);
    linear(c, slots.q, &m.qkv_in, dq, (dh, Into::Set), gradient);
    linear(c, slots.k, &m.qkv_in, dk, (dh, Into::Add), gradient);
    linear(c, slots.v, &m.qkv_in, dv, (dh, Into::Add), gradient);
    norm(c, slots.attention_norm, &m.input, &m.qkv_in, dh, gradient);
    add(dx, dh);
}

/// Uses up `dy`, the gradient of a linear's output: its input's goes where `to` says, its weights' into `gradient`.
fn linear(c: &Context<'_>, slot: usize, input: &Coded, dy: &mut [f32], to: (&mut [f32], Into), gradient: &mut [f32]) {
    c.linear(slot).backward(&input.codes, &input.rows, dy, to, &mut gradient[c.layout.range(slot)]);
}

/// Turns `dy` from the gradient of a norm's output to that of its input `x`.
fn norm(c: &Context<'_>, slot: usize, x: &[f32], coded: &Coded, dy: &mut [f32], gradient: &mut [f32]) {
    let d_gain = &mut gradient[c.layout.range(slot)];
    d_gain.fill(0.0);
    c.entry(slot, c.kind).backward(x, &coded.rows, dy, d_gain);
}
