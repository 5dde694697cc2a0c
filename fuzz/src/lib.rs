//! Everything that reads what others wrote, as functions of bytes that must come back: with a value or with an error, never
//! with a panic, and soon.
//!
//! `make fuzz` runs them under libFuzzer, guided by coverage; the test `corpus` runs them over the inputs that are kept in
//! `fuzz/corpus`, one folder a target, of which those named `found-*` once ended in a panic or a hang.
#![forbid(unsafe_code)]

mod device;
mod files;
mod links;

/// A function to be fuzzed.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Name, which is also the name of the folder with its inputs.
    pub name: &'static str,
    /// Takes any bytes.
    pub run: fn(&[u8]),
}

/// All targets.
pub const TARGETS: &[Target] = &[
    Target { name: "hf-config", run: files::hf_config },
    Target { name: "safetensors", run: files::safetensors },
    Target { name: "safetensors-index", run: files::safetensors_index },
    Target { name: "generation-config", run: files::generation_config },
    Target { name: "gguf", run: files::gguf },
    Target { name: "gguf-split", run: files::gguf_split },
    Target { name: "tokenizer-json", run: files::tokenizer_json },
    Target { name: "tokenizer-model", run: files::tokenizer_model },
    Target { name: "tokenizer-companions", run: files::tokenizer_companions },
    Target { name: "npy", run: files::npy },
    Target { name: "unit-toml", run: files::unit_toml },
    Target { name: "energy-toml", run: files::energy_toml },
    Target { name: "board-toml", run: files::board_toml },
    Target { name: "synthesis-json", run: files::synthesis_json },
    Target { name: "yosys-stat", run: files::yosys_stat },
    Target { name: "yosys-netlist", run: files::yosys_netlist },
    Target { name: "gate-netlist", run: files::gate_netlist },
    Target { name: "nextpnr-report", run: files::nextpnr_report },
    Target { name: "opensta-log", run: files::opensta_log },
    Target { name: "liberty", run: files::liberty },
    Target { name: "liberty-function", run: files::liberty_function },
    Target { name: "uartbone", run: links::uartbone },
    Target { name: "wire", run: links::wire },
    Target { name: "device", run: device::device },
];
