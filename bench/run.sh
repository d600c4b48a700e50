#!/bin/bash
# npm run bench [-- --rounds N]: vrrpd beside keepalived, in one run, on this machine.
# With the reference files at hand (VRRPD_SHARED, or ../shared) and root, their own benchmark follows.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
bash tools/setup.sh bench
node --import ./tools/typescript.mjs bench/configuration.ts
node --import ./tools/typescript.mjs bench/simulation.ts
bash tools/isolated.sh node --import ./tools/typescript.mjs bench/main.ts "$@"

vbench=${VRRPD_SHARED:-../shared}/bench/vbench.py
if [ "$(id -u)" = 0 ] && [ -f "$vbench" ] && command -v python3 >/dev/null && command -v tcpdump >/dev/null; then
  echo "vbench.py failover --n 1 --runs 5, over_protocol_ms: the address on the interface, past Master_Down_Interval"
  vrrpd="$PWD/bin/vrrpd -n -l -P -f {conf} -p {dir}/ka.pid -r {dir}/vrrp.pid --control {dir}/control.sock"
  bash tools/isolated.sh python3 "$vbench" failover --n 1 --runs 5 2>/dev/null
  bash tools/isolated.sh python3 "$vbench" failover --n 1 --runs 5 --tag vrrpd --daemon "$vrrpd" 2>/dev/null
fi
