//! Streams through good designs and broken ones: every rule is shown to catch what it is there for.

use trine_sim::{Dut, Error, Limits, Scoreboard, Sink, Source, Stalls, StreamRule};

/// A register stage for 128 bits, with a guard that ends the simulation when its source breaks a rule.
const STAGE: &str = "module stage(
    input clk,
    input reset,
    input [127:0] s_tdata,
    input [15:0] s_tkeep,
    input s_tlast,
    input s_tvalid,
    output s_tready,
    output reg [127:0] m_tdata,
    output reg [15:0] m_tkeep,
    output reg m_tlast,
    output reg m_tvalid,
    input m_tready
);
    assign s_tready = !m_tvalid || m_tready;
    always @(posedge clk) begin
        if (s_tready) m_tvalid <= s_tvalid;
        if (s_tready && s_tvalid) {m_tdata, m_tkeep, m_tlast} <= {s_tdata, s_tkeep, s_tlast};
        if (reset) m_tvalid <= 0;
    end

    reg waiting;
    reg [144:0] offered;
    always @(posedge clk) begin
        waiting <= !reset && s_tvalid && !s_tready;
        offered <= {s_tdata, s_tkeep, s_tlast};
        if (!reset && waiting && !s_tvalid) $fatal(1, \"valid dropped\");
        if (!reset && waiting && offered != {s_tdata, s_tkeep, s_tlast}) $fatal(1, \"payload changed\");
    end
endmodule
";

const BEAT: usize = 16;

fn reset(dut: &mut Dut) {
    dut.poke("reset", true).unwrap();
    dut.tick().unwrap();
    dut.poke("reset", false).unwrap();
}

fn stage(text: &str) -> Dut {
    let mut dut = crate::common::dut("clk", text);
    reset(&mut dut);
    dut
}

fn pattern(beats: usize) -> Vec<u8> {
    (0..beats * BEAT).map(|index| (index * 7 + index / 251) as u8).collect()
}

/// Plays `beats` beats through; returns the result of the exchange, the received bytes and the sink.
fn run(dut: &mut Dut, beats: usize, probability: f64, seed: u64) -> (Result<(), Error>, Vec<u8>, Sink) {
    let stalls = Stalls::new(probability, seed).unwrap();
    let mut source = Source::axi(dut, "s", stalls.for_stream(1)).unwrap();
    let mut sink = Sink::axi(dut, "m", stalls.for_stream(2)).unwrap();
    let (sent, mut received) = (pattern(beats), vec![0; beats * BEAT]);
    let limits = Limits { idle: 200, drain: 8 };
    let result = trine_sim::exchange(dut, &mut [source.play(&sent)], &mut [sink.collect(&mut received)], limits);
    (result, received, sink)
}

fn broken_rule(text: &str) -> (StreamRule, u64) {
    match run(&mut stage(text), 100, 0.5, 1).0.unwrap_err() {
        Error::Stream { rule, beat, .. } => (rule, beat),
        other => panic!("{other}"),
    }
}

#[test]
fn without_stalls_a_beat_moves_every_cycle() {
    let mut dut = stage(STAGE);
    let (result, received, sink) = run(&mut dut, 1000, 0.0, 1);
    result.unwrap();
    assert_eq!(received, pattern(1000));
    let first = sink.cycles()[0];
    assert_eq!(first, 2, "reset takes a cycle and the register another");
    assert!(sink.cycles().iter().copied().eq(first..first + 1000));
    assert!((0..1000).all(|beat| sink.is_last(beat) == (beat == 999)));
}

#[test]
fn with_stalls_everything_still_arrives_and_no_source_breaks_a_rule() {
    for seed in 0..50 {
        let (result, received, sink) = run(&mut stage(STAGE), 200, 0.3, seed);
        result.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        assert_eq!(received, pattern(200), "seed {seed}");
        assert_eq!(sink.moved(), 200);
    }
}

#[test]
fn stalls_come_as_often_as_asked_and_repeat_with_their_seed() {
    let cycles = |probability, seed| {
        let mut dut = stage(STAGE);
        let (result, _, sink) = run(&mut dut, 5000, probability, seed);
        result.unwrap();
        sink.cycles().to_vec()
    };
    assert_eq!(cycles(0.3, 7), cycles(0.3, 7));
    assert_ne!(cycles(0.3, 7), cycles(0.3, 8));
    // With one register between the ends a beat needs both, so that 0.7 of the cycles is an upper bound.
    let span = cycles(0.3, 7).last().unwrap() - cycles(0.3, 7)[0];
    assert!((5000.0 / 0.7..5000.0 / 0.49).contains(&(span as f64)), "{span} cycles");
    assert!(matches!(Stalls::new(1.0, 0), Err(Error::StallProbability(_))));
    assert!(matches!(Stalls::new(f64::NAN, 0), Err(Error::StallProbability(_))));
}

#[test]
fn successive_exchanges_continue() {
    let mut dut = stage(STAGE);
    let mut source = Source::axi(&dut, "s", Stalls::new(0.5, 1).unwrap()).unwrap();
    let mut sink = Sink::axi(&dut, "m", Stalls::new(0.5, 2).unwrap()).unwrap();
    let mut spans = Vec::new();
    for _ in 0..2 {
        let mut received = vec![0; 50 * BEAT];
        let sent = pattern(50);
        trine_sim::exchange(&mut dut, &mut [source.play(&sent)], &mut [sink.collect(&mut received)], Limits::default())
            .unwrap();
        assert_eq!(received, sent);
        spans.push(sink.cycles()[49] - sink.cycles()[0]);
    }
    assert_ne!(spans[0], spans[1], "the second exchange does not repeat the pauses of the first");
}

#[test]
fn only_kept_bytes_are_copied() {
    let text = STAGE.replace("{s_tdata, s_tkeep, s_tlast};", "{s_tdata, 16'h80f1, s_tlast};");
    let mut dut = stage(&text);
    let (result, received, sink) = run(&mut dut, 3, 0.0, 1);
    result.unwrap();
    let sent = pattern(3);
    for index in 0..3 * BEAT {
        let kept = 0x80f1 >> (index % BEAT) & 1 == 1;
        assert_eq!(sink.keeps(index / BEAT, index % BEAT), kept);
        assert_eq!(received[index], if kept { sent[index] } else { 0 }, "byte {index}");
    }
}

#[test]
fn data_is_garbage_while_valid_is_low() {
    // A design that looks at the data before valid arrives takes the garbage.
    let text = STAGE.replace("if (s_tready && s_tvalid)", "if (s_tready && !s_tvalid)");
    let (result, received, _) = run(&mut stage(&text), 50, 0.5, 1);
    result.unwrap();
    assert!(received.contains(&0xa5));
    assert_ne!(received, pattern(50));
}

#[test]
fn a_dropped_valid_is_found() {
    let text = STAGE.replace("if (reset) m_tvalid <= 0;", "if (reset || m_tdata[11:8] == 9) m_tvalid <= 0;");
    assert_eq!(broken_rule(&text).0, StreamRule::ValidHolds);
}

#[test]
fn a_changed_payload_is_found_in_data_keep_and_last() {
    for payload in ["m_tdata[127]", "m_tkeep[3]", "m_tlast"] {
        let change = format!("if (m_tvalid && !m_tready) {payload} <= !{payload};");
        let text = STAGE.replace("if (reset) m_tvalid <= 0;", &format!("{change} if (reset) m_tvalid <= 0;"));
        assert_eq!(broken_rule(&text).0, StreamRule::PayloadHolds, "{payload}");
    }
}

#[test]
fn an_excess_beat_is_found() {
    let text = STAGE.replace("if (s_tready) m_tvalid <= s_tvalid;", "if (s_tready) m_tvalid <= s_tvalid || m_tlast;");
    let mut dut = stage(&text);
    // The initial value of m_tlast is random and of no consequence here.
    dut.poke("s_tlast", false).unwrap();
    let (result, ..) = run(&mut dut, 100, 0.0, 1);
    let error = result.unwrap_err();
    assert!(matches!(error, Error::Stream { rule: StreamRule::NoExcessBeat, beat: 100, .. }), "{error}");
    assert_eq!(error.to_string(), "m, beat 100, cycle 102: a beat came that nobody expected");
}

#[test]
fn a_swallowed_beat_ends_as_idle_with_the_progress() {
    let text = STAGE.replace("m_tvalid <= s_tvalid;", "m_tvalid <= s_tvalid && s_tdata[7:0] != 8'h70;");
    assert!(pattern(100)[BEAT] == 0x70, "the second beat is swallowed");
    let (result, ..) = run(&mut stage(&text), 10, 0.0, 1);
    let message = result.unwrap_err().to_string();
    assert!(message.ends_with("s 10 of 10 beats, m 9 of 10 beats"), "{message}");
    assert!(message.starts_with("stage: no beat moved for 200 cycles"), "{message}");
}

#[test]
fn a_design_that_never_takes_anything_ends_as_idle() {
    let text = STAGE.replace("assign s_tready = !m_tvalid || m_tready;", "assign s_tready = 0;");
    let message = run(&mut stage(&text), 10, 0.3, 1).0.unwrap_err().to_string();
    assert!(message.ends_with("s 0 of 10 beats, m 0 of 10 beats"), "{message}");
}

#[test]
fn a_fatal_during_an_exchange_is_an_error() {
    let text =
        STAGE.replace("endmodule", "always @(posedge clk) if (m_tvalid && m_tlast) $fatal(1, \"last\");\nendmodule");
    let message = run(&mut stage(&text), 10, 0.0, 1).0.unwrap_err().to_string();
    assert!(message.contains("last"), "{message}");
}

#[test]
fn the_guard_in_the_design_works() {
    // The guard is what vouches for the sources in the tests above, so it is tried by hand.
    let offer = |dut: &mut Dut, valid: bool, data: u64| {
        dut.poke("s_tvalid", valid).unwrap();
        dut.poke("s_tdata", data).unwrap();
        dut.tick()
    };
    for (valid, data, named) in [(false, 1, "valid dropped"), (true, 2, "payload changed")] {
        let mut dut = stage(STAGE);
        offer(&mut dut, true, 0).unwrap();
        offer(&mut dut, true, 1).unwrap();
        assert_eq!(dut.peek("s_tready").unwrap(), 0);
        let error = offer(&mut dut, valid, data).unwrap_err().to_string();
        assert!(error.contains(named), "{error}");
    }
}

#[test]
fn buffers_and_ports_that_do_not_fit_are_errors() {
    let mut dut = stage(STAGE);
    let mut source = Source::axi(&dut, "s", Stalls::NONE).unwrap();
    let error = trine_sim::exchange(&mut dut, &mut [source.play(&[0; 17])], &mut [], Limits::default()).unwrap_err();
    assert_eq!(error.to_string(), "port s is 128 bits wide: 17 bytes are not a whole number of beats");

    assert!(matches!(Source::axi(&dut, "m", Stalls::NONE), Err(Error::NoSuchPort { .. })));
    assert!(matches!(Sink::axi(&dut, "s", Stalls::NONE), Err(Error::NoSuchPort { .. })));
    assert!(matches!(Source::axi(&dut, "x", Stalls::NONE), Err(Error::NoSuchPort { .. })));

    let mut other = stage(&STAGE.replace("16'h", "16'h "));
    let error = trine_sim::exchange(&mut other, &mut [source.play(&[0; 16])], &mut [], Limits::default()).unwrap_err();
    assert_eq!(error.to_string(), "stage has no such port s of stage");
}

#[test]
fn beats_of_odd_width_keep_their_spare_bits_zero() {
    let text = "module odd(
        input clk,
        input [10:0] x_tdata,
        input x_tvalid,
        output x_tready,
        output [10:0] y_tdata,
        output y_tvalid,
        input y_tready
    );
        assign {y_tdata, y_tvalid, x_tready} = {x_tdata, x_tvalid, y_tready};
    endmodule";
    let mut dut = crate::common::dut("clk", text);
    let mut source = Source::axi(&dut, "x", Stalls::new(0.5, 1).unwrap()).unwrap();
    let mut sink = Sink::axi(&dut, "y", Stalls::new(0.5, 2).unwrap()).unwrap();
    let (sent, mut received) = ([0xff, 0x07, 0x01, 0x00], [0; 4]);
    trine_sim::exchange(&mut dut, &mut [source.play(&sent)], &mut [sink.collect(&mut received)], Limits::default())
        .unwrap();
    assert_eq!(received, sent);
    let error = trine_sim::exchange(&mut dut, &mut [source.play(&[0, 8])], &mut [], Limits::default()).unwrap_err();
    assert_eq!(error.to_string(), "port x is 11 bits wide: a beat has a bit above that");
}

#[test]
fn the_scoreboard_names_the_first_difference() {
    let mut dut = stage(STAGE);
    let (result, received, sink) = run(&mut dut, 3, 0.0, 1);
    result.unwrap();
    let mut expected: Vec<Vec<i32>> = received
        .chunks(BEAT)
        .map(|beat| beat.chunks(4).map(|value| i32::from_le_bytes(value.try_into().unwrap())).collect())
        .collect();
    let check = |expected: &[Vec<i32>]| {
        let waveform = Some("run.fst".as_ref());
        Scoreboard { columns: 4, expected, waveform }.check_sink(&sink, &received).map_err(|error| error.to_string())
    };
    assert_eq!(check(&expected), Ok(()));
    let value = expected[1][2];
    expected[1][2] ^= 1;
    let message = format!("cycle 3, beat 1, column 2: expected {}, actual {value}, waveform run.fst", expected[1][2]);
    assert_eq!(check(&expected), Err(message));

    expected[1] = vec![expected[1][0]];
    let message = check(&expected).unwrap_err();
    assert!(message.contains("beat 1, column 1: expected nothing, actual "), "{message}");
}

#[test]
fn the_scoreboard_finds_missing_and_left_over_beats() {
    let expected = [vec![1, -2]];
    let scoreboard = Scoreboard { columns: 2, expected: &expected, waveform: None };
    let bytes: Vec<u8> = [1_i32, -2, 3, 4].into_iter().flat_map(i32::to_le_bytes).collect();
    let check = |bytes: &[u8]| scoreboard.check_bytes(bytes, &[]).map_err(|error| error.to_string());
    assert_eq!(check(&bytes[..8]), Ok(()));
    assert_eq!(check(&bytes[..4]), Err("beat 0, column 1: expected -2, actual nothing".to_owned()));
    assert_eq!(check(&bytes), Err("beat 1, column 0: expected nothing, actual 3".to_owned()));
}
