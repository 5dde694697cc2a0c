//! A board of one's own: the verbs read one folder, flags win, and a broken `board.toml` is refused.

use std::fs;
use std::path::Path;

use crate::common::{json, trine, workplace};

/// The folder of the example in `docs/how-to/board.md`.
fn example() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/board").display().to_string()
}

const NAME: &str = "Example board with LFE5U-25F";

#[test]
fn one_folder_serves_every_verb() {
    let (folder, board) = (workplace(), example());
    let done = |line: &str| {
        let run = trine(folder.path(), &format!("{line} --board {board}"));
        assert_eq!(run.code, Some(0), "{line}: {run:?}");
        run.stdout
    };
    let unit = "unit: 16 lanes x 5 columns, 8-bit activations, base3 weights on 64 bits, K up to 2048, M up to 4";
    assert!(done("generate --output rtl --json g.json").starts_with(unit));
    let config = json(folder.path(), "g.json")["config"].clone();
    assert_eq!(
        (&config["lanes"], &config["columns"], &config["style"], &config["windows"]),
        (&16.into(), &5.into(), &"ecp5".into(), &true.into())
    );
    assert!(done("regs --format c").contains("TRINE_"));

    let text = done("estimate --model MODEL --json e.json");
    assert!(text.contains(&format!("board: {NAME}\n{unit}")), "{text}");
    let text = done("run --model MODEL --prompt A --tokens 1 --json r.json --report page");
    assert!(text.contains(&format!("board: {NAME}\n{unit}")), "{text}");
    for file in ["e.json", "r.json"] {
        let report = json(folder.path(), file);
        assert_eq!((&report["board"], &report["config"]["lanes"]), (&NAME.into(), &config["lanes"]), "{file}");
        assert_eq!((&report["die"], &report["memory"]["name"]), (&"ecp5".into(), &"sdram-143".into()), "{file}");
        assert_eq!(report["clock_hz"], 25e6, "{file}");
    }
    assert_eq!(json(folder.path(), "r.json")["config"], config);
    assert_eq!(json(folder.path(), "r.json")["mismatches"], 0);
    // Nobody knows how long a host takes to write words: the estimate is that of streams, and says so.
    let report = json(folder.path(), "e.json");
    assert_eq!((&report["config"]["windows"], &report["windows_left_out"]), (&false.into(), &true.into()));
    assert!(done("estimate --model MODEL --check").contains("\n  with streams from the memory: "));
    assert!(fs::read_to_string(folder.path().join("page/report.html")).unwrap().contains(NAME));
}

/// The unit and the board's own modules, in cells of its device.
#[test]
fn a_board_is_mapped_without_a_placer() {
    let (folder, board) = (workplace(), example());
    let size = "--lanes 2 --columns 1 --max-depth 32 --max-tokens 2";
    let run = trine(folder.path(), &format!("synth --board {board} {size} --map-only --json s.json"));
    assert_eq!(run.code, Some(0), "{run:?}");
    let result = json(folder.path(), "s.json");
    assert_eq!((&result["board"], &result["config"]["lanes"]), (&NAME.into(), &2.into()));
    let [unit, shell] = [&result["lut"], &result["shell"]["lut"]].map(|lut| lut.as_u64().unwrap());
    assert!(unit > 500 && shell > 100, "{unit} LUTs in the unit, {shell} around it");
    assert!(result["fmax_mhz"].is_null() && result["bitstream"].is_null(), "{result}");
}

#[test]
fn flags_win_over_the_board() {
    let (folder, board) = (workplace(), example());
    let flags = "--columns 2 --memory ddr3-1600 --die 45nm --clock-hz 50e6";
    let run = trine(folder.path(), &format!("estimate --model MODEL --board {board} {flags} --json e.json"));
    assert_eq!(run.code, Some(0), "{run:?}");
    let report = json(folder.path(), "e.json");
    assert_eq!((&report["config"]["lanes"], &report["config"]["columns"]), (&16.into(), &2.into()));
    assert_eq!((&report["die"], &report["memory"]["name"]), (&"45nm".into(), &"ddr3-1600".into()));
    assert_eq!((&report["clock_hz"], &report["board"]), (&50e6.into(), &NAME.into()));
}

/// The error of `line` with a board in the folder `mine` whose manifest has `from` become `to`.
fn refused(line: &str, from: &str, to: &str) -> String {
    let folder = workplace();
    let text = fs::read_to_string(Path::new(&example()).join("board.toml")).unwrap();
    assert!(text.contains(from), "{from}");
    fs::create_dir(folder.path().join("mine")).unwrap();
    fs::write(folder.path().join("mine/board.toml"), text.replace(from, to)).unwrap();
    let run = trine(folder.path(), &format!("{line} --board mine"));
    assert_eq!(run.code, Some(2), "{run:?}");
    run.stderr
}

#[test]
fn a_broken_manifest_is_refused_with_line_and_key_by_every_verb() {
    let verbs = [
        "generate --output rtl",
        "estimate --model MODEL",
        "run --model MODEL --tokens 1",
        "logits --model MODEL --ids 1 --out l.npy",
        "synth --map-only",
        "verify",
        "regs --format c",
        "serve --uart port",
    ];
    for verb in verbs {
        let error = refused(verb, "baud = ", "bauds = ");
        let keys = "`name`, `target`, `package`, `speed`, `clock-mhz`, `baud`, `top`, `litex`, `sources`, `constraints`, `load`, \
                    `memory`, `die`, `unit`";
        assert_eq!(error, format!("error: mine/board.toml, line 7: unknown key `bauds`, expected one of {keys}\n"));
        let error = refused(verb, "top = \"example\"\n", "");
        assert_eq!(error, "error: mine/board.toml: missing key: `top`\n");
        let error = refused(verb, "ecp5-25k", "ecp5-12k");
        let known = "ecp5-25k ecp5-45k ecp5-85k ecp5-5g-85k ice40-up5k ice40-hx8k gowin xc7";
        assert_eq!(error, format!("error: mine/board.toml, line 3: unknown target `ecp5-12k`; known: {known}\n"));
    }
}

#[test]
fn a_memory_that_is_unknown_or_missing_is_named_with_the_file() {
    for verb in ["estimate --model MODEL", "run --model MODEL --tokens 1"] {
        let error = refused(verb, "sdram-143", "sdram-999");
        let start = "error: mine/board.toml: there is no memory `sdram-999`; there are lpddr4-4266, ";
        assert!(error.starts_with(start), "{error}");
    }
    let error = refused("estimate --model MODEL", "memory = ", "# memory = ");
    assert_eq!(error, "error: mine/board.toml: no key memory; add it, or give --memory\n");
}

/// A run goes on, and names what it assumes and nothing else.
#[test]
fn a_run_says_which_of_memory_and_die_it_assumes() {
    let assumed = |from: &str, and: &str| {
        let folder = workplace();
        let text = fs::read_to_string(Path::new(&example()).join("board.toml")).unwrap();
        fs::create_dir(folder.path().join("mine")).unwrap();
        let text = text.replace(from, &format!("# {from}")).replace(and, &format!("# {and}"));
        fs::write(folder.path().join("mine/board.toml"), text).unwrap();
        let run = trine(folder.path(), "run --model MODEL --prompt A --tokens 1 --backend golden --board mine");
        assert_eq!(run.code, Some(0), "{run:?}");
        run.stderr
    };
    let start = "warning: mine/board.toml: no key";
    let memory = format!("{start} memory; add it, or give --memory; until then lpddr4-4266 is assumed\n");
    assert_eq!(assumed("memory = ", "memory = "), memory);
    assert_eq!(assumed("die = ", "die = "), format!("{start} die; add it, or give --die; until then 7nm is assumed\n"));
    let both = assumed("memory = ", "die = ");
    assert!(both.ends_with("until then lpddr4-4266 and 7nm are assumed\n"), "{both}");
}

/// A unit out of range is refused at its key, and one without windows with the option that says so.
#[test]
fn a_unit_that_no_board_has_is_refused_with_its_source() {
    let error = refused("generate --output rtl", "max-depth = 2048", "max-depth = 0");
    assert_eq!(error, "error: mine/board.toml, line 21: max-depth = 0 is outside 1 to 262144\n");
    let error = refused("synth --map-only --preset standard", "lanes = ", "lanes = ");
    assert_eq!(error, "error: --preset: windows = false; a unit on a board is reached through windows only\n");
    let error = refused("run --model MODEL --tokens 1", "lanes = ", "act-bits = 4\nlanes = ");
    assert!(error.starts_with("error: mine/board.toml, [unit]: act-bits = 4 is below the 8 bits"), "{error}");
}

#[test]
fn a_die_is_known_or_the_fabric_of_the_device() {
    for verb in ["estimate --model MODEL", "run --model MODEL --tokens 1"] {
        let error = refused(verb, "die = \"ecp5\"", "die = \"ecp6\"");
        assert!(error.starts_with("error: mine/board.toml: there is no die `ecp6`; there are "), "{error}");
    }
    let (folder, board) = (workplace(), example());
    let run = trine(folder.path(), &format!("estimate --model MODEL --board {board} --die ecp5"));
    assert_eq!(run.code, Some(0), "{run:?}");
}

#[test]
fn a_name_that_is_no_board_lists_the_known_ones() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let run = trine(&root, "regs --format c --board ulx4s");
    assert_eq!(run.code, Some(2), "{run:?}");
    let known = "ecpix5-ddr3 icebreaker orangecrab orangecrab-ddr3 tang-nano-20k ulx3s ulx3s-sdram";
    assert_eq!(run.stderr, format!("error: unknown board `ulx4s`; known: {known}\n"));
}

/// A style that `board.toml` names is simulated; packed columns stand in only where nothing names one.
#[test]
fn a_style_that_a_board_names_is_simulated() {
    let folder = workplace();
    let text = fs::read_to_string(Path::new(&example()).join("board.toml")).unwrap();
    let simulated = |style: &str| {
        for file in fs::read_dir(example()).unwrap().flatten().filter(|file| file.path().is_file()) {
            fs::create_dir_all(folder.path().join("own")).unwrap();
            fs::copy(file.path(), folder.path().join("own").join(file.file_name())).unwrap();
        }
        let named = text.replace("style = \"ecp5\"\n", style);
        assert_ne!(text, named);
        fs::write(folder.path().join("own/board.toml"), named).unwrap();
        let run = trine(folder.path(), "run --model MODEL --prompt A --tokens 1 --board own");
        assert_eq!(run.code, Some(0), "{run:?}");
        run.stdout
    };
    let named = simulated("style = \"portable\"\n");
    assert!(named.contains("portable style, through windows (simulated RTL)"), "{named}");
    let unnamed = simulated("");
    assert!(unnamed.contains("packed style, through windows (simulated RTL, cycle"), "{unnamed}");
}
