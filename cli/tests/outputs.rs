//! Places of results: plain files, links, FIFOs, devices and standard output, for every verb that writes.

use std::fs::{self, File, Permissions};
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use crate::common::{Run, command, finish, json, model, trine, workplace};
use serde_json::Value;

fn fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// Runs a line while its FIFO `pipe` is read; returns what came through.
fn through(folder: &Path, line: &str) -> (Run, Vec<u8>) {
    let pipe = folder.join("pipe");
    if !pipe.exists() {
        fifo(&pipe);
    }
    let reader = {
        let pipe = pipe.clone();
        thread::spawn(move || {
            let mut bytes = vec![];
            File::open(pipe).unwrap().read_to_end(&mut bytes).unwrap();
            bytes
        })
    };
    let run = trine(folder, line);
    // A run that is refused before it opens the pipe must not keep the reader waiting.
    if run.code == Some(2) {
        drop(File::options().write(true).open(&pipe));
    }
    let bytes = reader.join().unwrap();
    assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo(), "{line}: the FIFO is still one");
    (run, bytes)
}

fn text(folder: &Path) {
    let words = ["to ", "be ", "or ", "not ", "that ", "is ", "the ", "question\n"];
    let text: String = (0..900usize).map(|i| words[i * i % 13 % words.len()]).collect();
    fs::write(folder.join("text.txt"), text).unwrap();
}

const TINY: &str = "--hidden 16 --layers 1 --heads 2 --kv-heads 1 --context 16 --batch 2 --warmup 1 --steps 2";

#[test]
fn every_verb_writes_through_a_pipe() {
    let place = workplace();
    let folder = place.path();
    text(folder);
    for line in [
        "inspect MODEL --json pipe".to_owned(),
        "generate --preset unit -o rtl --json pipe".to_owned(),
        "estimate --model MODEL --json pipe".to_owned(),
        "energy paper --json pipe".to_owned(),
        "perplexity --model MODEL --text text.txt --json pipe".to_owned(),
        "logits --model MODEL --ids 1,2 --backend golden --output o.npy --json pipe".to_owned(),
        "run --model MODEL --prompt A --tokens 2 --backend golden --json pipe".to_owned(),
        format!("train --data text.txt --output t --json pipe {TINY}"),
    ] {
        let (run, bytes) = through(folder, &line);
        assert_eq!(run.code, Some(0), "{line}: {run:?}");
        assert!(serde_json::from_slice::<Value>(&bytes).unwrap().is_object(), "{line}");
        assert!(!run.stdout.is_empty(), "{line}: the text is printed, too");
    }
    let (run, bytes) = through(folder, "regs --format c -o pipe");
    assert!(run.code == Some(0) && String::from_utf8(bytes).unwrap().contains("#define"), "{run:?}");
    let (run, bytes) = through(folder, "logits --model MODEL --ids 1,2 --backend golden --output pipe");
    assert_eq!((run.code, bytes.len()), (Some(0), 128 + 2 * 84 * 4), "{run:?}");
    assert!(bytes.starts_with(b"\x93NUMPY"));
}

#[test]
fn standard_output_under_every_name_holds_the_result_alone() {
    let place = workplace();
    let folder = place.path();
    text(folder);
    symlink("/dev/stdout", folder.join("link")).unwrap();
    for name in ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "link"] {
        for line in [
            "inspect MODEL",
            "generate --lanes 5 --columns 1 -o rtl",
            "estimate --model MODEL",
            "energy paper",
            "perplexity --model MODEL --text text.txt",
            "logits --model MODEL --ids 1,2 --backend golden --output o.npy",
            "run --model MODEL --prompt A --tokens 2 --backend golden",
        ] {
            let run = trine(folder, &format!("{line} --json {name}"));
            assert_eq!((run.code, &*run.stderr), (Some(0), ""), "{line} {name}");
            serde_json::from_str::<Value>(&run.stdout).unwrap_or_else(|e| panic!("{line} {name}: {e}: {}", run.stdout));
        }
    }
    // Also where that is a plain file, which nothing takes the place of.
    let file = folder.join("plain");
    let mut line = command(folder, "inspect MODEL --json /dev/stdout");
    assert!(line.stdout(File::create(&file).unwrap()).status().unwrap().success());
    assert!(json(folder, "plain")["totals"].is_object());
    assert_eq!(trine(folder, "regs --format c -o -").stdout, trine(folder, "regs --format c").stdout);
    let both = trine(folder, "logits --model MODEL --ids 1 --backend golden --output - --json -");
    assert!(both.code == Some(2) && both.stderr.contains("one of --output and --json"), "{both:?}");
    assert!(!folder.join("-").exists());
}

#[test]
fn links_stay_and_modes_are_kept() {
    let place = workplace();
    let folder = place.path();
    fs::create_dir(folder.join("far")).unwrap();
    fs::write(folder.join("far/old"), "old").unwrap();
    fs::set_permissions(folder.join("far/old"), Permissions::from_mode(0o640)).unwrap();
    for (link, target) in [("a", "far/old"), ("b", "far/new"), ("c", "a")] {
        symlink(target, folder.join(link)).unwrap();
        let before = fs::metadata(folder.join("far/old")).unwrap().ino();
        let run = trine(folder, &format!("inspect MODEL --json {link}"));
        assert_eq!(run.code, Some(0), "{link}: {run:?}");
        assert_eq!(fs::read_link(folder.join(link)).unwrap(), Path::new(target));
        assert!(json(folder, link)["totals"].is_object(), "{link}");
        let after = fs::metadata(folder.join("far/old")).unwrap();
        assert_eq!(after.mode() & 0o777, 0o640, "{link}");
        assert_eq!(after.ino() == before, link == "b", "{link}: what is replaced is replaced whole");
    }
    symlink("loop", folder.join("loop")).unwrap();
    let run = trine(folder, "inspect MODEL --json loop");
    assert!(run.code == Some(2) && run.stderr.contains("too many links"), "{run:?}");
    let names = fs::read_dir(folder.join("far")).unwrap().count();
    assert_eq!(names, 2, "no draft is left");
}

/// A node of one's own takes root; for others the device that every system has must do.
#[test]
fn devices_stay_devices() {
    let place = workplace();
    let folder = place.path();
    let made = Command::new("mknod").current_dir(folder).args(["-m", "666", "null", "c", "1", "3"]).output();
    let own =
        made.is_ok_and(|made| made.status.success()) && File::options().write(true).open(folder.join("null")).is_ok();
    let node = if own { folder.join("null") } else { "/dev/null".into() };
    for line in ["inspect MODEL --json", "estimate --model MODEL --json", "regs --format c -o"] {
        let run = trine(folder, &format!("{line} {}", node.display()));
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(fs::symlink_metadata(&node).unwrap().file_type().is_char_device(), "{line}");
    }
}

/// Verilator and the compiler are missing here, and what needs them ends with exit code 3: what is refused with 2 is refused
/// before anything is built or trained.
#[test]
fn a_place_that_cannot_be_written_is_refused_before_the_work() {
    let place = workplace();
    let folder = place.path();
    text(folder);
    fs::write(folder.join("file"), "mine").unwrap();
    symlink("nowhere", folder.join("dangling")).unwrap();
    fs::create_dir_all(folder.join("dir/run.json")).unwrap();
    fs::create_dir_all(folder.join("models/model/config.json")).unwrap();
    let long = "x".repeat(300);
    let run = "run --model MODEL --prompt A --tokens 1";
    let logits = "logits --model MODEL --ids 1";
    let train = format!("train --data text.txt {TINY}");
    for (line, part) in [
        (format!("{run} --json missing/r.json"), "missing/r.json: cannot be written: there is no folder missing"),
        (format!("{run} --json dir"), "dir: cannot be written: a folder is there"),
        (format!("{run} --json new/"), "new/: cannot be written"),
        (format!("{run} --json file/r.json"), "file/r.json: cannot be written: Not a directory"),
        (format!("{run} --json {long}"), "cannot be written: File name too long"),
        (format!("{run} --report file"), "file: this is no folder"),
        (format!("{run} --report file/deep/er"), "file/deep/er: "),
        (format!("{run} --report dir"), "dir/run.json: cannot be written: a folder is there"),
        (format!("{run} --trace missing/w.fst"), "missing/w.fst: cannot be written"),
        (format!("{run} --trace /dev/null"), "/dev/null: a plain file is needed"),
        (format!("{run} --trace w.fst --backend golden"), "only a simulated unit has a waveform"),
        (format!("{run} --die 6nm"), "there is no die `6nm`; there are"),
        (format!("{run} --memory sram"), "there is no memory `sram`"),
        (format!("{run} --records missing.toml"), "missing.toml: No such file"),
        ("estimate --model MODEL --check --die 6nm".into(), "there is no die `6nm`"),
        ("estimate --model MODEL --check --json dir".into(), "dir: cannot be written"),
        (format!("{logits} --output missing/o.npy"), "missing/o.npy: cannot be written"),
        (format!("{logits} --output dir"), "dir: cannot be written"),
        (format!("{logits} --output o.npy --json missing/l.json"), "missing/l.json"),
        ("logits --model MODEL --ids 1,84 --output o.npy".into(), "token 84 is outside the vocabulary of 84"),
        ("verify --preset unit --json missing/v.json".into(), "missing/v.json"),
        ("verify --plan ci --json missing/v.json".into(), "missing/v.json"),
        ("verify --preset unit --trace -".into(), "--trace: standard output is no place for a waveform"),
        (format!("{run} --trace -"), "-: a plain file is needed"),
        ("synth --target ecp5-25k --json missing/s.json".into(), "missing/s.json"),
        ("synth --target ecp5-25k -o file/s".into(), "file/s"),
        ("perplexity --model MODEL --text text.txt --json missing/p.json".into(), "missing/p.json"),
        (format!("{train} --output t --json missing/t.json"), "missing/t.json"),
        (format!("{train} --output file/t"), "file/t: file is no folder"),
        (format!("{train} --output models"), "models/model/config.json: cannot be written"),
        (format!("{train} --sweep 0.001 --json missing/t.json"), "missing/t.json"),
        ("serve --uart missing/port".into(), "cannot make a terminal at missing/port"),
        ("generate -o file".into(), "file: this is no folder; name another"),
        ("generate -o file/".into(), "file: this is no folder; name another"),
        ("generate -o dangling".into(), "dangling: this is no folder; name another"),
        ("generate -o /dev/stdout".into(), "/dev/stdout: this is no folder; name another"),
        ("synth --target ecp5-25k -o file".into(), "file: this is no folder; name another"),
        (format!("{run} --resume file"), "file: this is no folder; name another"),
        ("generate -o -".into(), "-: standard output is no folder"),
        ("synth --target ecp5-25k -o -".into(), "-: standard output is no folder"),
        (format!("{run} --report -"), "-: standard output is no folder"),
        (format!("{run} --backend golden --report -"), "-: standard output is no folder"),
        (format!("{run} --resume -"), "-: standard output is no folder"),
        (format!("{train} --output -"), "-: standard output is no folder"),
    ] {
        let mut without = command(folder, &line);
        without.env("TRINE_VERILATOR", "/nowhere/verilator").env("TRINE_YOSYS", "/nowhere/yosys");
        let run = finish(without);
        assert_eq!(run.code, Some(2), "{line}: {run:?}");
        assert!(run.stderr.contains(part) && run.stderr.lines().count() == 1, "{line}: {}", run.stderr);
    }
    assert_eq!(fs::read(folder.join("file")).unwrap(), b"mine");
    let made =
        ["new", "t", "c", "-", "nowhere", "o.npy", "w.fst"].into_iter().filter(|name| folder.join(name).exists());
    assert_eq!(made.collect::<Vec<_>>(), Vec::<&str>::new(), "nothing is begun");
}

#[test]
fn two_results_never_share_a_place() {
    let place = workplace();
    let folder = place.path();
    text(folder);
    symlink("x.npy", folder.join("link")).unwrap();
    for line in [
        "logits --model MODEL --ids 1,2 --backend golden --output x.npy --json x.npy".to_owned(),
        "logits --model MODEL --ids 1,2 --backend golden --output x.npy --json ./link".to_owned(),
        "run --model MODEL --prompt A --tokens 2 --backend golden --report r --json r/report.html".to_owned(),
        "run --model MODEL --prompt A --tokens 2 --trace w.fst --json w.fst".to_owned(),
        "generate --preset unit -o rtl --json rtl/trine.v".to_owned(),
        "generate --preset unit -o rtl --json rtl/manifest.json".to_owned(),
        "synth --target xc7 -o rtl --json rtl/mapped.json".to_owned(),
        "verify --preset unit --cases 1 --trace w.fst --json w.fst".to_owned(),
        format!("train --data text.txt --output t --json t/curve.csv {TINY}"),
        format!("train --data text.txt --output t --json t/model/config.json {TINY}"),
        format!("train --data text.txt --output t --json text.txt {TINY}"),
    ] {
        let run = trine(folder, &line);
        assert_eq!(run.code, Some(2), "{line}: {run:?}");
        assert!(run.stderr.contains("name another file for --json"), "{line}: {}", run.stderr);
        for file in ["x.npy", "r", "rtl", "w.fst", "t"] {
            assert!(!folder.join(file).exists(), "{line} left {file}");
        }
    }
    let run = trine(folder, "run --model MODEL --prompt A --tokens 2 --report r --trace r/trace.json");
    assert!(run.code == Some(2) && run.stderr.contains("name another file for --trace"), "{run:?}");
    let kept = trine(folder, "run --model MODEL --prompt A --tokens 2 --resume kept --json kept/000000-a.matmul");
    assert!(kept.code == Some(2) && kept.stderr.contains("--resume writes a file like this here"), "{kept:?}");
    let apart = trine(folder, "logits --model MODEL --ids 1,2 --backend golden --output /dev/null --json /dev/null");
    assert_eq!(apart.code, Some(0), "{apart:?}");
}

/// Every option that names an input, against an output of its verb.
#[test]
fn no_result_replaces_an_input() {
    let place = workplace();
    let folder = place.path();
    text(folder);
    for (from, to) in [(model(), "m"), (Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/board"), "board")] {
        fs::create_dir(folder.join(to)).unwrap();
        for file in fs::read_dir(from).unwrap().map(Result::unwrap).filter(|file| file.path().is_file()) {
            fs::copy(file.path(), folder.join(to).join(file.file_name())).unwrap();
        }
    }
    for name in ["unit.toml", "prices.toml", "plan.toml", "cells.lib", "ids.npy", "m.gguf", "rtl/manifest.json"] {
        fs::create_dir_all(folder.join(name).parent().unwrap()).unwrap();
        fs::write(folder.join(name), "").unwrap();
    }
    symlink("m", folder.join("link")).unwrap();
    let mine = |file: &str| fs::read(folder.join(file)).unwrap();
    let inputs = ["m/config.json", "text.txt", "board/board.toml", "board/top.v", "board/example.lpf"];
    let before = inputs.map(mine);
    let run = "run --model m --prompt A --tokens 1 --backend golden";
    for (line, option, output) in [
        ("inspect m --json m/config.json".to_owned(), "MODEL", "--json"),
        ("inspect link --json m/new.json".into(), "MODEL", "--json"),
        ("inspect m.gguf --json m.gguf".into(), "MODEL", "--json"),
        ("estimate --model m --json link/config.json".into(), "--model", "--json"),
        ("estimate --model MODEL --records prices.toml --json prices.toml".into(), "--records", "--json"),
        ("estimate --model MODEL --config unit.toml --json ./unit.toml".into(), "--config", "--json"),
        ("estimate --model MODEL --board board --json board/board.toml".into(), "--board", "--json"),
        ("generate --board board -o board".into(), "--board", "--output"),
        ("regs --format c --config unit.toml -o unit.toml".into(), "--config", "--output"),
        ("perplexity --model MODEL --text text.txt --json text.txt".into(), "--text", "--json"),
        ("perplexity --model MODEL --text t --tokenizer m --json m/t.json".into(), "--tokenizer", "--json"),
        (
            "perplexity --model MODEL --text t --tokenizer x/tokenizer.json --json x/added_tokens.json".into(),
            "--tokenizer",
            "--json",
        ),
        ("logits --model MODEL --ids-file ids.npy -o ids.npy".into(), "--ids-file", "--output"),
        (format!("{run} --report m"), "--model", "--report"),
        ("run --model m --tokens 1 --trace m/w.fst".into(), "--model", "--trace"),
        ("synth --liberty cells.lib -o .".into(), "--liberty", "--output"),
        ("synth --board board --map-only --json board/example.lpf".into(), "--board", "--json"),
        ("synth --target xc7 --weights-on-chip m -o m".into(), "--weights-on-chip", "--output"),
        ("verify --plan plan.toml --json plan.toml".into(), "--plan", "--json"),
        ("verify --rtl rtl --json rtl/v.json".into(), "--rtl", "--json"),
        ("verify --model m --trace m/w.fst".into(), "--model", "--trace"),
        (format!("train --data text.txt --output t --json text.txt {TINY}"), "--data", "--json"),
        ("train --data t/curve.csv --output t".into(), "--data", "--output"),
    ] {
        let run = trine(folder, &line);
        assert_eq!(run.code, Some(2), "{line}: {run:?}");
        let named = run.stderr.contains(&format!(" of {option} "));
        assert!(named && run.stderr.contains(&format!("for {output}\n")), "{line}: {}", run.stderr);
    }
    assert_eq!(inputs.map(mine), before);
    for (line, why) in [
        (format!("{run} --json r.json --report m/report"), "a folder of its own inside"),
        ("estimate --model MODEL --board board --json board/e.json".into(), "a board is the files that it names"),
    ] {
        let run = trine(folder, &line);
        assert_eq!(run.code, Some(0), "{why}: {run:?}");
    }
}

#[test]
fn what_was_computed_is_printed_although_it_cannot_be_written() {
    let place = workplace();
    let folder = place.path();
    let line = "run --model MODEL --prompt KING --tokens 3 --backend golden --report out --json";
    let run = trine(folder, &format!("{line} /dev/full"));
    assert!(run.code == Some(2) && run.stdout.contains("KING"), "{run:?}");
    assert_eq!(run.stderr, "error: /dev/full: cannot be written: No space left on device (os error 28)\n");
    assert!(json(&folder.join("out"), "run.json")["text"].is_string(), "and the other place has it");
    for line in [
        "logits --model MODEL --ids 1,2 --backend golden --json l.json --output /dev/full",
        "inspect MODEL --json /dev/full",
    ] {
        let run = trine(folder, line);
        assert!(run.code == Some(2) && !run.stdout.is_empty() && run.stderr.contains("No space left"), "{run:?}");
    }
    assert!(json(folder, "l.json")["shape"].is_array());
}

/// A disk that is full below standard output, and a reader that has seen enough.
#[test]
fn files_do_not_depend_on_what_reads_the_text() {
    let place = workplace();
    let folder = place.path();
    let full = |line: &str| {
        let mut line = command(folder, line);
        line.stdout(File::options().write(true).open("/dev/full").unwrap()).stderr(Stdio::piped());
        line.output().unwrap()
    };
    let run = full("inspect MODEL --json i.json");
    let message = String::from_utf8(run.stderr).unwrap();
    assert!(run.status.code() == Some(2) && message.starts_with("error: standard output: No space left"), "{message}");
    assert!(json(folder, "i.json")["totals"].is_object());
    assert_eq!(full("inspect MODEL").status.code(), Some(2));

    let mut line = command(folder, "run --model MODEL --prompt KING --tokens 3 --backend golden --json r.json");
    let mut child = line.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(json(folder, "r.json")["text"].is_string());
    assert!(output.stderr.is_empty(), "{output:?}");
}

/// The folder of a unit with packed columns says in its top module and in its core file that it is not for synthesis.
#[test]
fn packed_columns_are_marked_where_they_are_generated() {
    let folder = crate::common::workplace();
    let written = |style: &str| {
        let line = format!("generate --lanes 4 --columns 2 --style {style} --output {style}");
        let run = crate::common::trine(folder.path(), &line);
        assert_eq!(run.code, Some(0), "{run:?}");
        ["trine.v", "trine.core"].map(|file| std::fs::read_to_string(folder.path().join(style).join(file)).unwrap())
    };
    let [top, core] = written("packed");
    let header: String = top.lines().take_while(|line| line.starts_with("//")).collect();
    assert!(header.contains("simulation only"), "{header}");
    assert!(core.contains("simulation only") && core.contains("\n  sim:") && !core.contains("\n  default:"), "{core}");
    let [top, core] = written("portable");
    assert!(!top.contains("simulation only") && !core.contains("simulation only") && core.contains("\n  default:"));
}
