"""A vocabulary for Japanese and Chinese texts out of a Chinese BERT's, and the start with its table of embeddings.

The usual Chinese tokenizer takes voicing marks off (が becomes か), knows few Japanese characters, and holds every ideograph twice.
Here every character beyond ASCII letters and digits is a token of its own; accents come off Latin letters alone.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import torch
from tokenizers import AddedToken, Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import WordPiece
from transformers import PreTrainedTokenizerFast

from ..encoder import load_backbone
from .relatives import full_width, relatives

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
#: Marks of Latin, Greek and Cyrillic letters; those that voice kana lie elsewhere.
ACCENTS = r"[\u0300-\u036f]"
KANA = [chr(c) for c in (*range(0x3041, 0x3097), *range(0x309D, 0x309F), *range(0x30A1, 0x30FF), *range(0x31F0, 0x3200))]
MARKS = "、。〃々〆〇〈〉《》「」『』【】〒〔〕〖〗〜・…‥—–―‐“”‘’′″※→←↑↓○●◎□■△▲▽▼☆★♪×÷±≒≠≦≧∞∴°§¥€£№"
PUNCTUATION = [c for c in map(chr, range(0x21, 0x7F)) if not c.isalnum()]
LETTERS = [prefix + c for c in "abcdefghijklmnopqrstuvwxyz0123456789" for prefix in ("", "##")]
#: Spread of a row drawn around the mean, and of what tells a row from that of its relative, in that of all rows.
NOISE, VOICING = 0.7, 0.1


def normal(text: str) -> str:
    """What the normaliser of the tokenizer makes of a text."""
    apart = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize("NFC", "".join(c for c in apart if not "\u0300" <= c <= "\u036f")).lower()


def ideograph(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff" or "\u3400" <= char <= "\u4dbf"


def charset(codec: str, low: int = 0, high: int = 0xFFFF) -> set[str]:
    """Ideographs of a national character set, between two of its codes."""
    found = set()
    for char in map(chr, range(0x4E00, 0xA000)):
        code = int.from_bytes(char.encode(codec, "ignore"), "big")
        if code and low <= code <= high:
            found.add(char)
    return found


def common_ideographs() -> set[str]:
    """First levels of GB 2312, Big5 and JIS X 0208: those in daily use."""
    return charset("gb2312", 0xB0A1, 0xD7F9) | charset("big5", 0xA440, 0xC67E) | charset("shift_jis", 0x889F, 0x9872)


def latin(piece: str) -> str:
    """Letters and digits of a piece of ASCII letters and digits, else nothing."""
    bare = piece.removeprefix("##")
    return bare if bare.isascii() and bare.isalnum() and bare == bare.lower() else ""


def used_words(known: set[str], texts: Iterable[str], least: int) -> set[str]:
    """Pieces of Latin words and numbers that the texts need at least `least` times."""
    words = Counter(word for text in texts for word in re.findall("[a-z0-9]+", normal(text)))
    spelled = {p: i for i, p in enumerate(sorted({p for p in known if latin(p)} | set(LETTERS) | {SPECIAL[1]}))}
    model = WordPiece(spelled, unk_token=SPECIAL[1])
    counts: Counter[str] = Counter()
    for word, count in words.items():
        for token in model.tokenize(word):
            counts[token.value] += count
    return {p for p, count in counts.items() if count >= least and p != SPECIAL[1]}


def pieces(known: Iterable[str], texts: list[str], least: int = 2) -> list[str]:
    """The vocabulary, special tokens first. `known` are the start's pieces, `texts` what is trained on."""
    known = set(known)
    counts = Counter(c for text in texts for c in normal(text))
    seen = {c for c, n in counts.items() if n >= least}
    common = common_ideographs()
    kept = {c for c in common | seen if ideograph(c)} | (known & charset("gb2312"))
    other = {c for c in seen | set("".join(map(normal, MARKS))) if not ideograph(c) and (c in known or c in MARKS)}
    scripts = {c for c in known if len(c) == 1 and normal(c) == c and unicodedata.name(c, "").startswith(("GREEK", "CYRILLIC", "LATIN"))}
    words = used_words(known, texts, least) | {p for p in known if 0 < len(latin(p)) <= 2} | set(LETTERS)
    every = kept | other | scripts | words | set(KANA) | set(PUNCTUATION)
    return [*SPECIAL, *sorted(p for p in every if p.strip() and p not in SPECIAL)]


def tokenizer(vocabulary: list[str]) -> Tokenizer:
    made = Tokenizer(WordPiece({p: i for i, p in enumerate(vocabulary)}, unk_token=SPECIAL[1], max_input_chars_per_word=100))
    made.normalizer = normalizers.Sequence(
        [
            normalizers.NFKD(), normalizers.Replace(Regex(ACCENTS), ""), normalizers.NFC(),
            normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=False, lowercase=True),
        ]
    )
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.BertPreTokenizer(), pre_tokenizers.Split(Regex("[^a-z0-9]"), "isolated")]
    )
    made.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL])
    made.post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
        special_tokens=[(token, vocabulary.index(token)) for token in ("[CLS]", "[SEP]")],
    )
    made.decoder = decoders.WordPiece()
    return made


def table(vocabulary: list[str], known: dict[str, int], weights: torch.Tensor) -> torch.Tensor:
    """A row a piece: the start's own, that of a relative with a little noise, or noise around the mean."""
    generator = torch.Generator().manual_seed(0)
    mean, spread = weights.mean(0), weights.std(0)
    rows = mean + NOISE * spread * torch.randn(len(vocabulary), weights.shape[1], generator=generator)
    noise = VOICING * spread * torch.randn(rows.shape, generator=generator)
    for row, piece in enumerate(vocabulary):
        if (own := full_width(piece) if piece in PUNCTUATION else piece) in known or (own := piece) in known:
            rows[row] = weights[known[own]]
        elif len(piece) == 1 and (other := next((r for r in relatives(piece) if r in known), None)):
            rows[row] = weights[known[other]] + noise[row]
    return rows


def adapt(start: Path, texts: list[str], out: Path) -> Path:
    """A transformers folder like `start`, with the vocabulary that `texts` and daily use need."""
    if (out / "model.safetensors").exists():
        return out
    model, old = load_backbone(start)
    known = old.get_vocab()
    vocabulary = pieces(known, texts)
    weights = table(vocabulary, known, model.embeddings.word_embeddings.weight.data)
    model.resize_token_embeddings(len(vocabulary))
    model.embeddings.word_embeddings.weight.data.copy_(weights)
    model.config.pad_token_id = 0
    special = {f"{token.strip('[]').lower()}_token": token for token in SPECIAL}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer(vocabulary), model_max_length=512, **special).save_pretrained(out)
    settings = json.loads((out / "tokenizer_config.json").read_text())
    # Other releases of transformers do not know the class that this one names.
    settings["tokenizer_class"] = "PreTrainedTokenizerFast"
    (out / "tokenizer_config.json").write_text(json.dumps(settings, indent=1) + "\n")
    model.save_pretrained(out)
    return out
