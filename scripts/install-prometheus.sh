#!/usr/bin/env bash
# Unpacks Debian's prometheus (2.42) beside the installed packages and prints its path. Nothing is installed into the
# system, so no service starts.
set -euo pipefail
cd "$(dirname "$0")/.."
into=$PWD/node_modules/.cache/prometheus
prometheus=$into/usr/bin/prometheus
if ! [ -x "$prometheus" ]; then
  mkdir -p "$into"
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  cd "$scratch"
  # Without the option apt warns that its own user cannot write here.
  download() { apt-get -o APT::Sandbox::User=root download -qq prometheus >&2; }
  download || { apt-get update -qq >&2 && download; }
  dpkg-deb -x prometheus_*.deb "$into"
fi
printf '%s\n' "$prometheus"
