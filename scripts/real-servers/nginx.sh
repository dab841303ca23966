#!/usr/bin/env bash
# Unpacks nginx from Debian's package, without installing it as a service. Prints the path of the program.
. "$(dirname "$0")/common.sh"

if command -v nginx >/dev/null 2>&1; then
  command -v nginx
  exit
fi
lock nginx
dir="$REAL_SERVERS_CACHE/nginx"
program="$dir/usr/sbin/nginx"
if ! "$program" -v 2>/dev/null; then
  need apt-get dpkg-deb
  rm -rf "$dir"
  mkdir -p "$dir"
  cd "$dir"
  # The list of packages may be missing or older than the archive; only root can bring it up to date.
  apt-get download --quiet nginx >&2 || { apt-get update --quiet >&2 && apt-get download --quiet nginx >&2; } ||
    skip "nginx is not installed, and apt-get could not download it"
  dpkg-deb --extract nginx_*.deb .
  "$program" -v 2>/dev/null || skip "nginx from Debian does not run on this system"
fi
echo "$program"
