/** What is concluded from other routers' adverts, and from those that a firewall drops. */

import { describe, expect, test } from 'vitest'
import { accepted, rejected } from '../../src/base/result.ts'
import { checkFirewall } from '../../src/doctor/checks/firewall.ts'
import { checkLan } from '../../src/doctor/checks/lan.ts'
import type { Facts, HeardAdvert, Instance } from '../../src/doctor/facts.ts'
import type { Rule, RuleSet } from '../../src/doctor/firewall/rules.ts'
import { configuration, facts, heard, instance, ip, link, running, said } from './kit.ts'

const lan = (...adverts: readonly HeardAdvert[]): Pick<Facts, 'lan'> => ({
  lan: accepted({ seconds: 2, links: ['eth0'], adverts }),
})
const withInstance = (change: Partial<Instance>): Pick<Facts, 'configuration'> => ({
  configuration: accepted(configuration({ instances: [instance(change)] })),
})

describe('lan', () => {
  const who = 'another router on eth0, 10.0.0.2, uses VRID 51 (VI_1)'
  test.each<readonly [string, Partial<Facts>, readonly string[]]>([
    ['nobody', {}, ['ok: no other MASTER on eth0 within 2 s']],
    ['not listened', { lan: rejected('only root may listen') }, ['unknown: only root may listen']],
    ['a MASTER', lan(heard()), ['ok: VI_1: 10.0.0.2 is MASTER, priority 150']],
    ['of another VRID', lan(heard({ vrid: 52 })), ['ok: no other MASTER on eth0 within 2 s']],
    ['of another link', lan(heard({ link: 'eth1' })), ['ok: no other MASTER on eth0 within 2 s']],
    [
      'two of them',
      lan(heard(), heard({ source: ip('10.0.0.3') })),
      ['problem: VI_1: 10.0.0.2 and 10.0.0.3 are MASTER for VRID 51 on eth0 at the same time'],
    ],
    [
      'one, and this host',
      { ...lan(heard()), daemon: running('MASTER') },
      ['problem: VI_1: this host and 10.0.0.2 are MASTER for VRID 51 on eth0 at the same time'],
    ],
    [
      'somebody else’s cluster',
      lan(heard({ addresses: [ip('10.0.0.200')] })),
      [`problem: ${who} for 10.0.0.200`],
    ],
    [
      'one address more',
      lan(heard({ addresses: [ip('10.0.0.100'), ip('10.0.0.101')] })),
      [`warning: ${who} with another list of addresses`],
    ],
    [
      'one address less, which is all that the link has room for',
      {
        ...lan(heard()),
        ...withInstance({ advertised: [ip('10.0.0.100'), ip('10.0.0.101')] }),
        links: new Map([['eth0', link({ mtu: 57 })]]),
      },
      ['ok: VI_1: 10.0.0.2 is MASTER, priority 150'],
    ],
    [
      'other authentication',
      lan(heard({ authCode: 1 })),
      [`problem: ${who} with auth_type PASS, ours is no authentication`],
    ],
    [
      'another interval',
      lan(heard({ intervalSeconds: 3 })),
      [`problem: ${who} with advert_int 3, ours is 1`],
    ],
    ['routed', lan(heard({ ttl: 64 })), [`problem: ${who} from another network (TTL 64)`]],
    [
      'version 3, whose other fields mean something else',
      lan(heard({ version: 3, authCode: 7, intervalSeconds: 100 })),
      [`problem: ${who} with VRRP version 3, ours is 2`],
    ],
    [
      'version 3, as ours',
      { ...lan(heard({ version: 3, authCode: 7, intervalSeconds: 100 })), ...withInstance({ version: 3 }) },
      ['ok: VI_1: 10.0.0.2 is MASTER, priority 150'],
    ],
  ])('%s', (_name, change, expected) => {
    expect(said(checkLan(facts(change)))).toEqual(expected)
  })
})

describe('firewall', () => {
  const base = {
    chain: 'input',
    name: 'nftables chain inet filter input',
    policy: 'drop',
    mend: 'nft …',
  } as const
  const rules = (...all: readonly Rule[]): RuleSet => ({
    link: 'eth0',
    bases: [base],
    chains: new Map([['input', all]]),
  })
  const firewall = (...sets: readonly RuleSet[]): Pick<Facts, 'firewall'> => ({ firewall: accepted(sets) })
  const drops = 'problem: nftables chain inet filter input drops adverts on eth0: no rule accepts them before'
  const mayDrop =
    'warning: nftables chain inet filter input may drop adverts on eth0: it depends on conditions that cannot be judged from here'
  const accepting: Rule = { matches: 'yes', verdict: { kind: 'accept' } }
  const deaf =
    'adverts from 10.0.0.2 (VRID 51, priority 150) reach eth0 but a firewall drops them: allow protocol 112 to 224.0.0.18'
  const told = {
    daemon: running('MASTER', { problems: [{ code: 'firewall', severity: 'problem', text: deaf }] }),
  }

  test.each<readonly [string, Partial<Facts>, readonly string[]]>([
    ['open', firewall(rules(accepting)), ['ok: no firewall rule keeps adverts out']],
    [
      'not ours to read',
      { firewall: rejected('only root may read the rules') },
      ['unknown: only root may read the rules'],
    ],
    ['closed', firewall(rules()), [drops]],
    ['perhaps', firewall(rules({ ...accepting, matches: 'perhaps' })), [mayDrop]],
    [
      'closed, they say, but adverts are heard',
      { ...firewall(rules()), ...lan(heard()) },
      ['ok: no firewall rule keeps adverts out'],
    ],
    [
      'on several links',
      firewall(rules(), { ...rules(), link: 'eth1' }),
      [drops.replace('eth0', 'eth0, eth1')],
    ],
    ['the daemon knows it', told, [`problem: ${deaf}`]],
    ['seen, not heard', lan(heard({ heard: false })), [`problem: ${deaf}`]],
    ['both know it', { ...told, ...lan(heard({ heard: false })) }, [`problem: ${deaf}`]],
    [
      'known to the last rule',
      { ...firewall(rules()), ...lan(heard({ heard: false })) },
      [`problem: ${deaf}`],
    ],
    [
      'of another sender as well',
      { ...told, ...lan(heard({ heard: false, source: ip('10.0.0.3'), protocol: 51 })) },
      [
        `problem: ${deaf}`,
        'problem: adverts from 10.0.0.3 (VRID 51, priority 150) reach eth0 but a firewall drops them: allow protocol 51 to 224.0.0.18',
      ],
    ],
  ])('%s', (_name, change, expected) => {
    expect(said(checkFirewall(facts(change)))).toEqual(expected)
  })

  test('the chain that drops what was seen says how to mend it', () => {
    const [finding] = checkFirewall(facts({ ...firewall(rules()), ...lan(heard({ heard: false })) }))
    expect(finding?.mend).toBe('nft …')
  })
})
