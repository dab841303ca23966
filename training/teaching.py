"""What the untrained encoder makes of a question and its list: half cosine, half MaxSim."""

from __future__ import annotations

import torch
from torch import nn

from . import losses
from .encoder import MultiVectorEncoder, fast_dtype, length_sorted_batches, load_backbone, pad, tokenize


class Teacher:
    """Scores lists as they are drawn, windows of passages among them."""

    def __init__(self, base_model: str, device: torch.device, budget: int, length: int = 256) -> None:
        backbone, self.tokenizer = load_backbone(base_model)
        self.encoder = MultiVectorEncoder(backbone, None).eval().to(device, fast_dtype())
        self.device, self.budget, self.length = device, budget, length

    @torch.no_grad()
    def scores(self, lists: list[tuple[str, list[str]]]) -> torch.Tensor:
        """`[questions, texts]` of lists of equal length."""
        questions = self.vectors([question for question, _ in lists])
        texts = self.vectors([text for _, texts in lists for text in texts])
        rows = []
        width = len(lists[0][1])
        for number, (tokens, pooled) in enumerate(questions):
            own = texts[number * width : (number + 1) * width]
            held = nn.utils.rnn.pad_sequence([torch.ones(len(t)) for t, _ in own], batch_first=True).to(self.device)
            padded = nn.utils.rnn.pad_sequence([t for t, _ in own], batch_first=True)
            late = losses.maxsim(tokens[None], torch.ones_like(tokens[None, :, 0]), padded, held)[0]
            rows.append((late + torch.stack([p for _, p in own]) @ pooled) / 2)
        return torch.stack(rows)

    def vectors(self, texts: list[str]) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """Token vectors and pooled vector of each text, fp32."""
        items = tokenize(self.tokenizer, texts, self.length)
        found: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}
        for rows in length_sorted_batches([len(i) for i in items], self.budget):
            ids, mask = (t.to(self.device) for t in pad([items[r] for r in rows]))
            tokens, pooled = self.encoder(ids, mask)
            for position, row in enumerate(rows):
                found[row] = tokens[position, : len(items[row])].float(), pooled[position].float()
        return [found[row] for row in range(len(items))]
