#!/usr/bin/env bash
# sqlite-vec 0.1.9 (PyPI): the cosine distance of a zero vector, as embeddings from word lists give for a blank text, is NULL, and NULL counts as nearest. A
# nearest-neighbor search with `distance_metric=cosine` returns it first, in place of a real neighbor, and `ORDER BY vec_distance_cosine(…)`
# returns every zero vector before all others, since SQLite sorts NULL first. The documentation of the function does not mention it.
# Seen with Python 3.11 and apsw 3.54.1.0 on 2026-11-29: k = 1 finds the zero vector, not the vector that equals the query.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install --disable-pip-version-check sqlite-vec==0.1.9 apsw==3.54.1.0
"$folder/venv/bin/python" - <<'PY'
import apsw
import sqlite_vec

database = apsw.Connection(":memory:")
database.enable_load_extension(True)
database.load_extension(sqlite_vec.loadable_path())
database.execute("CREATE VIRTUAL TABLE texts USING vec0(vector float[2] distance_metric=cosine)")
for vector in ([0, 0], [0, 1], [1, 0]):
    database.execute("INSERT INTO texts(vector) VALUES (?)", (sqlite_vec.serialize_float32(vector),))
query = sqlite_vec.serialize_float32([1, 0])
nearest = database.execute("SELECT rowid, distance FROM texts WHERE vector MATCH ? AND k = 1", (query,)).fetchall()
sorted_rows = database.execute("SELECT rowid, vec_distance_cosine(vector, ?) AS distance FROM texts ORDER BY distance", (query,)).fetchall()
print(f"rows 1 (0, 0), 2 (0, 1), 3 (1, 0); query (1, 0); k = 1: {nearest}; sorted: {sorted_rows}")
assert nearest == [(1, None)] and sorted_rows == [(1, None), (3, 0.0), (2, 1.0)], "the behavior changed"
PY
