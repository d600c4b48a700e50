// Record 0008: two hosts whose address lists differ. Who is master?
// bash tools/isolated.sh node --import ./tools/typescript.mjs docs/decisions/measure/address-list.ts [keepalived|vrrpd]
import { seconds } from '../../../src/base/time.ts'
import type { DaemonKind } from '../../../test/support/lab/daemon.ts'
import { pause } from '../../../test/support/lab/time.ts'
import { Lab } from '../../../test/support/lab.ts'

const kind: DaemonKind = process.argv[2] === 'vrrpd' ? 'vrrpd' : 'keepalived'
const config = (priority: number, addresses: string): string =>
  `vrrp_instance V { interface eth0
    virtual_router_id 51
    priority ${priority}
    virtual_ipaddress { ${addresses} }
  }`.replaceAll(/[{}]/g, (brace) => `${brace}\n`)

const lab = await Lab.create({ hosts: ['a', 'b'] })
try {
  await lab.host('a').start({ kind, config: config(150, '10.9.0.100') })
  await lab.host('b').start({ kind, config: config(100, '10.9.0.100\n10.9.0.101') })
  await pause(seconds(8))
  for (const name of ['a', 'b'] as const) {
    const addresses = (await lab.host(name).addresses()).map((address) => address.local)
    console.log(`${kind} on ${name} holds ${addresses.slice(1).join(', ') || 'no virtual address'}`)
  }
} finally {
  await lab.destroy()
}
