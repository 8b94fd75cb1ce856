#!/usr/bin/env bash
# Builds the image from the Dockerfile (on a base made here), runs it as it should be run (non-root, read-only root file system, no
# capabilities), scrapes it, stops it with SIGTERM. Needs buildah, podman, runc, debootstrap, curl and an `npm ci` done before.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH="$PWD/node_modules/.bin:$PATH"
base=localhost/cloudtower-exporter-base:test
image=localhost/cloudtower-exporter:test
work=$(mktemp -d)
simulator=''
receiver=''
container="cloudtower-exporter-test-$$"
finish() {
  podman rm --force --time 0 "$container" >/dev/null 2>&1 || true
  for process in $simulator $receiver; do kill "$process" 2>/dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT
fail() { echo "container: $*" >&2; exit 1; }
free_port() { node -e "const s=require('node:net').createServer().listen(0,'127.0.0.1',()=>{console.log(s.address().port);s.close()})"; }
wait_for() { # wait_for SECONDS COMMAND …
  local until=$((SECONDS + $1)); shift
  until "$@" >/dev/null 2>&1; do [ $SECONDS -lt $until ] || return 1; sleep 0.2; done
}

[ -n "${KEEP_BASE:-}" ] && buildah inspect --type image "$base" >/dev/null 2>&1 || test/container/base.sh "$base"
buildah bud --isolation chroot --pull-never --format docker --build-arg BASE="$base" \
  --build-arg VERSION="$(node -p "require('./package.json').version")" --build-arg REVISION="$(git rev-parse --short HEAD 2>/dev/null || echo unknown)" \
  --tag "$image" . >"$work/build.log" 2>&1 || { tail -40 "$work/build.log"; fail 'the image does not build'; }
base_size=$(podman image inspect --format '{{.Size}}' "$base")
size=$(podman image inspect --format '{{.Size}}' "$image")
echo "container: the image has $((size / 1000000)) MB, $(((size - base_size) / 1000)) kB more than its base"

tower_port=$(free_port)
port=$(free_port)
receiver_port=$(free_port)
# A volume as Kubernetes makes it for a pod with an fsGroup: it belongs to root, and the group may write.
install -d -o 0 -g 65532 -m 2770 "$work/state"
node -e "require('node:http').createServer((q, r) => { console.log(q.method); q.resume().on('end', () => r.end()) }).listen($receiver_port, '127.0.0.1')" >"$work/received" &
receiver=$!
node src/main.ts simulate --listen-address="127.0.0.1:$tower_port" --username=monitor --password=simulated >"$work/simulator.log" 2>&1 &
simulator=$!
wait_for 15 curl -fsS "http://127.0.0.1:$tower_port/v2/api/get-version" || { cat "$work/simulator.log"; fail 'the simulator did not start'; }

podman run --detach --name "$container" --runtime runc --cgroup-manager cgroupfs --ulimit nofile=1024:4096 --ulimit nproc=1024:1024 \
  --network host --read-only --read-only-tmpfs=false --cap-drop all --security-opt no-new-privileges \
  --env CLOUDTOWER_URL="http://127.0.0.1:$tower_port" --env CLOUDTOWER_NAME=container --env CLOUDTOWER_USERNAME=monitor \
  --volume "$work/state:/var/lib/cloudtower-exporter" --env BRIDGE_STATE_DIR=/var/lib/cloudtower-exporter \
  --env ALERT_WEBHOOK_URL="http://127.0.0.1:$receiver_port/hook" \
  --env CLOUDTOWER_PASSWORD=simulated --env HEALTHCHECK_URL="http://127.0.0.1:$port/-/healthy" \
  "$image" --web.listen-address="127.0.0.1:$port" >/dev/null
wait_for 30 curl -fsS "http://127.0.0.1:$port/-/ready" || { podman logs "$container"; fail 'the container did not become ready'; }
curl -fsS "http://127.0.0.1:$port/metrics" >"$work/metrics"
grep -q '^cloudtower_up{tower="container"} 1$' "$work/metrics" || { podman logs "$container"; fail 'the scrape has no cloudtower_up 1'; }
grep -q '^cloudtower_cluster_cpu_cores{tower="container"' "$work/metrics" || fail 'the scrape has no cluster'
echo "container: scraped $(grep -vc '^#' "$work/metrics") series"
[ "$(podman inspect --format '{{.Config.User}}' "$container")" = '65532:65532' ] || fail 'it does not run as the numeric user'
podman exec --runtime runc "$container" node -e 'process.exit(process.getuid() === 65532 ? 0 : 1)' || fail 'it runs as root'
podman exec --runtime runc "$container" node -e 'try { require("node:fs").writeFileSync("/app/x", ""); process.exit(1) } catch (e) { process.exit(e.code === "EROFS" ? 0 : 1) }' || fail 'its root file system can be written'
podman healthcheck run "$container" || fail 'its health check fails'
wait_for 30 grep -q POST "$work/received" || { podman logs "$container"; fail 'no alert reached the receiver'; }
[ "$(stat -c '%u %a' "$work/state/bridge.sqlite")" = '65532 600' ] || { ls -ln "$work/state"; fail "the bridge's state is not its own"; }
echo 'container: the bridge keeps its state in the volume and told the receiver'
started=$(date +%s%N)
podman kill --signal TERM "$container" >/dev/null
code=$(timeout 10 podman wait "$container") || fail 'SIGTERM did not end it in 10 s'
took=$((($(date +%s%N) - started) / 1000000))
[ "$code" = 0 ] || { podman logs "$container"; fail "it ended with code $code"; }
[ "$took" -lt 5000 ] || fail "it took $took ms to end"
echo "container: ended with code 0 after SIGTERM in $took ms"
