/** How long reading takes: 20,000 instances in some 5 MB, beside a tenth of them. */

import { loadConfiguration } from '../src/config/load.ts'
import { memoryIo } from '../test/config/support.ts'

const PATH = '/etc/keepalived/keepalived.conf'

const instance = (index: number): string =>
  `vrrp_instance VI_${index} {
    state BACKUP
    interface eth${index >> 8}
    virtual_router_id ${(index % 255) + 1}
    priority 100
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass secret
    }
    virtual_ipaddress {
        10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}/24
    }
}
`

async function milliseconds(text: string): Promise<number> {
  const start = performance.now()
  await loadConfiguration(PATH, { io: memoryIo({ [PATH]: text }), configId: 'bench' })
  return performance.now() - start
}

const fileOf = (count: number): string =>
  Array.from({ length: count }, (_, index) => instance(index)).join('')

const MOST = 20_000
await milliseconds(fileOf(MOST / 10))
const [small, large] = [await milliseconds(fileOf(MOST / 10)), await milliseconds(fileOf(MOST))]
const megabytes = (fileOf(MOST).length / 1e6).toFixed(1)
console.log(
  `configuration: ${MOST} instances, ${megabytes} MB, in ${large.toFixed(0)} ms: ` +
    `${(large / small).toFixed(1)} times as long as ${MOST / 10}`,
)
