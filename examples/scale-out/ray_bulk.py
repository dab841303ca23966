"""Reranks a whole TREC run on a Ray cluster: one `langchain-rerank rank --run` per shard, then one output.

python ray_bulk.py --shards 8 --out reranked.trec -- npx langchain-rerank rank --run bm25.trec --corpus beir/scifact

The files must be at the same path on every machine of the cluster. A shard whose machine dies is started again and resumes.
"""

import argparse
import shutil
import subprocess
from pathlib import Path

import ray


@ray.remote(num_cpus=1, max_retries=10)
def rerank(command: list[str], shard: int, shards: int, out: str) -> str:
    part = f"{out}.{shard}-of-{shards}"
    if not Path(part).exists():  # else an earlier try had finished
        subprocess.run([*command, "--processes", "1", "--shard", f"{shard}/{shards}", "--out", part], check=True)
    return part


parser = argparse.ArgumentParser()
parser.add_argument("--shards", type=int, default=8)
parser.add_argument("--out", type=lambda path: str(Path(path).absolute()), required=True)
parser.add_argument("command", nargs="+")
options = parser.parse_args()

ray.init()
tasks = [rerank.remote(options.command, shard, options.shards, options.out) for shard in range(1, options.shards + 1)]
parts = ray.get(tasks)
# Under another name until it is whole.
partial = Path(f"{options.out}.joining")
with partial.open("wb") as whole:
    for part in parts:
        with open(part, "rb") as file:
            shutil.copyfileobj(file, whole)
partial.rename(options.out)
for part in parts:
    Path(part).unlink()
