#!/usr/bin/env bash
# The README's main command as a new user types it: starts, is scraped, ends cleanly with Ctrl-C.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
demo=''
trap '[ -z "$demo" ] || kill -KILL -- "-$demo" 2>/dev/null; rm -rf "$work"' EXIT
fail() { echo "demo: $*" >&2; cat "$work/log" >&2; exit 1; }

set -m # a process group of its own, as a terminal would give it
npm run demo >"$work/log" 2>&1 &
demo=$!
set +m
until url=$(grep -oE 'http://127\.0\.0\.1:[0-9]+/metrics' "$work/log" | head -n 1) && [ -n "$url" ]; do
  [ $SECONDS -lt 20 ] || fail 'no address was printed'
  sleep 0.1
done
until curl -fsS "${url%/metrics}/-/ready" >/dev/null 2>&1; do
  [ $SECONDS -lt 30 ] || fail 'it did not become ready'
  sleep 0.1
done
curl -fsS "$url" >"$work/metrics"
for family in cloudtower_up cloudtower_cluster_cpu_usage_ratio cloudtower_host_condition cloudtower_cluster_disks cloudtower_alerts cloudtower_recycle_bin_vms cloudtower_collector_success; do
  grep -q "^$family{" "$work/metrics" || fail "$family is not in the scrape"
done
grep -E '^cloudtower_collector_success\{' "$work/metrics" | grep -qv ' 1$' && fail 'a collector failed'
echo "demo: scraped $(grep -vc '^#' "$work/metrics") series from $url"
kill -INT -- "-$demo"
code=0
wait "$demo" || code=$?
[ "$code" -eq 0 ] || [ "$code" -eq 130 ] || fail "it ended with code $code"
echo "demo: ended with code $code on Ctrl-C"
demo=''
