//! The register map in other languages: each is read back by something that is not ours, and says what the table says.

use std::process::Command;

use expect_test::{expect, expect_file};
use trine_spec::registers::{Access, ErrorCode, WINDOW_BYTES, WINDOWS, constant, every, registers};
use trine_spec::{Config, Weights, config::PRESETS, emit};

fn odd() -> Config {
    Config::preset("odd").unwrap()
}

/// `UPDATE_EXPECT=1 cargo test -p trine-spec` rewrites the document.
#[test]
fn the_document_is_up_to_date() {
    expect_file!["../../docs/reference/registers.md"].assert_eq(&emit::markdown(&Config::default()));
}

#[test]
fn an_svd_reader_finds_every_register_and_field() {
    let memory = Config::sized(8, 2).weights(Weights::Memory).build().unwrap();
    for (name, c) in PRESETS.into_iter().chain([("memory", memory)]) {
        let text = emit::svd(&c);
        let document = roxmltree::Document::parse(&text).unwrap();
        let all = |node: roxmltree::Node<'_, '_>, tag: &str| {
            node.descendants().filter(|n| n.has_tag_name(tag)).map(|n| n.id()).collect::<Vec<_>>()
        };
        let text_of = |node: roxmltree::Node<'_, '_>, tag: &str| {
            node.children().find(|n| n.has_tag_name(tag)).and_then(|n| n.text()).unwrap_or_default().to_owned()
        };
        let hex = |text: String| u32::from_str_radix(text.strip_prefix("0x").unwrap(), 16).unwrap();
        let nodes = all(document.root(), "register");
        let (nodes, windows) = nodes.split_at(registers(&c).count());
        assert_eq!(windows.len(), if c.windows() { WINDOWS.len() } else { 0 }, "{name}");
        for (id, w) in windows.iter().zip(WINDOWS) {
            let node = document.get_node(*id).unwrap();
            let found = ["name", "description", "dim", "dimIncrement", "access"].map(|tag| text_of(node, tag));
            let access = if w.written { "write-only" } else { "read-only" };
            let name = format!("{}[%s]", w.name);
            assert_eq!(found, [&name, w.doc, &(WINDOW_BYTES / 4).to_string(), "4", access].map(str::to_owned));
            assert_eq!(hex(text_of(node, "addressOffset")), w.offset);
        }
        for (id, r) in nodes.iter().zip(registers(&c)) {
            let node = document.get_node(*id).unwrap();
            assert_eq!((text_of(node, "name"), text_of(node, "description")), (r.name.into(), r.doc.into()));
            assert_eq!(
                (hex(text_of(node, "addressOffset")), hex(text_of(node, "resetValue"))),
                (r.offset, constant(r, &c))
            );
            let fields = all(node, "field");
            assert_eq!(fields.len(), r.fields.len(), "{name}: {}", r.name);
            for (id, f) in fields.into_iter().zip(r.fields) {
                let node = document.get_node(id).unwrap();
                let found = ["name", "description", "bitOffset", "bitWidth", "access"].map(|tag| text_of(node, tag));
                let access = match f.access {
                    Access::Constant | Access::ReadOnly => "read-only",
                    Access::ReadWrite | Access::WriteOneClears => "read-write",
                    Access::Trigger => "write-only",
                };
                let expected = [f.name, f.doc, &f.lsb.to_string(), &f.width.to_string(), access].map(str::to_owned);
                assert_eq!(found, expected, "{name}: {}", r.name);
                let clears = text_of(node, "modifiedWriteValues") == "oneToClear";
                assert_eq!(clears, f.access == Access::WriteOneClears, "{name}: {}.{}", r.name, f.name);
            }
        }
        assert_eq!(all(document.root(), "enumeratedValue").len(), ErrorCode::ALL.len());
    }
}

/// Compiles `text` as `file` with `command`, whose last argument is the file; panics with what the compiler says.
fn compiles(command: &[&str], file: &str, text: &str) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(file), text).unwrap();
    let output = Command::new(command[0]).args(&command[1..]).arg(file).current_dir(folder.path()).output().unwrap();
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

#[test]
fn c_and_cpp_compilers_take_the_header_and_see_the_table() {
    let c = odd();
    let mut source = emit::c(&c);
    let mut check = |what: String, value: u32| {
        source += &format!("typedef char check_{}[({what}) == {value:#x}u ? 1 : -1];\n", what.to_lowercase());
    };
    for r in every() {
        check(format!("TRINE_{}", r.name), r.offset);
        check(format!("TRINE_{}_RESET", r.name), constant(r, &c));
        for f in r.fields {
            let field = format!("TRINE_{}_{}", r.name, f.name.to_uppercase());
            check(format!("{field}_SHIFT"), f.lsb as u32);
            check(format!("{field}_MASK"), f.mask());
        }
    }
    for w in WINDOWS {
        check(format!("TRINE_{}", w.name), w.offset);
    }
    check("TRINE_ERROR_ILLEGAL_TRIT".into(), ErrorCode::IllegalTrit as u32);
    let strict = ["-fsyntax-only", "-Wall", "-Wextra", "-pedantic", "-Werror"];
    let c_compiler = [&["cc", "-std=c99"], &strict[..]].concat();
    let cpp_compiler = [&["c++", "-std=c++11"], &strict[..]].concat();
    compiles(&c_compiler, "map.c", &source).unwrap();
    compiles(&cpp_compiler, "map.cpp", &source).unwrap();
    let wrong = source.replace("TRINE_CAPS2_RESET 0x00000002u", "TRINE_CAPS2_RESET 0x00000003u");
    assert!(compiles(&c_compiler, "map.c", &wrong).unwrap_err().contains("check_trine_caps2_reset"));
}

#[test]
fn rustc_takes_the_constants_and_sees_the_table() {
    let c = odd();
    let mut source = emit::rust(&c);
    for r in every() {
        source +=
            &format!("const _: () = assert!({0} == {1} && {0}_RESET == {2});\n", r.name, r.offset, constant(r, &c));
        for f in r.fields {
            let field = format!("{}_{}", r.name, f.name.to_uppercase());
            source += &format!("const _: () = assert!({field}_SHIFT == {} && {field}_MASK == {});\n", f.lsb, f.mask());
        }
    }
    for w in WINDOWS {
        source += &format!("const _: () = assert!({} == {} && WINDOW_BYTES == {WINDOW_BYTES});\n", w.name, w.offset);
    }
    let rustc = ["rustc", "--edition=2021", "--crate-type=lib", "--emit=metadata", "-Dwarnings", "-Dmissing-docs"];
    compiles(&rustc, "map.rs", &source).unwrap();
    assert!(compiles(&rustc, "map.rs", &source.replace("SPACE: u32 = 0x1000", "SPACE: u32 = 0x1000u8")).is_err());
}

/// The part of `text` from the line with `from` to the line with `to`, without indentation.
fn excerpt(text: &str, from: &str, to: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let start = lines.iter().position(|l| l.contains(from)).unwrap();
    let end = start + lines[start..].iter().position(|l| l.contains(to)).unwrap();
    lines[start..=end].join("\n")
}

#[test]
fn one_register_in_each_language() {
    let c = odd();
    expect![[r#"
        desc = "Why the last job failed.";
        field { desc = "One of the error codes; kept until the next start."; sw = r; hw = w; encode = error_code; } code[3:0] = 4'h0;
        } ERR_CODE @ 0x018;"#]].assert_eq(&excerpt(&emit::rdl(&c), "Why the last", "ERR_CODE @"));
    let serial = Config::preset("serial").unwrap();
    expect![[r#"
        desc = "Gives the words of result beats.";
        mementries = 256;
        memwidth = 32;
        sw = r;
        } RES_WINDOW @ 0xc00;"#]]
    .assert_eq(&excerpt(&emit::rdl(&serial), "Gives the words", "RES_WINDOW @"));
    expect![[r#"
        <name>PERF_CTRL</name>
        <description>Counter control.</description>
        <addressOffset>0x040</addressOffset>
        <resetValue>0x00000000</resetValue>
        <fields>
        <field><name>clear</name><description>Sets all counters to zero.</description><bitOffset>0</bitOffset><bitWidth>1</bitWidth><access>write-only</access></field>
        <field><name>snapshot</name><description>Copies all counters into the registers below.</description><bitOffset>1</bitOffset><bitWidth>1</bitWidth><access>write-only</access></field>
        </fields>"#]].assert_eq(&excerpt(&emit::svd(&c), "<name>PERF_CTRL", "</fields>"));
    expect![[r#"
        /* Offset of CAPS2: Weight stream of the unit. */
        #define TRINE_CAPS2 0x030u
        /* CAPS2 after reset. */
        #define TRINE_CAPS2_RESET 0x00000002u
        /* Lowest bit of CAPS2.weight_bytes: Bytes of a weight beat. */
        #define TRINE_CAPS2_WEIGHT_BYTES_SHIFT 0u
        /* Bits of CAPS2.weight_bytes. */
        #define TRINE_CAPS2_WEIGHT_BYTES_MASK 0x0000ffffu"#]]
    .assert_eq(&excerpt(&emit::c(&c), "Offset of CAPS2", "CAPS2_WEIGHT_BYTES_MASK"));
    expect![[r#"
        /// Offset of DEPTH: K of the next job.
        pub const DEPTH: u32 = 0x028;
        /// DEPTH after reset.
        pub const DEPTH_RESET: u32 = 0x00000000;
        /// Lowest bit of DEPTH.k: Depth of the dot products, 1 to CAPS1.max_depth.
        pub const DEPTH_K_SHIFT: u32 = 0;
        /// Bits of DEPTH.k.
        pub const DEPTH_K_MASK: u32 = 0x0007ffff;"#]]
    .assert_eq(&excerpt(&emit::rust(&c), "Offset of DEPTH", "DEPTH_K_MASK"));
}
