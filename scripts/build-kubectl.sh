#!/usr/bin/env bash
# Builds kubectl 1.32.4 from its Go modules (test/kubectl) beside the installed packages and prints its path. It is the
# one that asks for WebSockets; Debian has none of that age. Needs Go.
set -euo pipefail
cd "$(dirname "$0")/../test/kubectl"
version=$(sed -n 's,^\tk8s.io/kubectl v0\.,v1.,p' go.mod)
kubectl=$(cd ../../node_modules && pwd)/.cache/kubectl-$version/kubectl
if ! [ -x "$kubectl" ]; then
  mkdir -p "$(dirname "$kubectl")"
  flags="-s -w -X k8s.io/component-base/version.gitVersion=$version"
  # Two builds at a time must not see each other's half.
  go build -trimpath -ldflags "$flags" -o "$kubectl.$$" . >&2
  mv "$kubectl.$$" "$kubectl"
fi
printf '%s\n' "$kubectl"
