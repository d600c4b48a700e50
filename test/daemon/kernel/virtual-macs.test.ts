/** The settings under a virtual MAC interface, whose base may be renamed. */

import { expect, test } from 'vitest'
import { VirtualMacs } from '../../../src/daemon/kernel/virtual-macs.ts'
import { LinkTable } from '../../../src/netlink/link-table.ts'
import { fold } from '../../../src/netlink/fold.ts'
import { link } from '../../netlink/specs.ts'

test('are put back on the base, whatever its name is by then', () => {
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
