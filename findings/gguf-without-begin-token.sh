#!/bin/sh
# llama.cpp begins a text with a token that the GGUF file does not name.
#
# One would expect no begin token, or a refusal, where `tokenizer.ggml.bos_token_id` is missing. Seen on 2026-11-28 with the
# libraries of @node-llama-cpp/linux-x64 3.22.1 and files of gguf 0.19.0: with `tokenizer.ggml.model` = `llama` token 1 is the
# begin token and precedes every text, whatever token 1 is (here the ordinary word `a`); loading prints no warning.
# With the key, the token that it names is taken. A reader that adds no begin token feeds the model other tokens than llama.cpp
# does.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install gguf==0.19.0 numpy==2.3.5
file=$(npm pack --silent @node-llama-cpp/linux-x64@3.22.1)
echo "0d953e1503d5ab4608d8ed5b739132308c81ac05ffeb760d2a7f30e08a9f90e0  $file" | sha256sum --check --quiet
tar -xzf "$file" --strip-components=3 --wildcards 'package/bins/linux-x64/lib*.so'
cat >try.py <<'PYTHON'
import ctypes as C
import glob
import sys

import gguf
import numpy

WORDS = ["<unk>", "\u2581a", "\u2581b", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]


def write(path, begin):
    out = gguf.GGUFWriter(path, "llama")
    for key, value in dict(context_length=8, embedding_length=32, block_count=1, feed_forward_length=32, head_count=1).items():
        getattr(out, f"add_{key}")(value)
    out.add_layer_norm_rms_eps(1e-5)
    out.add_tokenizer_model("llama")
    out.add_token_list(WORDS)
    out.add_token_scores([0.0, -1.0, -2.0, 0.0] + [-100.0] * 256)
    out.add_token_types([2, 1, 1, 3] + [6] * 256)
    if begin is not None:
        out.add_bos_token_id(begin)
    sizes = dict(attn_q=(32, 32), attn_k=(32, 32), attn_v=(32, 32), attn_output=(32, 32), ffn_gate=(32, 32),
                 ffn_up=(32, 32), ffn_down=(32, 32), attn_norm=(32,), ffn_norm=(32,))
    tensors = {f"blk.0.{name}": size for name, size in sizes.items()}
    tensors |= dict(token_embd=(len(WORDS), 32), output_norm=(32,), output=(len(WORDS), 32))
    for name, size in tensors.items():
        out.add_tensor(f"{name}.weight", numpy.zeros(size, numpy.float32))
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()


class Parameters(C.Structure):
    _fields_ = [("bytes", C.c_ubyte * 512)]


_, ggml, lib = [C.CDLL(glob.glob(f"./{name}")[0], mode=C.RTLD_GLOBAL)
                for name in ("libggml-base.so", "libggml.v*.so", "libllama.v*.so")]
said = []
keep = C.CFUNCTYPE(None, C.c_int, C.c_char_p, C.c_void_p)(lambda level, text, _: said.append(text) if level in (3, 4) else None)
lib.llama_log_set(keep, None)
ggml.ggml_backend_load_all_from_path(b".")
lib.llama_model_load_from_file.restype = lib.llama_model_get_vocab.restype = C.c_void_p
lib.llama_model_default_params.restype = Parameters
for begin, expected in ((None, [1, 2]), (3, [3, 2])):
    path = f"{begin}.gguf"
    write(path, begin)
    said.clear()
    model = lib.llama_model_load_from_file(path.encode(), lib.llama_model_default_params())
    assert model, said
    vocab = C.c_void_p(lib.llama_model_get_vocab(C.c_void_p(model)))
    room = (C.c_int32 * 16)()
    count = lib.llama_tokenize(vocab, b"b", 1, room, 16, True, False)
    about = [text for text in said if b"bos" in text.lower()]
    print(f"the file names {begin}: `b` is {room[:count]}, the begin token is {lib.llama_vocab_bos(vocab)}; warnings of it: {about}")
    assert room[:count] == expected and not about, "this behaviour changed"
PYTHON
venv/bin/python try.py
