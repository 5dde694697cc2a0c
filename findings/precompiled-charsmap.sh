#!/bin/sh
# The `Precompiled` normaliser of Hugging Face's tokenizers normalises other text than SentencePiece, whose table it holds.
#
# One would expect the same text: the normaliser takes `precompiled_charsmap` of a SentencePiece model as it is. But it looks
# at whole graphemes. Seen on 2026-11-28 with tokenizers 0.23.3 and sentencepiece 0.2.3 (rule nmt_nfkc):
#   ligature "fi" and a combining acute   SentencePiece keeps the acute, tokenizers drops it
#   three Jamo of one Hangul syllable     SentencePiece composes the syllable, tokenizers leaves the Jamo
#   half-width kana and its voicing mark  SentencePiece gives one character, tokenizers two
# Plain cases ("e" and a combining acute) agree. So token ids of such texts differ between the two libraries.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install tokenizers==0.23.3 sentencepiece==0.2.3 protobuf==7.36.1
cd "$folder"
venv/bin/python - <<'PYTHON'
import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import normalizers

with open("text", "w") as out:
    out.write("\n".join(f"the fish number {i} finds a fine file" for i in range(400)))
sentencepiece.SentencePieceTrainer.train(
    input="text", model_prefix="m", vocab_size=60, model_type="bpe", normalization_rule_name="nmt_nfkc", minloglevel=2
)
proto = sentencepiece_model_pb2.ModelProto()
with open("m.model", "rb") as file:
    proto.ParseFromString(file.read())
peer = sentencepiece.SentencePieceProcessor(model_file="m.model")
library = normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap)
EXPECTED = [
    ("e\u0301", "\u00e9", "\u00e9"),
    ("\ufb01n", "fin", "fin"),
    ("\ufb01\u0301n", "fi\u0301n", "fin"),
    ("\u1112\u1161\u11ab", "\ud55c", "\u1112\u1161\u11ab"),
    ("\uff76\uff9e", "\u30ac", "\u30ab\u3099"),
]
for text, one, other in EXPECTED:
    seen = (peer.normalize(text).lstrip("\u2581"), library.normalize_str(text))
    print(f"{ascii(text)}: SentencePiece {ascii(seen[0])}, tokenizers {ascii(seen[1])}")
    assert seen == (one, other), "this behaviour changed"
PYTHON
