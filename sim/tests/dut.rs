//! Ports of every width, clocking, failures inside the design, and waveforms.

use std::fmt::Write as _;
use std::fs::File;
use std::io::BufReader;

use fst_reader::{FstFilter, FstHierarchyEntry, FstReader, FstSignalValue};
use trine_sim::{BuildOptions, Dut, Error};

const COUNTER: &str = "module counter(
    input clk,
    input reset,
    input [15:0] limit,
    output reg [15:0] count
);
    always @(posedge clk) begin
        count <= reset ? 16'd0 : count + 16'd1;
        if (!reset && count == limit) $fatal(1, \"count reached %0d\", count);
    end
endmodule
";

#[test]
fn ports_of_every_width_carry_every_bit() {
    const WIDTHS: [usize; 14] = [1, 7, 8, 9, 16, 17, 31, 32, 33, 63, 64, 65, 100, 2048];
    let mut text = "module widths(\n".to_owned();
    for width in WIDTHS {
        writeln!(text, "input [{0}:0] x{width},\noutput [{0}:0] y{width},", width - 1).unwrap();
    }
    text += "input unused\n);\n";
    for width in WIDTHS {
        writeln!(text, "assign y{width} = ~x{width};").unwrap();
    }
    let mut dut = crate::common::dut("", &(text + "endmodule\n"));
    for width in WIDTHS {
        for bit in 0..width {
            let mut words = vec![0u32; width.div_ceil(32)];
            words[bit / 32] = 1 << (bit % 32);
            dut.poke(format!("x{width}").as_str(), words.as_slice()).unwrap();
            let inverted = dut.peek_words(format!("y{width}").as_str()).unwrap();
            for (index, (word, inverse)) in words.iter().zip(&inverted).enumerate() {
                let mask = u32::MAX >> (32 - (width - index * 32).min(32));
                assert_eq!(*inverse, !word & mask, "width {width}, bit {bit}, word {index}");
            }
        }
    }
}

#[test]
fn signed_values_go_in_and_come_out() {
    let mut dut = crate::common::dut(
        "",
        "module negate(
            input signed [8:0] x,
            output signed [8:0] y,
            input signed [69:0] wide_x,
            output [69:0] wide_y
        );
            assign y = -x;
            assign wide_y = wide_x;
        endmodule",
    );
    for x in -255..=255_i64 {
        dut.poke("x", x).unwrap();
        assert_eq!(dut.peek_signed("y").unwrap(), -x);
    }
    dut.poke("wide_x", -2_i64).unwrap();
    assert_eq!(dut.peek_words("wide_y").unwrap(), [0xffff_fffe, 0xffff_ffff, 0x3f]);
    assert!(matches!(dut.poke("x", 256_i64), Err(Error::Width { .. })));
    assert!(matches!(dut.poke("x", -257_i64), Err(Error::Width { .. })));
}

#[test]
fn wrong_names_directions_and_widths_are_errors() {
    let mut dut = crate::common::dut("clk", COUNTER);
    assert_eq!(dut.poke("cuont", 1_u64).unwrap_err().to_string(), "counter has no input port cuont");
    assert_eq!(dut.poke("count", 1_u64).unwrap_err().to_string(), "counter has no input port count");
    let error = dut.poke("limit", 0x1_0000_u64).unwrap_err();
    assert_eq!(error.to_string(), "port limit is 16 bits wide: the value does not fit");
    assert!(dut.poke("limit", [1_u32, 0].as_slice()).is_err());
    assert!(dut.poke("limit", 0xffff_u64).is_ok());
}

#[test]
fn a_clock_ticks_and_a_design_without_one_says_so() {
    let mut dut = crate::common::dut("clk", COUNTER);
    dut.poke("limit", 0xffff_u64).unwrap();
    dut.poke("reset", true).unwrap();
    dut.tick().unwrap();
    dut.poke("reset", false).unwrap();
    let count = dut.port("count").unwrap();
    for expected in 0..1000 {
        assert_eq!(dut.peek(count).unwrap(), expected);
        dut.tick().unwrap();
    }
    assert_eq!(dut.cycles(), 1001);

    let mut combinational =
        crate::common::dut("", "module wire_only(\ninput x,\noutput y\n);\nassign y = x;\nendmodule");
    assert_eq!(combinational.tick().unwrap_err().to_string(), "wire_only: the design has no clock");
}

#[test]
fn registers_start_at_random_values() {
    let mut dut = crate::common::dut("clk", COUNTER);
    assert_ne!(dut.peek("count").unwrap(), 0);
}

#[test]
fn a_fatal_in_the_design_is_an_error_and_stays_one() {
    let mut dut = crate::common::dut("clk", COUNTER);
    dut.poke("limit", 5_u64).unwrap();
    dut.poke("reset", true).unwrap();
    dut.tick().unwrap();
    dut.poke("reset", false).unwrap();
    let error = (0..100).find_map(|_| dut.tick().err()).expect("the design gives up").to_string();
    assert!(error.contains("counter.v:9"), "{error}");
    assert!(error.contains("count reached 5"), "{error}");
    assert_eq!(dut.cycles(), 6);
    assert_eq!(dut.tick().unwrap_err().to_string(), error);
    assert_eq!(dut.peek("count").unwrap_err().to_string(), error);
}

#[test]
fn finish_and_error_in_the_design_are_errors() {
    for (task, named) in [("$finish", "$finish"), ("$error(\"odd\")", "odd")] {
        let text = COUNTER.replace("$fatal(1, \"count reached %0d\", count)", task);
        let mut dut = crate::common::dut("clk", &text);
        dut.poke("reset", true).unwrap();
        dut.tick().unwrap();
        dut.poke("reset", false).unwrap();
        let error = dut.tick().unwrap_err().to_string();
        assert!(error.contains(named), "{error}");
    }
}

#[test]
fn many_instances_live_side_by_side_and_move_between_threads() {
    let library = crate::common::build("clk", COUNTER);
    let counts: Vec<u64> = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4_u64)
            .map(|ticks| {
                let mut dut = Dut::new(&library).unwrap();
                dut.poke("limit", 0xffff_u64).unwrap();
                dut.poke("reset", true).unwrap();
                dut.tick().unwrap();
                dut.poke("reset", false).unwrap();
                scope.spawn(move || {
                    (0..ticks).for_each(|_| dut.tick().unwrap());
                    dut.peek("count").unwrap()
                })
            })
            .collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    assert_eq!(counts, [0, 1, 2, 3]);
}

#[test]
fn a_waveform_holds_what_happened() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("counter.fst");
    let library = trine_sim::build(
        &crate::common::verilog("clk", COUNTER),
        &BuildOptions { trace: true, ..BuildOptions::default() },
    )
    .unwrap();
    let mut dut = Dut::new(&library).unwrap();
    dut.trace(&file).unwrap();
    assert_eq!(dut.waveform(), Some(file.as_path()));
    dut.poke("limit", 0xffff_u64).unwrap();
    dut.poke("reset", true).unwrap();
    dut.tick().unwrap();
    dut.poke("reset", false).unwrap();
    (0..3).for_each(|_| dut.tick().unwrap());
    drop(dut);

    let mut reader = FstReader::open(BufReader::new(File::open(&file).unwrap())).unwrap();
    let mut handle = None;
    reader
        .read_hierarchy(|entry| match entry {
            FstHierarchyEntry::Var { name, handle: found, .. } if name.starts_with("count") => handle = Some(found),
            _ => {}
        })
        .unwrap();
    let mut changes = Vec::new();
    let filter = FstFilter::filter_signals(vec![handle.expect("the counter is in the waveform")]);
    reader
        .read_signals(&filter, |time, _, value| {
            let FstSignalValue::String(bits) = value else { panic!("the counter is a bit vector") };
            changes.push((time, u64::from_str_radix(std::str::from_utf8(bits)?, 2).unwrap()));
            Ok::<_, std::str::Utf8Error>(())
        })
        .unwrap();
    assert_eq!(changes[changes.len() - 4..], [(5, 0), (15, 1), (25, 2), (35, 3)]);
}

#[test]
fn a_waveform_names_all_signals_of_a_large_design() {
    const SIGNALS: usize = 400;
    let mut text = "module many(input clk);\n".to_owned();
    for number in 0..SIGNALS {
        writeln!(text, "reg signal_with_a_long_name_{number} = 0;").unwrap();
        writeln!(text, "always @(posedge clk) signal_with_a_long_name_{number} <= !signal_with_a_long_name_{number};")
            .unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("many.fst");
    let library = trine_sim::build(
        &crate::common::verilog("clk", &(text + "endmodule\n")),
        &BuildOptions { trace: true, ..BuildOptions::default() },
    )
    .unwrap();
    let mut dut = Dut::new(&library).unwrap();
    dut.trace(&file).unwrap();
    dut.tick().unwrap();
    drop(dut);

    let mut reader = FstReader::open(BufReader::new(File::open(&file).unwrap())).unwrap();
    let mut found = 0;
    reader
        .read_hierarchy(|entry| {
            let named = |name: &str| name.starts_with("signal_with_a_long_name_");
            found += usize::from(matches!(entry, FstHierarchyEntry::Var { name, .. } if named(&name)));
        })
        .unwrap();
    assert_eq!(found, SIGNALS);
}

#[test]
fn a_waveform_that_cannot_be_written_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let mut plain = crate::common::dut("clk", COUNTER);
    let error = plain.trace(&folder.path().join("x.fst")).unwrap_err();
    assert_eq!(error.to_string(), "counter: the design was built without waveform support");

    let library = trine_sim::build(
        &crate::common::verilog("clk", COUNTER),
        &BuildOptions { trace: true, ..BuildOptions::default() },
    )
    .unwrap();
    let mut dut = Dut::new(&library).unwrap();
    let error = dut.trace(&folder.path().join("missing/x.fst")).unwrap_err();
    assert!(error.to_string().starts_with("cannot write the waveform"), "{error}");
}
