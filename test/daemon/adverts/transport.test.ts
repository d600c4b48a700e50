/** How adverts travel, by what the file says. */

import { describe, expect, test } from 'vitest'
import { formatIp, parseIp } from '../../../src/base/address.ts'
import { channelOf, destinationsOf, transportOf, ttlOf } from '../../../src/daemon/adverts/transport.ts'
import { modelOf } from './signing-model.ts'

const groups = { 4: parseIp('224.0.0.18')!, 6: parseIp('ff02::12')! }

async function transport(address: string, lines = '') {
  const { instances } = await modelOf(`
vrrp_instance V {
  interface eth0
  virtual_router_id 9
  virtual_ipaddress {
    ${address}
  }
  ${lines}
}`)
  const [instance] = instances
  return { instance: instance!, made: transportOf(instance!, groups) }
}

describe('to whom, and how far', () => {
  test.each([
    ['10.9.0.9', '', ['224.0.0.18'], 255],
    ['10.9.0.9', 'mcast_dst_ip 224.0.0.99', ['224.0.0.99'], 255],
    ['fe80::9', '', ['ff02::12'], 255],
    ['fe80::9', 'mcast_dst_ip ff02::99', ['ff02::99'], 255],
    ['10.9.0.9', 'unicast_peer {\n 10.9.0.2\n 10.9.0.3\n}', ['10.9.0.2', '10.9.0.3'], 255],
    ['10.9.0.9', 'unicast_ttl 3\nunicast_peer {\n 10.9.0.2\n}', ['10.9.0.2'], 3],
    // As 2.2.7 does (measured).
    ['fe80::9', 'unicast_peer {\n fe80::2\n}', ['fe80::2'], 64],
    ['fe80::9', 'unicast_ttl 255\nunicast_peer {\n fe80::2\n}', ['fe80::2'], 255],
  ])('%s with %j', async (address, lines, destinations, ttl) => {
    const { made } = await transport(address, lines)
    expect(destinationsOf(made).map(formatIp)).toEqual(destinations)
    expect(ttlOf(made)).toBe(ttl)
  })
})

test.each([
  ['unicast_peer {\n 10.9.0.2\n}', false],
  ['check_unicast_src\nunicast_peer {\n 10.9.0.2\n}', true],
  ['unicast_peer {\n 10.9.0.2 min_ttl 3\n}', true],
])('%j believes peers alone: %s', async (lines, onlyPeers) => {
  const { made } = await transport('10.9.0.9', lines)
  expect(made).toMatchObject({ kind: 'unicast', rules: { onlyPeers } })
})

test('an IPv4 and an IPv6 instance without a source address of their own are told apart', async () => {
  const four = (await transport('10.9.0.9', 'unicast_peer {\n 10.9.0.2\n}')).made
  const six = (await transport('fe80::9', 'unicast_peer {\n fe80::2\n}')).made
  expect(channelOf(four, 4, undefined)).not.toBe(channelOf(six, 6, undefined))
})
