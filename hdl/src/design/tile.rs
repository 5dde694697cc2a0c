//! The weight-stationary array: one tile of weights, `columns` columns that share the lanes.
//!
//! ```text
//!  tile_i ──[next_q, when swap_i]──[tile_q]──┬─> column 0 ──> sums_o, owed_o
//!  act_i  ──────────────┬─────────[act_q]────┼─> column 1 ──>
//!                       └─────────[act_q]────┼─> ...
//!                                    └──────> act_o
//! ```
//! `swap_i` takes a tile for the lane chunk of the next cycle and the following ones. The second registers are for distance:
//! one side of them is where tiles and lane chunks are kept, the other beside the columns, of which [`Config::CHUNK_COLUMNS`] share those
//! for a lane chunk. The tile of the next [group](trine_spec::Config::group) has `act_o` for its lane chunk, a cycle later.
//! Results follow after `1 + column latency` cycles; no handshake.

use super::column::ColumnPorts;
use super::plane_decoder;
use crate::interface;
use crate::lang::{BIT, Errors, Expr, Module, bits, cat, set, when};
use std::sync::Arc;
use trine_spec::{Config, Style};

interface! {
    /// Ports of the tile.
    pub(super) struct TilePorts(c: Config, sum_bits: usize) {
        /// Takes the tile of weights for the lane chunk of the next cycle.
        input swap: BIT,
        /// There is a lane chunk.
        input valid: c.style().rests().then_some(BIT) => Option<Expr>,
        /// Lane chunk.
        input act: bits(c.lanes() * c.act_bits()),
        /// The lane chunk of the cycle before.
        output passed as "act": bits(c.lanes() * c.act_bits()),
        /// Two-bit codes of a tile of weights, column by column.
        input tile: bits(2 * c.tile_trits()),
        /// Sums of all columns.
        output sums: bits(c.columns() * sum_bits),
        /// Ones that the columns owe.
        output owed: bits(c.columns()),
    }
}

interface! {
    /// Ports of a copy of a lane chunk.
    struct ChunkPorts(width: usize) {
        /// Lane chunk.
        input act: bits(width),
        /// The lane chunk of the cycle before.
        output copied as "act": bits(width),
    }
}

/// The tile of configuration `c`, of these columns and copies of a lane chunk.
///
/// # Errors
/// Structural mistakes, none for a checked configuration.
pub fn tile(c: &Config, name: &str, column: &Arc<Module>, copy: &Arc<Module>) -> Result<Arc<Module>, Errors> {
    let doc = format!("{} lanes x {} columns around one tile of weights.", c.lanes(), c.columns());
    let mut m = Module::new(name, doc);
    let io = TilePorts::declare(&mut m, c.clone(), column.output_ty("sum_o").width);
    if c.style() == Style::Packed {
        m.describe(&io.act, "Lane chunk, as bit planes.");
        m.describe(&io.passed, "The lane chunk of the cycle before, as bit planes.");
        m.describe(&io.tile, plane_decoder::TILE);
    }
    let copies: Vec<_> = match &io.valid {
        Some(valid) => {
            // A register that rests without a lane chunk.
            let planes_q = m.reg("planes_q", io.act.ty);
            m.on_clock([when(valid, [set(&planes_q, &io.act)])]);
            vec![planes_q; c.chunk_copies()]
        }
        None => {
            let copied = |i| {
                let chunk: ChunkPorts = m.place(&format!("chunk_{i}"), copy);
                m.assign(&chunk.act, &io.act);
                chunk.copied
            };
            (0..c.chunk_copies()).map(copied).collect()
        }
    };
    m.assign(&io.passed, &copies[copies.len() - 1]);
    let next_q = m.reg("next_q", io.tile.ty);
    m.on_clock([when(&io.swap, [set(&next_q, &io.tile)])]);
    let tile_q = m.reg("tile_q", io.tile.ty);
    let valid_q = io.valid.as_ref().map(|valid| m.register("valid_q", valid));
    let swap_q = valid_q.as_ref().map(|_| m.register("swap_q", &io.swap));
    m.on_clock([match swap_q {
        Some(swap_q) => when(swap_q, [set(&tile_q, &next_q)]),
        None => set(&tile_q, &next_q),
    }]);
    let (mut sums, mut owed) = (vec![], vec![]);
    for n in 0..c.columns() {
        let lanes = |low| tile_q.slice(low, c.lanes());
        let code = match c.style() {
            Style::Packed => cat([lanes(n * c.lanes()), lanes(c.tile_trits() + n * c.lanes())]),
            _ => tile_q.slice(2 * n * c.lanes(), 2 * c.lanes()),
        };
        let column: ColumnPorts = m.place(&format!("column_{n}"), column);
        m.assign_all([(&column.operands.act, &copies[n / Config::CHUNK_COLUMNS]), (&column.operands.code, &code)]);
        if let (Some(port), Some(valid_q)) = (&column.operands.valid, &valid_q) {
            m.assign(port, valid_q);
        }
        sums.push(column.result.sum);
        owed.push(column.result.owed);
    }
    m.assign(&io.sums, cat(sums));
    m.assign(&io.owed, cat(owed));
    m.build()
}

/// The bit planes of a lane chunk, one above the other.
pub(super) fn planes(c: &Config, act: &Expr) -> Expr {
    cat((0..c.act_bits()).flat_map(|b| (0..c.lanes()).map(move |lane| act.bit(lane * c.act_bits() + b))))
}

/// A register for a lane chunk of `width` bits, kept apart from its neighbours by `keep`.
///
/// # Errors
/// None: its structure is fixed.
pub(super) fn copy(width: usize) -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_chunk", "A lane chunk beside the columns that it is for.");
    m.keep_registers();
    let io = ChunkPorts::declare(&mut m, width);
    let act_q = m.register("act_q", &io.act);
    m.assign(&io.copied, act_q);
    m.build()
}

#[cfg(test)]
mod tests {
    use crate::design::column::column;
    use crate::lang::{Interpreter, Module};
    use std::sync::Arc;
    use trine_spec::packing::two_bit;
    use trine_spec::{Config, Style};

    const WEIGHTS: [[i8; 2]; 5] = [[1, 0], [0, 1], [1, 1], [-1, 1], [-1, -1]];

    fn tile(c: &Config) -> Arc<Module> {
        super::tile(c, "trine_tile", &column(c).unwrap(), &super::copy(8 * c.lanes()).unwrap()).unwrap()
    }

    /// Sum and owed one of each column together.
    fn sums(unit: &mut Interpreter) -> Vec<i64> {
        let width = unit.ty("sums_o").width / WEIGHTS.len();
        let (sums, owed) = (unit.get("sums_o"), unit.get("owed_o"));
        let sum = |n: usize| (sums >> (n * width) << (64 - width) >> (64 - width)) + (owed >> n & 1);
        (0..WEIGHTS.len()).map(sum).collect()
    }

    /// Five columns take two copies of a lane chunk.
    #[test]
    fn columns_keep_their_weights_until_the_next_tile() {
        let config = Config::sized(2, WEIGHTS.len()).build().unwrap();
        let module = tile(&config);
        let copies = module.instances.iter().filter(|i| i.module.name == "trine_chunk").count();
        assert_eq!((copies, config.chunk_copies()), (2, 2));
        let mut unit = Interpreter::new(&module).unwrap();
        let codes = WEIGHTS.as_flattened().iter().rev().fold(0, |codes, w| codes << 2 | i64::from(two_bit(*w)));
        unit.set_all([("swap_i", 1), ("tile_i", codes)]);
        unit.clock();
        unit.set_all([("swap_i", 0), ("tile_i", 0), ("act_i", 0xFD_05)]);
        (0..1 + config.tree_levels()).for_each(|_| unit.clock());
        assert_eq!(sums(&mut unit), [5, -3, 2, -8, -2]);
        unit.set("act_i", 0x01_01);
        (0..1 + config.tree_levels()).for_each(|_| unit.clock());
        assert_eq!(sums(&mut unit), [1, 1, 2, 0, -2]);
    }

    #[test]
    fn planes_rest_without_a_lane_chunk() {
        let config = Config::sized(2, WEIGHTS.len()).style(Style::Packed).build().unwrap();
        let mut unit = Interpreter::new(&tile(&config)).unwrap();
        let plane = |of: fn(i8) -> bool| WEIGHTS.as_flattened().iter().rev().fold(0, |p, w| p << 1 | i64::from(of(*w)));
        let tile = plane(|w| w != 0) | plane(|w| w < 0) << (2 * WEIGHTS.len());
        unit.set_all([("swap_i", 1), ("tile_i", tile)]);
        unit.clock();
        let planes = |x: i64| (0..8).map(|b| ((x >> b & 1) | (x >> (8 + b) & 1) << 1) << (2 * b)).sum::<i64>();
        unit.set_all([("swap_i", 0), ("tile_i", 0), ("valid_i", 1), ("act_i", planes(0xFD_05))]);
        unit.clock();
        assert_eq!(unit.get("act_o"), planes(0xFD_05));
        unit.set_all([("valid_i", 0), ("act_i", 0x01_01)]);
        for _ in 0..2 {
            (0..config.tree_levels()).for_each(|_| unit.clock());
            assert_eq!(sums(&mut unit), [5, -3, 2, -8, -2]);
        }
    }
}
