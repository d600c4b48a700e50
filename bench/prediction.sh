#!/bin/bash
# npm run bench:prediction: how far vrrpd simulate is from real daemons, in about four minutes; for a quiet machine.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
bash tools/setup.sh bench
bash tools/isolated.sh node_modules/.bin/vitest run --config bench/vitest.config.ts
