#!/bin/bash
# npm run test:fresh [WORDS FOR VITEST...]: the tests that choose at random, from seeds that nobody has tried: other
# properties' values, other networks in trouble, other files and lines. What chose is printed, and repeats the run.
# Without words: every test of the unit and netns projects that takes a seed.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
bash tools/setup.sh test
if [ -z "${VRRPD_SHARED:-}" ] && [ -d ../shared ]; then
  VRRPD_SHARED=$(cd ../shared && pwd)
  export VRRPD_SHARED
fi
export VRRPD_FRESH=1
if [ $# = 0 ]; then
  mapfile -t files < <(grep -rlE "from '(fast-check|.*/seeds\.ts)'" test --include='*.test.ts')
  set -- --project unit --project netns "${files[@]}"
fi
exec bash tools/isolated.sh node_modules/.bin/vitest run "$@"
