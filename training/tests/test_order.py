"""The teachers' order as a loss, and passages cut up into sentences."""

import random
from pathlib import Path

import pytest
import torch

from training import losses
from training.pool import Pool, add_windows


def test_disagreement_knows_neither_scale_nor_the_answer():
    teacher = torch.tensor([[9.0, 1.0, 2.0, 3.0], [1.0, 0.0, 5.0, 2.0]])
    positives = torch.tensor([0, 2])
    same = 0.1 * teacher + 4
    same[0, 0], same[1, 2] = -7, -7
    assert losses.disagreement(same, teacher, positives).item() == pytest.approx(0, abs=1e-5)
    assert losses.disagreement(-teacher, teacher, positives).item() == pytest.approx(2, abs=1e-5)


def test_a_cut_up_passage_gives_its_sentences_and_the_questions_that_one_of_them_answers():
    text = "The ferry leaves at noon. It carries forty carts. The market opens at noon."
    asked = [
        {"_id": "carts", "text": "how many carts?", "metadata": {"answers": ["forty"]}},
        {"_id": "when", "text": "when?", "metadata": {"answers": ["noon"]}},
        {"_id": "unstated", "text": "why?"},
    ]
    for seed in range(6):
        pool = Pool()
        add_windows(pool, Path("town"), [({"text": text}, asked)], 4, 150, random.Random(seed))
        assert " ".join(pool.passages) == text and len(pool.passages) in (2, 3)
        assert pool.questions == ["how many carts?"] and pool.sources == ["town-windows"]
        assert "forty" in pool.passages[pool.positives[0]]
