//! Technology cells: their ports, and models for simulation. Synthesis tools bring their own.

use crate::lang::{BIT, Errors, Module, bits};
use std::sync::Arc;

/// ECP5: two bits of a carry chain with a four-input LUT each. `S = LUT(A, B, C, D) ^ carry`; the carry is passed on
/// where the LUT gives 1, and is `LUT(A, B, 0, 0)` elsewhere.
///
/// # Errors
/// None: its ports are fixed.
pub fn ccu2c() -> Result<Arc<Module>, Errors> {
    let mut m = Module::cell("CCU2C", include_str!("ccu2c.v"));
    for port in ["CIN", "A0", "B0", "C0", "D0", "A1", "B1", "C1", "D1"] {
        m.input(port, BIT);
    }
    for port in ["S0", "S1", "COUT"] {
        m.output(port, BIT);
    }
    m.build()
}

/// Model of a [`ccu2c`] for the [interpreter](crate::lang::Interpreter).
pub fn ccu2c_model(parameters: &[(String, String)], input: &dyn Fn(&str) -> u64, output: &str) -> u64 {
    let lut = |position: usize, pins: [u64; 4]| {
        let name = format!("INIT{position}");
        let init = parameters.iter().find(|(parameter, _)| *parameter == name).map_or("", |(_, value)| value);
        let table = u64::from_str_radix(init.trim_start_matches("16'h"), 16).unwrap_or_default();
        table >> pins.iter().rev().fold(0, |at, pin| at << 1 | pin) & 1
    };
    let (mut carry, mut sums) = (input("CIN"), [0; 2]);
    for (position, sum) in sums.iter_mut().enumerate() {
        let [a, b, c, d] = ["A", "B", "C", "D"].map(|pin| input(&format!("{pin}{position}")));
        let passes = lut(position, [a, b, c, d]);
        *sum = passes ^ carry;
        carry = if passes == 1 { carry } else { lut(position, [a, b, 0, 0]) };
    }
    match output {
        "S0" => sums[0],
        "S1" => sums[1],
        _ => carry,
    }
}

/// Xilinx 7 series: a six-input LUT whose lower half has an output of its own.
///
/// # Errors
/// None: its ports are fixed.
pub fn lut6_2() -> Result<Arc<Module>, Errors> {
    let mut m = Module::cell("LUT6_2", include_str!("lut6_2.v"));
    for port in ["I0", "I1", "I2", "I3", "I4", "I5"] {
        m.input(port, BIT);
    }
    for port in ["O5", "O6"] {
        m.output(port, BIT);
    }
    m.build()
}

/// Xilinx 7 series: four bits of a carry chain.
///
/// # Errors
/// None: its ports are fixed.
pub fn carry4() -> Result<Arc<Module>, Errors> {
    let mut m = Module::cell("CARRY4", include_str!("carry4.v"));
    for port in ["CI", "CYINIT"] {
        m.input(port, BIT);
    }
    for port in ["DI", "S"] {
        m.input(port, bits(4));
    }
    for port in ["O", "CO"] {
        m.output(port, bits(4));
    }
    m.build()
}

/// ECP5: a block RAM of 18 kbit with two ports, each up to 18 bits wide, or 36 bits wide as one write and one read port.
///
/// # Errors
/// None: its ports are fixed.
pub fn dp16kd() -> Result<Arc<Module>, Errors> {
    let mut m = Module::clocked_cell("DP16KD", include_str!("dp16kd.v"), &["CLKA", "CLKB"]);
    for port in ["A", "B"] {
        (0..18).for_each(|i| drop(m.input(&format!("DI{port}{i}"), BIT)));
        (0..14).for_each(|i| drop(m.input(&format!("AD{port}{i}"), BIT)));
        (0..3).for_each(|i| drop(m.input(&format!("CS{port}{i}"), BIT)));
        for pin in ["CE", "OCE", "WE", "RST"] {
            m.input(&format!("{pin}{port}"), BIT);
        }
        (0..18).for_each(|i| drop(m.output(&format!("DO{port}{i}"), BIT)));
    }
    m.build()
}
