"""A smaller base model with four-bit word embeddings, and what is trained and bundled from it."""

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from transformers import AutoModel, AutoTokenizer, BertConfig, BertModel

from training import losses, nibbles
from training.bundle import INT8, golden_scores
from training.config import PRESETS
from training.finish import LATE_NAME, finish
from training.quantize import quantize_embeddings
from training.run import BASE_MODEL, late_job, prepare
from training.shallow import shallow
from training.teachers import TEACHERS
from training.train import train

from .test_teachers import write_jar


def table(rows: int = 1200, columns: int = 16) -> np.ndarray:
    return np.random.default_rng(3).normal(0, 0.05, (rows, columns)).astype(np.float32)


def test_four_bits_leave_a_tenth_of_the_spread_and_are_exact_the_second_time():
    once = nibbles.rounded(table(columns=384))
    missed = np.sqrt(np.square(once - table(columns=384)).mean()) / table(columns=384).std()
    assert 0.08 < missed < 0.12
    assert np.allclose(nibbles.rounded(once), once, atol=1e-7)
    assert len(np.unique(once[0])) <= nibbles.LEVELS
    assert nibbles.held_by(once, nibbles.row_scales(once)) and not nibbles.held_by(table(), nibbles.row_scales(table()))


def lookup(weights: np.ndarray) -> onnx.ModelProto:
    return helper.make_model(
        helper.make_graph(
            [helper.make_node("Gather", ["table", "ids"], ["found"])], "lookup",
            [helper.make_tensor_value_info("ids", TensorProto.INT64, ["batch", "tokens"])],
            [helper.make_tensor_value_info("found", TensorProto.FLOAT, None)],
            [numpy_helper.from_array(weights, "table")],
        ),
        opset_imports=[helper.make_opsetid("", 17)], ir_version=8,
    )


@pytest.mark.parametrize(("weights", "columns", "exact"), [(nibbles.rounded(table()), 8, True), (table(), 16, False)])
def test_a_table_that_four_bits_hold_gets_two_numbers_a_byte(weights: np.ndarray, columns: int, exact: bool):
    model = lookup(weights)
    quantize_embeddings(model)
    held = next(t for t in model.graph.initializer if t.name == "table_int8")
    assert list(held.dims) == [1200, columns]
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    ids = np.asarray([[0, 7, 1199], [5, 5, 600]], dtype=np.int64)
    [found] = session.run(None, {"ids": ids})
    assert np.allclose(found, weights[ids], atol=1e-6 if exact else 0.01)


def test_distance_of_tokens_leaves_padding_out():
    one = torch.tensor([[[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]])
    other = torch.tensor([[[1.0, 0.0], [1.0, 0.0], [0.0, 0.0]]])
    assert losses.apart(one, other, torch.tensor([[1.0, 1.0, 0.0]])).item() == pytest.approx(0.5)


@pytest.fixture(scope="module")
def deep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Jars of all teachers, with three layers each."""
    torch.manual_seed(1)
    folder = tmp_path_factory.mktemp("jars")
    config = BertConfig(vocab_size=30522, hidden_size=48, num_hidden_layers=3, num_attention_heads=12, intermediate_size=64)
    for teacher in TEACHERS:
        model = BertModel(config, add_pooling_layer=False)
        # Equal biases would become one constant of the exported graph; trained biases are never equal.
        for name, parameter in model.named_parameters():
            if name.endswith("bias"):
                parameter.data.normal_(0, 0.05)
        write_jar(folder / teacher.jar.replace("*", "0"), model)
    return folder


def test_a_dropped_layer_is_left_out_and_the_others_stay(tmp_path: Path):
    torch.manual_seed(2)
    config = BertConfig(vocab_size=30522, hidden_size=24, num_hidden_layers=3, num_attention_heads=2, intermediate_size=24)
    source = BertModel(config, add_pooling_layer=False).eval()
    source.save_pretrained(tmp_path / "source")
    AutoTokenizer.from_pretrained(BASE_MODEL).save_pretrained(tmp_path / "source")
    found = AutoModel.from_pretrained(shallow(tmp_path / "source", [1], tmp_path / "out"), add_pooling_layer=False).eval()
    assert found.config.num_hidden_layers == 2
    del source.encoder.layer[1]
    source.embeddings.word_embeddings.weight.data = found.embeddings.word_embeddings.weight.data
    ids = torch.tensor([[101, 7592, 2088, 102]])
    assert torch.allclose(found(ids).last_hidden_state, source(ids).last_hidden_state, atol=1e-6)
    with pytest.raises(ValueError, match="has 3 layers; \\[3\\] are not among them"):
        shallow(tmp_path / "source", [3], tmp_path / "other")


def test_trains_towards_the_deeper_encoder_and_bundles(deep: Path, data: Path, tmp_path: Path):
    job = prepare(data, PRESETS["smoke"], tmp_path, deep)
    late = late_job(job, deep)
    assert late.pooling == "cls" and late_job(job, None) is job
    train(late)
    steps = [json.loads(line) for line in (tmp_path / "steps.jsonl").read_text().splitlines()]
    assert all(0 < s["tokens"] < 20 and 0 < s["whole"] < 20 for s in steps)
    finish(late, BASE_MODEL, data, tmp_path / "models", print)
    folder = tmp_path / "models" / LATE_NAME
    assert json.loads((folder / "config.json").read_text())["num_hidden_layers"] == 2
    golden = json.loads((folder / "golden.json").read_text())
    again = golden_scores(folder / INT8, AutoTokenizer.from_pretrained(folder))
    assert np.abs(np.subtract(again, golden["logits"])).max() <= golden["tolerance"]
    systems = {row["system"] for row in json.loads((tmp_path / "report.json").read_text())["table"]}
    assert {"all-MiniLM-L6-v2/pooled", "late-en-v1/maxsim"} <= systems
