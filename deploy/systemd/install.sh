#!/usr/bin/env bash
# Puts the exporter to /opt/cloudtower-exporter and its unit to /etc/systemd/system, from a checkout of the project; run it again to
# upgrade. It needs npm, and Node.js 24 or newer as /usr/bin/node for the unit. Nothing is started, no configuration is replaced.
#
#   deploy/systemd/install.sh [ROOT]     ROOT: install below this folder instead of /
set -euo pipefail
root=$(cd "${1:-/}" && pwd)
root=${root%/}
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

[ -x node_modules/.bin/tsc ] || npm ci --no-audit --no-fund
npm pack --silent --pack-destination "$work" >/dev/null
mkdir "$work/app"
tar -xzf "$work"/cloudtower-exporter-*.tgz -C "$work/app" --strip-components=1 --no-same-owner
# The locked versions; neither development tools nor the Node.js that the checkout brings along.
cp package-lock.json .npmrc "$work/app/"
(cd "$work/app" && npm ci --omit=dev --omit=optional --no-audit --no-fund --loglevel=error)

mkdir -p "$root/opt" "$root/etc/systemd/system" "$root/etc/cloudtower-exporter"
rm -rf "$root/opt/cloudtower-exporter.old"
[ ! -e "$root/opt/cloudtower-exporter" ] || mv "$root/opt/cloudtower-exporter" "$root/opt/cloudtower-exporter.old"
chmod -R u=rwX,go=rX "$work/app"
mv "$work/app" "$root/opt/cloudtower-exporter"
install -m 0644 deploy/systemd/cloudtower-exporter.service "$root/etc/systemd/system/"
[ -e "$root/etc/cloudtower-exporter/config.yaml" ] || install -m 0644 deploy/examples/systemd.yaml "$root/etc/cloudtower-exporter/config.yaml"

cat <<TEXT
Installed. Now:
  1. edit $root/etc/cloudtower-exporter/config.yaml
  2. put the password into $root/etc/cloudtower-exporter/tower-password (mode 0600), the CA into tower-ca.pem (mode 0644)
  3. systemctl daemon-reload && systemctl enable cloudtower-exporter && systemctl restart cloudtower-exporter
The version before is kept in $root/opt/cloudtower-exporter.old.
TEXT
