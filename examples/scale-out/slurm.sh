#!/bin/bash
# sbatch slurm.sh: reranks a TREC run in eight shards; a job that Slurm starts again resumes its shard. Afterwards:
#   cat out.{1,2,3,4,5,6,7,8}.trec > reranked.trec
#SBATCH --array=1-8
#SBATCH --cpus-per-task=2
#SBATCH --requeue
set -euo pipefail

shard="$SLURM_ARRAY_TASK_ID"
exec npx langchain-rerank rank --run bm25.trec --corpus beir/msmarco \
  --processes "$SLURM_CPUS_PER_TASK" --shard "$shard/$SLURM_ARRAY_TASK_COUNT" --out "out.$shard.trec"
