import { describe, expect, test } from 'vitest'
import { parseIpv4, parseIpv6, type IpAddress } from '../../../src/base/address.ts'
import { accepted, rejected } from '../../../src/base/result.ts'
import type { VrrpInstance } from '../../../src/config/model.ts'
import type { Assembled } from '../../../src/daemon/assemble.ts'
import { Firewall } from '../../../src/daemon/kernel/firewall.ts'
import { firewallScript, removalScript } from '../../../src/daemon/kernel/firewall-rules.ts'
import type { LaunchHandlers } from '../../../src/scripts/types.ts'
import { ManualTimers } from '../../support/manual-clock.ts'
import { ip, makeRouter } from '../../vrrp/kit.ts'

const table = { name: 'vrrpd', priority: -1, counters: false }
const nothing = [
  'add table ip vrrpd',
  'delete table ip vrrpd',
  'add table ip6 vrrpd',
  'delete table ip6 vrrpd',
].join('\n')

describe('the rules', () => {
  test('without addresses only take the tables away', () => {
    expect(firewallScript(table, [])).toBe(nothing)
    expect(firewallScript(table, [parseIpv6('fe80::1')!])).toBe(nothing)
  })

  test('drop what comes for the addresses and what comes from them, but neighbour discovery', () => {
    const addresses = [parseIpv4('10.0.0.1')!, parseIpv6('2001:db8::1')!, parseIpv4('10.0.0.1')!]
    const script = firewallScript({ name: 'other', priority: 5, counters: true }, addresses)
    expect(script.split('\n')).toEqual([
      'add table ip other',
      'delete table ip other',
      'table ip other {',
      'set vips { type ipv4_addr; elements = { 10.0.0.1 }; }',
      'chain in {',
      'type filter hook input priority 5; policy accept;',
      'ip daddr @vips counter drop',
      '}',
      'chain out {',
      'type filter hook output priority 5; policy accept;',
      'ip saddr @vips counter drop',
      '}',
      '}',
      'add table ip6 other',
      'delete table ip6 other',
      'table ip6 other {',
      'set vips { type ipv6_addr; elements = { 2001:db8::1 }; }',
      'chain in {',
      'type filter hook input priority 5; policy accept;',
      'icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept',
      'ip6 daddr @vips counter drop',
      '}',
      'chain out {',
      'type filter hook output priority 5; policy accept;',
      'icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept',
      'ip6 saddr @vips counter drop',
      '}',
      '}',
    ])
  })
})

function stage(nft: string | undefined = '/usr/sbin/nft') {
  const runs: { readonly script: string; readonly handlers: LaunchHandlers }[] = []
  const said: string[] = []
  let refuse = false
  const firewall = new Firewall(
    {
      nft,
      timers: new ManualTimers(),
      complain: (text) => said.push(text),
      launcher: {
        launch: ({ argv }, handlers) => {
          if (refuse) return rejected({ errno: 12, text: 'Cannot allocate memory' })
          runs.push({ script: argv[1] ?? '', handlers })
          return accepted({ pid: runs.length, killGroup: () => undefined })
        },
      },
    },
    table,
  )
  const end = (code = 0, output = ''): void => {
    const { handlers } = runs.at(-1)!
    if (output !== '') handlers.onOutput(new TextEncoder().encode(output))
    handlers.onExit({ kind: 'exited', code })
  }
  return { firewall, runs, said, end, refuse: () => (refuse = true) }
}

const router = (vrid: number, address: IpAddress, dropsTraffic = true): Assembled =>
  ({
    router: makeRouter({ vrid }),
    instance: { dropsTraffic } as VrrpInstance,
    addresses: [{ link: 'eth0', spec: { cidr: { address, prefixLength: 32 }, scope: 0 } }],
  }) as unknown as Assembled

describe('the firewall', () => {
  const first = router(1, ip('10.0.0.1'))
  const second = router(2, ip('10.0.0.2'))

  test('runs nft once at a time, and then for all that was wanted meanwhile', async () => {
    const { firewall, runs, end } = stage()
    firewall.follow(first)
    firewall.follow(second)
    firewall.release('V1')
    expect(runs.map(({ script }) => script)).toEqual([firewallScript(table, [ip('10.0.0.1')])])
    end()
    expect(runs.at(-1)!.script).toBe(firewallScript(table, [ip('10.0.0.2')]))
    firewall.release('V2')
    let settled = false
    const waiting = firewall.settled().then(() => (settled = true))
    end()
    expect(runs.at(-1)!.script).toBe(nothing)
    await Promise.resolve()
    expect(settled).toBe(false)
    end()
    await waiting
    expect(runs).toHaveLength(3)
  })

  test('does nothing for routers that do not ask for it', async () => {
    const { firewall, runs } = stage()
    firewall.follow(router(1, ip('10.0.0.1'), false))
    firewall.release('V1')
    await firewall.settled()
    expect(runs).toEqual([])
  })

  test('does not run again for what is so already', () => {
    const { firewall, runs, end } = stage()
    firewall.follow(first)
    end()
    firewall.follow(first)
    expect(runs).toHaveLength(1)
  })

  test('lets packets pass again as soon as the router is Master no more', () => {
    const { firewall, runs, end } = stage()
    firewall.follow(first)
    firewall.follow(second)
    end()
    end()
    firewall.release('V1')
    expect(runs.at(-1)!.script).toBe(firewallScript(table, [ip('10.0.0.2')]))
    end()
    firewall.release('V2')
    end()
    expect(runs.at(-1)!.script).toBe(nothing)
  })

  test('says what nft says when it fails, and tries again with the next change', () => {
    const { firewall, runs, said, end } = stage()
    firewall.follow(first)
    end(1, 'Operation not permitted\n')
    expect(said).toEqual(['no_accept: nft failed, packets may pass: Operation not permitted'])
    firewall.follow(first)
    expect(runs).toHaveLength(2)
  })

  test('says when there is no nft, or when it cannot be started', async () => {
    const without = stage('')
    const none = new Firewall(
      {
        nft: undefined,
        timers: new ManualTimers(),
        complain: (text) => without.said.push(text),
        launcher: { launch: () => rejected({ errno: 2, text: '' }) },
      },
      table,
    )
    none.follow(first)
    none.follow(second)
    expect(without.said).toEqual(['no_accept: there is no nft(8) on this host, so nothing is dropped'])
    const { firewall, said, refuse } = stage()
    refuse()
    firewall.follow(first)
    await firewall.settled()
    expect(said).toEqual(['no_accept: nft failed, packets may pass: it could not be started'])
  })

  test('removes what a record names, once, and says nothing where there is no nft', () => {
    const { firewall, runs, end } = stage()
    firewall.removeLeftovers(['other'])
    expect(firewall.tables(false)).toEqual(['vrrpd', 'other'])
    expect(runs[0]!.script).toBe(`${removalScript('other')}\n${nothing}`)
    end()
    expect(firewall.tables(false)).toEqual([])
    firewall.follow(first)
    expect(runs[1]!.script).toBe(firewallScript(table, [ip('10.0.0.1')]))
    const none = stage('')
    none.firewall.removeLeftovers(['other'])
    expect(none.said).toEqual([])
  })

  test('keeps trying to remove it when nft fails', () => {
    const { firewall, runs, end } = stage()
    firewall.removeLeftovers(['other'])
    end(1, 'busy')
    firewall.follow(first)
    expect(runs[1]!.script).toBe(`${removalScript('other')}\n${firewallScript(table, [ip('10.0.0.1')])}`)
  })

  test('moves its rules to the table of another configuration, and touches no table that it never made', () => {
    const { firewall, runs, end } = stage()
    const other = { name: 'other', priority: 0, counters: true }
    firewall.use({ ...table, name: 'never' })
    firewall.use(table)
    expect(runs).toEqual([])
    firewall.follow(first)
    end()
    firewall.use(other)
    expect(runs[1]!.script).toBe(`${removalScript('vrrpd')}\n${firewallScript(other, [ip('10.0.0.1')])}`)
    end()
    firewall.use(other)
    expect(runs).toHaveLength(2)
    expect(firewall.tables(false)).toEqual(['other'])
  })

  test('names its table before a router asks for it', () => {
    const { firewall } = stage()
    expect([firewall.tables(false), firewall.tables(true)]).toEqual([[], ['vrrpd']])
  })
})
