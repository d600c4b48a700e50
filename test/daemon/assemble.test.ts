/** From the configuration's words to the election's. */

import { expect, test } from 'vitest'
import { assemble } from '../../src/daemon/assemble.ts'
import { loadConfiguration } from '../../src/config/load.ts'
import { ownConditions } from '../../src/vrrp/conditions.ts'
import { describeFault } from '../../src/vrrp/election/transitions.ts'
import { memoryIo } from '../support/memory-io.ts'

async function assembled(lines: string, more = '') {
  const text = `vrrp_instance VI_1 {\n interface eth0\n virtual_router_id 51\n${lines}\n}\n${more}`
  const { model } = await loadConfiguration('/k.conf', {
    configId: 'host',
    io: memoryIo({ '/k.conf': text }),
  })
  return assemble(model)
}

const vip = 'virtual_ipaddress {\n 10.0.0.9/24\n}'
const allUp = {
  links: new Map([['eth0', { up: true, source: undefined }]]),
  scripts: new Map(),
}

test.each([
  ['unicast_peer {\n 10.0.0.2\n}', 'unicast_peer'],
  ['version 3', 'VRRP version 3'],
  ['mcast_dst_ip 224.0.0.99', 'mcast_dst_ip'],
])('%j keeps the instance in Fault and says so', async (line, what) => {
  const { routers } = await assembled(`${line}\n${vip}`)
  const { faults } = ownConditions(routers[0]!.router, allUp)
  expect(faults.map(describeFault)).toContain(`${what} is not supported by this version of vrrpd`)
})

test('the own link and those of addresses, routes and plain track_interface must be up', async () => {
  const { routers } = await assembled(`
    track_interface {\n eth3\n eth4 weight -10\n}
    virtual_ipaddress {\n 10.0.0.9/24\n 10.1.0.9/24 dev eth1\n 10.5.0.9/24 dev eth5 no_track\n}
    virtual_routes {\n 10.9.0.0/16 via 10.1.0.1 dev eth2\n}`)
  expect(routers[0]!.router.requiredLinks).toEqual(['eth0', 'eth1', 'eth2', 'eth3'])
  expect(routers[0]!.router.trackers).toEqual([
    { kind: 'interface', name: 'eth4', weight: -10, reverse: false },
  ])
})

test('dont_track_primary: the own link may be down', async () => {
  const { routers } = await assembled(`dont_track_primary\n${vip}`)
  expect(routers[0]!.router.requiredLinks).toEqual([])
})

test("a sync group's trackers are those of each member", async () => {
  const { routers } = await assembled(
    vip,
    'vrrp_sync_group G {\n group {\n VI_1\n}\n track_interface {\n eth7 weight 5\n}\n}\n',
  )
  expect(routers[0]!.router.trackers).toEqual([
    { kind: 'interface', name: 'eth7', weight: 5, reverse: false },
  ])
})

test('advertised addresses come before excluded ones; only the former are in adverts', async () => {
  const { routers } = await assembled(`virtual_ipaddress_excluded {\n 10.0.0.10/24\n}\n${vip}`)
  expect(routers[0]!.addresses.map(({ spec }) => spec.cidr.prefixLength)).toEqual([24, 24])
  expect(routers[0]!.router.addresses).toHaveLength(1)
})
