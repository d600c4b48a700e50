/** The interfaces of use_vmac, and the settings of those under them. */

import { describe, expect, test } from 'vitest'
import { VirtualMacs } from '../../../src/daemon/kernel/virtual-macs.ts'
import { LinkTable } from '../../../src/netlink/link-table.ts'
import { fold } from '../../../src/netlink/fold.ts'
import type { Link, LinkAddress, Refusal } from '../../../src/netlink/types.ts'
import { formatCidr, isLinkLocalIpv6 } from '../../../src/base/address.ts'
import type { KernelMessage } from '../../../src/netlink/message.ts'
import { link, linkAddress } from '../../netlink/specs.ts'

test('the settings of the base are put back, whatever its name is by then', () => {
  let table = fold(LinkTable.empty, [{ type: 'link', link: link(3), enabled: true }]).table
  const values = new Map([
    ['eth3 ipv4/arp_ignore', '0'],
    ['eth3 ipv4/arp_filter', '2'],
  ])
  const done = (): undefined => undefined
  const macs = new VirtualMacs({
    kernel: {
      get table() {
        return table
      },
      createMacvlan: done,
      enableLink: done,
      removeLink: done,
      installAddresses: () => [],
      withdrawAddresses: () => [],
    },
    settings: {
      read: (name, setting) => values.get(`${name} ${setting}`),
      write: (name, setting, value) => {
        if (!values.has(`${name} ${setting}`)) return false
        values.set(`${name} ${setting}`, value)
        return true
      },
    },
    say: done,
    complain: done,
  })
  macs.use([{ name: 'vrrp.51', link: 'eth3', vrid: 51, ipv6: false }])
  macs.make()
  expect(values.get('eth3 ipv4/arp_ignore')).toBe('1')
  table = fold(table, [{ type: 'link', link: link(3, { name: 'lan0' }), enabled: true }]).table
  for (const [key, value] of [...values]) {
    values.delete(key)
    values.set(key.replace('eth3', 'lan0'), value)
  }
  macs.removeAll()
  expect([...values]).toEqual([
    ['lan0 ipv4/arp_ignore', '0'],
    ['lan0 ipv4/arp_filter', '2'],
  ])
})

describe('an interface that is there already', () => {
  const wanted = { name: 'vrrp.51', link: 'eth3', vrid: 51, ipv6: false }
  const mac = Uint8Array.of(0, 0, 0x5e, 0, 1, 51)

  function make(there: Partial<Link>) {
    const links = [link(3), link(4), link(9, { name: 'vrrp.51', ...there })]
    const { table } = fold(
      LinkTable.empty,
      links.map((each) => ({ type: 'link', link: each, enabled: true })),
    )
    const done: string[] = []
    const complaints: string[] = []
    const does = (what: string) => (): undefined => {
      done.push(what)
    }
    const macs = new VirtualMacs({
      kernel: {
        table,
        createMacvlan: does('create'),
        enableLink: does('enable'),
        removeLink: does('remove'),
        installAddresses: () => [],
        withdrawAddresses: () => [],
      },
      settings: {
        read: () => '0',
        write: (name) => {
          done.push(`set ${name}`)
          return true
        },
      },
      say: () => undefined,
      complain: ({ text }) => complaints.push(text),
    })
    macs.use([wanted])
    macs.make()
    macs.make()
    macs.removeAll()
    return { done, complaints }
  }

  test.each<[string, Partial<Link>]>([
    ['is no macvlan', { mac }],
    ['stands on another interface', { mac, macvlanOn: 4 }],
    ['has another MAC address', { macvlanOn: 3 }],
  ])('is left alone when it %s, and that is said once', (_what, there) => {
    const { done, complaints } = make(there)
    expect(done).toEqual([])
    expect(complaints).toEqual(['vrrp.51 exists and is no virtual MAC interface of eth3: it is left alone'])
  })

  test('is taken over when it is what is wanted: a crashed daemon has left it', () => {
    const { done, complaints } = make({ mac, macvlanOn: 3 })
    expect(complaints).toEqual([])
    expect(done).not.toContain('create')
    expect(done).toContain('enable')
    expect(done).toContain('set vrrp.51')
    expect(done).toContain('remove')
  })
})

const addressIs = (address: LinkAddress): KernelMessage => ({ type: 'address', address, portId: 0 })
const addressGone = (address: LinkAddress): KernelMessage => ({ type: 'address-gone', address, portId: 0 })

describe('the link-local address of the base, which adverts over IPv6 come from', () => {
  const wanted = {
    ...{ name: 'vrrp.51', link: 'eth3', vrid: 51, mac: '00:00:5e:00:02:33', ipv6: true },
    lendsLinkLocal: true as const,
  }

  function lending(refusal?: Refusal) {
    const mac = Uint8Array.of(0, 0, 0x5e, 0, 2, 51)
    const links = [link(3), link(9, { name: 'vrrp.51', mac, macvlanOn: 3 })]
    let { table } = fold(
      LinkTable.empty,
      links.map((each) => ({ type: 'link', link: each, enabled: true })),
    )
    const done: string[] = []
    const complaints: string[] = []
    const macs = new VirtualMacs({
      kernel: {
        get table() {
          return table
        },
        createMacvlan: () => undefined,
        enableLink: () => undefined,
        removeLink: () => undefined,
        installAddresses: (specs) =>
          specs.map(({ linkIndex, cidr, preferredSeconds }) => {
            done.push(`set ${formatCidr(cidr)} on ${linkIndex}, preferred ${preferredSeconds}`)
            if (refusal === undefined)
              ({ table } = fold(table, [addressIs(linkAddress(linkIndex, formatCidr(cidr)))]))
            return refusal
          }),
        withdrawAddresses: (specs) => specs.map(({ cidr }) => void done.push(`take ${formatCidr(cidr)}`)),
      },
      settings: { read: () => '0', write: () => true },
      say: () => undefined,
      complain: ({ text }) => complaints.push(text),
    })
    macs.use([wanted])
    macs.make()
    return {
      macs,
      complaints,
      /** What a base has from now on, what it had being gone. */
      has: (...addresses: readonly string[]) => {
        const gone = table.addressesOf(3).map(addressGone)
        const told = addresses.map((address) => addressIs(linkAddress(3, address)))
        ;({ table } = fold(table, [...gone, ...told]))
        macs.make()
        macs.lend(() =>
          table
            .addressesOf(3)
            .map(({ cidr }) => cidr.address)
            .find(isLinkLocalIpv6),
        )
        return done.splice(0)
      },
    }
  }

  test('is on the interface, once, and never preferred; another one takes its place', () => {
    const { has, complaints } = lending()
    expect(has('2001:db8::1/64')).toEqual([])
    expect(has('2001:db8::1/64', 'fe80::1/64')).toEqual(['set fe80::1/64 on 9, preferred 0'])
    expect(has('2001:db8::1/64', 'fe80::1/64')).toEqual([])
    expect(has('fe80::2/64')).toEqual(['take fe80::1/64', 'set fe80::2/64 on 9, preferred 0'])
    expect(has()).toEqual(['take fe80::2/64'])
    expect(complaints).toEqual([])
  })

  test('that the kernel refuses is said once', () => {
    const { has, complaints } = lending({ code: 'EACCES', text: 'Permission denied' } as Refusal)
    has('fe80::1/64')
    has('fe80::1/64')
    expect(complaints).toEqual(['cannot set fe80::1/64 on vrrp.51: Permission denied [EACCES]'])
  })
})
