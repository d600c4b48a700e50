import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseIpv4, type Ipv4Address } from '../../../src/base/address.ts'
import { seconds } from '../../../src/base/time.ts'
import {
  describeGroupSyncing,
  describeNote,
  type LogLevel,
  type Telling,
} from '../../../src/daemon/log/messages.ts'

function ip(text: string): Ipv4Address {
  const address = parseIpv4(text)
  if (address === undefined) throw new Error(text)
  return address
}

const source = ip('10.9.0.2')

/** The words in front of `|` are those of a running keepalived 2.2.7 (or of a later one where it has none). */
const notes: readonly (readonly [Telling, LogLevel, string])[] = [
  [
    { kind: 'transition', from: 'initialize', to: 'backup', cause: { kind: 'started' } },
    'info',
    '(VI_1) Entering BACKUP STATE (init)|',
  ],
  [
    {
      kind: 'transition',
      from: 'initialize',
      to: 'fault',
      cause: { kind: 'fault', reasons: [{ kind: 'link-down', subject: 'eth0' }] },
    },
    'warn',
    '(VI_1) entering FAULT state (interface eth0 down)|',
  ],
  [
    { kind: 'transition', from: 'initialize', to: 'master', cause: { kind: 'address-owner' } },
    'info',
    '(VI_1) Entering MASTER STATE| (address owner)',
  ],
  [
    { kind: 'transition', from: 'backup', to: 'master', cause: { kind: 'no-master-heard' } },
    'info',
    '(VI_1) Entering MASTER STATE| (was BACKUP: no master heard)',
  ],
  [
    {
      kind: 'transition',
      from: 'master',
      to: 'backup',
      cause: { kind: 'higher-priority', source, priority: 150 },
    },
    'info',
    '(VI_1) Entering BACKUP STATE| (was MASTER: advert from a master of higher priority)',
  ],
  [
    {
      kind: 'transition',
      from: 'master',
      to: 'fault',
      cause: { kind: 'fault', reasons: [{ kind: 'tracker', subject: 'script chk' }] },
    },
    'warn',
    '(VI_1) Entering FAULT STATE| (was MASTER: script chk failed)',
  ],
  [
    { kind: 'transition', from: 'fault', to: 'backup', cause: { kind: 'fault-cleared' } },
    'info',
    '(VI_1) Entering BACKUP STATE| (was FAULT: fault cleared)',
  ],
  [{ kind: 'removing-addresses' }, 'detail', '(VI_1) removing VIPs.|'],
  [
    { kind: 'removing-leftovers', items: ['IP 10.9.0.9/24 on eth0'] },
    'info',
    '(VI_1) removing VIPs.| IP 10.9.0.9/24 on eth0 was there already: it belongs to the master',
  ],
  [
    { kind: 'removing-leftovers', items: Array.from({ length: 300 }, (_, n) => `IP 10.9.${n}.9/24 on eth0`) },
    'info',
    '(VI_1) removing VIPs.| IP 10.9.0.9/24 on eth0, IP 10.9.1.9/24 on eth0, IP 10.9.2.9/24 on eth0 and 297 more were there already: they belong to the master',
  ],
  [{ kind: 'setting-addresses' }, 'detail', '(VI_1) setting VIPs.|'],
  [{ kind: 'master-down-timer-expired' }, 'detail', '(VI_1) Receive advertisement timeout|'],
  [
    { kind: 'priority-changed', from: 100, to: 80 },
    'info',
    '(VI_1) Changing effective priority from 100 to 80|',
  ],
  [
    { kind: 'fault-reason', reason: { kind: 'link-down', subject: 'eth1' } },
    'info',
    '(VI_1) |staying in FAULT STATE, also because of: interface eth1 down',
  ],
  [
    { kind: 'fault-cleared', reason: { kind: 'tracker', subject: 'script chk' } },
    'info',
    '(VI_1) |staying in FAULT STATE, but no longer because of: script chk failed',
  ],
  [
    { kind: 'lower-priority-discarded', source, priority: 90 },
    'info',
    '(VI_1) received lower priority (90) advert from 10.9.0.2 - discarding|',
  ],
  [
    { kind: 'forcing-election', source, priority: 90, ours: 100 },
    'info',
    '(VI_1) Received advert from 10.9.0.2 with lower priority 90, ours 100, forcing new election|',
  ],
  [
    { kind: 'yielding', source, priority: 200, ours: 100 },
    'info',
    '(VI_1) Master received advert from 10.9.0.2 with higher priority 200, ours 100|',
  ],
  [
    { kind: 'yielding', source: ip('10.9.0.9'), priority: 100, ours: 100 },
    'info',
    '(VI_1) Master received advert from 10.9.0.9 with same priority 100 but higher IP address than ours|',
  ],
  [
    { kind: 'own-address-advert', source },
    'warn',
    '(VI_1) equal priority advert received from remote host with our IP address| 10.9.0.2',
  ],
  [
    { kind: 'two-owners', source, yielding: true },
    'error',
    '(VI_1) CONFIGURATION ERROR: local instance and a remote instance are both configured as address owner, please fix - |advert from 10.9.0.2: its address is higher, yielding',
  ],
  [
    { kind: 'two-owners', source, yielding: false },
    'error',
    '(VI_1) CONFIGURATION ERROR: local instance and a remote instance are both configured as address owner, please fix - |advert from 10.9.0.2: its address is lower, staying master',
  ],
  [
    { kind: 'priority-zero-received', as: 'backup', source },
    'detail',
    '(VI_1) Backup received priority 0 advertisement| from 10.9.0.2',
  ],
  [
    { kind: 'priority-zero-received', as: 'master', source },
    'detail',
    '(VI_1) Master received priority 0 message| from 10.9.0.2',
  ],
  [{ kind: 'priority-zero-sent' }, 'detail', '(VI_1) sent 0 priority|'],
  [{ kind: 'preempt-delay-started', delay: seconds(2) }, 'detail', '(VI_1) start preempt delay (2.000000)|'],
  [{ kind: 'preempt-delay-stopped' }, 'detail', '(VI_1) stop preempt delay|'],
  [
    { kind: 'address-list-differs', source, addresses: [ip('10.9.0.100'), ip('10.9.0.101')] },
    'warn',
    '(VI_1) |advert from 10.9.0.2 accepted, though its virtual addresses are not ours: 10.9.0.100, 10.9.0.101',
  ],
  [
    { kind: 'address-list-differs', source, addresses: [] },
    'warn',
    '(VI_1) |advert from 10.9.0.2 accepted, though its virtual addresses are not ours: none',
  ],
  [
    { kind: 'address-lost', address: 'IP 10.9.0.100 on eth0' },
    'info',
    '(VI_1) |Netlink reflector reports IP 10.9.0.100 on eth0 removed by somebody else',
  ],
  [
    { kind: 'advert-rejected', reason: 'ttl', source, text: 'invalid TTL/HL. Received 254 and expect 255' },
    'warn',
    '(VI_1) invalid TTL/HL. Received 254 and expect 255|',
  ],
  [
    { kind: 'adverts-still-rejected', reason: 'ttl', source, text: 'bad TTL', more: 57, span: seconds(60) },
    'warn',
    '(VI_1) bad TTL|: 57 more in 60 s',
  ],
  [
    {
      kind: 'adverts-no-longer-rejected',
      reason: 'ttl',
      source,
      text: 'bad TTL',
      more: 3,
      span: seconds(600),
    },
    'info',
    '(VI_1) bad TTL|: 3 more, none in the last 10 min',
  ],
  [
    {
      kind: 'adverts-no-longer-rejected',
      reason: 'ttl',
      source,
      text: 'bad TTL',
      more: 0,
      span: seconds(600),
    },
    'info',
    '(VI_1) bad TTL|: none in the last 10 min',
  ],
  [
    { kind: 'adverts-accepted-again', source, count: 58 },
    'info',
    '(VI_1) |adverts from 10.9.0.2 are accepted again, after 58 rejected',
  ],
]

describe('describeNote', () => {
  test.each(notes)('%j', (note, level, text) => {
    expect(describeNote('VI_1', note)).toMatchObject({ level, text: text.replace('|', '') })
  })

  test('says who is rejected, why and how often', () => {
    const note: Telling = {
      kind: 'adverts-still-rejected',
      reason: 'ttl',
      source,
      text: 'bad TTL',
      more: 57,
      span: seconds(60),
    }
    expect(describeNote('VI_1', note).fields).toEqual({
      instance: 'VI_1',
      event: 'adverts-still-rejected',
      source: '10.9.0.2',
      reason: 'ttl',
      more: 57,
      seconds: 60,
    })
  })

  test('has no event and no field that the manual does not know', () => {
    const manual = readFileSync('docs/vrrpd.8', 'utf8')
    const log = manual.slice(manual.indexOf('.Sh LOG'), manual.indexOf('.Sh SIGNALS'))
    const fields = notes.map(([note]) => describeNote('VI_1', note).fields)
    const words = new Set(fields.flatMap((each) => [...Object.keys(each), String(each['event'])]))
    expect(words.size).toBeGreaterThan(20)
    expect([...words].filter((word) => !new RegExp(`[ ,]${word}\\b`).test(log))).toEqual([])
  })

  test('names the instance, the event and what belongs to it for JSON logs', () => {
    const transition: Telling = {
      kind: 'transition',
      from: 'backup',
      to: 'master',
      cause: { kind: 'no-master-heard' },
    }
    expect(describeNote('VI_1', transition).fields).toEqual({
      instance: 'VI_1',
      event: 'transition',
      from: 'BACKUP',
      to: 'MASTER',
      because: 'no master heard',
    })
    expect(describeNote('VI_1', { kind: 'own-address-advert', source }).fields).toEqual({
      instance: 'VI_1',
      event: 'own-address-advert',
      source: '10.9.0.2',
    })
  })
})

test('a group taking its members along', () => {
  expect(describeGroupSyncing('G1', 'MASTER')).toMatchObject({
    level: 'info',
    text: 'VRRP_Group(G1) Syncing instances to MASTER state',
  })
})
