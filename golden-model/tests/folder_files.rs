//! Which files of a folder are read, which tensors of them, and what gives a notice or an error.

use std::path::Path;

use crate::common::build::{Built, Float, PACKED, Recipe, Storage, Tensor, build, safetensors_bytes};
use crate::common::gguf;
use trine_golden_model::{Config, Golden, KvCache, Model};

const MASTERS: Recipe = Recipe { storage: Storage::Masters, ..PACKED };
const INDEX: &str = "model.safetensors.index.json";
const SINGLE: &str = "model.safetensors";

fn logits(model: &Model) -> Vec<f32> {
    let logits = model.forward(&mut Golden, &[3, 39, 0], &mut KvCache::new(model.config())).unwrap();
    logits.row(2).to_vec()
}

/// The logits of a folder of the built model alone.
fn alone(built: &Built) -> Vec<f32> {
    let folder = tempfile::tempdir().unwrap();
    built.write_folder(folder.path(), 1);
    logits(&Model::load(&folder.path().into()).unwrap())
}

#[track_caller]
fn refused(folder: &Path, parts: &[&str]) {
    let message = Model::load(&folder.into()).expect_err("the folder is accepted").to_string();
    assert!(parts.iter().all(|part| message.contains(part)), "{message:?} lacks one of {parts:?}");
}

#[track_caller]
fn told(model: &Model, parts: &[&str]) {
    let notices = &model.config().notices;
    assert!(notices.len() == 1 && parts.iter().all(|part| notices[0].contains(part)), "{notices:?} is not {parts:?}");
}

/// An index left by an earlier save: gone shards, other shards, the same shards, and an index of the single file.
#[test]
fn an_index_beside_the_single_file() {
    let (old, new) = (build(&PACKED, 2), build(&PACKED, 1));
    let folder = tempfile::tempdir().unwrap();
    old.write_folder(folder.path(), 3);
    new.write_folder(folder.path(), 1);
    let load = || Model::load(&folder.path().into()).unwrap();
    told(&load(), &[SINGLE, INDEX, "hold other weights", "differs"]);
    assert_eq!(logits(&load()), alone(&new));
    let shard = folder.path().join("model-00002-of-00003.safetensors");
    std::fs::remove_file(&shard).unwrap();
    told(&load(), &[SINGLE, INDEX, "not complete"]);
    for n in [1, 3] {
        std::fs::remove_file(folder.path().join(format!("model-0000{n}-of-00003.safetensors"))).unwrap();
    }
    assert!(load().config().notices.is_empty());
    assert_eq!(logits(&load()), alone(&new));
    new.write_folder(folder.path(), 3);
    assert!(load().config().notices.is_empty(), "the same weights twice");
    let of_the_single = r#"{"weight_map": {"model.norm.weight": "model.safetensors"}}"#;
    std::fs::write(folder.path().join(INDEX), of_the_single).unwrap();
    assert!(load().config().notices.is_empty());
}

#[test]
fn the_file_that_the_configuration_names() {
    let (other, named) = (build(&PACKED, 2), build(&PACKED, 1));
    let folder = tempfile::tempdir().unwrap();
    other.write_folder(folder.path(), 1);
    std::fs::write(folder.path().join("named.safetensors"), safetensors_bytes(&named.tensors)).unwrap();
    let name = |file: &str| {
        let mut config = named.config();
        config["transformers_weights"] = file.into();
        std::fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
    };
    name("named.safetensors");
    assert_eq!(logits(&Model::load(&folder.path().into()).unwrap()), alone(&named));
    name("../named.safetensors");
    refused(folder.path(), &["transformers_weights", "../named"]);
    name("pytorch_model.bin");
    refused(folder.path(), &["transformers_weights", "pytorch_model.bin"]);
    name("gone.safetensors");
    refused(folder.path(), &["gone.safetensors", "No such file"]);
}

/// Folders whose weights are in a file that is not read.
#[test]
fn weights_of_other_kinds() {
    for (file, part) in [
        ("pytorch_model.bin", "save_pretrained"),
        ("pytorch_model-00001-of-00002.bin", "save_pretrained"),
        ("consolidated.safetensors", "convert"),
        ("consolidated.00.pth", "save_pretrained"),
        ("model-00001-of-00002.safetensors", "index"),
        ("model.fp16.safetensors", "rename"),
        ("tf_model.h5", "transformers"),
        ("readme.txt", "weights are missing"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        build(&PACKED, 1).write_folder(folder.path(), 1);
        std::fs::remove_file(folder.path().join(SINGLE)).unwrap();
        std::fs::write(folder.path().join(file), "x").unwrap();
        let named = if file == "readme.txt" { SINGLE } else { file };
        refused(folder.path(), &["no model.safetensors", named, part]);
    }
    // Beside the safetensors they change nothing; a GGUF file gives a notice.
    let folder = tempfile::tempdir().unwrap();
    build(&PACKED, 1).write_folder(folder.path(), 1);
    for file in ["pytorch_model.bin", "consolidated.safetensors", "training_args.bin"] {
        std::fs::write(folder.path().join(file), "x").unwrap();
    }
    assert!(Model::load(&folder.path().into()).unwrap().config().notices.is_empty());
    std::fs::write(folder.path().join("q.gguf"), "x").unwrap();
    told(&Model::load(&folder.path().into()).unwrap(), &["`q.gguf`", "give its path"]);
}

/// Every file that a folder of these shards may have, made into something else.
const FILES: [(usize, &str); 6] = [
    (1, "config.json"),
    (1, "generation_config.json"),
    (1, SINGLE),
    (1, "adapter_config.json"),
    (2, INDEX),
    (2, "model-00002-of-00002.safetensors"),
];

/// A folder in which `make` makes the file, and the path of that.
fn with_file(shards: usize, file: &str, make: impl Fn(&Path)) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    build(&PACKED, 1).write_folder(folder.path(), shards);
    let path = folder.path().join(file);
    let _ = std::fs::remove_file(&path);
    make(&path);
    (folder, path)
}

/// Links that lead nowhere, as in a cache that lost a file, and names of what is no file.
#[test]
fn links_folders_and_pipes() {
    let fifo = |path: &Path| assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
    for (shards, file) in FILES {
        let (folder, _) = with_file(shards, file, |path| std::os::unix::fs::symlink("../../blobs/abc", path).unwrap());
        refused(folder.path(), &[file, "a link that leads nowhere (to ../../blobs/abc)", "fetch the file again"]);
        let (folder, _) = with_file(shards, file, |path| std::fs::create_dir(path).unwrap());
        refused(folder.path(), &[file, "this is a folder, not a file"]);
        let (folder, _) = with_file(shards, file, fifo);
        refused(folder.path(), &[file, "a pipe or a device, not a file"]);
    }
    let built = build(&PACKED, 1);
    let folder = tempfile::tempdir().unwrap();
    for (name, make) in [
        ("pipe.gguf", &fifo as &dyn Fn(&Path)),
        ("link.gguf", &|path: &Path| {
            std::os::unix::fs::symlink("gone.gguf", path).unwrap();
        }),
    ] {
        make(&folder.path().join(name));
        let part = if name == "pipe.gguf" { "a pipe or a device" } else { "leads nowhere (to gone.gguf)" };
        refused(&folder.path().join(name), &[name, part]);
    }
    // A link to a file is the file.
    let blob = folder.path().join("blob");
    std::fs::write(&blob, safetensors_bytes(&built.tensors)).unwrap();
    let (linked, _) = with_file(1, SINGLE, |path| std::os::unix::fs::symlink(&blob, path).unwrap());
    assert_eq!(logits(&Model::load(&linked.path().into()).unwrap()), alone(&built));
}

/// Leftovers of downloads in place of files, and JSON that only Python reads.
#[test]
fn contents_of_another_kind() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n";
    for (shards, file) in FILES.into_iter().filter(|(_, file)| *file != "adapter_config.json") {
        for (contents, parts) in [
            (pointer.as_bytes(), ["pointer of Git LFS", "git lfs pull"]),
            (b"", ["the file is empty", "download"]),
            (&[0; 300], ["zeros", "download"]),
            (b"<!DOCTYPE html><html>", ["web page", "/resolve/"]),
        ] {
            let (folder, _) = with_file(shards, file, |path| std::fs::write(path, contents).unwrap());
            refused(folder.path(), &[&[file], &parts[..]].concat());
        }
    }
    for (shards, file) in [(1, "config.json"), (1, "generation_config.json"), (2, INDEX)] {
        for (contents, part) in [
            (&b"\xef\xbb\xbf{}"[..], "byte-order mark"),
            (b"\xff\xfe{\0}\0", "UTF-16"),
            (b"{\"a\": NaN}", "`NaN` is no JSON"),
            (b"{\"a\":\n -Infinity}", "line 2: `-Infinity`"),
            (b"{\"a\": 1, \"a\": 2}", "`a` is there twice"),
            (b"{\"a\": {\"b\": 1, \"\\u0062\": 2}}", "`b` is there twice"),
        ] {
            let (folder, _) = with_file(shards, file, |path| std::fs::write(path, contents).unwrap());
            refused(folder.path(), &[file, part]);
        }
    }
}

/// A tensor described twice in one header.
#[test]
fn a_header_with_a_key_twice() {
    let (folder, path) = with_file(1, SINGLE, |_| ());
    let bytes = safetensors_bytes(&build(&Recipe { float: Float::F16, ..PACKED }, 1).tensors);
    let (length, data) = bytes.split_first_chunk::<8>().unwrap();
    let (header, data) = data.split_at(u64::from_le_bytes(*length) as usize);
    let header = std::str::from_utf8(header).unwrap().trim_end();
    let name = "\"model.norm.weight\":";
    let entry = &header[header.find(name).unwrap()..];
    let entry = &entry[..=entry.find('}').unwrap()];
    for (again, part) in [(entry.to_owned(), None), (entry.replace("F16", "BF16"), Some("is there twice"))] {
        let header = format!("{{{again},{}", &header[1..]);
        let header = format!("{header:<width$}", width = header.len().next_multiple_of(8));
        std::fs::write(&path, [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()).unwrap();
        match part {
            Some(part) => refused(folder.path(), &[SINGLE, "header", "model.norm.weight", part]),
            None => assert!(Model::load(&folder.path().into()).is_ok()),
        }
    }
}

#[test]
fn adapters_and_the_wrong_end() {
    let folder = tempfile::tempdir().unwrap();
    build(&PACKED, 1).write_folder(folder.path(), 1);
    let path = folder.path().join(SINGLE);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[..8].reverse();
    std::fs::write(&path, bytes).unwrap();
    refused(folder.path(), &[SINGLE, "big-endian"]);
    std::fs::write(folder.path().join("adapter_config.json"), "{}").unwrap();
    refused(folder.path(), &["adapter_config.json", "LoRA", "merge"]);
    std::fs::remove_file(folder.path().join("config.json")).unwrap();
    assert!(Config::load(&folder.path().into()).unwrap_err().to_string().contains("LoRA"));
}

/// Loads a model with one tensor more.
fn with(recipe: &Recipe, name: &str, shape: &[usize], values: &[f32]) -> Result<Model, String> {
    let mut built = build(recipe, 1);
    built.tensors.retain(|tensor| tensor.name != name);
    let data = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    built.tensors.push(Tensor { name: name.into(), kind: "F32", shape: shape.to_vec(), data });
    let folder = tempfile::tempdir().unwrap();
    built.write_folder(folder.path(), 1);
    Model::load(&folder.path().into()).map_err(|e| e.to_string())
}

#[test]
fn tensors_that_are_not_read() {
    const LLAMA: Recipe = Recipe { architecture: "LlamaForCausalLM", ..PACKED };
    for (recipe, name, reason) in [
        (&PACKED, "lm_head.bias", "without bias"),
        (&PACKED, "model.layers.0.self_attn.q_norm.weight", "norm that BitNetForCausalLM does not apply"),
        (&PACKED, "model.layers.0.mlp.inner_attn_ln.weight", "does not apply"),
        (&LLAMA, "model.layers.1.self_attn.attn_sub_norm.weight", "norm that LlamaForCausalLM does not apply"),
        (&PACKED, "model.layers.2.mlp.up_proj.weight", "num_hidden_layers is 2"),
        (&PACKED, "model.layers.02.mlp.up_proj.weight", "not a part"),
        (&PACKED, "model.layers.0.mlp.up_proj.rms_norm.weight", "use_rms_norm"),
        (&MASTERS, "model.layers.0.mlp.up_proj.weight_scale", "autobitlinear-online"),
        (&PACKED, "model.layers.0.mlp.up_proj.lora_A.weight", "LoRA"),
        (&PACKED, "model.layers.0.mlp.down_proj.hadamard_K", "rotated weights"),
        (&PACKED, "R1_rotation", "rotated weights"),
        (&PACKED, "model.layers.0.mlp.experts.0.up_proj.weight", "experts"),
        (&PACKED, "value_head.weight", "not a part of a BitNetForCausalLM"),
        (&PACKED, "model.layers.0.mlp.up_proj.input_scale", "not a part"),
    ] {
        let message = with(recipe, name, &[1], &[1.0]).err().unwrap_or_else(|| panic!("{name} is accepted"));
        assert!(message.contains(name) && message.contains(reason), "{message:?} lacks {reason:?}");
    }
}

/// A model with the bytes of some tensors filled with one value.
fn filled(recipe: &Recipe, names: &[&str], with: &[u8]) -> Built {
    let mut built = build(recipe, 1);
    for tensor in built.tensors.iter_mut().filter(|tensor| names.contains(&&*tensor.name)) {
        tensor.data = with.repeat(tensor.data.len() / with.len());
    }
    built
}

/// A download that was broken off, in a file of full size.
#[test]
fn tensors_of_a_single_value() {
    const TRILM: Recipe =
        Recipe { architecture: "LlamaForCausalLM", storage: Storage::Unpacked, tied: false, ..PACKED };
    const NORMED: Recipe = Recipe { storage: Storage::PackedDivide, linear_norm: true, ..PACKED };
    let (up, down) = ("model.layers.1.mlp.up_proj.weight", "model.layers.1.mlp.down_proj.weight");
    let embedding = "model.embed_tokens.weight";
    let (everywhere, zeros) = ("the same weight everywhere", "zeros only, as no trained");
    for (recipe, names, with, parts) in [
        (&PACKED, &[up][..], &[0u8][..], &[up, everywhere][..]),
        (&PACKED, &[up], &[0b10_10_10_10], &[up, everywhere]),
        (&PACKED, &[up, down], &[0], &[up, down, "hold the same"]),
        (&PACKED, &[up], &[0b01_01_01_01], &["1 linear holds zeros only", up]),
        (&MASTERS, &[down], &[0], &["1 linear holds zeros only", down]),
        (&MASTERS, &[up], &[0, 0, 0x80, 0x3f], &[up, everywhere]),
        (&TRILM, &[down, up], &[0], &["2 linears hold zeros only, `model.layers.1.mlp.up_proj.weight` first"]),
        (&TRILM, &[up], &[0, 0, 0x80, 0xbf], &[up, everywhere]),
        (&PACKED, &[embedding], &[0], &[embedding, zeros]),
        (&TRILM, &["lm_head.weight"], &[0], &["`lm_head.weight`", zeros]),
        (&PACKED, &["model.norm.weight"], &[0], &["model.norm.weight", zeros]),
        (&PACKED, &["model.layers.0.input_layernorm.weight"], &[0], &["layers.0.input_layernorm", zeros]),
        (&PACKED, &["model.layers.1.mlp.ffn_sub_norm.weight"], &[0, 0, 0, 0x80], &["ffn_sub_norm", zeros]),
        (&NORMED, &["model.layers.1.mlp.up_proj.rms_norm.weight"], &[0], &["the norm inside", up, zeros]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        filled(recipe, names, with).write_folder(folder.path(), 1);
        told(&Model::load(&folder.path().into()).unwrap(), &[parts, &["was the download broken off?"]].concat());
    }
    let gguf = Recipe { storage: Storage::Tq2, hidden: 256, intermediate: 256, heads: 2, head_dim: 128, ..PACKED };
    let block = [vec![0xaa; 64], vec![0, 0x3c]].concat();
    for (name, with, part) in [
        ("blk.1.ffn_up.weight", &block[..], everywhere),
        ("blk.1.ffn_up.weight", &[0], "1 linear holds zeros only"),
        ("blk.0.attn_sub_norm.weight", &[0], zeros),
        ("token_embd.weight", &[0], zeros),
    ] {
        let (folder, built) = (tempfile::tempdir().unwrap(), filled(&gguf, &[name], with));
        let path = folder.path().join("model.gguf");
        std::fs::write(&path, gguf::bytes(3, &built.metadata("bitnet"), &built.tensors)).unwrap();
        told(&Model::load(&path.as_path().into()).unwrap(), &["model.gguf", name, part]);
    }
}

/// Files whose last part is zeros, in the middle of a tensor.
#[test]
fn a_tail_of_zeros() {
    let folder = tempfile::tempdir().unwrap();
    build(&Recipe { hidden: 64, intermediate: 96, ..MASTERS }, 1).write_folder(folder.path(), 1);
    let path = folder.path().join(SINGLE);
    let whole = std::fs::read(&path).unwrap();
    let told_of = |zeros: usize| {
        let mut bytes = whole.clone();
        let end = bytes.len() - zeros;
        bytes[end..].fill(0);
        std::fs::write(&path, bytes).unwrap();
        let notices = Model::load(&folder.path().into()).unwrap().config().notices.clone();
        let last = format!("{SINGLE}: the last {zeros} bytes are zeros; was the download broken off?");
        notices.iter().filter(|notice| notice.ends_with(&last)).count()
    };
    assert_eq!([4096, 5000, 20_000, 4000, 1].map(told_of), [1, 1, 1, 0, 0]);
}

/// Frequencies that old programs stored: those of `rope_theta` give a notice, others an error.
#[test]
fn stored_frequencies() {
    let frequencies = |theta: f32| -> Vec<f32> { (0..4).map(|i| theta.powf(-(i as f32) / 4.0)).collect() };
    for name in ["model.layers.0.self_attn.rotary_emb.inv_freq", "model.rotary_emb.inv_freq"] {
        told(&with(&PACKED, name, &[4], &frequencies(1000.0)).unwrap(), &[name, "not read"]);
        for theta in [10_000.0, 1001.0] {
            let message = with(&PACKED, name, &[4], &frequencies(theta)).err().unwrap();
            assert!(message.contains(name) && message.contains("rope_theta 1000"), "{message}");
        }
        assert!(with(&PACKED, name, &[4], &[f32::NAN; 4]).is_err());
        assert!(with(&PACKED, name, &[3], &[1.0; 3]).is_err());
    }
}

/// The head in the file against `tie_word_embeddings`.
#[test]
fn a_head_beside_a_tied_embedding() {
    let built = build(&PACKED, 1);
    let embedding = built.tensors.iter().find(|t| t.name == "model.embed_tokens.weight").unwrap().clone();
    let values: Vec<f32> = embedding.data.as_chunks::<4>().0.iter().map(|&b| f32::from_le_bytes(b)).collect();
    let same = with(&PACKED, "lm_head.weight", &embedding.shape, &values).unwrap();
    assert!(same.config().tied && same.config().notices.is_empty());
    assert_eq!(logits(&same), alone(&built));

    let mut other = values.clone();
    other[0] += 1.0;
    let own = with(&PACKED, "lm_head.weight", &embedding.shape, &other).unwrap();
    assert!(!own.config().tied);
    told(&own, &["tie_word_embeddings", "lm_head.weight", "differs"]);
    let (own, tied) = (logits(&own), logits(&same));
    assert!(own[0] != tied[0] && own[1..] == tied[1..], "the first row of the head alone is another");

    let mut built = build(&PACKED, 1);
    built.tensors.iter_mut().find(|t| t.name == embedding.name).unwrap().name = "lm_head.weight".into();
    assert_eq!(alone(&built), tied, "a head without an embedding is both");
}

#[test]
fn gguf_tensors_that_are_not_read() {
    let recipe = Recipe { storage: Storage::Tq2, hidden: 256, intermediate: 256, heads: 2, head_dim: 128, ..PACKED };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.gguf");
    let with = |name: &str, value: f32| {
        let mut built = build(&recipe, 1);
        let data = [value; 64].iter().flat_map(|value| value.to_le_bytes()).collect();
        built.tensors.push(Tensor { name: name.into(), kind: "F32", shape: vec![64], data });
        std::fs::write(&path, gguf::bytes(3, &built.metadata("bitnet"), &built.tensors)).unwrap();
        Model::load(&path.as_path().into()).map_err(|e| e.to_string())
    };
    for (name, reason) in [
        ("blk.0.attn_q_norm.weight", "norm that architecture `bitnet`"),
        ("blk.2.ffn_up.weight", "block_count is 2"),
        ("blk.0.ffn_gate_inp.weight", "experts"),
        ("output.bias", "without bias"),
        ("blk.0.attn_q.weight.lora_a", "LoRA"),
        ("blk.0.ffn_down.hadamard", "rotated"),
        ("rope_factors_long.weight", "factor per frequency"),
        ("blk.0.ffn_up.input_scale", "not a part"),
    ] {
        let message = with(name, 1.0).err().unwrap_or_else(|| panic!("{name} is accepted"));
        assert!(message.contains(name) && message.contains(reason), "{message:?} lacks {reason:?}");
    }
    told(&with("rope_freqs.weight", 1.0).unwrap(), &["model.gguf", "rope_freqs.weight", "1 only"]);
    assert!(with("rope_freqs.weight", 8.0).unwrap_err().contains("factor per frequency"));
}
