"""Reduces a multilingual vocabulary to some scripts and, for large scripts, to their most likely pieces."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import torch
from tokenizers import AddedToken, Tokenizer, normalizers, pre_tokenizers, processors
from tokenizers.models import Unigram
from transformers import PreTrainedTokenizerFast

from ..nibbles import rounded
from .start import Start

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
SPACE = "▁"
#: Scripts to keep, and how many of their pieces of several characters (None: all); single characters are always kept.
#: Text in other scripts becomes <unk>.
SCRIPTS: dict[str, int | None] = {"HAN": None, "KANA": None, "HANGUL": None, "LATIN": 22_000, "CYRILLIC": 6_000, "GREEK": 1_200, "": None}
KANA = ("HIRAGANA", "KATAKANA")
NAMED = ("LATIN", "CYRILLIC", "GREEK", "HANGUL")


def script(char: str) -> str:
    """The script of a letter, "" for other characters, "OTHER" for letters whose script is not kept."""
    name = unicodedata.name(char, "")
    if "CJK" in name or char in "々〇":
        return "HAN"
    if any(kana in name for kana in KANA):
        return "KANA"
    named = next((known for known in NAMED if known in name), None)
    return named or ("OTHER" if unicodedata.category(char)[0] in "LM" else "")


def script_of(piece: str) -> str:
    """The script of a piece; "KANA" for Japanese words with ideographs, "OTHER" for other mixtures."""
    found = {script(char) for char in piece.lstrip(SPACE)} - {""}
    if found <= {"HAN", "KANA"} and "KANA" in found:
        return "KANA"
    return found.pop() if len(found) == 1 else "OTHER" if found else ""


def kept(pieces: list[str], needed: Iterable[int] = ()) -> list[int]:
    """Rows to keep of `pieces`, which are sorted by likelihood, in their order; always those in `needed`."""
    left = dict(SCRIPTS)
    rows = set(needed)
    for row, piece in enumerate(pieces):
        name = script_of(piece)
        if piece in SPECIAL:
            rows.add(row)
        elif name in left:
            room = left[name]
            if room is None or len(piece.lstrip(SPACE)) == 1:
                rows.add(row)
            elif room > 0:
                left[name] = room - 1
                rows.add(row)
    return sorted(rows)


def tokenizer(pieces: list[str], scores: list[float]) -> Tokenizer:
    made = Tokenizer(Unigram(list(zip(pieces, scores, strict=True)), unk_id=pieces.index("<unk>"), byte_fallback=False))
    made.normalizer = normalizers.Sequence(
        [normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=False, strip_accents=False, lowercase=False), normalizers.NFKC()]
    )
    made.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(SPACE, "always")])
    made.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL])
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>",
        special_tokens=[(token, pieces.index(token)) for token in ("<s>", "</s>")],
    )
    return made


def needed_rows(start: Start, texts: list[str], least: int = 3) -> list[int]:
    """Rows of the complete vocabulary that `texts` use at least `least` times."""
    counts = torch.zeros(len(start.pieces), dtype=torch.long)
    for read in tokenizer(start.pieces, start.scores).encode_batch(texts, add_special_tokens=False):
        counts.index_add_(0, torch.tensor(read.ids, dtype=torch.long), torch.ones(len(read.ids), dtype=torch.long))
    return (counts >= least).nonzero().ravel().tolist()


def adapt(start: Start, texts: list[str], out: Path) -> Path:
    """A transformers folder with the smaller vocabulary, whose rows are rounded to four bits as in the file."""
    if (out / "model.safetensors").exists():
        return out
    rows = kept(start.pieces, needed_rows(start, texts))
    table = start.model.embeddings.word_embeddings.weight.detach()[rows]
    start.model.resize_token_embeddings(len(rows))
    start.model.embeddings.word_embeddings.weight.data = torch.from_numpy(rounded(table.numpy()))
    read = tokenizer([start.pieces[row] for row in rows], [start.scores[row] for row in rows])
    names = {"bos": "<s>", "cls": "<s>", "eos": "</s>", "sep": "</s>", "unk": "<unk>", "pad": "<pad>", "mask": "<mask>"}
    special = {f"{name}_token": token for name, token in names.items()}
    PreTrainedTokenizerFast(tokenizer_object=read, model_max_length=512, **special).save_pretrained(out)
    settings = json.loads((out / "tokenizer_config.json").read_text())
    # Other releases of transformers do not know the class name that this one writes.
    settings["tokenizer_class"] = "PreTrainedTokenizerFast"
    (out / "tokenizer_config.json").write_text(json.dumps(settings, indent=1) + "\n")
    start.model.save_pretrained(out)
    return out
