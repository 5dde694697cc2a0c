//! `docs/reference/packing.md` shows what the code does: tables, bytes and accesses of the page are made here.
//!
//! `UPDATE_EXPECT=1 cargo test -p trine-driver` writes them again.

use std::fmt::Write;
use std::process::Command;

use trine_driver::packing::{activations, add_results, result_bytes, weights};
use trine_driver::schedule::Job;
use trine_driver::{Device, Exchange, MatmulShape, Transport, TransportError};
use trine_golden_model::TernaryMatrix;
use trine_soft_unit::{Fault, SoftUnit};
use trine_spec::packing::{base3_decode, from_two_bit, pack_byte, two_bit};
use trine_spec::registers::{self as regs, REGISTERS, Register};
use trine_spec::{Config, WeightCode};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference/packing.md");
const PACKER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/own_top");

/// The worked job, the one of `examples/own_top`.
const SHAPE: MatmulShape = MatmulShape { m: 2, k: 3, n: 2 };
const X: [i8; 6] = [1, -2, 3, -128, 5, 127];
/// Row-major, K x N.
const W: [i8; 6] = [1, -1, -1, -1, 0, 1];
const Y: [i32; 4] = [3, 4, -133, 250];

/// Registers that a job needs; the driver accesses others for counters, watchdog and checks.
const NEEDED: [Register; 5] = [regs::TOKENS, regs::DEPTH, regs::OUTPUTS, regs::CTRL, regs::STATUS];

/// The page's unit: partial tiles in both directions, and two beats a tile.
fn worked() -> Config {
    Config::sized(2, 3).weight_bus(8).max_depth(64).max_tokens(4).build().unwrap()
}

/// One step of a host.
enum Step {
    Read(u32, u32),
    Write(u32, u32),
    Streams,
}

/// A unit in software that keeps what its host does.
struct Recorder {
    unit: SoftUnit,
    steps: Vec<Step>,
}

impl Transport for Recorder {
    fn read(&mut self, offset: u32) -> Result<u32, TransportError> {
        let value = self.unit.read(offset)?;
        self.steps.push(Step::Read(offset, value));
        Ok(value)
    }

    fn write(&mut self, offset: u32, value: u32) -> Result<(), TransportError> {
        self.steps.push(Step::Write(offset, value));
        self.unit.write(offset, value)
    }

    fn exchange(&mut self, streams: Exchange<'_>) -> Result<(), TransportError> {
        self.steps.push(Step::Streams);
        self.unit.exchange(streams)
    }
}

/// Beats of the worked job.
struct Beats {
    activations: Vec<u8>,
    weights: Vec<u8>,
    results: Vec<u8>,
}

/// Opens a unit and runs the worked job on it, as often as `times`; returns what the host did and the beats of the last job.
fn run(config: &Config, fault: Option<Fault>, times: usize) -> (Vec<Step>, Beats) {
    let job = Job { piece: 0, tokens: 0..SHAPE.m, depth: 0..SHAPE.k, outputs: 0..SHAPE.n };
    let rows: Vec<i8> = (0..SHAPE.n).flat_map(|n| (0..SHAPE.k).map(move |k| W[k * SHAPE.n + n])).collect();
    let w = TernaryMatrix::from_trits(SHAPE.n, SHAPE.k, &rows).unwrap();
    let mut beats = Beats { activations: vec![], weights: vec![], results: vec![0; result_bytes(config, SHAPE)] };
    activations(config, &job, &X, SHAPE.k, &mut beats.activations).unwrap();
    weights(config, &w, &job.outputs, &job.depth, &mut beats.weights);

    let mut unit = SoftUnit::new(config);
    unit.faults.extend(fault);
    let mut device = Device::open(Recorder { unit, steps: vec![] }, config.clone()).unwrap();
    let mut outcome = Ok(Default::default());
    for _ in 0..times {
        outcome = device.run(SHAPE, &beats.activations, &beats.weights, &mut beats.results);
    }
    outcome.unwrap();
    let mut sums = [0; Y.len()];
    add_results(config, &job, &beats.results, &mut sums, SHAPE.n);
    assert_eq!(sums, Y);
    (std::mem::take(&mut device.transport_mut().steps), beats)
}

fn symbols(trits: &[i8]) -> String {
    trits.iter().map(|trit| ["-", "0", "+"][(trit + 1) as usize]).collect()
}

/// The trits that a weight byte carries; absent for an illegal one.
fn decode(code: WeightCode, byte: u8) -> Option<Vec<i8>> {
    match code {
        WeightCode::Base3 => base3_decode(byte).map(Vec::from),
        WeightCode::TwoBit => (0..4).map(|i| from_two_bit(byte >> (2 * i) & 3)).collect(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

/// Base-3 number of trits, the first trit lowest.
fn plain(trits: &[i8], digit: fn(i8) -> usize) -> u8 {
    trits.iter().rev().fold(0, |number, &trit| 3 * number + digit(trit)) as u8
}

/// The digit of a trit, 2 for -1.
fn modulo(trit: i8) -> usize {
    trit.rem_euclid(3) as usize
}

/// Counts of bytes that differ from a plain base-3 number.
fn plain_numbers() -> String {
    let differences = |digit: fn(i8) -> usize| {
        let (mut differ, mut silent) = (0, 0);
        for byte in 0..=255 {
            let Some(trits) = base3_decode(byte) else { continue };
            let plain = plain(&trits, digit);
            if plain != byte {
                differ += 1;
                silent += usize::from(base3_decode(plain).is_some_and(|other| other != trits));
            }
        }
        (differ, silent)
    };
    let mut table = String::from(
        "| digits of 0, +1, -1 in the plain number | of 243 bytes differ | decode silently to other trits |\n|---|---|---|\n",
    );
    let shifted = |trit| (trit + 1) as usize;
    for (digits, (differ, silent)) in [("0, 1, 2", differences(modulo)), ("1, 2, 0", differences(shifted))] {
        writeln!(table, "| {digits} | {differ} | {silent} |").unwrap();
    }
    table
}

/// The worked weight bytes as plain numbers, and what a unit takes them for.
fn plain_beats() -> String {
    let (_, beats) = run(&worked(), None, 1);
    let sent: Vec<u8> = beats.weights.iter().map(|&byte| plain(&base3_decode(byte).unwrap(), modulo)).collect();
    let read: Vec<String> = sent.iter().map(|&byte| symbols(&base3_decode(byte).unwrap())).collect();
    let sent = hex(&sent);
    format!(
        "Plain base-3 numbers with digits 0, 1, 2 would be `{sent}`, which the unit reads as `{}`.\n",
        read.join(" ")
    )
}

/// All bytes of the base-3 code by their two hexadecimal digits.
fn base3_table() -> String {
    let mut table = String::from("```text\n  ");
    (0..16).for_each(|low| write!(table, "    _{low:X}").unwrap());
    for byte in 0..=255u8 {
        if byte % 16 == 0 {
            write!(table, "\n{:X}_", byte / 16).unwrap();
        }
        let trits = base3_decode(byte).map_or("  .  ".into(), |trits| symbols(&trits));
        write!(table, " {trits}").unwrap();
    }
    let table: Vec<&str> = table.lines().map(str::trim_end).collect();
    let illegal: Vec<u8> = (0..=255).filter(|&byte| base3_decode(byte).is_none()).collect();
    format!("{}\n```\n\nIllegal, {}: `{}`.\n", table.join("\n"), illegal.len(), hex(&illegal))
}

fn two_bit_table() -> String {
    let mut table = String::from("| trit | code |\n|---|---|\n");
    for trit in [0, 1, -1] {
        writeln!(table, "| {trit:+} | `{:02b}` |", two_bit(trit)).unwrap();
    }
    let illegal = (0..4).find(|&code| from_two_bit(code).is_none()).unwrap();
    writeln!(table, "| illegal | `{illegal:02b}` |").unwrap();
    table.replace("| +0 |", "| 0 |")
}

/// The functions of the packer that are about one byte.
fn python() -> String {
    let text = std::fs::read_to_string(format!("{PACKER}/pack.py")).unwrap();
    let start = text.find("def encode").unwrap();
    let end = text.find("def two_bit").unwrap();
    format!("```python\n{}\n```\n", text[start..end].trim_end())
}

/// All beats of the worked job on a unit.
fn beats(config: &Config) -> String {
    let (lanes, columns) = (config.lanes(), config.columns());
    let (_, beats) = run(config, None, 1);
    let mut table = String::from(
        "| stream | beat | bytes, byte 0 first | `tkeep` | `tlast` | holds |\n|---|---|---|---|---|---|\n",
    );
    let mut row = |stream, beat, bytes: String, keep: String, last, holds: String| {
        writeln!(table, "| `{stream}` | {beat} | `{bytes}` | {keep} | {} | {holds} |", u8::from(last)).unwrap();
    };
    let range = |start: usize, length: usize| match length {
        1 => format!("{start}"),
        _ => format!("{start} to {}", start + length - 1),
    };

    let count = beats.activations.len() / lanes;
    for (beat, bytes) in beats.activations.chunks(lanes).enumerate() {
        let (chunk, token) = (beat / SHAPE.m, beat % SHAPE.m);
        let used = lanes.min(SHAPE.k - chunk * lanes);
        let values: Vec<String> = bytes[..used].iter().map(|&byte| (byte as i8).to_string()).collect();
        let holds = format!("token {token}, k = {}: {}", range(chunk * lanes, used), values.join(", "));
        row("s_axis_act", beat, hex(bytes), "any".into(), beat + 1 == count, holds);
    }

    let (size, per_tile) = (config.weight_bus() / 8, config.beats_per_tile());
    let (count, chunks) = (beats.weights.len() / size, SHAPE.k.div_ceil(lanes));
    for (beat, bytes) in beats.weights.chunks(size).enumerate() {
        let (tile, part) = (beat / per_tile, beat % per_tile);
        let trits: Vec<String> =
            bytes.iter().map(|&byte| symbols(&decode(config.weight_code(), byte).unwrap())).collect();
        let holds = format!(
            "tile of outputs {}, k = {}, trits from {}: `{}`",
            range(tile / chunks * columns, columns),
            range(tile % chunks * lanes, lanes),
            part * config.trits_per_beat(),
            trits.join(" ")
        );
        row("s_axis_wgt", beat, hex(bytes), "any".into(), beat + 1 == count, holds);
    }

    let size = config.res_bus() / 8;
    let count = beats.results.len() / size;
    for (beat, bytes) in beats.results.chunks(size).enumerate() {
        let (block, token) = (beat / SHAPE.m, beat % SHAPE.m);
        let used = columns.min(SHAPE.n - block * columns);
        let mut shown = vec![hex(&bytes[..4 * used])];
        shown.extend(vec!["-- -- -- --".to_owned(); columns - used]);
        let sums: Vec<String> =
            bytes.as_chunks::<4>().0[..used].iter().map(|sum| i32::from_le_bytes(*sum).to_string()).collect();
        let holds = format!("token {token}, outputs {}: {}", range(block * columns, used), sums.join(", "));
        row(
            "m_axis_res",
            beat,
            shown.join(" "),
            format!("`{:#x}`", (1u64 << (4 * used)) - 1),
            beat + 1 == count,
            holds,
        );
    }
    table
}

/// A table of what a host does; marks the registers of `needed`, if there are any.
fn accesses(steps: &[Step], needed: &[Register]) -> String {
    let column = |text: &str| if needed.is_empty() { String::new() } else { format!(" {text} |") };
    let (head, line) = (column("needed"), column("---").replace(' ', ""));
    let mut table = format!(
        "| | access | offset | register | value |{head} register's meaning |\n|---|---|---|---|---|{line}---|\n"
    );
    for (number, step) in steps.iter().enumerate() {
        let number = number + 1;
        let (access, offset, value) = match *step {
            Step::Streams => {
                let mark = column("yes");
                writeln!(table, "| {number} | **streams** | | | |{mark} All beats in, all result beats out. |")
                    .unwrap();
                continue;
            }
            Step::Read(offset, value) => ("read", offset, value),
            Step::Write(offset, value) => ("write", offset, value),
        };
        let register = REGISTERS.iter().find(|register| register.offset == offset).unwrap();
        let name = register.name;
        let set = register.fields.iter().filter(|field| field.width == 1 && field.of(value) == 1);
        let set: String = set.map(|field| format!(" {}", field.name)).collect();
        // The unit in software does not model cycles.
        let is_time = name.starts_with("CYCLES") || name.starts_with("STALL");
        let value = if is_time { "varies".into() } else { format!("`{value:#x}`{set}") };
        let mark = column(if needed.contains(register) { "yes" } else { "" });
        writeln!(table, "| {number} | {access} | `{offset:#05x}` | {name} | {value} |{mark} {} |", register.doc)
            .unwrap();
    }
    table
}

/// Position of the first access of `register` in `steps`.
fn first(steps: &[Step], register: &Register) -> usize {
    let is_it = |step: &Step| matches!(*step, Step::Read(at, _) | Step::Write(at, _) if at == register.offset);
    steps.iter().position(is_it).unwrap()
}

/// `page` with `text` between the marks of `name`.
fn replaced(page: &str, name: &str, text: &str) -> String {
    let marks = [format!("<!-- {name} -->\n"), format!("<!-- /{name} -->\n")];
    let (before, rest) = page.split_once(&marks[0]).unwrap_or_else(|| panic!("no mark {name}"));
    let (_, after) = rest.split_once(&marks[1]).unwrap_or_else(|| panic!("no end of {name}"));
    [before, &marks[0], text, &marks[1], after].concat()
}

#[test]
fn the_page_shows_what_the_code_does() {
    let (job, _) = run(&worked(), None, 1);
    let begin = first(&job, &regs::PERF_CTRL);
    let (failed, _) = run(&worked(), Some(Fault::Drop(4)), 2);
    let dropped = failed.iter().position(|step| matches!(step, Step::Streams)).unwrap();
    let reset = dropped..dropped + 1 + first(&failed[dropped + 1..], &regs::PERF_CTRL);
    let parts = [
        ("plain", plain_numbers()),
        ("plain beats", plain_beats()),
        ("base3", base3_table()),
        ("two-bit", two_bit_table()),
        ("python", python()),
        ("beats of the unit", beats(&worked())),
        ("beats of odd", beats(&Config::preset("odd").unwrap())),
        ("beats of one column", beats(&Config::preset("unit").unwrap())),
        ("opening", accesses(&job[..begin], &[])),
        ("job", accesses(&job[begin..], &NEEDED)),
        ("failure", accesses(&failed[reset], &[])),
    ];
    let page = std::fs::read_to_string(PAGE).unwrap();
    let expected = parts.iter().fold(page.clone(), |page, (name, text)| replaced(&page, name, text));
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(PAGE, &expected).unwrap();
    } else {
        assert!(page == expected, "UPDATE_EXPECT=1 writes the page again:\n{expected}");
    }
}

/// Output of a Python program.
fn printed(program: &str) -> String {
    let output = Command::new("python3").args(["-B", "-c", program]).current_dir(PACKER).output().unwrap();
    assert!(output.status.success(), "{}\n{program}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_python_of_the_page_codes_every_byte_like_the_unit() {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let code = page.split_once("```python\n").unwrap().1.split_once("```").unwrap().0;
    let found = printed(&format!("{code}\nfor b in range(256):\n    t = decode(b)\n    print(t, t and encode(t))"));
    let expected: String = (0..=255)
        .map(|byte| match base3_decode(byte) {
            Some(trits) => format!("{trits:?} {}\n", pack_byte(WeightCode::Base3, &trits)),
            None => "None None\n".into(),
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn the_packer_of_the_example_packs_what_the_driver_packs() {
    let configs = [
        worked(),
        Config::preset("unit").unwrap(),
        Config::preset("odd").unwrap(),
        Config::sized(5, 4).weight_bus(16).build().unwrap(),
        Config::sized(4, 3).weight_code(WeightCode::TwoBit).weight_bus(8).build().unwrap(),
        Config::sized(16, 2).build().unwrap(),
    ];
    // A sequence that is as good as random here.
    let mut state = 1u32;
    let mut next = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as u8
    };
    let (mut program, mut expected) = (String::from("import pack\n"), String::new());
    for config in &configs {
        for (m, k, n) in [(1, 1, 1), (2, 3, 2), (3, 17, 7), (4, 10, 9)] {
            let x: Vec<i8> = (0..m * k).map(|_| next() as i8).collect();
            let rows: Vec<i8> = (0..n * k).map(|_| (next() % 3) as i8 - 1).collect();
            let shape = MatmulShape { m, k, n };
            let stream: Vec<u8> = (0..result_bytes(config, shape)).map(|_| next()).collect();
            let job = Job { piece: 0, tokens: 0..m, depth: 0..k, outputs: 0..n };
            let w = TernaryMatrix::from_trits(n, k, &rows).unwrap();
            let (mut acts, mut wgts, mut sums) = (vec![], vec![], vec![0; m * n]);
            activations(config, &job, &x, k, &mut acts).unwrap();
            weights(config, &w, &job.outputs, &job.depth, &mut wgts);
            add_results(config, &job, &stream, &mut sums, n);
            let sums: Vec<&[i32]> = sums.chunks(n).collect();
            let x: Vec<&[i8]> = x.chunks(k).collect();
            let columns: Vec<Vec<i8>> = (0..k).map(|k_at| rows.chunks(k).map(|row| row[k_at]).collect()).collect();
            let code = if config.weight_code() == WeightCode::Base3 { "base3" } else { "two-bit" };
            writeln!(
                program,
                "unit = {{'lanes': {}, 'columns': {}, 'weight_code': '{code}', 'weight_bus': {}}}\n\
                 print(list(pack.activations({x:?}, unit)), list(pack.weights({columns:?}, unit)))\n\
                 print(pack.results(bytes({stream:?}), {m}, {n}, unit))",
                config.lanes(),
                config.columns(),
                config.weight_bus()
            )
            .unwrap();
            writeln!(expected, "{acts:?} {wgts:?}\n{sums:?}").unwrap();
        }
    }
    assert!(printed(&program) == expected, "{program}");
}
