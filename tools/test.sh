#!/bin/bash
# The test command: sets up what is missing, then lint, types and all tests. What a privilege or a
# tool is missing for is left out, and told at the end in three lines; with CI=true it fails. Every red
# test is named at the end, too.
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
vitest=(bash tools/isolated.sh node_modules/.bin/vitest run)
work=$(mktemp -d)
trap 'kill "${boots:-}" 2>/dev/null; rm -rf "$work"' EXIT
export VRRPD_TEST_SUMMARY=$work/summary

# For some tests a machine is booted, which keeps one processor busy for two minutes: meanwhile
# lint and types have another. Words for vitest choose tests themselves.
if [ $# = 0 ]; then
  "${vitest[@]}" --project boot >"$work/booted" 2>&1 &
  boots=$!
  set -- --project unit --project netns
fi

npm run --silent lint || failed+=(lint)
npm run --silent check || failed+=(types)
"${vitest[@]}" "$@" || failed+=(tests)
if [ -n "${boots:-}" ]; then
  wait "$boots" || failed+=('tests on a booted machine')
  cat "$work/booted"
fi

[ ${#failed[@]} = 0 ] || echo "FAILED: $(IFS=,; echo "${failed[*]}")" >&2
node --import ./tools/typescript.mjs tools/summary.ts "$VRRPD_TEST_SUMMARY"
[ ${#failed[@]} = 0 ]
