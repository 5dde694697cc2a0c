//! The generated Verilog of every preset, as reviewed files, and generation over the whole range of sizes.
//!
//! `UPDATE_EXPECT=1 cargo test -p trine-hdl` rewrites the files; the difference is then for review.

use expect_test::expect_file;
use std::collections::HashSet;
use trine_hdl::design::WeightBeats;
use trine_hdl::design::dot::{DotArithmetic, dot};
use trine_hdl::lang::Kind;
use trine_hdl::{Verilog, design, lang, library};
use trine_spec::config::PRESETS;
use trine_spec::{Config, Style, WeightCode};

fn generate(c: &Config) -> Verilog {
    lang::verilog(&design::unit(c).unwrap()).unwrap()
}

#[test]
fn presets_are_as_reviewed() {
    for (name, c) in PRESETS {
        let text: Vec<String> = generate(&c).files.into_iter().map(|f| f.text).collect();
        expect_file![format!("{}/tests/snapshots/{name}.v", env!("CARGO_MANIFEST_DIR"))].assert_eq(&text.join("\n"));
    }
}

#[test]
fn one_file_per_module_named_after_it() {
    for (name, c) in PRESETS {
        let v = generate(&c);
        let mut seen = HashSet::new();
        for f in &v.files {
            let module = f.name.strip_suffix(".v").unwrap();
            assert!(module == "trine" || module.starts_with("trine_"), "{name}: {module}");
            assert!(seen.insert(module.to_string()), "{name}: {module} twice");
            let declared: Vec<&str> = f.text.lines().filter_map(|l| l.strip_prefix("module ")).collect();
            assert_eq!(declared, [format!("{module} (")], "{name}");
        }
        assert_eq!(v.files.last().unwrap().name, "trine.v");
    }
}

#[test]
fn ports_are_the_published_ones() {
    let v = generate(&Config::preset("odd").unwrap());
    let ports: Vec<String> = v.ports.iter().map(|p| format!("{} {}", p.name, p.width)).collect();
    assert_eq!(
        ports,
        [
            "aclk 1",
            "aresetn 1",
            "s_axil_awaddr 12",
            "s_axil_awprot 3",
            "s_axil_awvalid 1",
            "s_axil_wdata 32",
            "s_axil_wstrb 4",
            "s_axil_wvalid 1",
            "s_axil_bready 1",
            "s_axil_araddr 12",
            "s_axil_arprot 3",
            "s_axil_arvalid 1",
            "s_axil_rready 1",
            "s_axis_act_tdata 56",
            "s_axis_act_tkeep 7",
            "s_axis_act_tlast 1",
            "s_axis_act_tvalid 1",
            "s_axis_wgt_tdata 16",
            "s_axis_wgt_tkeep 2",
            "s_axis_wgt_tlast 1",
            "s_axis_wgt_tvalid 1",
            "m_axis_res_tready 1",
            "s_axil_awready 1",
            "s_axil_wready 1",
            "s_axil_bresp 2",
            "s_axil_bvalid 1",
            "s_axil_arready 1",
            "s_axil_rdata 32",
            "s_axil_rresp 2",
            "s_axil_rvalid 1",
            "s_axis_act_tready 1",
            "s_axis_wgt_tready 1",
            "m_axis_res_tdata 96",
            "m_axis_res_tkeep 12",
            "m_axis_res_tlast 1",
            "m_axis_res_tvalid 1",
            "irq 1"
        ]
    );
}

#[test]
fn every_lane_count_and_column_count_generates() {
    for lanes in 1..=256 {
        let columns = (lanes * 7) % 64 + 1;
        let code = [WeightCode::TwoBit, WeightCode::Base3][lanes % 2];
        let sized = Config::sized(lanes, columns).weight_code(code).act_bits(2 + lanes % 7);
        let full = sized.clone().build().unwrap().full_tile_bus();
        let sized = sized.weight_bus([8, (full / 16 * 8).max(8), full][lanes % 3]);
        let sized = sized.max_depth([1, lanes, 3 * lanes + 1, 5000][lanes % 4]);
        let c = sized.max_tokens([1, 2, 3, 64][lanes / 4 % 4]).build().unwrap();
        let v = generate(&c);
        assert!(v.files.iter().all(|f| !f.text.contains("$_") && f.text.lines().all(|l| !l.contains("[-"))), "{c:?}");
    }
}

/// Vivado finds the interfaces by these attributes.
#[test]
fn every_port_says_which_interface_it_belongs_to() {
    for windows in [false, true] {
        let v = generate(&Config::sized(7, 3).windows(windows).build().unwrap());
        let text = &v.files.last().unwrap().text;
        let lines: Vec<&str> = text.lines().collect();
        for port in &v.ports {
            let ends = |line: &&str| line.trim_end_matches(',').ends_with(&format!(" {}", port.name));
            let at = lines.iter().position(|line| line.starts_with("  ") && ends(line)).unwrap();
            let (bus, signal) = port.name.rsplit_once('_').unwrap_or((&port.name, ""));
            let info = format!("1.0 {bus} {}", signal.to_uppercase());
            assert!(
                lines[at - 1].contains("X_INTERFACE_INFO = \"xilinx.com:") && lines[at - 1].contains(&info),
                "{}",
                port.name
            );
        }
        let buses = if windows { "s_axil" } else { "s_axil:s_axis_act:s_axis_wgt:m_axis_res" };
        assert!(text.contains(&format!("\"ASSOCIATED_BUSIF {buses}, ASSOCIATED_RESET aresetn\"")), "{text}");
    }
}

#[test]
fn every_port_of_every_module_has_a_doc_line() {
    let mut tops = vec![];
    for style in Style::ALL {
        for (_, c) in PRESETS {
            tops.push(design::unit(&Config::builder().style(style).or(&c).build().unwrap()).unwrap());
        }
        let c = Config::builder().style(style).or(&Config::preset("odd").unwrap()).build().unwrap();
        tops.push(design::serial(&c).unwrap());
        let beats = WeightBeats { bytes: vec![0; 2 * c.weight_bus() / 8], last: vec![false, true] };
        tops.push(design::unit_on_chip(&c, &beats).unwrap());
        tops.push(library::narrow(&tops[0]).unwrap());
    }
    tops.extend(DotArithmetic::ALL.map(|arithmetic| dot(arithmetic, 3).unwrap()));
    for m in tops.iter().flat_map(|top| lang::library(top).unwrap()).filter(|m| m.cell_model.is_none()) {
        for d in m.decls.iter().filter(|d| matches!(d.kind, Kind::Input | Kind::Output)) {
            assert!(d.doc.ends_with('.') && d.doc.len() > 3, "{}.{}: {:?}", m.name, d.name, d.doc);
        }
    }
}

/// Trees of adders of three values make sums that are wider than the accumulator where K is no larger than the lanes.
#[test]
fn accumulators_take_sums_of_every_number_of_lanes() {
    for style in Style::ALL {
        for lanes in 1..=256 {
            let config = Config::sized(lanes, 1).style(style).max_depth(lanes).max_tokens(2).build().unwrap();
            if let Err(error) = trine_hdl::design::unit(&config) {
                panic!("{style:?}, {lanes} lanes: {error}");
            }
        }
    }
}
