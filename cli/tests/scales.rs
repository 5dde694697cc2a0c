//! A model of two shards with scales of their own, from its folder through the hardware into every form of the report.

use std::path::Path;

use crate::common::{json, model, trine, workplace};
use serde_json::{Value, json as object};

const HIDDEN: usize = 64;
const INTERMEDIATE: usize = 96;

/// Numbers without a pattern that tiles could share (a Weyl sequence).
fn noise(i: usize, seed: usize) -> u64 {
    ((i + (seed << 20)) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29) >> 17
}

/// Writes a TriLM folder: outputs of q, k, v, gate and up, and inputs of o are in two shards, inputs of down in three
/// ranges, and up of the last layer is zero.
fn write_trilm(folder: &Path) {
    let characters: Value = serde_json::from_slice(&std::fs::read(model().join("chars.json")).unwrap()).unwrap();
    let vocab = json(&model(), "config.json")["vocab_size"].as_u64().unwrap() as usize;
    std::fs::write(folder.join("chars.json"), characters.to_string()).unwrap();
    let config = object!({
        "architectures": ["LlamaForCausalLM"], "hidden_size": HIDDEN, "intermediate_size": INTERMEDIATE,
        "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 2, "vocab_size": vocab,
        "max_position_embeddings": 32, "rms_norm_eps": 1e-5, "rope_theta": 1e4, "hidden_act": "silu",
        "tie_word_embeddings": true,
    });
    std::fs::write(folder.join("config.json"), config.to_string()).unwrap();
    let (mut header, mut data) = (serde_json::Map::new(), Vec::<u8>::new());
    let mut add = |name: String, shape: &[usize], value: &dyn Fn(usize) -> f32| {
        let begin = data.len();
        (0..shape.iter().product()).for_each(|i| data.extend(value(i).to_le_bytes()));
        header.insert(name, object!({"dtype": "F32", "shape": shape, "data_offsets": [begin, data.len()]}));
    };
    add("model.embed_tokens.weight".into(), &[vocab, HIDDEN], &|i| noise(i, 99) as f32 % 201.0 / 100.0 - 1.0);
    add("model.norm.weight".into(), &[HIDDEN], &|_| 1.0);
    for layer in 0..2 {
        let name = |part: &str| format!("model.layers.{layer}.{part}.weight");
        add(name("input_layernorm"), &[HIDDEN], &|_| 1.0);
        add(name("post_attention_layernorm"), &[HIDDEN], &|_| 1.0);
        for (kind, part) in ["q_proj", "k_proj", "v_proj", "o_proj"].into_iter().enumerate() {
            let scale = |row: usize, col: usize| [0.5, 0.25][if part == "o_proj" { col } else { row } / (HIDDEN / 2)];
            let weight = |i: usize| (noise(i, 8 * layer + kind) % 3) as f32 - 1.0;
            add(name(&format!("self_attn.{part}")), &[HIDDEN; 2], &|i| weight(i) * scale(i / HIDDEN, i % HIDDEN));
        }
        for (kind, part) in ["gate_proj", "up_proj"].into_iter().enumerate() {
            let scale = |row: usize| if (layer, kind) == (1, 1) { 0.0 } else { [0.125, 0.5][row / (INTERMEDIATE / 2)] };
            let weight = |i: usize| (noise(i, 8 * layer + 4 + kind) % 3) as f32 - 1.0;
            add(name(&format!("mlp.{part}")), &[INTERMEDIATE, HIDDEN], &|i| weight(i) * scale(i / HIDDEN));
        }
        let scale = |col: usize| [0.5, 0.0625, 0.25][usize::from(col >= 32) + usize::from(col >= 56)];
        let weight = |i: usize| (noise(i, 8 * layer + 6) % 3) as f32 - 1.0;
        add(name("mlp.down_proj"), &[HIDDEN, INTERMEDIATE], &|i| weight(i) * scale(i % INTERMEDIATE));
    }
    let header = Value::from(header).to_string();
    let file = [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &data].concat();
    std::fs::write(folder.join("model.safetensors"), file).unwrap();
}

#[test]
fn a_model_of_two_shards_runs_on_the_unit() {
    let folder = workplace();
    let trilm = folder.path().join("trilm");
    std::fs::create_dir(&trilm).unwrap();
    write_trilm(&trilm);
    let done = |line: &str| {
        let run = trine(folder.path(), line);
        // A notice names the linear of zeros if weights are read.
        let zeros = "warning: trilm: 1 linear holds zeros only, `model.layers.1.mlp.up_proj.weight` first; \
                     was the download broken off?\n";
        assert!(run.code == Some(0) && ["", zeros].contains(&run.stderr.as_str()), "{run:?}");
        run.stdout
    };

    let table = done("inspect trilm --json i.json");
    for scales in
        ["0.250000 to 0.500000, 2 of outputs", "0.250000 to 0.500000, 2 of inputs", "0.062500 to 0.500000, 3 of inputs"]
    {
        assert!(table.contains(scales), "{table}");
    }
    let layers = json(folder.path(), "i.json")["layers"].take();
    assert_eq!(layers[6]["scales"], object!({"count": 3, "input_ranges": 3, "least": 0.0625, "largest": 0.5}));
    assert_eq!((&layers[6]["scale"], &layers[12]["scale"]), (&Value::Null, &1.0.into()));
    assert_eq!(layers[12]["zeros"], INTERMEDIATE * HIDDEN);

    let line = "run --model trilm --prompt KING --tokens 3 --temperature 0 --json";
    let host = done(&format!("{line} host.json"));
    assert!(host.contains("KING"), "{host}");
    let text = done(&format!("{line} rtl.json --preset small --backend rtl --offload linear --report out"));
    assert!(text.contains("mismatches 0 of"), "{text}");
    let (host, rtl) = (json(folder.path(), "host.json"), json(folder.path(), "rtl.json"));
    assert_eq!(host["text"], rtl["text"]);
    // A prompt of four characters, then two tokens; a layer has 4 x 64 x 64 and 3 x 64 x 96 weights.
    assert_eq!(rtl["macs"], 6 * 2 * (4 * 64 * 64 + 3 * 64 * 96));
    assert_eq!(rtl["macs"], rtl["checked_macs"]);
    let rows = |name: &str| {
        let of = |l: &&Value| l["name"] == name && l["m"] == 1;
        let rows = rtl["layers"].as_array().unwrap().iter().filter(of);
        rows.map(|l| (l["k"].as_u64().unwrap(), l["calls"].as_u64().unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(rows("layers.1.self_attn.q_proj"), [(64, 2)]);
    assert_eq!(rows("layers.1.self_attn.o_proj"), [(32, 4)], "two ranges of equal size");
    assert_eq!(rows("layers.1.mlp.down_proj"), [(32, 2), (24, 2), (40, 2)]);
    let html = std::fs::read_to_string(folder.path().join("out/report.html")).unwrap();
    for label in ["down k32", "down k24", "down k40", "down k24 ×4"] {
        assert!(html.contains(label), "{label}");
    }
    let projections = |name: &str| text.lines().filter(|l| l.trim_start().starts_with(name)).count();
    assert_eq!((projections("o_proj"), projections("down_proj")), (2, 6), "{text}");

    let verified = done("verify --preset small --model trilm --cases 0 --no-checks");
    // Fourteen linears, of which two have two ranges of inputs and two have three.
    assert!(verified.contains("mismatches 0 of") && verified.contains("in 20 cases"), "{verified}");
}
