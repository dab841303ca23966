"""The recipe of the multilingual encoder: its parts, and all of it with a made-up base model."""

import json
import random
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer, BertConfig, BertModel

from training.bm25 import Bm25
from training.bundle import INT8, golden_scores
from training.multilingual.finish import GOLDEN_PAIRS, NAME
from training.multilingual.lexical import lexical_opinion
from training.multilingual.run import PRESETS, make
from training.multilingual.start import BLOCK, MAGIC, MATRICES, Start, blocks, names, read_start
from training.multilingual.texts import TextConfig, bigrams, build, mostly_ascii, vary, window
from training.multilingual.vocabulary import SCRIPTS, SPECIAL, adapt, kept, needed_rows, script_of, tokenizer

from .conftest import write_set

TOWNS = ["東京", "大阪", "京都", "長崎", "奈良", "広島", "仙台", "福岡", "札幌", "金沢", "神戸", "横浜"]
THINGS = ["橋", "城", "図書館", "水車", "港", "教会", "市場", "劇場"]
PIECES = [
    "<s>", "<pad>", "</s>", "<unk>", "▁", ",", "▁the", "ing", "▁東京", "東京", "の", "ました", "日々", "▁на", "α", "서울", "▁في", "a", "ं", "<mask>",
    *dict.fromkeys(c for c in "".join(TOWNS + THINGS) + "はいつ何年に建てられしたかくりでも入修理川近夏誰れ0123456789?。、")
]


def test_a_piece_has_one_script():
    found = {piece: script_of(piece) for piece in ("▁the", "東京", "の", "日々", "お茶", "서울", "▁на", "α", "▁", "12", "▁في", "ं", "aб", "é")}
    assert found == {
        "▁the": "LATIN", "東京": "HAN", "の": "KANA", "日々": "HAN", "お茶": "KANA", "서울": "HANGUL", "▁на": "CYRILLIC", "α": "GREEK", "▁": "", "12": "",
        "▁في": "OTHER", "ं": "OTHER", "aб": "OTHER", "é": "LATIN",
    }


def test_large_scripts_keep_their_likeliest_pieces_and_every_character(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(SCRIPTS, "LATIN", 1)
    rows = kept(PIECES)
    assert [PIECES[row] for row in rows] == [p for p in PIECES if p not in ("ing", "▁في", "ं")]
    assert PIECES.index("ing") in kept(PIECES, [PIECES.index("ing")])


def test_texts_are_read_in_normal_form():
    read = tokenizer(PIECES, [-float(row) for row in range(len(PIECES))])
    assert read.encode("東京の  ｂｒｉｄｇｅ").tokens[:3] == ["<s>", "▁東京", "の"]
    assert read.encode("東京\u200b の", add_special_tokens=False).tokens == ["▁東京", "▁", "の"]
    assert read.encode("１２", add_special_tokens=False).tokens == ["▁", "1", "2"]


def test_blocks_hold_32_weights_in_18_bytes():
    codes = np.arange(BLOCK) % 16
    packed = struct.pack("<e", 0.5) + bytes(int(codes[j] | codes[j + 16] << 4) for j in range(16))
    assert blocks(packed * 2).tolist() == [0.5 * (code - 8) for code in codes] * 2


def quantized(weights: np.ndarray) -> tuple[bytes, np.ndarray]:
    """Blocks of weights, and the weights that they represent."""
    groups = weights.reshape(-1, BLOCK)
    scale = np.maximum(np.abs(groups).max(1, keepdims=True) / 7, 1e-4).astype(np.float16)
    codes = np.clip(np.rint(groups / scale.astype(np.float32)) + 8, 0, 15).astype(np.uint8)
    packed = b"".join(s.tobytes() + (row[:16] | row[16:] << 4).tobytes() for s, row in zip(scale, codes, strict=True))
    return packed, ((codes.astype(np.float32) - 8) * scale.astype(np.float32)).reshape(weights.shape)


def write_start(path: Path) -> BertModel:
    """A base model of random weights in the format of the real one; returns it with the weights that the file holds."""
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(PIECES) + 2, hidden_size=128, num_hidden_layers=2, num_attention_heads=8, intermediate_size=256, max_position_embeddings=512
    )
    model = BertModel(config, add_pooling_layer=False)
    state, tensors = model.state_dict(), []
    for theirs, ours in names(2).items():
        matrix = theirs == "emb.word" or (theirs.split(".")[1] in MATRICES and theirs.endswith(".w"))
        # Biases that are all zero would be one tensor of the exported graph.
        weights = state[ours].numpy() if state[ours].dim() > 1 else state[ours].normal_(std=0.1).numpy()
        packed, held = quantized(weights) if matrix else (weights.tobytes(), weights)
        state[ours].copy_(torch.from_numpy(held.copy()))
        tensors.append((theirs, weights.size, packed))
    spelled = [piece.encode() for piece in PIECES]
    head = MAGIC + struct.pack("<I7ifi", 1, 128, 2, 8, 256, len(PIECES) + 2, 512, 2, 1e-12, BLOCK)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, sum(map(len, spelled)))
    head += np.cumsum([0, *map(len, spelled)]).astype("<u4").tobytes() + (-np.arange(len(PIECES))).astype("<f4").tobytes() + b"".join(spelled)
    head += struct.pack("<iI", 1, 9) + struct.pack("<IBI", 1, 1, 32)
    offset = len(head) + 4 + sum(2 + len(name) + struct.calcsize("<BIQQ") for name, _, _ in tensors)
    directory = struct.pack("<i", len(tensors))
    for name, count, packed in tensors:
        directory += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", 0, count, offset, len(packed))
        offset += len(packed)
    path.write_bytes(head + directory + b"".join(packed for _, _, packed in tensors))
    return model


def test_a_start_is_read_as_it_was_written(tmp_path: Path):
    model = write_start(tmp_path / "start.bin")
    read = read_start(tmp_path / "start.bin")
    assert read.pieces == PIECES and read.scores[:3] == [0.0, -1.0, -2.0]
    for name, weights in model.state_dict().items():
        assert torch.equal(read.model.state_dict()[name], weights), name
    (tmp_path / "other.bin").write_bytes(b"GGUF" + b"\0" * 64)
    with pytest.raises(ValueError, match="E5S1"):
        read_start(tmp_path / "other.bin")


def test_rows_that_stay_keep_their_vectors(tmp_path: Path):
    write_start(tmp_path / "start.bin")
    start = read_start(tmp_path / "start.bin")
    needed = needed_rows(start, ["في في في", "東京"])
    assert PIECES.index("▁في") in needed and PIECES.index("▁東京") not in needed
    whole = start.model.embeddings.word_embeddings.weight.detach().clone()
    folder = adapt(start, ["في في في"], tmp_path / "start")
    read, model = AutoTokenizer.from_pretrained(folder), BertModel.from_pretrained(folder, add_pooling_layer=False)
    rows = model.embeddings.word_embeddings.weight.detach()
    assert len(read) == len(rows) == len(PIECES) - 1 and read.convert_tokens_to_ids("<mask>") >= 0
    assert set(SPECIAL) <= set(read.get_vocab()) and read.pad_token_id == 1
    own = rows[read.convert_tokens_to_ids("の")]
    assert float(torch.cosine_similarity(own, whole[PIECES.index("の")], dim=0)) > 0.98


def test_terms_are_pairs_of_characters():
    assert bigrams("東京都のABC 12、橋") == ["東京", "京都", "都の", "abc", "12", "橋"]
    assert Bm25(["東京の橋", "大阪の城"], bigrams).top(["大阪の橋"], 1).tolist() == [[1]]


def test_a_window_holds_the_answers_of_most_questions():
    text = "橋は木造。城は石造。1600年の築。港は古い。"
    assert window(text, [("1600年",), ("石造",), ("鉄製",)], 14) == "城は石造。1600年の築。"
    assert window(text, [("無い",)], 5) == "橋は木造。"
    assert window("It is old. It is high. It is red.", [("high",)], 14) == "It is high."
    assert mostly_ascii("naïve text") and not mostly_ascii("東京の橋 ab")
    assert {vary("何年?", "", random.Random(i)) for i in range(20)} == {"何年?", "何年"}


def test_lexical_opinion_is_bm25():
    texts, questions = ["東京の橋", "大阪の城", "大阪の橋"], ["大阪の橋", "東京"]
    opinion = lexical_opinion(questions, texts)
    opinion.scale = 2.0
    assert opinion.scores([1, 0], [2, 0]).numpy() == pytest.approx(Bm25(texts, bigrams).scores(questions)[[1, 0]][:, [2, 0]] / 2)


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("multilingual")
    rng = random.Random(3)
    made = [
        {
            "_id": f"{place}-{thing}", "title": place, "question": f"{place}の{thing}はいつ建てられましたか?", "answer": f"{year}年",
            "text": f"{place}の{thing}は{year}年に建てられた。川の近くにあり、夏は誰でも入れる。修理は何年もかかった。",
        }
        for place in TOWNS for thing in THINGS if (year := rng.randint(1500, 1990))
    ]
    write_set(folder / "jaquad_train", made, "train")
    write_set(folder / "cmrc2018_train", made[::-1], "train")
    write_set(folder / "jsquad", made[:12], "test")
    (folder / "jsquad/qrels/test.tsv").rename(folder / "jsquad/qrels/sample.tsv")
    return folder


def test_articles_are_held_out_whole(sets: Path):
    pool, selection = build(sets, TextConfig({"jaquad_train": (30, 1, 3)}), 1)
    assert len(pool.passages) == 30 and len(selection[0].corpus) == 3 * len(THINGS)
    assert not set(pool.titles) & {text.split()[0] for text in selection[0].corpus.values()}
    assert all(len(selection[0].run[q]) == len(selection[0].first[q]) for q in selection[0].qrels)


def test_publishes_a_folder_that_gives_its_golden_scores(sets: Path, tmp_path: Path):
    write_start(tmp_path / "start.bin")
    make(sets, PRESETS["smoke"], tmp_path / "run", tmp_path / "start.bin", print)
    folder = tmp_path / "run/models" / NAME
    golden = json.loads((folder / "golden.json").read_text())
    read = AutoTokenizer.from_pretrained(folder)
    assert np.abs(np.subtract(golden_scores(folder / INT8, read, GOLDEN_PAIRS), golden["logits"])).max() <= golden["tolerance"]
    assert read.tokenize("東京の橋") == ["▁東京", "の", "橋"]
    report = json.loads((tmp_path / "run/report.json").read_text())
    assert report["maxsim_correlation"] > 0.9
    assert {(r["set"], r["system"]) for r in report["table"]} >= {("jsquad", "bm25"), ("jsquad", f"{NAME}/ships+bm25")}
    settings = json.loads((folder / "config.json").read_text())
    assert settings["langchain_rerank"]["pooled_weight"] == report["pooled_weight"] and settings["vocab_size"] == len(read)
