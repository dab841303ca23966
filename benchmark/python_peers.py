"""Cross-encoders in Python on the passages of the benchmark, as the documentation of each library has it. Prints one line of JSON.

usage: python python_peers.py sentence-transformers|fastembed MODEL_FOLDER ONNX_FILE RUNS

sentence-transformers runs PyTorch weights. If the folder has none, it gets random ones in the same architecture: the time does not depend on
them, and no scores are printed.
"""

import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

peer, folder, file, runs = sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
here = Path(__file__).parent
code = "import('./passages.js').then(({mixedPassages, QUERY}) => console.log(JSON.stringify([QUERY, mixedPassages(100)])))"
query, passages = json.loads(subprocess.run(["node", "-e", code], cwd=here, capture_output=True, text=True, check=True).stdout)


def sentence_transformers():
    """Returns the version, what scores all passages, and whether the weights are the model's."""
    from sentence_transformers import CrossEncoder, __version__
    from transformers import AutoConfig, AutoModelForSequenceClassification

    trained = any(folder.glob("*.safetensors"))
    with tempfile.TemporaryDirectory() as copy:
        if not trained:
            AutoModelForSequenceClassification.from_config(AutoConfig.from_pretrained(folder)).save_pretrained(copy)
            for path in folder.glob("tokenizer*.json"):
                shutil.copy(path, copy)
        model = CrossEncoder(str(folder) if trained else copy, device="cpu")
    pairs = [(query, passage) for passage in passages]
    return __version__, lambda: model.predict(pairs), trained


def fastembed():
    """Returns the version, what scores all passages, and whether the weights are the model's."""
    from fastembed import __version__
    from fastembed.common.model_description import ModelSource
    from fastembed.rerank.cross_encoder import TextCrossEncoder

    # FastEmbed requires a file that newer tokenizers do not have.
    copy = Path(tempfile.mkdtemp())
    shutil.copytree(folder, copy, dirs_exist_ok=True)
    (copy / "special_tokens_map.json").write_text("{}")
    TextCrossEncoder.add_custom_model(model="local/model", sources=ModelSource(hf="local/model"), model_file=file)
    model = TextCrossEncoder("local/model", specific_model_path=str(copy))
    return __version__, lambda: list(model.rerank(query, passages)), True


version, score, trained = {"sentence-transformers": sentence_transformers, "fastembed": fastembed}[peer]()
score()
seconds = []
for _ in range(runs):
    started = time.perf_counter()
    scores = score()
    seconds.append(time.perf_counter() - started)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
found = {"name": peer, "version": version, "seconds": seconds, "peakMegabytes": peak}
print(json.dumps({**found, "scores": [float(score) for score in scores]} if trained else found))
