#!/usr/bin/env bash
# Installs workerd, the runtime of Cloudflare's workers, from npm. Prints the path of its program.
. "$(dirname "$0")/common.sh"

lock workerd
need npm
VERSION=1.20261117.1
dir="$REAL_SERVERS_CACHE/workerd-$VERSION"
if [ ! -e "$dir/.complete" ]; then
  mkdir -p "$dir"
  npm install --prefix "$dir" --no-save --no-audit --no-fund --ignore-scripts --loglevel=error "workerd@$VERSION" >&2 || skip "npm could not install workerd@$VERSION"
  touch "$dir/.complete"
fi
# The package of this platform holds the program itself; it needs a recent libc.
program="$(ls "$dir"/node_modules/@cloudflare/workerd-*/bin/workerd 2>/dev/null | head -1)"
[ -n "$program" ] || skip "workerd has no program for this platform"
"$program" --version >/dev/null 2>&1 || skip "workerd does not run on this platform"
echo "$program"
