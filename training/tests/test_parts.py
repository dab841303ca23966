import math
import random

import numpy as np
import pytest
import torch

from training import losses
from training.bm25 import Bm25
from training.config import PRESETS
from training.encoder import length_sorted_batches
from training.measures import bootstrap_interval, ndcg, randomization_p
from training.mining import group, interleave
from training.pool import keywords, vary
from training.scoring import min_max
from training.loop import learning_rate_factor
from training.windows import sentences, take_sentence, windows, with_answer, without_answer


def test_maxsim_is_the_mean_of_best_cosines_and_leaves_padding_out():
    torch.manual_seed(0)
    questions = torch.nn.functional.normalize(torch.randn(2, 3, 8), dim=-1)
    passages = torch.nn.functional.normalize(torch.randn(3, 5, 8), dim=-1)
    q_mask = torch.tensor([[1, 1, 1], [1, 1, 0]])
    p_mask = torch.tensor([[1] * 5, [1, 1, 0, 0, 0], [1, 1, 1, 1, 0]])
    scores = losses.maxsim(questions, q_mask, passages, p_mask)
    for i in range(2):
        for j in range(3):
            own, held = questions[i][q_mask[i] == 1], passages[j][p_mask[j] == 1]
            assert scores[i, j].item() == pytest.approx((own @ held.T).amax(1).mean().item(), abs=1e-6)


def test_listwise_ignores_probable_positives_but_never_the_positive():
    teacher = torch.tensor([[0.5, 0.9, 0.2]])
    positives = torch.tensor([0])
    ignore = losses.probable_positives(teacher, positives, margin=0.1)
    assert ignore.tolist() == [[False, True, False]]
    scores = torch.tensor([[0.5, 5.0, 0.5]])
    assert losses.listwise(scores, positives, ignore, 1.0).item() == pytest.approx(math.log(2), abs=1e-5)


def test_distil_is_zero_for_equal_scores_only():
    scores = torch.tensor([[2.0, 8.0, 4.0]])
    assert losses.distil(scores, scores).item() == pytest.approx(0, abs=1e-6)
    assert losses.distil(scores, scores.flip(1)).item() > 0.01


def test_margins_compare_all_differences_within_a_list_and_nothing_else() -> None:
    teacher = torch.tensor([[4.0, 1.0, 1.0], [0.0, 2.0, 7.0]])
    assert losses.margins(teacher + torch.tensor([[5.0], [-3.0]]), teacher).item() == pytest.approx(0, abs=1e-6)
    # One of three differs by 3 from both others: squared differences of pairs 9, 9, 0, whose sum over n² is what the mean square about the mean is.
    assert losses.margins(torch.tensor([[1.0, 1.0, 1.0]]), teacher[:1]).item() == pytest.approx(18 / 9)


def test_ndcg_follows_the_definition():
    judged = {"a": 2, "b": 1, "c": 0}
    ideal = 2 + 1 / math.log2(3)
    assert ndcg(["a", "b", "c"], judged) == pytest.approx(1)
    assert ndcg(["c", "a"], judged) == pytest.approx((2 / math.log2(3)) / ideal)
    assert ndcg(["c"], {"c": 0}) == 0


def test_significance_tells_equal_from_better():
    rng = np.random.default_rng(1)
    base = rng.random(60)
    assert randomization_p(list(base), list(base)) == pytest.approx(1)
    assert randomization_p(list(base + 0.1), list(base)) < 0.001
    low, high = bootstrap_interval(list(base))
    assert low < base.mean() < high


def test_bm25_prefers_rare_shared_words():
    index = Bm25(["the cat sat", "the dog sat on the mat", "cats and zebras of the plain"])
    assert index.top(["zebra on the plain"], 3)[0][0] == 2
    assert index.top(["the dogs"], 1)[0].tolist() == [1]


def test_candidates_come_by_turns_without_doubles():
    lists = [np.asarray([5, 1, 2]), np.asarray([1, 3, 5])]
    assert interleave(lists, own=5, depth=3) == [1, 3, 2]
    drawn = group(0, [[1, 2, 3, 4, 5, 6]], 4, random.Random(1))
    assert drawn[:3] == [0, 1, 2] and len(set(drawn)) == 4


def test_batches_hold_every_text_once_within_the_budget():
    lengths = [5, 50, 7, 30, 8, 512]
    batches = length_sorted_batches(lengths, 64)
    assert sorted(i for b in batches for i in b) == list(range(6))
    assert all(len(b) == 1 or len(b) * max(lengths[i] for i in b) <= 64 for b in batches)


def test_question_forms():
    assert keywords("When was the Eiffel Tower in Paris built?") == "eiffel tower paris built"
    forms = {vary("When was the mill of Arden built?", "Arden", random.Random(i)) for i in range(60)}
    assert {"When was the mill of Arden built?", "when was the mill of arden built", "mill arden built"} <= forms


def test_learning_rate_rises_holds_and_falls_to_zero():
    config = PRESETS["cpu"].train
    rates = [learning_rate_factor(s, config) for s in range(config.steps + 1)]
    assert rates[0] < rates[config.warmup] == 1.0
    assert rates[config.steps // 2] == 1.0 and rates[-1] == 0.0


def test_min_max_of_equal_scores_is_one():
    assert min_max(np.asarray([3.0, 3.0])).tolist() == [1.0, 1.0]
    assert min_max(np.asarray([1.0, 3.0, 2.0])).tolist() == [0.0, 1.0, 0.5]


TEXT = "Bees live in hives. They see ultraviolet light. Flowers show patterns in it. Birds nest nearby. Winter is cold."


def test_windows_are_all_runs_of_sentences():
    parts = sentences(TEXT)
    assert len(parts) == 5
    assert list(windows(parts, 4)) == [" ".join(parts[:4]), " ".join(parts[1:])]
    assert list(windows(parts[:2], 3)) == [" ".join(parts[:2])]


def test_a_window_holds_the_answer_or_none_does():
    rng = random.Random(3)
    answers = ("ultraviolet",)
    assert {with_answer(TEXT, answers, 1, rng) for _ in range(9)} == {"They see ultraviolet light."}
    assert with_answer(TEXT, ("hives. They",), 1, rng) is None
    for size in (1, 2, 3):
        assert all("ultraviolet" not in without_answer(TEXT, "what do bees see", answers, size, rng) for _ in range(9))
    assert without_answer(TEXT, "patterns of flowers", answers, 1, rng, hard=1.0) == "Flowers show patterns in it."
    assert without_answer("Ultraviolet. All of it is ultraviolet.", "q", ("ltraviolet",), 1, rng) is None


def test_a_sentence_that_is_taken_out_is_gone():
    text = " ".join(f"This is sentence number {word} of a longer text." for word in ("one", "two", "three", "four"))
    question, rest = take_sentence(text, random.Random(1))
    assert question not in rest and len(sentences(rest)) == 3
    assert take_sentence(TEXT.split(". ")[0], random.Random(1)) is None
