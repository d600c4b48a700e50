/**
 * `node --import ./tools/typescript.mjs test/interop/virtual-macs.hear.ts NAMESPACE:LINK...`: says which
 * addresses are announced there, `NAMESPACE ADDRESS` for each gratuitous ARP, from the line `listening` on
 * until it is ended. For virtual-macs.guest.sh.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { Capture } from '../support/lab/capture.ts'
import { run } from '../support/tools.ts'

async function listen(place: string): Promise<() => Promise<void>> {
  const [namespace = '', link = ''] = place.split(':')
  const text = await run(['ip', '-n', namespace, '-j', 'link', 'show', 'dev', link])
  const [found] = JSON.parse(text) as readonly { readonly ifindex: number }[]
  const capture = Capture.start(namespace, found!.ifindex)
  let told = 0
  return async () => {
    const arps = await capture.gratuitousArps()
    for (const { address } of arps.slice(told)) console.log(`${namespace} ${address}`)
    told = arps.length
  }
}

const places = await Promise.all(process.argv.slice(2).map(listen))
console.log('listening')
for (;;) {
  for (const tell of places) await tell()
  await sleep(200)
}
