//! The unit behind a serial line, pin by pin: registers, whole products through the windows, and lines full of noise.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::io::{Read, Write};
use trine_driver::{Device, Offload, Options, Scope, Uartbone, WindowTransport, Words};
use trine_golden_model::{LinearId, LinearKind, Matmul, TernaryMatrix};
use trine_hdl::{design, lang};
use trine_sim::{BuildOptions, Dut, SimSerial};
use trine_spec::Config;
use trine_spec::registers::{ID, ID_VALUE, IRQ_EN, IRQ_EN_DONE, SCRATCH};

fn config() -> Config {
    Config::sized(5, 3).windows(true).max_depth(40).max_tokens(3).build().unwrap()
}

/// A line at `divider` cycles a bit to a unit that has just been reset.
fn line(divider: u16) -> SimSerial {
    changed(divider, "trine_uartbone", "", "")
}

/// The same, with `from` become `to` in one module.
fn changed(divider: u16, module: &str, from: &str, to: &str) -> SimSerial {
    let mut verilog = lang::verilog(&design::serial(&config()).unwrap()).unwrap();
    let file = verilog.files.iter_mut().find(|file| file.name == format!("{module}.v")).unwrap();
    assert!(file.text.contains(from), "{module} has no `{from}`");
    file.text = file.text.replacen(from, to, 1);
    let mut dut = Dut::new(&trine_sim::build(&verilog, &BuildOptions::default()).unwrap()).unwrap();
    dut.poke("aresetn", false).unwrap();
    let mut line = SimSerial::new(dut, divider, 100 * u64::from(divider)).unwrap();
    line.hold(true, 16).unwrap();
    line.dut_mut().poke("aresetn", true).unwrap();
    line.hold(true, 16).unwrap();
    line
}

#[test]
fn the_design_lints() {
    trine_sim::lint(&lang::verilog(&design::serial(&config()).unwrap()).unwrap()).unwrap();
}

#[test]
fn registers_answer_at_any_divider() {
    for divider in [4, 5, 26, 217] {
        let mut device = Uartbone::new(line(divider), 0);
        assert_eq!(device.read(ID.offset).unwrap(), ID_VALUE, "divider {divider}");
        for value in [0, 0xFFFF_FFFF, 0x0123_4567] {
            device.write(SCRATCH.offset, value).unwrap();
            assert_eq!(device.read(SCRATCH.offset).unwrap(), value, "divider {divider}");
        }
    }
}

/// The two ends need not have one clock: 3 % are far more than two crystals differ.
#[test]
fn registers_answer_when_the_clocks_differ() {
    for divider in [97, 103] {
        assert_eq!(Uartbone::new(skewed(line(100), divider), 0).read(ID.offset).unwrap(), ID_VALUE, "{divider} to 100");
    }
}

fn skewed(mut line: SimSerial, divider: u32) -> SimSerial {
    line.dut_mut().poke("uart_divider", divider).unwrap();
    line
}

#[test]
fn bursts_rise_or_stay() {
    let mut line = line(8);
    // ID and VERSION; then ID twice.
    for (command, second) in [(2, 0x0003_0000), (4, ID_VALUE)] {
        line.write_all(&[command, 2, 0, 0, 0, 0]).unwrap();
        let mut answer = [0; 8];
        line.read_exact(&mut answer).unwrap();
        let words = answer.as_chunks::<4>().0;
        assert_eq!((u32::from_be_bytes(words[0]), u32::from_be_bytes(words[1])), (ID_VALUE, second));
    }
    // Two words to SCRATCH; two from DONE_TAG on, where nothing can be written: PERF_CTRL is behind it.
    let scratch = (SCRATCH.offset / 4) as u8;
    line.write_all(&[3, 2, 0, 0, 0, scratch, 1, 1, 1, 1, 2, 2, 2, 2]).unwrap();
    line.write_all(&[1, 2, 0, 0, 0, (IRQ_EN.offset / 4) as u8 - 1, 0, 0, 0, 0, 0, 0, 0, 1]).unwrap();
    let mut device = Uartbone::new(line, 0);
    assert_eq!(device.read(SCRATCH.offset).unwrap(), 0x0202_0202);
    assert_eq!(device.read(IRQ_EN.offset).unwrap(), IRQ_EN_DONE.mask());
}

#[test]
fn what_is_beyond_the_unit_reads_zero_and_ignores_writes() {
    let mut device = Uartbone::new(line(8), 0);
    device.write(SCRATCH.offset, 7).unwrap();
    for base in [0x1000, 0x8000_0000] {
        device.write(base + SCRATCH.offset, 8).unwrap();
        assert_eq!(device.read(base + SCRATCH.offset).unwrap(), 0);
    }
    // A burst that runs over the end does not come in again at the start.
    let mut words = [1; 2];
    device.read_burst(0xFFC, &mut words).unwrap();
    assert_eq!(words, [0, 0]);
    assert_eq!(device.read(SCRATCH.offset).unwrap(), 7);
}

#[test]
fn matmuls_are_exact() {
    let mut rng = StdRng::seed_from_u64(1);
    for divider in [26, 40] {
        let transport = WindowTransport::new(Uartbone::new(line(divider), 0), config());
        let device = Device::open(transport, config()).unwrap();
        let mut engine = Offload::new(device, Options { scope: Scope::Linear, ..Options::default() });
        for (m, k, n) in [(1, 1, 1), (4, 23, 7)] {
            let trits: Vec<i8> = (0..n * k).map(|_| rng.random_range(-1..=1)).collect();
            let w = TernaryMatrix::from_trits(n, k, &trits).unwrap();
            let x: Vec<i8> = (0..m * k).map(|_| rng.random()).collect();
            engine.matmul(LinearId { layer: 0, kind: LinearKind::Q }, &w, &x, m, &mut vec![0; m * n]).unwrap();
        }
        let ledger = engine.ledger();
        assert!(ledger.checked_macs > 0 && ledger.mismatches == 0 && ledger.incidents.is_empty(), "{ledger:?}");
    }
}

#[test]
fn noise_is_no_command() {
    let mut line = line(8);
    // Bytes that are no command, a start bit that is too short, a byte without stop bit, a line held low.
    line.write_all(&[0, 5, 0x80, 0xFF, b'\n']).unwrap();
    line.hold(false, 2).unwrap();
    line.hold(true, 100).unwrap();
    line.hold(false, 10 * 8).unwrap();
    line.hold(true, 100).unwrap();
    line.hold(false, 1000).unwrap();
    line.hold(true, 100).unwrap();
    assert_eq!(Uartbone::new(line, 0).read(ID.offset).unwrap(), ID_VALUE);
}

#[test]
fn a_frame_that_breaks_off_is_given_up_after_a_while() {
    // After 2^12 cycles here, where it takes 2^22, so that the test does not.
    let mut line = changed(4, "trine_uartbone", "gap_q[22]", "gap_q[12]");
    for broken in [&[1][..], &[1, 200, 0], &[1, 2, 0, 0, 0, 31, 0xAA, 0xBB]] {
        line.write_all(broken).unwrap();
        line.hold(true, (1 << 12) + 2).unwrap();
        let mut device = Uartbone::new(line, 0);
        assert_eq!(device.read(ID.offset).unwrap(), ID_VALUE);
        assert_eq!(device.read(SCRATCH.offset).unwrap(), 0, "half a word is not written");
        line = device.into_line();
    }
    line.write_all(&[1, 2]).unwrap();
    line.hold(true, (1 << 12) - 100).unwrap();
    assert!(Uartbone::new(line, 0).read(ID.offset).is_err(), "before that it is taken for the rest of the frame");
}

#[test]
fn broken_lines_are_noticed() {
    for (module, from, to) in [
        ("trine_uart_receiver", "{1'd0, divider_i[15:1]}", "16'd0"),
        ("trine_uart_receiver", "shift_q[9:2]", "shift_q[8:1]"),
        ("trine_uart_transmitter", "{1'd1, byte_i, 1'd0}", "{1'd0, byte_i, 1'd0}"),
        ("trine_uartbone", "{word_q[23:0], rx_byte_i}", "{rx_byte_i, word_q[31:8]}"),
        ("trine_uartbone", "tx_byte_o = word_q[31:24]", "tx_byte_o = word_q[7:0]"),
    ] {
        let mut device = Uartbone::new(skewed(changed(100, module, from, to), 97), 0);
        device.write(SCRATCH.offset, 0x89AB_CDEF).unwrap();
        assert_ne!(device.read(SCRATCH.offset).ok(), Some(0x89AB_CDEF), "{module}: {to}");
    }
}
