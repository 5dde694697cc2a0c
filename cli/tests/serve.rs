//! `trine serve` and what speaks to it with `--backend uart:PATH`, as a user sees them.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use crate::common::{Run, command, json, trine, workplace};

const SIZE: &str = "--lanes 32 --columns 8 --windows";

/// A unit served at `port` in a folder.
pub struct Served(Child);

impl Served {
    pub fn new(folder: &Path, flags: &str) -> Self {
        let (server, place) = Self::at(folder, &format!("--uart port {flags}"));
        assert_eq!(place, "port");
        server
    }

    /// The server, and the place that it names when it is ready.
    fn at(folder: &Path, flags: &str) -> (Self, String) {
        let mut server = command(folder, &format!("serve {flags}"));
        let mut child = server.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut places = lines.filter_map(|line| Some(line.unwrap().strip_prefix("serving at ")?.to_owned()));
        let place = places.next().expect("it says when it is ready");
        (Self(child), place.strip_suffix("; Ctrl-C ends it").unwrap().to_owned())
    }

    /// Asks it to end, like a terminal or a service manager does; returns its exit code.
    fn end(&mut self) -> Option<i32> {
        std::process::Command::new("kill").arg(self.0.id().to_string()).status().unwrap();
        self.0.wait().unwrap().code()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if self.0.try_wait().unwrap().is_none() {
            self.end();
        }
    }
}

fn refused(run: Run) -> String {
    assert_eq!(run.code, Some(2), "{run:?}");
    let message = run.stderr.trim_end().to_owned();
    assert!(message.starts_with("error: ") && message.lines().count() == 1, "{message}");
    message
}

#[test]
fn a_model_speaks_through_a_serial_port() {
    let folder = workplace();
    let mut server = Served::new(folder.path(), SIZE);
    let line = format!("run --model MODEL --prompt A --tokens 2 --json r.json {SIZE}");
    let run = trine(folder.path(), &format!("{line} --backend uart:port"));
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("(at port)") && run.stdout.contains("through the serial line"), "{}", run.stdout);
    let through = json(folder.path(), "r.json");
    assert_eq!((&through["backend"], &through["units"]), (&"uart:port".into(), &1.into()));
    assert_eq!((&through["mismatches"], &through["incidents"]), (&0.into(), &serde_json::json!([])));
    assert!(through["checked_macs"].as_u64().unwrap() > 100_000, "{}", through["checked_macs"]);
    trine(folder.path(), &format!("{line} --backend golden"));
    assert_eq!(through["text"], json(folder.path(), "r.json")["text"]);

    // Its configuration and its place are checked.
    let line = "run --model MODEL --tokens 1 --backend uart:port";
    let other = refused(trine(folder.path(), &format!("{line} --lanes 16 --columns 8")));
    assert!(other.contains("another configuration") && other.contains("lanes"), "{other}");
    let elsewhere = refused(trine(folder.path(), &format!("{line} {SIZE} --base 0x1000")));
    assert!(elsewhere.contains("no Trine unit answers"), "{elsewhere}");

    assert_eq!(server.end(), Some(0));
    assert!(!folder.path().join("port").is_symlink(), "the link goes with the server");
    let gone = refused(trine(folder.path(), &format!("{line} {SIZE}")));
    assert!(gone.contains("serial port port: there is no such device"), "{gone}");
}

#[test]
fn weights_lie_in_the_memory_behind_the_port() {
    let folder = workplace();
    let unit = "--lanes 20 --columns 4 --weight-bus 32 --weights memory --memory-base 0x40000000";
    let _server = Served::new(folder.path(), &format!("{unit} --memory-bytes 8M"));
    let line = format!("run --model MODEL --prompt A --tokens 3 --json r.json {unit}");
    let run = trine(folder.path(), &format!("{line} --memory-bytes 8M --memory orangecrab --backend uart:port"));
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("weights from memory (at port)"), "{}", run.stdout);
    assert!(run.stdout.contains("weights from orangecrab, assumed, 384 MB/s at its peak:"), "{}", run.stdout);
    let through = json(folder.path(), "r.json");
    assert_eq!((&through["mismatches"], &through["incidents"]), (&0.into(), &serde_json::json!([])));
    // It is in the memory, not in a file of the host: the next command finds what the first has placed.
    let place = "load --model MODEL --backend uart:port";
    let load = trine(folder.path(), &format!("{place} {unit} --memory-bytes 8M --json l.json"));
    assert!(load.code == Some(0) && load.stdout.contains("28 regions of "), "{load:?}");
    assert!(
        load.stdout.contains("; wrote 16 regions of "),
        "run has placed the layers of --offload ffn: {}",
        load.stdout
    );
    let written = json(folder.path(), "l.json");
    let counts = ["regions", "placed_regions", "damaged_regions", "cleared"].map(|key| written["loaded"][key].clone());
    assert_eq!(serde_json::json!(counts), serde_json::json!([28, 16, 0, false]), "{written}");
    assert!(written["error"].is_null() && written["memory_base"] == 0x4000_0000, "{written}");
    let load = trine(folder.path(), &format!("{place} {unit} --memory-bytes 8M --check"));
    assert!(load.stdout.contains("0 regions damaged") && load.stdout.contains("wrote nothing"), "{load:?}");
    let run = trine(folder.path(), &format!("{line} --memory-bytes 4K --backend uart:port"));
    assert!(run.code == Some(2) && run.stderr.contains("4096 bytes of the device's memory"), "{run:?}");
    for (flags, part) in [
        (
            format!("load --model MODEL --backend rtl {unit} --memory-bytes 8M"),
            "only a unit behind a port keeps its memory",
        ),
        ("load --model MODEL --backend uart:port".into(), "add --weights memory"),
        (format!("{place} {unit} --memory-bytes 64K"), "65536 bytes of the device's memory"),
    ] {
        let message = refused(trine(folder.path(), &flags));
        assert!(message.contains(part), "{flags}: {message}");
    }
    // A load that fails says why in the machine form, too, and prints nothing else there.
    let load = trine(folder.path(), &format!("{place} {unit} --memory-bytes 64K --json -"));
    let written: serde_json::Value = serde_json::from_str(&load.stdout).unwrap();
    assert!(load.code == Some(2) && written["loaded"].is_null() && written["checked"] == false, "{load:?}");
    assert!(written["error"].as_str().unwrap().contains("65536 bytes of the device's memory"), "{written}");
}

#[test]
fn a_model_is_loaded_and_speaks_through_etherbone() {
    let folder = workplace();
    let unit = "--lanes 20 --columns 4 --weight-bus 32 --weights memory --memory-base 0x40000000 --memory-bytes 8M";
    let (mut server, place) = Served::at(folder.path(), &format!("--etherbone 0 {unit}"));
    assert!(place.starts_with("etherbone:127.0.0.1:"), "{place}");
    let flags = format!("--model MODEL --backend {place} {unit}");
    let load = trine(folder.path(), &format!("load {flags}"));
    assert!(load.code == Some(0) && load.stdout.contains("; wrote 28 regions of "), "{load:?}");
    let load = trine(folder.path(), &format!("load {flags} --check"));
    assert!(load.stdout.contains("0 regions damaged") && load.stdout.contains("wrote nothing"), "{load:?}");
    let line = format!("run {flags} --prompt A --tokens 3 --offload linear --json r.json");
    let run = trine(folder.path(), &line);
    assert_eq!(run.code, Some(0), "{run:?}");
    let host = place.strip_prefix("etherbone:").unwrap();
    assert!(run.stdout.contains(&format!("(at {host})")) && run.stdout.contains("through Etherbone"), "{}", run.stdout);
    let through = json(folder.path(), "r.json");
    assert_eq!((&through["mismatches"], &through["incidents"]), (&0.into(), &serde_json::json!([])));
    assert!(through["checked_macs"].as_u64().unwrap() > 100_000, "{}", through["checked_macs"]);
    let elsewhere = refused(trine(folder.path(), &format!("{line} --base 0x1000")));
    assert!(elsewhere.contains("no Trine unit answers"), "{elsewhere}");
    let speed = refused(trine(folder.path(), &format!("{line} --baud 9600")));
    assert!(speed.contains("--baud is for a serial port"), "{speed}");

    assert_eq!(server.end(), Some(0));
    let gone = refused(trine(folder.path(), &line));
    assert!(gone.contains(&format!("Etherbone at {host}: no program has that port")), "{gone}");
}

#[test]
fn a_server_does_not_replace_a_file() {
    let folder = workplace();
    std::fs::write(folder.path().join("file"), "mine").unwrap();
    let message = refused(trine(folder.path(), "serve --uart file --lanes 1 --columns 1 --max-depth 8 --max-tokens 1"));
    assert!(message.contains("file") && message.contains("exists"), "{message}");
    assert_eq!(std::fs::read(folder.path().join("file")).unwrap(), b"mine");
}

/// A server that was ended by force leaves its link behind.
#[test]
fn the_link_of_a_server_that_was_killed_is_taken_over() {
    let folder = workplace();
    let size = "--lanes 1 --columns 1 --max-depth 8 --max-tokens 1";
    let mut server = Served::new(folder.path(), size);
    let line = format!("run --model MODEL --tokens 1 --backend uart:port {size} --windows");
    // While it lives nobody takes its place.
    let message = refused(trine(folder.path(), &format!("serve --uart port {size}")));
    assert!(message.contains("port: there is a link to /dev/pts/") && message.contains("remove the link"), "{message}");
    server.0.kill().unwrap();
    server.0.wait().unwrap();
    assert!(folder.path().join("port").is_symlink(), "it is left behind");
    let message = refused(trine(folder.path(), &line));
    assert!(message.contains("a link that leads nowhere") && message.contains("start that again"), "{message}");
    let mut again = Served::new(folder.path(), size);
    assert_eq!(again.end(), Some(0));
    assert!(!folder.path().join("port").is_symlink());
}

/// Links that no server has made, and files: they stay, and nothing is built first.
#[test]
fn links_of_others_are_not_taken_over() {
    let folder = workplace();
    let place = folder.path();
    std::fs::write(place.join("file"), "mine").unwrap();
    std::os::unix::fs::symlink("file", place.join("to-file")).unwrap();
    std::os::unix::fs::symlink("gone", place.join("to-nothing")).unwrap();
    for (name, part) in [("file", "exists already"), ("to-file", "no terminal's"), ("to-nothing", "no terminal's")] {
        let mut server = command(place, &format!("serve --uart {name}"));
        server.env("TRINE_VERILATOR", "/nowhere/verilator");
        let message = refused(crate::common::finish(server));
        assert!(message.contains(part) && message.contains("name another path"), "{message}");
        assert!(place.join(name).symlink_metadata().is_ok(), "{name} stays");
    }
}

#[test]
fn flags_that_do_not_go_with_a_backend_are_refused() {
    let folder = workplace();
    let line = "run --model MODEL --tokens 1";
    for (flags, part) in [
        ("--backend uart:", "the path of a serial port"),
        ("--backend etherbone:", "etherbone: and a host"),
        ("--backend board", "it is golden, rtl, uart: and the path"),
        ("--backend mem:", "or mem: and the path of a device"),
        ("--backend uart:x --base 0x30000002", "not a multiple of 4"),
        ("--backend uart:x --baud 0", "0 is not in 1.."),
        ("--backend uart:x --memory-base 0x40000000", "--memory-bytes <SIZE>"),
        ("--backend uart:x --memory-base 0 --memory-bytes 64MB", "like 67108864 or 64M"),
    ] {
        let run = trine(folder.path(), &format!("{line} {flags}"));
        assert!(run.code == Some(2) && run.stderr.contains(part), "{flags}: {run:?}");
    }
    for (flags, part) in [
        ("--backend rtl --baud 9600", "--memory-bytes and --dma-buf are for a port"),
        ("--backend golden --base 4", "in place of --backend golden"),
        ("--backend rtl --memory-base 0 --memory-bytes 1M", "in place of --backend rtl"),
        ("--backend rtl --dma-buf x", "in place of --backend rtl"),
        ("--backend uart:x --dma-buf x", "choose it with --backend mem:PATH"),
        ("--backend uart:x --base 0x100000000", "beyond the 32 bits"),
        ("--backend uart:x --memory-base 0x40000000 --memory-bytes 1M", "are for --weights memory: add that"),
        ("--backend uart:x --weights memory", "with --memory-base and --memory-bytes"),
        ("--backend uart:x --weights memory --memory-base 0 --memory-bytes 1M", "the registers lie from 0x0 to 0x1000"),
        ("--backend uart:x --units 2", "leave out --units"),
        ("--backend uart:x --weights-on-chip", "leave out --units"),
        ("--backend uart:x --trace f.fst", "leave out --units"),
    ] {
        let message = refused(trine(folder.path(), &format!("{line} {flags}")));
        assert!(message.contains(part), "{flags}: {message}");
    }
}
