"""The recipe of the Japanese and Chinese encoder: `python -m training.cjk`; see training/README.md."""
