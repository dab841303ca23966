"""sentence-transformers' CrossEncoder on the passages of the benchmark, as its documentation has it. Prints one line of JSON.

usage: python sentence_transformers_peer.py MODEL_FOLDER RUNS
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

from sentence_transformers import CrossEncoder

folder, runs = sys.argv[1], int(sys.argv[2])
here = Path(__file__).parent
code = "import('./passages.js').then(({mixedPassages, QUERY}) => console.log(JSON.stringify([QUERY, mixedPassages(100)])))"
query, passages = json.loads(subprocess.run(["node", "-e", code], cwd=here, capture_output=True, text=True, check=True).stdout)
model = CrossEncoder(folder, device="cpu")
pairs = [(query, passage) for passage in passages]
model.predict(pairs)
seconds = []
for _ in range(runs):
    started = time.perf_counter()
    scores = model.predict(pairs)
    seconds.append(time.perf_counter() - started)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps({"name": "sentence-transformers", "seconds": seconds, "peakMegabytes": peak, "scores": [float(score) for score in scores]}))
