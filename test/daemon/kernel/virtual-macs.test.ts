/** The interfaces of use_vmac, and the settings of those under them. */

import { describe, expect, test } from 'vitest'
import { VirtualMacs } from '../../../src/daemon/kernel/virtual-macs.ts'
import { LinkTable } from '../../../src/netlink/link-table.ts'
import { fold } from '../../../src/netlink/fold.ts'
import type { Link } from '../../../src/netlink/types.ts'
import { link } from '../../netlink/specs.ts'

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
