//! A testbench in plain Verilog for whoever integrates a unit and has no more than a simulator.

use crate::emitted::SourceFile;
use trine_spec::Config;
use trine_spec::packing::pack_byte;
use trine_spec::registers::{CTRL, CTRL_START, DEPTH, ERR_CODE, ID, ID_VALUE, OUTPUTS, TOKENS};

/// Name of its module.
pub const TESTBENCH: &str = "trine_tb";

/// Line of the text that the settings take the place of.
const SETTINGS: &str = "  // settings\n";

/// The testbench of a unit of configuration `c`; `None` for one with windows, which has no streams to drive.
pub fn testbench(c: &Config) -> Option<SourceFile> {
    if c.windows {
        return None;
    }
    let weight = |trit: i8| u64::from(pack_byte(c.weight_code, &[trit]));
    let registers = [
        ("ID", ID),
        ("CTRL", CTRL),
        ("ERR_CODE", ERR_CODE),
        ("TOKENS", TOKENS),
        ("DEPTH", DEPTH),
        ("OUTPUTS", OUTPUTS),
    ];
    let numbers = [
        ("ACT_BITS", c.act_bus() as u64),
        ("WGT_BITS", c.weight_bus as u64),
        ("RES_BITS", c.res_bus() as u64),
        ("ACT_WIDTH", c.act_bits as u64),
        ("BEATS", c.beats_per_tile() as u64),
        ("START", 1 << CTRL_START.lsb),
        ("LARGEST", (1 << (c.act_bits - 1)) - 1),
    ];
    let bytes = [("NOTHING", weight(0)), ("PLUS", weight(1)), ("MINUS", weight(-1))];
    let mut settings = format!("  localparam [31:0] ID_VALUE = 32'd{ID_VALUE};\n");
    settings += &registers.map(|(name, r)| format!("  localparam [11:0] {name} = 12'd{};\n", r.offset)).concat();
    settings += &numbers.map(|(name, value)| format!("  localparam integer {name} = {value};\n")).concat();
    settings += &bytes.map(|(name, value)| format!("  localparam [7:0] {name} = 8'd{value};\n")).concat();
    let text = include_str!("testbench.v").replace(SETTINGS, &settings);
    Some(SourceFile { name: format!("{TESTBENCH}.v"), text })
}
