/** More virtual addresses than an advert carries: what is read, and what is said of it where. */

import { describe, expect, test } from 'vitest'
import { formatIp } from '../../src/base/address.ts'
import type { VirtualAddress } from '../../src/config/model.ts'
import { printModel } from '../../src/config/print.ts'
import { testOn } from './machine.ts'
import { findings, load, MAIN, memoryIo, modelOf, place } from './support.ts'

const address = (index: number): string => `10.0.${Math.floor(index / 200)}.${1 + (index % 200)}`
const text = (count: number, more = ''): string => `vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  ${more}
  virtual_ipaddress_excluded {
    192.0.2.1
  }
  virtual_ipaddress {
${Array.from({ length: count }, (_, index) => `    ${address(index)}`).join('\n')}
  }
}
`
const hosts = (addresses: readonly VirtualAddress[]): string[] =>
  addresses.map(({ cidr }) => formatIp(cidr.address))

describe('255 are counted by one byte', () => {
  test('as many are advertised', async () => {
    const loaded = await load(text(255))
    expect(findings(loaded)).toEqual([])
    expect(loaded.model.instances[0]?.addresses).toHaveLength(255)
  })

  test('the others are held behind the excluded ones, and pointed at', async () => {
    const loaded = await load(text(300))
    const [instance] = loaded.model.instances
    expect(hosts(instance!.addresses)).toEqual(Array.from({ length: 255 }, (_, index) => address(index)))
    const beyond = Array.from({ length: 45 }, (_, index) => address(255 + index))
    expect(hosts(instance!.excludedAddresses)).toEqual(['192.0.2.1', ...beyond])
    // Behind nine lines of the instance and 255 addresses.
    expect(findings(loaded)).toEqual(['264:5 too-many-addresses'])
    expect(loaded.diagnostics[0]?.message).toMatch(
      /^VI_1 has 300 virtual addresses and an advert carries at most 255/,
    )
  })

  test('what is printed is read as the same', async () => {
    const model = await modelOf(text(300))
    const again = await load(printModel(model))
    expect(findings(again)).toEqual([])
    expect(printModel(again.model)).toBe(printModel(model))
  })
})

describe('-t on a link of that MTU', () => {
  const complaints = async (count: number, mtu: number, more = ''): Promise<readonly [number, string[]]> => {
    const machine = { interfaces: new Set(['eth0']), programs: [], mtus: new Map([['eth0', mtu]]) }
    const tested = await testOn(machine, MAIN, memoryIo({ [MAIN]: text(count, more) }))
    const { exitCode, diagnostics, loaded } = tested
    return [
      exitCode,
      diagnostics.filter(({ code }) => code === 'too-many-addresses').map((one) => place(one, loaded)),
    ]
  }
  const signed = 'authentication {\n    auth_type AH\n    auth_pass secret\n  }'

  test.each([
    ['all have room', 131, 576, '', [0, []]],
    ['one has not', 132, 576, '', [5, ['140:5 too-many-addresses']]],
    ['an authentication header takes room', 126, 576, signed, [5, ['137:5 too-many-addresses']]],
    ['more than one byte counts', 256, 1500, '', [5, ['264:5 too-many-addresses']]],
    ['both', 256, 576, '', [5, ['264:5 too-many-addresses', '140:5 too-many-addresses']]],
    ['another family and version', 14, 100, 'version 3', [0, []]],
  ] as const)('%s', async (_name, count, mtu, more, expected) => {
    expect(await complaints(count, mtu, more)).toEqual(expected)
  })
})
