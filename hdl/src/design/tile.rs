//! The weight-stationary array: one tile of weights, `columns` columns that share the lanes.
//!
//! ```text
//!  tile_i ──[next_q, when swap_i]──[tile_q]──┬─> column 0 ──> sums_o, owed_o
//!  act_i  ──────────────┬─────────[act_q]────┼─> column 1 ──>
//!                       └─────────[act_q]────┼─> ...
//! ```
//! `swap_i` takes a tile for the lane chunk of the next cycle and the following ones. The second registers are for distance:
//! one side of them is where tiles and lane chunks are kept, the other beside the columns, of which [`GROUP`] share those
//! for a lane chunk.
//! Results follow after `1 + column latency` cycles; no handshake.

use super::column::column;
use crate::lang::{BIT, Errors, Module, bits, cat, set, when};
use std::sync::Arc;
use trine_spec::Config;

/// Columns that one copy of a lane chunk reaches.
const GROUP: usize = 4;

/// The tile of configuration `c`.
///
/// # Errors
/// Structural mistakes, none for a checked configuration.
pub fn tile(c: &Config) -> Result<Arc<Module>, Errors> {
    let column = column(c)?;
    let doc = format!("{} lanes x {} columns around one tile of weights.", c.lanes, c.columns);
    let mut m = Module::new("trine_tile", doc);
    let swap = m.input("swap_i", BIT);
    let act = m.input("act_i", bits(c.lanes * c.act_bits));
    let codes = m.input("tile_i", bits(2 * c.tile_trits()));
    let copy = copy(act.ty.width)?;
    let groups: Vec<_> = (0..c.columns.div_ceil(GROUP))
        .map(|i| m.instance(&format!("chunk_{i}"), &copy, &[("act_i", &act)])["act_o"].clone())
        .collect();
    let next_q = m.reg("next_q", codes.ty);
    m.on_clock([when(&swap, [set(&next_q, &codes)])]);
    let tile_q = m.register("tile_q", &next_q);
    let (mut sums, mut owed) = (vec![], vec![]);
    for n in 0..c.columns {
        let code = tile_q.slice(2 * n * c.lanes, 2 * c.lanes);
        let instance = m.instance(&format!("column_{n}"), &column, &[("act_i", &groups[n / GROUP]), ("code_i", &code)]);
        sums.push(instance["sum_o"].clone());
        owed.push(instance["owed_o"].clone());
    }
    m.drive("sums_o", cat(sums));
    m.drive("owed_o", cat(owed));
    m.build()
}

/// A register for a lane chunk of `width` bits, which tools shall not make one with its neighbours.
fn copy(width: usize) -> Result<Arc<Module>, Errors> {
    let mut m = Module::new("trine_chunk", "A lane chunk beside the columns that it is for.");
    m.keep_registers();
    let act = m.input("act_i", bits(width));
    let act_q = m.register("act_q", act);
    m.drive("act_o", act_q);
    m.build()
}
