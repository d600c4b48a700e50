#!/bin/bash
# The test command: sets up what is missing, then lint, types and all tests. Without a
# privilege or a tool the tests that need it are left out and named; with CI=true they fail.
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
bash tools/setup.sh test || exit 1

# Reference configurations and packets, where they lie beside the checkout.
if [ -z "${VRRPD_SHARED:-}" ] && [ -d ../shared ]; then
  VRRPD_SHARED=$(cd ../shared && pwd)
  export VRRPD_SHARED
fi

failed=()
npm run --silent lint || failed+=(lint)
npm run --silent check || failed+=(types)
bash tools/isolated.sh node_modules/.bin/vitest run "$@" || failed+=(tests)

[ ${#failed[@]} = 0 ] && exit 0
echo "FAILED: ${failed[*]}" >&2
exit 1
