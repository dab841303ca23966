"""Puts a seeded classification head on an encoder's weights: a cross-encoder that ranks nothing, for comparing numbers.

usage: python make_cross_encoder.py ENCODER_FOLDER TARGET
"""

import sys

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

source, target = sys.argv[1:]
torch.manual_seed(20)
model = AutoModelForSequenceClassification.from_pretrained(source, num_labels=1)
with torch.no_grad():
    # Logits of different pairs must differ clearly; otherwise equal numbers would prove little.
    model.classifier.weight.normal_(0, 2.0)
model.save_pretrained(target)
tokenizer = AutoTokenizer.from_pretrained(source, model_max_length=512)
tokenizer.backend_tokenizer.no_truncation()
tokenizer.backend_tokenizer.no_padding()
tokenizer.save_pretrained(target)
