"""The second stage of late-en-v1, on everyday questions: `python -m training.everyday`; see training/README.md."""
