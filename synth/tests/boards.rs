//! Every board of `synth/boards` and the one of `examples`: its manifest is sound, its top module fits the unit and the pins, and answers on its
//! serial line. Boards with a recipe of LiteX have a unit that reads its memory, and no top module of their own.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use trine_driver::{Uartbone, Words};
use trine_hdl::{Direction, Port, SourceFile, Verilog, design, lang};
use trine_sim::{BuildOptions, Dut, SimSerial};
use trine_spec::Config;
use trine_spec::registers::{CAPS0, ID, ID_VALUE, SCRATCH, constant};
use trine_synth::Error;
use trine_synth::flow::{Board, KEYS, Manifest, Pins, SHELL_KEYS};

/// A PLL that hands its clock on.
const PLL: &str = "module EHXPLLL #(parameter CLKI_DIV = 1, CLKFB_DIV = 1, CLKOP_ENABLE = \"\", CLKOP_DIV = 1,
  CLKOP_CPHASE = 0, CLKOP_FPHASE = 0, FEEDBK_PATH = \"\") (
  input CLKI, CLKFB, RST, STDBY, PHASESEL0, PHASESEL1, PHASEDIR, PHASESTEP, PHASELOADREG, PLLWAKESYNC, ENCLKOP,
  output CLKOP, LOCK);
  assign CLKOP = CLKI;
  assign LOCK = 1'b1;
endmodule
";

fn shelf() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("boards")
}

/// All boards with a top module.
fn boards() -> Vec<Board> {
    all().into_iter().filter(|board| board.manifest.litex.is_none()).collect()
}

/// All boards with a recipe.
fn socs() -> Vec<Board> {
    all().into_iter().filter(|board| board.manifest.litex.is_some()).collect()
}

fn all() -> Vec<Board> {
    let folders = fs::read_dir(shelf()).unwrap().map(|entry| entry.unwrap().path());
    let folders =
        folders.filter(|folder| folder.join("board.toml").is_file()).chain([shelf().join("../../examples/board")]);
    folders.map(|folder| Board::find(&folder.to_string_lossy(), &[]).unwrap()).collect()
}

/// Names and directions of the ports of the board's top module, one a line.
fn ports(text: &str) -> Vec<Port> {
    let lines = text.lines().map(|line| line.trim().trim_end_matches(','));
    let port = |line: &str| {
        let (direction, name) = match line.split_whitespace().collect::<Vec<_>>()[..] {
            ["input", "wire", name] => (Direction::Input, name),
            ["output", "wire", name] => (Direction::Output, name),
            _ => return None,
        };
        Some(Port { name: name.into(), direction, width: 1, signed: false })
    };
    lines.filter_map(port).collect()
}

fn top(board: &Board) -> Vec<Port> {
    ports(&fs::read_to_string(board.folder.join("top.v")).unwrap())
}

#[test]
fn units_of_boards_waste_no_weight_stream() {
    for board in all() {
        let density = board.manifest.unit.density();
        assert!(!density.is_wasteful(), "{}: {density:?}", board.manifest.name);
    }
}

#[test]
fn there_are_boards_and_devices_for_them() {
    assert!(boards().len() >= 5 && socs().len() >= 3);
    for board in all() {
        let device = board.device().unwrap();
        assert!(device.target.family.placing().is_some(), "{}", board.manifest.name);
    }
}

#[test]
fn boards_with_a_recipe_have_units_that_read_the_memory() {
    for board in socs() {
        let Manifest { name, unit, litex, sources, constraints, .. } = &board.manifest;
        let stream = Config::sized(2, 2).windows(true).build().unwrap();
        assert!(unit.memory() && unit.windows() && board.weights(unit).is_none(), "{name}");
        let problem = board.weights(&stream).unwrap();
        assert_eq!(problem, "the unit of a board with `litex` needs weights = \"memory\"", "{name}");
        assert!(sources.is_empty() && constraints.is_none(), "{name}");
        let recipe = board.folder.join(litex.as_ref().unwrap());
        assert!(recipe.is_file() && board.files().contains(&recipe), "{name}");
        let error = board.serial(unit).unwrap_err().to_string();
        assert!(error.ends_with("board.toml: the shell of this board is that of its `litex`"), "{error}");
    }
    assert!(boards().iter().all(|board| board.weights(&board.manifest.unit).is_none()));
}

#[test]
fn every_port_has_a_pin_and_every_pin_a_port() {
    for board in boards() {
        let Pins::Given(constraints) = board.serial(&board.manifest.unit).unwrap().pins else { panic!("no pins") };
        let place = |line: &str| {
            let words: Vec<&str> = line.split_whitespace().map(|word| word.trim_matches(['"', ';'])).collect();
            match words[..] {
                ["LOCATE", "COMP", port, "SITE", _] | ["IO_LOC", port, _] => Some(port.to_string()),
                ["set_io", .., port, _] => Some(port.to_string()),
                _ => None,
            }
        };
        let placed: BTreeSet<String> = constraints.lines().filter_map(place).collect();
        let ports: BTreeSet<String> = top(&board).into_iter().map(|port| port.name).collect();
        assert_eq!(placed, ports, "{}", board.manifest.name);
    }
}

/// The number behind `mark`, in quotes or not.
fn number(text: &str, mark: &str) -> Option<f64> {
    let (_, rest) = text.split_once(mark)?;
    let rest = rest.trim_start_matches([' ', '=', '(', '"']);
    rest.split(|c: char| !c.is_ascii_digit() && c != '.').next()?.parse().ok()
}

/// The serial line's divider counts on the manifest's clock, and timing on that of the constraints.
#[test]
fn the_clock_is_the_one_that_the_manifest_names() {
    for board in boards() {
        let Pins::Given(constraints) = board.serial(&board.manifest.unit).unwrap().pins else { panic!("no pins") };
        let name = &board.manifest.name;
        let top = fs::read_to_string(board.folder.join("top.v")).unwrap();
        let factor = match number(&top, ".CLKI_DIV") {
            Some(divisor) => {
                let (factor, out) = (number(&top, ".CLKFB_DIV").unwrap() / divisor, board.manifest.clock_mhz);
                // Its oscillator runs at 400 to 800 MHz, and without these two attributes its loop filter is off
                let oscillator = out * number(&top, ".CLKOP_DIV").unwrap();
                assert!((400.0..=800.0).contains(&oscillator), "{name}: {oscillator} MHz");
                assert_eq!(number(&top, "FREQUENCY_PIN_CLKOP"), Some(out), "{name}");
                assert_eq!(number(&top, "FREQUENCY_PIN_CLKI"), Some(out / factor), "{name}");
                assert!(top.contains("MFG_ENABLE_FILTEROPAMP = \"1\", MFG_GMCREF_SEL = \"2\""), "{name}");
                factor
            }
            None => 1.0,
        };
        let pin = number(&constraints, "FREQUENCY PORT \"clk\"").or(number(&constraints, "set_frequency clk"));
        // Gowin's pin files have no clocks: nextpnr gets the manifest's
        if !constraints.contains("IO_LOC") {
            assert_eq!(pin.map(|mhz| mhz * factor), Some(board.manifest.clock_mhz), "{name}");
        }
    }
}

/// The board with a small unit, as it is simulated.
fn simulated(board: &Board, unit: &Config) -> Verilog {
    let shell = board.serial(unit).unwrap();
    let mut files = lang::verilog(&design::unit(unit).unwrap()).unwrap().files;
    files.extend(shell.sources);
    files.push(SourceFile { name: "EHXPLLL.v".into(), text: PLL.into() });
    Verilog { top: shell.top, clock: "clk".into(), files, cells: vec![], ports: top(board) }
}

#[test]
fn every_board_answers_on_its_serial_line() {
    let unit = Config::sized(2, 2).windows(true).max_depth(8).max_tokens(2).build().unwrap();
    for board in boards() {
        let name = &board.manifest.name;
        let library = trine_sim::build(&simulated(&board, &unit), &BuildOptions::default()).unwrap();
        let mut dut = Dut::new(&library).unwrap();
        // Buttons at rest
        for port in top(&board).iter().filter(|port| port.name.starts_with("button")) {
            dut.poke(port.name.as_str(), port.name.ends_with("_n")).unwrap();
        }
        let divider = board.divider() as u16;
        let mut line = SimSerial::new(dut, divider, 100 * u64::from(divider)).unwrap();
        line.hold(true, 300).unwrap();
        let mut device = Uartbone::new(line, 0);
        assert_eq!(device.read(ID.offset).unwrap(), ID_VALUE, "{name}");
        assert_eq!(device.read(CAPS0.offset).unwrap(), constant(&CAPS0, &unit), "{name}");
        device.write(SCRATCH.offset, 0x1234_5678).unwrap();
        assert_eq!(device.read(SCRATCH.offset).unwrap(), 0x1234_5678, "{name}");
    }
}

/// Error of the board whose manifest has `from` become `to`.
fn complaint(from: &str, to: &str) -> String {
    let text = fs::read_to_string(shelf().join("icebreaker/board.toml")).unwrap();
    assert!(text.contains(from), "{from}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("board.toml");
    fs::write(&path, text.replace(from, to)).unwrap();
    let board = Board::find(&folder.path().to_string_lossy(), &[]);
    let error = board.and_then(|board| board.device().and(board.serial(&board.manifest.unit)));
    error.unwrap_err().to_string().replace(&folder.path().display().to_string(), "HERE")
}

#[test]
fn what_is_no_board_is_refused() {
    let at = "HERE/board.toml, line";
    for (from, to, line, clock, baud) in [
        ("baud = 115200", "baud = 0", 5, "12", 0),
        ("clock-mhz = 12.0", "clock-mhz = 0", 4, "0", 115_200),
        ("clock-mhz = 12.0", "clock-mhz = nan", 4, "NaN", 115_200),
        ("clock-mhz = 12.0", "clock-mhz = 1e24", 4, "1000000000000000000000000", 115_200),
    ] {
        let limits = "they have to be 0.001 to 10000 MHz and above 0 bits a second";
        assert_eq!(complaint(from, to), format!("{at} {line}: clock-mhz is {clock} and baud {baud}: {limits}"));
    }
    assert_eq!(
        complaint("clock-mhz = 12.0", "clock-mhz = 0.1"),
        format!("{at} 5: 0.1 MHz are not 26 to 65535 times 115200 baud")
    );
    assert_eq!(
        complaint("windows = true", "windows = false"),
        format!("{at} 17: the unit of a board needs windows = true")
    );
    assert_eq!(
        complaint("windows = true", "windows = true\nweights = \"memory\""),
        format!("{at} 18: the unit of a board without `litex` needs weights = \"stream\"")
    );
    let shell = "sources = [\"top.v\", \"../common/power_on_reset.v\"]\nconstraints = \"icebreaker.pcf\"\n";
    assert_eq!(
        complaint(shell, "litex = \"soc.py\"\n"),
        "HERE/board.toml: the unit of a board with `litex` needs weights = \"memory\""
    );
    assert_eq!(
        complaint("sources =", "litex = \"soc.py\"\nsources ="),
        format!("{at} 8: `litex` gives the SoC its sources and its constraints: remove `sources` or `litex`")
    );
    assert_eq!(
        complaint("sources = [\"top.v\", \"../common/power_on_reset.v\"]\n", "litex = \"soc.py\"\n"),
        format!("{at} 8: `litex` gives the SoC its sources and its constraints: remove `constraints` or `litex`")
    );
    assert_eq!(complaint("lanes = 10", "lanes = 300"), format!("{at} 12: lanes = 300 is outside 1 to 256"));
    assert_eq!(
        complaint("ice40-up5k", "ice40-lp1k"),
        format!(
            "{at} 2: unknown target `ice40-lp1k`; known: \
             ecp5-25k ecp5-45k ecp5-85k ecp5-5g-85k ice40-up5k ice40-hx8k gowin xc7"
        )
    );
    assert_eq!(
        complaint("package =", "speed = \"6\"\npackage ="),
        format!("{at} 3: unknown speed grade `6`; known: none for this target")
    );
    assert!(complaint("\"top.v\"", "\"not-there.v\"").starts_with("reading HERE/not-there.v: "));
}

/// The names in quotes of an error of the parser.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[test]
fn a_key_that_is_unknown_is_refused_with_its_line_and_those_there_are() {
    let error = complaint("baud =", "bauds =");
    assert!(error.starts_with("HERE/board.toml, line 5: unknown key `bauds`, expected one of `name`, "), "{error}");
    assert_eq!(quoted(&error)[1..], KEYS.map(|key| key.name), "the list of keys is that of the manifest");
    let error = complaint("max-depth =", "depth =");
    assert!(error.starts_with("HERE/board.toml, line 15: unknown key `depth`, expected one of `lanes`, "), "{error}");
}

#[test]
fn all_keys_that_are_missing_are_named() {
    assert_eq!(complaint("baud = 115200\n", ""), "HERE/board.toml: missing key: `baud`");
    assert_eq!(complaint("constraints = \"icebreaker.pcf\"\n", ""), "HERE/board.toml: missing key: `constraints`");
    assert_eq!(
        complaint("name = \"iCEBreaker with iCE40UP5K\"\ntarget = \"ice40-up5k\"\n", "die = \"ice40\"\n"),
        "HERE/board.toml: missing keys: `name`, `target`"
    );
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("board.toml"), "").unwrap();
    let error = Board::find(&folder.path().to_string_lossy(), &[]).unwrap_err().to_string();
    let required = KEYS.iter().filter(|key| key.required || SHELL_KEYS.contains(&key.name));
    assert_eq!(quoted(&error), required.map(|key| key.name).collect::<Vec<_>>());
}

/// The tables of the page for whoever brings a board.
#[test]
fn the_page_describes_every_key() {
    let page = fs::read_to_string(shelf().join("../../docs/how-to/board.md")).unwrap();
    let rows = |heading: &str| -> Vec<Vec<String>> {
        let (_, section) = page.split_once(heading).unwrap();
        let rows = section.lines().skip_while(|line| !line.starts_with("| `")).take_while(|line| line.starts_with('|'));
        let cells = |line: &str| line.split('|').map(|cell| cell.trim().trim_matches('`').to_owned()).collect();
        rows.map(cells).collect()
    };
    let keys: Vec<(String, bool)> =
        rows("\n## Keys\n").iter().map(|row| (row[1].clone(), row[4] == "required")).collect();
    let own: Vec<(String, bool)> = KEYS.iter().map(|key| (key.name.to_owned(), key.required)).collect();
    assert_eq!(keys, own);
    let error = complaint("max-depth =", "depth =");
    let sizes: Vec<String> = rows("\n## The unit\n").into_iter().map(|row| row[1].clone()).collect();
    // Each key also reads with underscores, as JSON spells it.
    let known: Vec<String> =
        quoted(&error)[1..].iter().filter(|key| !key.contains('_')).map(ToString::to_string).collect();
    assert_eq!(sizes, known);
}

#[test]
fn boards_that_are_not_there_are_named() {
    let missing = |starts: &[PathBuf]| match Board::find("ulx4s", starts) {
        Err(Error::Unknown { known, .. }) => known,
        other => panic!("{other:?}"),
    };
    let known = "ecpix5-ddr3 icebreaker orangecrab orangecrab-ddr3 tang-nano-20k ulx3s ulx3s-sdram";
    assert_eq!(missing(&[shelf().join("ulx3s")]), known);
    assert_eq!(missing(&[PathBuf::from("/")]), "none, a folder with board.toml is one");
    let error = Board::find(&shelf().join("common").to_string_lossy(), &[]).unwrap_err().to_string();
    assert!(error.contains("boards/common: this folder has no board.toml; "), "{error}");
}
