#!/usr/bin/env bash
# Builds the real metrics-server 0.4.2 and 0.9.0 from their Go modules (test/metrics-server) beside the installed packages
# and prints their paths, a line each. Needs Go.
set -euo pipefail
cd "$(dirname "$0")/../test/metrics-server"
cache=$(cd ../../node_modules && pwd)/.cache
for version in v0.4.2 v0.9.0; do
  program=$cache/metrics-server-$version/metrics-server
  if ! [ -x "$program" ]; then
    mkdir -p "$(dirname "$program")"
    # 0.4 has its version in a package of its own, 0.9.0 takes client-go's.
    flags="-s -w -X sigs.k8s.io/metrics-server/pkg/version.gitVersion=$version -X k8s.io/client-go/pkg/version.gitVersion=$version"
    # Two builds at a time must not see each other's half.
    (cd "$version" && CGO_ENABLED=0 go build -trimpath -ldflags "$flags" -o "$program.$$" sigs.k8s.io/metrics-server/cmd/metrics-server) >&2
    mv "$program.$$" "$program"
  fi
  printf '%s\n' "$program"
done
