/** Reading takes time in proportion to the file, whatever it holds much of. */

import { describe, expect, test } from 'vitest'
import { load } from './support.ts'

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

const instance = (index: number, more = '', vrid = (index % 255) + 1): string =>
  `vrrp_instance VI_${index} {\ninterface eth${index >> 8}\nvirtual_router_id ${vrid}\n` +
  `virtual_ipaddress {\n10.1.${index >> 8}.${index & 255}\n}\n${more}}\n`

const instances = (count: number): string =>
  numbers(count)
    .map((index) => instance(index))
    .join('')

/** Files with much of one thing. */
const FILES: Readonly<Record<string, (count: number) => string>> = {
  instances,
  'one large group': (count) =>
    `${instances(count)}vrrp_sync_group G {\ngroup {\n${numbers(count)
      .map((index) => `VI_${index}`)
      .join('\n')}\n}\n}\n`,
  'many groups': (count) =>
    instances(count) +
    numbers(count / 2)
      .map((index) => `vrrp_sync_group G${index} {\ngroup {\nVI_${2 * index}\nVI_${2 * index + 1}\n}\n}\n`)
      .join(''),
  'one VRID': (count) =>
    numbers(count)
      .map((index) => instance(index, '', 7).replace(/eth\d+/, 'eth0'))
      .join(''),
  'one VRID by unicast': (count) =>
    numbers(count)
      .map((index) => instance(index, `unicast_peer {\n10.9.${index >> 8}.${index & 255}\n}\n`, 7))
      .map((text) => text.replace(/eth\d+/, 'eth0'))
      .join(''),
  'missing scripts': (count) =>
    instance(
      0,
      `track_script {\n${numbers(count)
        .map((index) => `s${index}`)
        .join('\n')}\n}\n`,
    ),
  'unknown keywords': (count) =>
    numbers(count)
      .map((index) => `foo${index} bar\n`)
      .join(''),
  'open braces': (count) => `${'{'.repeat(count)}\n`,
  'a sequence': (count) => `~SEQ(x, 1, ${count}) vrrp_script s$x {\n`,
}

/** Of this process, whatever else the machine does. */
async function cpuMilliseconds(text: string): Promise<number> {
  const before = process.cpuUsage()
  await load(text)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

const SMALL = 300
const TIMES = 8

describe('eight times as much takes far less than sixty-four times as long', () => {
  for (const [what, make] of Object.entries(FILES))
    test(what, { timeout: 60_000 }, async () => {
      await load(make(SMALL))
      const small = Math.max(5, await cpuMilliseconds(make(SMALL)))
      expect(await cpuMilliseconds(make(SMALL * TIMES))).toBeLessThan(small * 32)
    })
})
