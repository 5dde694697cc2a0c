//! `--backend mem:PATH` as a user sees it, with an ordinary file in place of `/dev/mem`.
//!
//! The file has the constants of a unit and room for its weights, which is all that `trine load` needs. No job ends in a file:
//! there `trine run` shows what it does with a unit that never is done.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use trine_spec::registers::{self as regs, Access};
use trine_spec::{Config, Weights};

use crate::common::{Run, json, trine, workplace};

/// Flags of the unit in the file.
const UNIT: &str = "--lanes 20 --columns 4 --weight-bus 32 --weights memory --base 0x2000";

fn config() -> Config {
    Config::sized(20, 4).weight_bus(32).windows(true).weights(Weights::Memory).build().unwrap()
}

/// A file of 8 MiB with the constants of the unit at 0x2000.
fn device(folder: &Path) -> PathBuf {
    let path = folder.join("mem");
    let file = File::create(&path).unwrap();
    file.set_len(8 << 20).unwrap();
    let config = config();
    for register in regs::registers(&config) {
        if register.fields.iter().all(|field| field.access == Access::Constant) {
            let value = regs::constant(register, &config);
            file.write_all_at(&value.to_le_bytes(), 0x2000 + u64::from(register.offset)).unwrap();
        }
    }
    path
}

fn refused(run: Run) -> String {
    assert_eq!(run.code, Some(2), "{run:?}");
    let message = run.stderr.trim_end().to_owned();
    assert!(message.starts_with("error: ") && message.lines().count() == 1, "{message}");
    message
}

fn done(run: Run) -> String {
    assert_eq!(run.code, Some(0), "{run:?}");
    run.stdout
}

#[test]
fn a_model_is_loaded_checked_and_mended_in_mapped_memory() {
    let folder = workplace();
    let path = device(folder.path());
    let line = format!("load --model MODEL --backend mem:mem {UNIT} --memory-base 0x100000");
    let load = |flags: &str| done(trine(folder.path(), &format!("{line} --memory-bytes 4M{flags}")));
    let first = load("");
    assert!(first.contains("weights from memory (at mem)\nmemory: 4 194 304 bytes at 0x100000\n"), "{first}");
    assert!(first.contains("28 regions of ") && first.contains("; wrote 28 regions of "), "{first}");
    let placed = fs::read(&path).unwrap();
    assert_eq!(&placed[0x10_0000..][..8], b"trinedir");
    assert!(placed[0x3000..0x10_0000].iter().chain(&placed[0x50_0000..]).all(|byte| *byte == 0), "nothing beside it");
    assert!(load("").contains("; wrote nothing"));

    // A bit of the second region.
    let place = u64::from_le_bytes(placed[0x10_0000 + 2 * 128 + 32..].first_chunk().copied().unwrap());
    let file = File::options().write(true).open(&path).unwrap();
    let at = 0x10_0000 + place;
    file.write_all_at(&[placed[at as usize] ^ 4], at).unwrap();
    assert!(load("").contains("; wrote nothing"), "nobody looked");
    let check = load(" --check");
    assert!(check.contains("read back: 1 region damaged") && check.contains("; wrote 1 region of "), "{check}");
    assert!(fs::read(&path).unwrap() == placed);

    let small = refused(trine(folder.path(), &format!("{line} --memory-bytes 64K")));
    assert!(small.contains("do not fit the 65536 bytes of the device's memory"), "{small}");
}

#[test]
fn a_run_goes_on_with_the_golden_model_where_no_job_is_done() {
    let folder = workplace();
    device(folder.path());
    let memory = format!("{UNIT} --memory-base 0x100000 --memory-bytes 4M");
    let run = format!("run --model MODEL --prompt A --tokens 1 --json r.json {memory}");
    let through = trine(folder.path(), &format!("{run} --backend mem:mem"));
    assert_eq!(through.code, Some(1), "{through:?}");
    assert!(
        through.stdout.contains("(at mem)") && through.stdout.contains("through the memory map"),
        "{}",
        through.stdout
    );
    let report = json(folder.path(), "r.json");
    assert_eq!(
        (&report["backend"], &report["units"], &report["mismatches"]),
        (&"mem:mem".into(), &1.into(), &0.into())
    );
    let error = report["incidents"][0]["error"].as_str().unwrap();
    assert!(error.contains("all results arrived, but after 1000 polls STATUS is 0x0"), "{error}");
    let golden = "run --model MODEL --prompt A --tokens 1 --json g.json --backend golden";
    done(trine(folder.path(), golden));
    assert_eq!(report["text"], json(folder.path(), "g.json")["text"]);
    // It has placed the weights of the layers that --offload chooses.
    let load = done(trine(folder.path(), &format!("load --model MODEL --backend mem:mem {memory}")));
    assert!(load.contains("; wrote 16 regions of "), "{load}");

    let logits = trine(folder.path(), &format!("logits --model MODEL --ids 1 -o o.npy {memory} --backend mem:mem"));
    assert!(logits.code == Some(1) && logits.stdout.contains("device failure in "), "{logits:?}");
}

#[test]
fn places_that_cannot_be_are_named_before_the_model_is_read() {
    let folder = workplace();
    device(folder.path());
    let at =
        |flags: &str| format!("load --model nowhere --backend mem:mem --weights memory --lanes 20 --columns 4 {flags}");
    for (flags, part) in [
        ("", "with --dma-buf, or with --memory-base and --memory-bytes"),
        ("--baud 9600 --memory-base 0 --memory-bytes 4K", "--baud is for a serial port"),
        ("--memory-base 0 --memory-bytes 4K", "the registers lie from 0x0 to 0x1000"),
        ("--dma-buf udmabuf0", "udmabuf0: there is no such device; is u-dma-buf loaded?"),
        ("--dma-buf mem", "/sys/class/u-dma-buf/mem/phys_addr: there is no such file; is mem a buffer of u-dma-buf?"),
    ] {
        let message = refused(trine(folder.path(), &at(flags)));
        assert!(message.contains(part), "{flags}: {message}");
    }
    let stream = "load --model nowhere --backend mem:mem --lanes 20 --columns 4 --dma-buf mem";
    assert!(refused(trine(folder.path(), stream)).contains("add --weights memory"));
    let run = "run --model MODEL --tokens 1 --backend mem:mem --dma-buf mem";
    assert!(refused(trine(folder.path(), run)).contains("are for --weights memory: add that"));
    let both = trine(folder.path(), &at("--dma-buf x --memory-base 0x10000 --memory-bytes 4K"));
    assert!(both.code == Some(2) && both.stderr.contains("cannot be used with"), "{both:?}");
}

#[test]
fn devices_that_are_no_unit_are_named() {
    let folder = workplace();
    device(folder.path());
    let unit = "--lanes 20 --columns 4 --weight-bus 32 --weights memory";
    let at = |backend: &str, flags: &str| {
        refused(trine(folder.path(), &format!("load --model MODEL --backend {backend} {unit} {flags}")))
    };
    let memory = "--memory-base 0x100000 --memory-bytes 4M";
    for (backend, flags, part) in [
        ("mem:gone", memory.to_owned(), "gone: there is no such device; is its driver loaded?"),
        ("mem:mem", format!("{memory} --base 0x3000"), "no Trine unit answers: register ID reads 0x00000000"),
        ("mem:mem", format!("{memory} --base 0x2004"), "4096 bytes at 0x2004: both must be multiples of 4096"),
        (
            "mem:mem",
            format!("{memory} --base 0x800000"),
            "mem: it ends after 8388608 bytes; 4096 at 0x800000 are needed",
        ),
        ("mem:mem", "--memory-base 0x100800 --memory-bytes 4M --base 0x2000".into(), "must be multiples of 4096"),
        ("mem:mem", "--memory-base 0x700000 --memory-bytes 4M --base 0x2000".into(), "4194304 at 0x700000 are needed"),
        (
            "mem:mem",
            "--memory-base 0x4000000000 --memory-bytes 4M --base 0x2000".into(),
            "a unit reads addresses below",
        ),
    ] {
        let message = at(backend, &flags);
        assert!(message.contains(part), "{backend} {flags}: {message}");
    }
    let line = format!("load --model MODEL --backend mem:mem {memory} --base 0x2000");
    let other =
        refused(trine(folder.path(), &format!("{line} --lanes 20 --columns 8 --weight-bus 32 --weights memory")));
    assert!(other.contains("another configuration: CAPS0.columns_minus_1 reads 3 instead of 7"), "{other}");
    let held = File::options().read(true).open(folder.path().join("mem")).unwrap();
    held.lock().unwrap();
    let busy = at("mem:mem", &format!("{memory} --base 0x2000"));
    assert!(busy.contains("mem: another program is using it"), "{busy}");
}
