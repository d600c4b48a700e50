/** An edit of what vrrpd serves works, and one line on stderr says whose it is. */

import { describe, expect, test } from 'vitest'
import { parseIpv4 } from '../../../src/base/address.ts'
import type { ProcReader } from '../../../src/base/keepalived-command.ts'
import { findServed, type Served } from '../../../src/cli/ipvs/served.ts'
import { serviceText } from '../../../src/director/keys.ts'
import { recordText, servicesIn } from '../../../src/director/record.ts'
import { run, tableAfter } from './run.ts'

const words = { servicesIn, nameOf: serviceText }
const served: Served = {
  pid: 812,
  repairs: false,
  services: new Set(['10.8.0.100:tcp:80', 'Fwm 7']),
  nameOf: serviceText,
}
const OURS =
  'vrrpd (process 812) serves 10.8.0.100:tcp:80: this is not in its configuration, and shown as drift by "vrrpd status"'
const before = [
  '-A -t 10.8.0.100:80 -s wrr',
  '-A -t 10.8.0.101:80 -s wlc',
  '-A -f 7 -s rr',
  '-a -t 10.8.0.100:80 -r 10.9.0.21:80 -m -w 3',
  '-a -f 7 -r 10.9.0.21 -g -w 3',
]

describe('a remark on', () => {
  test.each([
    ['-e -t 10.8.0.100:80 -r 10.9.0.21:80 -m -w 4', [OURS]],
    ['-a -t 10.8.0.100:80 -r 10.9.0.22:80 -m', [OURS]],
    ['-d -t 10.8.0.100:80 -r 10.9.0.21:80', [OURS]],
    ['-E -t 10.8.0.100:80 -s rr', [OURS]],
    ['-D -t 10.8.0.100:80', [OURS]],
    ['-D -f 7', [OURS.replace('10.8.0.100:tcp:80', 'Fwm 7')]],
    ['-C', [OURS.replace('10.8.0.100:tcp:80', '2 services of this table')]],
  ])('%s', async (line, remarks) => {
    const ran = await run(line.split(' '), await tableAfter(before), { served })
    expect(ran).toMatchObject({ code: 0, err: '', remarks })
  })

  test.each([
    '-D -t 10.8.0.101:80',
    '-A -t 10.8.0.102:80',
    '-Z',
    '-Z -t 10.8.0.100:80',
    '--set 1 2 3',
    '-Ln',
  ])('nothing of %s', async (line) => {
    expect((await run(line.split(' '), await tableAfter(before), { served })).remarks).toEqual([])
  })

  test('what is put back', async () => {
    const { remarks } = await run(['-D', '-f', '7'], await tableAfter(before), {
      served: { ...served, repairs: true },
    })
    expect(remarks).toEqual([
      'vrrpd (process 812) serves Fwm 7: it puts back within 10 seconds what is changed by hand (--repair-ipvs)',
    ])
  })

  test('a service of a restored file once', async () => {
    const input = [21, 22, 23].map((host) => `-a -t 10.8.0.100:80 -r 10.9.1.${host}:80 -m`).join('\n')
    const { remarks } = await run(['-R'], await tableAfter(before), { served, input })
    expect(remarks).toEqual([`line 1: ${OURS}`])
  })

  test('an empty table of its own: nothing', async () => {
    const none = { ...served, services: new Set<string>() }
    expect((await run(['-C'], await tableAfter(before), { served: none })).remarks).toEqual([])
  })
})

const key = { kind: 'address', protocol: 'tcp', address: parseIpv4('10.8.0.100') ?? 0, port: 80 } as const
const record = recordText('boot', undefined, {
  version: 1,
  virtualServers: [],
  services: [{ key: key as never, destinations: [] }],
})

/** A host on which process 5 serves, and 6 does so elsewhere. */
function host(files: Readonly<Record<string, string>>, links: Readonly<Record<string, string>>): ProcReader {
  const names = (path: string): readonly string[] => [
    ...new Set(
      [...Object.keys(files), ...Object.keys(links)]
        .filter((each) => each.startsWith(`${path}/`))
        .map((each) => each.slice(path.length + 1).split('/')[0] ?? ''),
    ),
  ]
  return {
    read: (path) => Promise.resolve(files[path]),
    readLink: (path) => Promise.resolve(links[path]),
    list: (path) => Promise.resolve(names(path)),
  }
}

const FILES = {
  '/proc/4/comm': 'bash\n',
  '/proc/5/comm': 'vrrpd-lvs\n',
  '/proc/5/cmdline': 'node\0bin/vrrpd\0-n\0',
  '/run/a.pid.state': record,
  '/proc/meminfo': 'vrrpd-lvs',
}
const LINKS = {
  '/proc/self/ns/net': 'net:[1]',
  '/proc/5/ns/net': 'net:[1]',
  '/proc/5/fd/0': '/dev/null',
  '/proc/5/fd/9': '/run/b.pid',
  '/proc/5/fd/10': '/run/a.pid',
}

describe('who serves is', () => {
  test('the process of that name, by the record beside its pid file', async () => {
    const found = await findServed(host(FILES, LINKS), words)
    expect(found).toMatchObject({ pid: 5, repairs: false, services: new Set(['10.8.0.100:tcp:80']) })
    const cmdline = 'node\0bin/vrrpd\0--repair-ipvs\0'
    expect(await findServed(host({ ...FILES, '/proc/5/cmdline': cmdline }, LINKS), words)).toMatchObject({
      repairs: true,
    })
  })

  test.each([
    ['of another name', { ...FILES, '/proc/5/comm': 'vrrpd\n' }, LINKS],
    ['in another network namespace', FILES, { ...LINKS, '/proc/5/ns/net': 'net:[2]' }],
    ['without a record', { ...FILES, '/run/a.pid.state': '{"version":1}' }, LINKS],
    ['without a pid file', FILES, { ...LINKS, '/proc/5/fd/10': '/run/a.log' }],
  ])('nobody %s', async (_what, files, links) => {
    expect(await findServed(host(files, links), words)).toBeUndefined()
  })
})
