/** Whatever a file holds: diagnostics, never an exception, and always an end. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loadConfiguration, type Loaded } from '../../src/config/load.ts'
import { memoryIo, type Files } from './support.ts'

const PATH = '/etc/keepalived/keepalived.conf'

const load = (files: Files): Promise<Loaded> =>
  loadConfiguration(PATH, { io: memoryIo(files), configId: 'host' })

/** Pieces that mean something, so that what is random gets past the first word. */
const piece = fc.constantFrom(
  ...['vrrp_instance VI_1 {\n', 'vrrp_sync_group G {\n', 'vrrp_script s {\n', 'global_defs {\n', '}\n', '{'],
  ...['virtual_ipaddress {\n', 'group {\n', 'track_script {\n', 'authentication {\n', 'virtual_routes {\n'],
  ...[
    'interface eth0\n',
    'virtual_router_id 51\n',
    'priority 100\n',
    '10.0.0.1/24 dev eth0\n',
    'weight -5\n',
  ],
  ...[
    'include other.conf\n',
    'include *\n',
    '$A=x y\n',
    '$A',
    ['$', '{A}'].join(''),
    '~SEQ(I,1,5)\n',
    '@host ',
    '@^host ',
  ],
  ...['"', "'", '\\', '\\\n', '!', '#', '\0', '\r\n', '\t', '\uFEFF', 'virtual_server 10.0.0.1 80 {\n'],
)
const text = fc
  .array(fc.oneof(piece, fc.string({ maxLength: 8 })), { maxLength: 40 })
  .map((all) => all.join(''))

describe('any content', () => {
  test('bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const { diagnostics } = await load({ [PATH]: bytes })
        expect(Array.isArray(diagnostics)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  test('words of the language in any order, in files that include each other', async () => {
    await fc.assert(
      fc.asyncProperty(text, text, async (one, other) => {
        const { diagnostics } = await load({ [PATH]: one, '/etc/keepalived/other.conf': other })
        expect(Array.isArray(diagnostics)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})

describe('includes without an end', () => {
  test.each<[string, Files]>([
    ['a file of itself', { [PATH]: `include ${PATH}\n` }],
    [
      'two files of each other',
      { [PATH]: 'include b.conf\n', '/etc/keepalived/b.conf': `include ${PATH}\n` },
    ],
    [
      'each twice as many as the one before',
      Object.fromEntries(
        Array.from({ length: 40 }, (_, index) => [
          index === 0 ? PATH : `/etc/keepalived/${index}.conf`,
          `include ${index + 1}.conf\ninclude ${index + 1}.conf\n`,
        ]),
      ),
    ],
    [
      'a chain of a thousand',
      Object.fromEntries(
        Array.from({ length: 1_000 }, (_, index) => [
          index === 0 ? PATH : `/etc/keepalived/${index}.conf`,
          `include ${index + 1}.conf\n`,
        ]),
      ),
    ],
  ])('%s', { timeout: 60_000 }, async (_what, files) => {
    const { diagnostics } = await load(files)
    expect(diagnostics.filter(({ severity }) => severity !== 'note').length).toBeGreaterThan(0)
    expect(diagnostics.length).toBeLessThan(1_200)
  })
})
