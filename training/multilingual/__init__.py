"""The recipe of the multilingual encoder: `python -m training.multilingual`; see training/README.md."""
