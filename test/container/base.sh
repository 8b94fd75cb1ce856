#!/usr/bin/env bash
# Makes a base image like the Dockerfile's (Debian, Node.js, npm) from Debian's packages and the project's own Node.js, so that the
# Dockerfile can be built where no image registry is reached. Usage: base.sh IMAGE
set -euo pipefail
image=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

debootstrap --variant=minbase bookworm "$work/rootfs" >"$work/log" 2>&1 || { tail -20 "$work/log"; exit 1; }
rm -rf "$work/rootfs/var/cache/apt/archives"/*.deb "$work/rootfs/var/lib/apt/lists"/*
install -D "$root/node_modules/node-linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')/bin/node" "$work/rootfs/usr/local/bin/node"
mkdir -p "$work/rootfs/usr/local/lib/node_modules" "$work/rootfs/etc/ssl/certs"
cp -RL "$(dirname "$(dirname "$(realpath "$(command -v npm)")")")" "$work/rootfs/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$work/rootfs/usr/local/bin/npm"
# The certificates that this machine trusts, so that npm inside reaches what npm outside reaches.
[ -f /etc/ssl/certs/ca-certificates.crt ] && cp -L /etc/ssl/certs/ca-certificates.crt "$work/rootfs/etc/ssl/certs/"

container=$(buildah from --pull-never scratch)
buildah add --quiet "$container" "$work/rootfs" / >/dev/null
buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt "$container"
buildah commit --quiet --format docker "$container" "$image" >/dev/null
buildah rm "$container" >/dev/null
