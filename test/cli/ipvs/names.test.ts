/** Names of services from a file, and of hosts from this one. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseIpv4 } from '../../../src/base/address.ts'
import { hostNames } from '../../../src/cli/ipvs/names.ts'
import { parseServices } from '../../../src/cli/ipvs/services.ts'

describe('/etc/services', () => {
  let directory: string

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'vrrpd-services-'))
    writeFileSync(join(directory, 'services'), 'http\t80/tcp www # the web\nweb 80/tcp\ndomain 53/udp\n')
  })

  afterAll(() => {
    rmSync(directory, { recursive: true })
  })

  test('is read by name, alias and number; the first line counts', () => {
    const names = hostNames(join(directory, 'services'))
    expect(names.port('http', 'tcp')).toBe(80)
    expect(names.port('www', 'tcp')).toBe(80)
    expect(names.port('web', 'tcp')).toBe(80)
    expect(names.port('http', 'udp')).toBeUndefined()
    expect(names.port('HTTP', 'tcp')).toBeUndefined()
    expect(names.service(80, 'tcp')).toBe('http')
    expect(names.service(53, 'udp')).toBe('domain')
    expect(names.service(53, 'sctp')).toBeUndefined()
  })

  test('that is missing leaves numbers', () => {
    const names = hostNames(join(directory, 'none'))
    expect(names.port('http', 'tcp')).toBeUndefined()
    expect(names.service(80, 'tcp')).toBeUndefined()
  })

  test('may have anything in it', () => {
    const { ports } = parseServices('\n#\nx\nx y\nx 1\nx /tcp\n  spaced   7/tcp\talias # x 9/tcp\r\n')
    expect([...ports]).toEqual([
      ['spaced/tcp', 7],
      ['alias/tcp', 7],
    ])
  })
})

test('localhost has its address', async () => {
  expect(await hostNames().addressOf('localhost')).toBe(parseIpv4('127.0.0.1'))
})

test('a name that nobody has is undefined', async () => {
  // RFC 6761: never resolved.
  expect(await hostNames().addressOf('vrrpd-test.invalid')).toBeUndefined()
})
