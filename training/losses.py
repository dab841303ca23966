"""Losses over the full question-by-passage matrix of one batch."""

from __future__ import annotations

import torch
from torch.nn.functional import cosine_similarity, kl_div, log_softmax


def maxsim(questions: torch.Tensor, mask: torch.Tensor, passages: torch.Tensor, held: torch.Tensor) -> torch.Tensor:
    """Mean over question tokens of the best cosine with a passage token (ColBERT, Khattab 2020).

    questions `[q, m, d]` with mask `[q, m]`, passages `[p, n, d]` with mask `[p, n]`; returns `[q, p]`.
    """
    count, length, width = questions.shape
    flat = questions.reshape(-1, width) @ passages.reshape(-1, width).T
    cosines = flat.view(count * length, passages.shape[0], passages.shape[1])
    best = cosines.masked_fill(held.unsqueeze(0) == 0, -1.0).amax(-1).view(count, length, -1)
    weights = mask.unsqueeze(-1).to(best.dtype)
    return (best * weights).sum(1) / weights.sum(1)


def listwise(
    scores: torch.Tensor, positives: torch.Tensor, ignore: torch.Tensor, temperature: float
) -> torch.Tensor:
    """Cross-entropy of the positive within the batch; `ignore` marks probable false negatives."""
    logits = (scores / temperature).masked_fill(ignore, -1e4)
    chosen = log_softmax(logits, dim=-1).gather(1, positives.unsqueeze(1))
    return -chosen.mean()


def distil(logits: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
    """KL divergence of the student's distribution over a question's passages from the teacher's, both given as logits."""
    student = log_softmax(logits, dim=-1)
    target = log_softmax(teacher, dim=-1)
    return kl_div(student, target, reduction="batchmean", log_target=True)


def margins(logits: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
    """Mean squared error of the differences within each list, MarginMSE (Hofstätter 2020, arXiv:2010.02666) over all pairs of `[q, list]`.

    KL is small once the order at the top is right; this also trains the rest of the list.
    """
    apart_by = (logits - logits.mean(1, keepdim=True)) - (teacher - teacher.mean(1, keepdim=True))
    return apart_by.square().mean()


def disagreement(scores: torch.Tensor, teacher: torch.Tensor, positives: torch.Tensor) -> torch.Tensor:
    """One minus the correlation with the teacher over each question's other passages (Huang 2022, arXiv:2205.10536), `[q, p]` both.

    KL is small once the answer is first; this also trains the order of the rest, and does not depend on the scales.
    """
    rest = torch.ones_like(scores, dtype=torch.bool).scatter(1, positives.unsqueeze(1), False)
    one, other = (x[rest].view(len(x), -1) for x in (scores, teacher))
    return 1 - cosine_similarity(one - one.mean(1, keepdim=True), other - other.mean(1, keepdim=True), dim=1).mean()


def apart(tokens: torch.Tensor, kept: torch.Tensor, held: torch.Tensor) -> torch.Tensor:
    """Mean of one minus the cosine of corresponding tokens: two tensors of unit vectors `[p, n, d]`, and the mask `[p, n]`."""
    cosines = (tokens * kept).sum(-1)
    return ((1 - cosines) * held).sum() / held.sum()


def probable_positives(teacher: torch.Tensor, positives: torch.Tensor, margin: float) -> torch.Tensor:
    """Passages, other than the positive, that the teacher scores higher than it by more than `margin`."""
    own = teacher.gather(1, positives.unsqueeze(1))
    suspect = teacher > own + margin
    return suspect.scatter(1, positives.unsqueeze(1), value=False)
