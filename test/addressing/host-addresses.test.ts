import { describe, expect, test } from 'vitest'
import { HostAddresses, leftAs, type Claimant } from '../../src/addressing/host-addresses.ts'
import type { AddressItem } from '../../src/addressing/link-binding.ts'
import { LinkTable } from '../../src/netlink/link-table.ts'
import { fold } from '../../src/netlink/fold.ts'
import type { KernelMessage } from '../../src/netlink/message.ts'
import type { LinkAddress } from '../../src/netlink/types.ts'
import { addressSpec, cidr, ip, link, linkAddress } from '../netlink/specs.ts'

const VIP = '10.9.0.100/24'
const wanted = (text = VIP, index = 3): AddressItem => ({
  kind: 'address',
  spec: addressSpec(index, text),
  link: `eth${index}`,
  track: true,
  text: `address ${text}`,
})

/** A host with these addresses on eth3, and none on eth4. */
class Scene {
  table: LinkTable
  readonly said: string[] = []
  readonly hosts: HostAddresses

  constructor(addresses: readonly LinkAddress[], left: readonly string[] = []) {
    const links = [3, 4].map((index): KernelMessage => ({ type: 'link', link: link(index), enabled: true }))
    this.table = fold(LinkTable.empty, links).table
    for (const address of addresses) this.tell({ type: 'address', address, portId: 0 })
    this.hosts = new HostAddresses(
      () => this.table,
      (text) => this.said.push(text),
      new Set(left),
    )
    this.hosts.use(new Set([ip('10.9.0.100'), ip('10.9.0.101')]))
  }

  /** The kernel tells it, and it is heard. */
  tell(message: KernelMessage): void {
    const { table, events } = fold(this.table, [message])
    this.table = table
    // Before the constructor is done there is nobody to hear.
    ;(this as Partial<Scene>).hosts?.onEvents(events)
  }

  isHosts(claimant: Partial<Claimant> = {}, item = wanted()): boolean {
    this.hosts.notice({ name: 'VI_1', stays: false, sourceLink: 'eth3', ...claimant }, [item])
    return this.hosts.has(item)
  }
}

const own = linkAddress(3, '10.9.0.1/24')
const there = linkAddress(3, VIP)
const owner: Partial<Claimant> = { stays: true }

describe('an address that is there before us', () => {
  const cases: readonly [what: string, is: boolean, addresses: LinkAddress[], claimant: Partial<Claimant>][] =
    [
      ['beside one of the host’s own: what an earlier run has left', false, [own, there], {}],
      ['an owner’s', true, [own, there], owner],
      ['an owner’s, tagged as keepalived’s', true, [own, { ...there, protocol: 18 }], owner],
      ['an owner’s under another prefix length', false, [own, linkAddress(3, '10.9.0.100/32')], owner],
      ['the only one that adverts could come from', true, [there], {}],
      ['the only one, tagged as keepalived’s', true, [{ ...there, protocol: 18 }], {}],
      ['one of several virtual ones, and no other', true, [there, linkAddress(3, '10.9.0.101/24')], {}],
      ['the only one, but adverts come from elsewhere', false, [there], { sourceLink: undefined }],
      ['the only one of a link that no advert comes from', false, [there], { sourceLink: 'eth4' }],
      ['tagged by somebody else', true, [own, { ...there, protocol: 3 }], {}],
      ['tagged by nobody', false, [own, { ...there, protocol: 0 }], {}],
    ]
  for (const [what, is, addresses, claimant] of cases) {
    test(what, () => {
      const scene = new Scene(addresses)
      expect(scene.isHosts(claimant)).toBe(is)
      expect(scene.said).toHaveLength(is ? 1 : 0)
    })
  }

  test('is not the host’s when an earlier run has set it, by its record', () => {
    const left = [leftAs('eth3', { cidr: cidr(VIP) })]
    const scene = new Scene([there], left)
    expect([scene.isHosts(owner), scene.hosts.isOurs(there)]).toEqual([false, true])
    // It is gone; who adds it now is not us.
    scene.tell({ type: 'address-gone', address: there, portId: 0 })
    scene.tell({ type: 'address', address: there, portId: 0 })
    expect([scene.isHosts(owner), scene.hosts.isOurs(there)]).toEqual([true, false])
  })

  test('is told once, and stays the host’s when it goes and comes back', () => {
    const scene = new Scene([own, there])
    expect(scene.isHosts(owner)).toBe(true)
    scene.tell({ type: 'address-gone', address: there, portId: 0 })
    scene.hosts.haveSet([wanted()])
    expect(scene.isHosts(owner)).toBe(true)
    expect(scene.said).toEqual([
      "(VI_1) 10.9.0.100/24 was on eth3 before: it is the host's own and is not removed",
    ])
  })

  test('is forgotten with its link', () => {
    const scene = new Scene([own, there])
    expect(scene.isHosts(owner)).toBe(true)
    scene.tell({ type: 'link-gone', index: 3 })
    scene.tell({ type: 'link', link: link(3), enabled: true })
    expect(scene.isHosts(owner)).toBe(false)
  })
})

describe('an address that we have set', () => {
  test('is ours, though the kernel tells that it is there', () => {
    const scene = new Scene([own])
    expect(scene.isHosts(owner)).toBe(false)
    scene.hosts.haveSet([wanted()])
    scene.tell({ type: 'address', address: there, portId: 0 })
    expect([scene.isHosts(owner), scene.hosts.isOurs(there)]).toEqual([false, true])
  })

  test('is ours until the kernel has told that it is gone', () => {
    const scene = new Scene([own])
    scene.hosts.haveSet([wanted()])
    scene.tell({ type: 'address', address: there, portId: 0 })
    // Removed by us, and wanted again before we have heard of that.
    expect(scene.isHosts(owner)).toBe(false)
    scene.tell({ type: 'address-gone', address: there, portId: 0 })
    scene.tell({ type: 'address', address: there, portId: 0 })
    expect(scene.isHosts(owner)).toBe(true)
  })
})
