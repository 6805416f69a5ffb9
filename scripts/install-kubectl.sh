#!/usr/bin/env bash
# Unpacks Debian's kubernetes-client (kubectl 1.20.2, the age of the clusters that are simulated) beside the installed
# packages and prints its path. Nothing is installed into the system: a kubectl on PATH stays the one that it was.
set -euo pipefail
cd "$(dirname "$0")/.."
into=$PWD/node_modules/.cache/kubernetes-client
kubectl=$into/usr/bin/kubectl
if ! [ -x "$kubectl" ]; then
  mkdir -p "$into"
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  cd "$scratch"
  # Without the option apt warns that its own user cannot write here.
  download() { apt-get -o APT::Sandbox::User=root download -qq kubernetes-client >&2; }
  download || { apt-get update -qq >&2 && download; }
  dpkg-deb -x kubernetes-client_*.deb "$into"
fi
printf '%s\n' "$kubectl"
