#!/usr/bin/env bash
# Builds kube-apiserver 1.32.10 from its Go module (test/kube-apiserver), unpacks Debian's etcd-server beside it, and
# prints the folder of both. For the tests of `up --kubeconfig`. Needs Go; the first build takes minutes.
set -euo pipefail
cd "$(dirname "$0")/../test/kube-apiserver"
version=$(sed -n 's,^\tk8s.io/kubernetes v,v,p' go.mod)
into=$(cd ../../node_modules && pwd)/.cache/kube-apiserver-$version
mkdir -p "$into"
if ! [ -x "$into/kube-apiserver" ]; then
  flags="-s -w -X k8s.io/component-base/version.gitVersion=$version"
  # Two builds at a time must not see each other's half.
  go build -trimpath -ldflags "$flags" -o "$into/kube-apiserver.$$" . >&2
  mv "$into/kube-apiserver.$$" "$into/kube-apiserver"
fi
if ! [ -x "$into/etcd" ]; then
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  cd "$scratch"
  # Without the option apt warns that its own user cannot write here.
  download() { apt-get -o APT::Sandbox::User=root download -qq etcd-server >&2; }
  download || { apt-get update -qq >&2 && download; }
  dpkg-deb -x etcd-server_*.deb .
  mv usr/bin/etcd "$into/etcd"
fi
printf '%s\n' "$into"
