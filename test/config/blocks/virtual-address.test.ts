import { describe, expect, test } from 'vitest'
import { formatCidr, formatIp } from '../../../src/base/address.ts'
import type { AddressFlags, VirtualAddress } from '../../../src/config/model.ts'
import { findings, instance, load } from '../support.ts'

/** As keepalived prints an address. */
const flagsSet = (flags: AddressFlags): readonly string[] =>
  Object.entries(flags).flatMap(([name, set]) => (set === true ? [name] : []))

const shown = ({ cidr, link, scope, label, broadcast, peer, track, ...more }: VirtualAddress): string =>
  [
    formatCidr(cidr),
    ...(broadcast === undefined ? [] : [`brd ${formatIp(broadcast)}`]),
    `dev ${link} scope ${scope}`,
    ...(label === undefined ? [] : [`label ${label}`]),
    ...(peer === undefined ? [] : [`peer ${formatCidr(peer)}`]),
    ...flagsSet(more.flags),
    ...(more.preferredLifetime === undefined ? [] : [`preferred_lft ${more.preferredLifetime}`]),
    ...(track ? [] : ['no_track']),
  ].join(' ')

async function excluded(line: string): Promise<{ shown: string[]; codes: string[] }> {
  const loaded = await load(instance(`virtual_ipaddress_excluded {\n${line}\n}`))
  return {
    shown: loaded.model.instances[0]!.excludedAddresses.map(shown),
    codes: findings(loaded).map((one) => one.replace(/^\d+:/, '')),
  }
}

describe('one line', () => {
  test.each<[string, string | undefined, ...string[]]>([
    ['10.9.1.5', '10.9.1.5/32 dev eth0 scope global'],
    ['10.9.1.5/24', '10.9.1.5/24 dev eth0 scope global'],
    ['"10.9.1.5/24"', '10.9.1.5/24 dev eth0 scope global'],
    ['10.9.1.5/+24', '10.9.1.5/24 dev eth0 scope global'],
    ['10.9.1.5/0', '10.9.1.5/0 dev eth0 scope global'],
    ['10.9.1.5/33', '10.9.1.5/32 dev eth0 scope global', '1 value-out-of-range'],
    ['10.9.1.5/24x', '10.9.1.5/24 dev eth0 scope global', '1 value-out-of-range'],
    ['10.9.1.5/255.255.255.0', '10.9.1.5/32 dev eth0 scope global', '1 value-out-of-range'],
    ['10.9.1.5/', '10.9.1.5/0 dev eth0 scope global', '1 invalid-number'],
    ['2001:db8::1/129', '2001:db8::1/128 dev eth0 scope global', '1 value-out-of-range'],
    ['10.9.1.05', undefined, '1 invalid-address'],
    ['10.9.1', undefined, '1 invalid-address'],
    ['1192.168.2.25/24 dev eth0', undefined, '1 invalid-address'],
    ['10.9.1.5, 10.9.1.6', undefined, '1 invalid-address'],
    ['fe80::1%eth0', undefined, '1 invalid-address'],
    ['10.9.1.5 10.9.1.6', '10.9.1.5/32 dev eth0 scope global', '10 unknown-option'],
    [
      '10.9.1.5 foo bar dev eth1',
      '10.9.1.5/32 dev eth1 scope global',
      '10 unknown-option',
      '14 unknown-option',
    ],
    ['10.9.1.5/24 brd +', '10.9.1.5/24 brd 10.9.1.255 dev eth0 scope global'],
    ['10.9.1.5/24 brd -', '10.9.1.5/24 brd 10.9.1.0 dev eth0 scope global'],
    ['10.9.1.5/24 broadcast 10.9.1.7', '10.9.1.5/24 brd 10.9.1.7 dev eth0 scope global'],
    ['10.9.1.5 brd +', '10.9.1.5/32 dev eth0 scope global', '14 invalid-value'],
    ['10.9.1.5/31 brd -', '10.9.1.5/31 dev eth0 scope global', '17 invalid-value'],
    ['10.9.1.5/24 brd x', undefined, '17 invalid-address'],
    ['fe80::1 brd +', undefined, '13 invalid-value'],
    ['10.9.1.5 dev eth1 label eth1:1', '10.9.1.5/32 dev eth1 scope global label eth1:1'],
    ['10.9.1.5 label eth0:12345678901', undefined, '16 invalid-value'],
    ['10.9.1.5 dev', undefined, '13 missing-value'],
    ['10.9.1.5 label', undefined, '15 missing-value'],
    ['10.9.1.5 scope site', '10.9.1.5/32 dev eth0 scope site'],
    ['10.9.1.5 scope 0x20', '10.9.1.5/32 dev eth0 scope 32'],
    ['10.9.1.5 scope 256', '10.9.1.5/32 dev eth0 scope global', '16 invalid-value'],
    ['10.9.1.5 scope foo', '10.9.1.5/32 dev eth0 scope global', '16 invalid-value'],
    ['10.9.1.5 peer 10.9.1.6', '10.9.1.5/32 dev eth0 scope global peer 10.9.1.6/32'],
    ['10.9.1.5/24 peer 10.9.1.6', '10.9.1.5/32 dev eth0 scope global peer 10.9.1.6/32', '1 invalid-value'],
    ['10.9.1.5 peer 10.9.1.6/24', '10.9.1.5/32 dev eth0 scope global', '15 invalid-address'],
    ['10.9.1.5 peer fe80::1', '10.9.1.5/32 dev eth0 scope global', '15 invalid-address'],
    ['10.9.1.5 no_track', '10.9.1.5/32 dev eth0 scope global no_track'],
    [
      '10.9.1.5 preferred_lft forever home -nodad',
      '10.9.1.5/32 dev eth0 scope global home detectDuplicates preferred_lft forever',
    ],
    [
      '10.9.1.5 mngtmpaddr noprefixroute autojoin preferred_lft 0',
      '10.9.1.5/32 dev eth0 scope global mngtmpaddr noprefixroute autojoin preferred_lft 0',
    ],
    ['10.9.1.5 preferred_lft x', '10.9.1.5/32 dev eth0 scope global', '24 invalid-value'],
    ['{', undefined, '1 invalid-address'],
  ])('%s', async (line, expected, ...codes) => {
    const found = await excluded(line)
    expect(found.shown).toEqual(expected === undefined ? [] : [expected])
    // A brace inside a list leaves one open at the end.
    expect(found.codes.filter((code) => !code.endsWith('missing-close-brace'))).toEqual(codes)
  })
})

describe('several', () => {
  test('in the file’s order, over all blocks', async () => {
    const { model } = await load(instance('virtual_ipaddress {\n10.0.0.2\n10.0.0.1\n}'))
    expect(model.instances[0]!.addresses.map(({ cidr }) => formatCidr(cidr))).toEqual([
      '192.0.2.1/24',
      '10.0.0.2/32',
      '10.0.0.1/32',
    ])
  })

  test('the same one twice is worth a warning that keepalived does not give', async () => {
    const { diagnostics } = await load(instance('virtual_ipaddress_excluded {\n192.0.2.1\n}'))
    expect(diagnostics).toMatchObject([{ code: 'duplicate-address', inKeepalived: 'no' }])
  })

  test('of two instances, too', async () => {
    const loaded = await load(instance() + instance('', 'VI_2').replace('id 51', 'id 52'))
    expect(findings(loaded)).toEqual(['12:5 duplicate-address'])
  })
})

test('names of scopes are those of the machine', async () => {
  const text = instance('virtual_ipaddress_excluded {\n10.0.0.1 scope office\n}')
  const { model } = await load(text, { '/etc/iproute2/rt_scopes': '# ours\n0 global\n0x10\toffice # here\n' })
  expect(model.instances[0]!.excludedAddresses.map(shown)).toEqual(['10.0.0.1/32 dev eth0 scope 16'])
})
