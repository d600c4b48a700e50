import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { formatCidr } from '../../src/base/address.ts'
import { Body } from '../../src/netlink/attributes.ts'
import { openKernel, type Kernel } from '../../src/netlink/kernel.ts'
import { Transport } from '../../src/netlink/transport.ts'
import type { LinkEvent } from '../../src/netlink/types.ts'
import { patiently, until } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { Namespace } from './namespace.ts'
import { addressSpec, cidr, ip, ipv4, manyAddresses, routeSpec, mtu } from './specs.ts'

/** The kernel's own: they differ a little between versions, and are not the errno's. */
const words = (pattern: RegExp): unknown => expect.stringMatching(pattern)

needs('netns')('the kernel', () => {
  let namespace: Namespace
  let kernel: Kernel
  let eth0 = 0
  let events: LinkEvent[]

  beforeAll(async () => {
    namespace = await Namespace.create()
  })
  afterAll(() => namespace.destroy())

  beforeEach(() => {
    const opened = openKernel({ namespace: namespace.name })
    if (!opened.ok) throw new Error(opened.error.text)
    kernel = opened.value
    eth0 = kernel.table.linkByName('eth0')?.index ?? 0
    events = []
    kernel.onEvents((more) => events.push(...more))
  })
  afterEach(async () => {
    kernel.close()
    await namespace.batch(['addr flush dev eth0', 'addr add 10.9.0.1/24 dev eth0', 'route flush proto 18'])
  })

  /** What happened since the last time, as far as it passed the filter. */
  function heard<Type extends LinkEvent['type']>(type: Type): (LinkEvent & { type: Type })[] {
    kernel.drain()
    return events.splice(0).filter((event): event is LinkEvent & { type: Type } => event.type === type)
  }
  const told = (type: 'address-added' | 'address-removed'): string[] =>
    heard(type).map(({ address, ours }) => `${formatCidr(address.cidr)} ${ours ? 'ours' : 'theirs'}`)

  describe('addresses', () => {
    test('label, scope, broadcast and mark; nothing that was not asked for', async () => {
      const plain = addressSpec(eth0, '10.9.0.100')
      const full = addressSpec(eth0, '10.8.0.101/24', {
        label: 'eth0:vip',
        scope: 253,
        broadcast: ipv4('10.8.0.255'),
      })
      expect(kernel.installAddresses([plain, full])).toEqual([undefined, undefined])
      expect(await namespace.address('10.9.0.100')).toEqual({
        family: 'inet',
        local: '10.9.0.100',
        prefixlen: 32,
        scope: 'global',
        label: 'eth0',
        valid_life_time: 0xffffffff,
        preferred_life_time: 0xffffffff,
      })
      expect(await namespace.address('10.8.0.101')).toMatchObject({
        prefixlen: 24,
        scope: 'link',
        label: 'eth0:vip',
        broadcast: '10.8.0.255',
      })
      kernel.drain()
      const held = kernel.table.addressesOf(eth0).find((each) => formatCidr(each.cidr) === '10.9.0.100/32')
      expect(held).toEqual({ ...plain, secondary: false, label: 'eth0', protocol: 18 })
    })

    test('asking twice is no failure, either way', async () => {
      const specs = [addressSpec(eth0, '10.9.0.100'), addressSpec(eth0, '10.9.0.101/24')]
      for (let time = 0; time < 2; time++) {
        expect(kernel.installAddresses(specs)).toEqual([undefined, undefined])
        expect(await namespace.addresses()).toHaveLength(3)
      }
      for (let time = 0; time < 2; time++) {
        expect(kernel.withdrawAddresses(specs)).toEqual([undefined, undefined])
        expect(await namespace.addresses()).toHaveLength(1)
      }
    })

    test('one that is there with another label stays as it is, and is removed all the same', async () => {
      await namespace.ip('addr', 'add', '10.9.0.100/24', 'dev', 'eth0', 'label', 'eth0:theirs')
      const spec = addressSpec(eth0, '10.9.0.100/24', { label: 'eth0:vip' })
      expect(kernel.installAddresses([spec])).toEqual([undefined])
      expect(await namespace.address('10.9.0.100')).toMatchObject({ label: 'eth0:theirs' })
      expect(kernel.withdrawAddresses([spec])).toEqual([undefined])
      expect(await namespace.address('10.9.0.100')).toBeUndefined()
    })

    test('a refused one stops none of the others and says why in the kernel’s words', async () => {
      const outcomes = kernel.installAddresses([
        addressSpec(eth0, '10.9.0.100'),
        addressSpec(999, '10.9.0.101'),
        addressSpec(eth0, '10.9.0.102/40'),
        addressSpec(eth0, '10.9.0.103', { label: 'longer-than-a-label-may-be' }),
        addressSpec(eth0, '10.9.0.104'),
      ])
      expect(outcomes).toEqual([
        undefined,
        { errno: 19, code: 'ENODEV', text: words(/Device not found/) },
        { errno: 22, code: 'EINVAL', text: words(/Invalid prefix length/) },
        { errno: 34, code: 'ERANGE', text: words(/Attribute failed/) },
        undefined,
      ])
      const held = await namespace.addresses()
      expect(held.map(({ local }) => local).sort()).toEqual(['10.9.0.1', '10.9.0.100', '10.9.0.104'])
    })

    test('what is on no link needs no withdrawing', () => {
      expect(kernel.withdrawAddresses([addressSpec(999, '10.9.0.101')])).toEqual([undefined])
    })

    test('with a peer', async () => {
      const spec = addressSpec(eth0, '10.9.1.1', { peer: cidr('10.9.1.2/30') })
      expect(kernel.installAddresses([spec])).toEqual([undefined])
      expect(await namespace.address('10.9.1.1')).toMatchObject({ address: '10.9.1.2', prefixlen: 30 })
      kernel.drain()
      expect(kernel.table.hasAddress(spec)).toBe(true)
      expect(kernel.withdrawAddresses([spec])).toEqual([undefined])
      expect(await namespace.address('10.9.1.1')).toBeUndefined()
    })

    test('an attribute that the kernel does not know is passed over, as IFA_PROTO by kernels before 5.18', () => {
      const transport = Transport.open({ namespace: namespace.name })
      if (!transport.ok) throw new Error(transport.error.text)
      const header = Uint8Array.of(2, 32, 0, 0, eth0, 0, 0, 0)
      const body = new Body(header).ip(2, ip('10.9.0.100')).u8(60, 18).build()
      expect(transport.value.request([{ type: 20, flags: 0x600, body }])).toEqual([undefined])
      transport.value.close()
      kernel.drain()
      expect(kernel.table.hasAddress(addressSpec(eth0, '10.9.0.100'))).toBe(true)
    })

    test('a thousand are there at once, and gone again', async () => {
      const specs = manyAddresses(1000, eth0)
      expect(kernel.installAddresses(specs).filter((outcome) => outcome !== undefined)).toEqual([])
      kernel.drain()
      expect(specs.filter((spec) => !kernel.table.hasAddress(spec))).toEqual([])
      expect(await namespace.addresses()).toHaveLength(1001)
      expect(kernel.withdrawAddresses(specs).filter((outcome) => outcome !== undefined)).toEqual([])
      expect(await namespace.addresses()).toHaveLength(1)
    })
  })

  describe('IPv6 addresses', () => {
    beforeAll(() => namespace.sysctl('net/ipv6/conf/eth0/disable_ipv6', 0))
    afterAll(() => namespace.sysctl('net/ipv6/conf/eth0/disable_ipv6', 1))

    test('are usable at once; a whole address is never preferred as a source', async () => {
      const specs = [addressSpec(eth0, 'fd00::1/64'), addressSpec(eth0, 'fd00::2')]
      expect(kernel.installAddresses(specs)).toEqual([undefined, undefined])
      expect(kernel.installAddresses(specs)).toEqual([undefined, undefined])
      const network = await namespace.address('fd00::1')
      expect(network).toMatchObject({ prefixlen: 64, nodad: true, preferred_life_time: 0xffffffff })
      expect(network?.tentative).toBeUndefined()
      expect(await namespace.address('fd00::2')).toMatchObject({ prefixlen: 128, preferred_life_time: 0 })
      await until('both to be told', () => (kernel.drain(), specs.every(isThere)), patiently)
      expect(kernel.withdrawAddresses(specs)).toEqual([undefined, undefined])
      expect(told('address-removed')).toEqual(['fd00::1/64 ours', 'fd00::2/128 ours'])
      expect(kernel.withdrawAddresses(specs)).toEqual([undefined, undefined])
    })

    test('that somebody else removes later are not ours for our having asked when there was none', async () => {
      kernel.withdrawAddresses([addressSpec(eth0, 'fd00::1/64')])
      kernel.drain()
      await namespace.ip('addr', 'add', 'fd00::1/64', 'dev', 'eth0', 'nodad')
      await namespace.ip('addr', 'del', 'fd00::1/64', 'dev', 'eth0')
      await until('it to be told', () => told('address-removed').includes('fd00::1/64 theirs'), patiently)
    })

    test('where IPv6 is switched off: refused with a reason, and nothing to withdraw', async () => {
      const eth1 = kernel.table.linkByName('eth1')?.index ?? 0
      await namespace.sysctl('net/ipv6/conf/eth1/disable_ipv6', 1)
      const spec = addressSpec(eth1, 'fd00::1/64')
      expect(kernel.installAddresses([spec])).toEqual([
        { errno: 13, code: 'EACCES', text: words(/IPv6 is disabled/) },
      ])
      expect(kernel.withdrawAddresses([spec])).toEqual([undefined])
    })

    const isThere = (spec: ReturnType<typeof addressSpec>): boolean => kernel.table.hasAddress(spec)
  })

  describe('who asked', () => {
    const first = (): ReturnType<typeof addressSpec> => addressSpec(eth0, '10.20.0.1/16')
    const second = (): ReturnType<typeof addressSpec> => addressSpec(eth0, '10.20.0.2/16')

    test('we did', () => {
      kernel.installAddresses([first()])
      expect(told('address-added')).toEqual(['10.20.0.1/16 ours'])
      kernel.withdrawAddresses([first()])
      expect(told('address-removed')).toEqual(['10.20.0.1/16 ours'])
    })

    test('somebody else did', async () => {
      kernel.installAddresses([first()])
      await namespace.ip('addr', 'add', '10.9.0.77/24', 'dev', 'eth0')
      expect(told('address-added')).toEqual(['10.20.0.1/16 ours', '10.9.0.77/24 theirs'])
      await namespace.ip('addr', 'del', '10.20.0.1/16', 'dev', 'eth0')
      expect(told('address-removed')).toEqual(['10.20.0.1/16 theirs'])
    })

    test('nobody: a secondary address that the kernel removes with its primary one', () => {
      kernel.installAddresses([first(), second()])
      kernel.drain()
      kernel.withdrawAddresses([first()])
      expect(told('address-removed')).toEqual(['10.20.0.2/16 theirs', '10.20.0.1/16 ours'])
    })

    test('with promote_secondaries it is kept, and told as a primary one', async () => {
      await namespace.sysctl('net/ipv4/conf/eth0/promote_secondaries', 1)
      kernel.installAddresses([first(), second()])
      kernel.drain()
      kernel.withdrawAddresses([first()])
      kernel.drain()
      await namespace.sysctl('net/ipv4/conf/eth0/promote_secondaries', 0)
      const promoted = kernel.table.addressesOf(eth0).find(({ cidr }) => formatCidr(cidr) === '10.20.0.2/16')
      expect(promoted?.secondary).toBe(false)
    })
  })

  describe('links', () => {
    const states = (): string[] =>
      heard('link-changed').map(({ link }) => `${link.name} ${link.up ? 'up' : 'down'}`)

    test('down and up again', async () => {
      await namespace.ip('link', 'set', 'eth1', 'down')
      await until('eth0 to lose its carrier', () => states().includes('eth0 down'), patiently)
      expect(kernel.table.linkByIndex(eth0)?.up).toBe(false)
      await namespace.ip('link', 'set', 'eth1', 'up')
      await until('eth0 to be up', () => states().includes('eth0 up'), patiently)
      expect(kernel.table.linkByName('eth0')?.up).toBe(true)
    })

    test('renamed, changed, removed; with its addresses', async () => {
      await namespace.batch([
        'link add veth2 type veth peer name veth3',
        'addr add 10.30.0.1/24 dev veth2',
        'link set veth2 name wan',
        'link set wan mtu 1400',
      ])
      kernel.drain()
      expect(kernel.table.linkByName('veth2')).toBeUndefined()
      const wan = kernel.table.linkByName('wan')
      expect(wan).toMatchObject({ mtu: 1400, up: false, loopback: false, multicast: true })
      events = []
      await namespace.ip('link', 'del', 'wan')
      kernel.drain()
      const removed = events.filter(({ type }) => type === 'address-removed' || type === 'link-removed')
      expect(removed.map((event) => ('link' in event ? event.link.name : event.type))).toEqual([
        'address-removed',
        'wan',
        'veth3',
      ])
      expect(kernel.table.addressesOf(wan?.index ?? 0)).toEqual([])
    })

    test('leaving a bridge is not going away', async () => {
      await namespace.batch([
        'link add br0 type bridge',
        'link set eth1 master br0',
        'link set eth1 nomaster',
        'link del br0',
      ])
      expect(heard('link-removed').map(({ link }) => link.name)).toEqual(['br0'])
      expect(kernel.table.linkByName('eth1')?.up).toBe(true)
    })
  })

  describe('routes', () => {
    const gateway = ip('10.9.0.2')

    test('come and go, each as often as asked', async () => {
      const routes = [
        routeSpec('192.168.1.0/24', { gateway, linkIndex: eth0, source: ip('10.9.0.1') }),
        routeSpec('192.168.2.0/24', { linkIndex: eth0, scope: 253, table: 1000, metric: 5, ...mtu(1400) }),
        routeSpec('192.168.3.0/24', { type: 'blackhole' }),
        routeSpec('192.168.4.0/24', { type: 'unreachable', metric: 7 }),
        routeSpec('192.168.5.0/24', { gateway: ip('10.77.0.1'), linkIndex: eth0, onlink: true, tos: 16 }),
        routeSpec('192.168.6.0/24', { gateway, protocol: 4 }),
      ]
      const none = routes.map(() => undefined)
      expect(kernel.installRoutes(routes)).toEqual(none)
      kernel.drain()
      expect(routes.filter((route) => !kernel.table.hasRoute(route))).toEqual([])
      expect(kernel.installRoutes(routes)).toEqual(none)
      const protocols = (await namespace.routes()).filter(({ dst }) => String(dst).startsWith('192.168.'))
      expect(protocols.map(({ protocol }) => protocol).sort()).toEqual([
        ...Array.from({ length: 5 }, () => 'keepalived'),
        'static',
      ])
      expect(kernel.withdrawRoutes(routes)).toEqual(none)
      expect(kernel.withdrawRoutes(routes)).toEqual(none)
      expect(heard('route-removed').map(({ ours }) => ours)).toEqual(routes.map(() => true))
      expect((await namespace.routes()).filter(({ dst }) => String(dst).startsWith('192.168.'))).toEqual([])
    })

    test('a refused one says why', () => {
      const outcomes = kernel.installRoutes([
        routeSpec('192.168.1.0/24', { gateway: ip('99.0.0.1') }),
        routeSpec('192.168.2.0/24', { gateway }),
        routeSpec('192.168.3.1/24', { gateway }),
      ])
      expect(outcomes).toEqual([
        { errno: 101, code: 'ENETUNREACH', text: words(/invalid gateway/) },
        undefined,
        { errno: 22, code: 'EINVAL', text: words(/Invalid prefix/) },
      ])
    })

    test('one goes before an administrator’s, which is in its place again afterwards', async () => {
      await namespace.ip('route', 'add', '192.168.1.0/24', 'via', '10.9.0.3')
      const ours = routeSpec('192.168.1.0/24', { gateway })
      expect(kernel.installRoutes([ours])).toEqual([undefined])
      const gateways = async (): Promise<unknown[]> =>
        (await namespace.routesTo('192.168.1.0/24')).map((route) => route['gateway'])
      expect(await gateways()).toEqual(['10.9.0.2', '10.9.0.3'])
      expect(kernel.withdrawRoutes([ours])).toEqual([undefined])
      expect(await gateways()).toEqual(['10.9.0.3'])
      expect(kernel.withdrawRoutes([routeSpec('192.168.1.0/24', { gateway: ip('10.9.0.3') })])).toEqual([
        undefined,
      ])
      expect(await gateways()).toEqual(['10.9.0.3'])
      await namespace.ip('route', 'del', '192.168.1.0/24')
    })

    test('one that goes nowhere is refused where an administrator has another', async () => {
      await namespace.ip('route', 'add', '192.168.1.0/24', 'via', '10.9.0.3')
      const outcomes = kernel.installRoutes([routeSpec('192.168.1.0/24', { type: 'blackhole' })])
      expect(outcomes.map((outcome) => outcome?.code)).toEqual(['EEXIST'])
      await namespace.ip('route', 'del', '192.168.1.0/24')
    })

    test.each([
      ['deletes it', ['route del 192.168.1.0/24']],
      ['replaces it', ['route replace 192.168.1.0/24 via 10.9.0.3']],
      ['removes its source', ['addr del 10.9.0.50/24 dev eth0']],
      ['switches its link off', ['link set eth0 down', 'link set eth0 up']],
    ])('a loss is told when somebody %s', async (_what, commands) => {
      await namespace.ip('addr', 'add', '10.9.0.50/24', 'dev', 'eth0')
      const route = routeSpec('192.168.1.0/24', { gateway, source: ip('10.9.0.50') })
      expect(kernel.installRoutes([route])).toEqual([undefined])
      kernel.drain()
      expect(kernel.table.hasRoute(route)).toBe(true)
      await namespace.batch(commands)
      expect(heard('route-removed')).toMatchObject([
        { ours: false, route: { destination: route.destination } },
      ])
      expect(kernel.table.hasRoute(route)).toBe(false)
    })

    test('those of a crashed run are known before they are withdrawn', async () => {
      await namespace.ip('route', 'add', '192.168.1.0/24', 'via', '10.9.0.2', 'proto', '18')
      const route = routeSpec('192.168.1.0/24', { gateway })
      kernel.withdrawRoutes([routeSpec('192.168.9.0/24', { gateway })])
      expect(kernel.table.hasRoute(route)).toBe(true)
      expect(kernel.withdrawRoutes([route])).toEqual([undefined])
      expect(await namespace.routesTo('192.168.1.0/24')).toEqual([])
    })
  })

  test('events come by themselves', async () => {
    await namespace.ip('addr', 'add', '10.9.0.77/24', 'dev', 'eth0')
    await until(
      'the address to be told',
      () => events.some(({ type }) => type === 'address-added'),
      patiently,
    )
  })

  test('a callback may ask for more', () => {
    kernel.onEvents((more) => {
      events.push(...more)
      const isFirst = events.length === 1
      if (isFirst) kernel.installAddresses([addressSpec(eth0, '10.9.0.101')])
      kernel.drain()
    })
    kernel.installAddresses([addressSpec(eth0, '10.9.0.100')])
    expect(told('address-added')).toEqual(['10.9.0.100/32 ours', '10.9.0.101/32 ours'])
  })

  test('a namespace that does not exist is a refusal', () => {
    expect(openKernel({ namespace: 'vrrpd-no-such-namespace' })).toMatchObject({
      ok: false,
      error: { code: 'ENOENT' },
    })
  })

  test('after the end nothing throws, and every request is refused', () => {
    kernel.close()
    kernel.drain()
    expect(kernel.installAddresses([addressSpec(eth0, '10.9.0.100')])).toMatchObject([{ code: 'EBADF' }])
    kernel.close()
  })
})
