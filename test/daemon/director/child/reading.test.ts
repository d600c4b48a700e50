/** Which files are served, and which change nothing at a reload. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readAgain, readFrom } from '../../../../src/daemon/director/child/reading.ts'
import { ThreadProgram } from '../../../../src/daemon/reading/ask.ts'
import { judgeVirtualServers } from '../../../../src/daemon/configuration.ts'
import { freshVirtualServer } from '../../../../src/director/virtual-server.ts'
import { load } from '../../../config/support.ts'
import { at } from '../../../director/kit.ts'
import { needs } from '../../../support/privileges.ts'
import { exits, fakeWorld } from '../../../scripts/fake-launcher.ts'

const nothing = (): void => undefined
const silent = {
  ...{ detail: nothing, info: nothing, warn: nothing, error: nothing, say: nothing, reopen: nothing },
  linesLost: () => 0,
  close: () => Promise.resolve(),
}

async function reading(text: string) {
  const { ports } = fakeWorld(() => exits(0))
  const said: string[] = []
  const say = (line: string): void => void said.push(line)
  const log = { ...silent, detail: say, info: say, warn: say, error: say }
  const judge = async (purpose: 'start' | 'reload') => {
    const judged = judgeVirtualServers(await load(text), purpose, log)
    if (!judged.ok) return judged.error
    return (await readFrom(judged.value, ports, 0o600, log)).assembled.blocks.map(({ name, servers }) => [
      name,
      ...servers.map((server) => server.name),
    ])
  }
  return { atStart: await judge('start'), atReload: await judge('reload'), said }
}

const block = (target: string, ...lines: readonly string[]): string =>
  ['virtual_server ' + target + ' {', '  protocol TCP', ...lines, '}', ''].join('\n')
const server = (address: string): string => `  real_server ${address} 80 {\n  }`
const good = block('10.8.0.1 80', server('10.9.0.1'))
const served = ['[10.8.0.1]:tcp:80', '[10.9.0.1]:tcp:80']

describe('a reload changes nothing', () => {
  test.each([
    ['whose address is none', block('x', server('10.9.0.2')), 'virtual_server x cannot be read'],
    [
      'whose port is none',
      block('10.8.0.2 http80', server('10.9.0.2')),
      'virtual_server 10.8.0.2 http80 cannot be read',
    ],
    ['without a word', block('', server('10.9.0.2')), 'virtual_server cannot be read'],
    ['with its brace in the next line', block('x\n', server('10.9.0.2')), 'virtual_server x cannot be read'],
    ['in which the file ends', 'virtual_server 10.8.0.2 80 {\n', 'the file ends within a block'],
  ])('with a block %s', async (_, bad, doubt) => {
    const { atStart, atReload } = await reading(good + bad)
    expect(atStart).toContainEqual(served)
    expect(atReload).toBe(doubt)
  })
})

describe('a file is served without', () => {
  test.each([
    ['a keyword that there is not', block('10.8.0.2 80', '  nosuch 1', server('10.9.0.2'))],
    ['a server whose address is none', block('10.8.0.2 80', server('y'), server('10.9.0.2'))],
    ['a value that is none', block('10.8.0.2 80', '  delay_loop x', server('10.9.0.2'))],
    ['what stands outside', `nosuch\n${block('10.8.0.2 80', server('10.9.0.2'))}`],
  ])('%s', async (_, text) => {
    const { atStart, atReload, said } = await reading(good + text)
    expect(atReload).toEqual([served, ['[10.8.0.2]:tcp:80', '[10.9.0.2]:tcp:80']])
    expect(atStart).toEqual(atReload)
    expect(said).not.toEqual([])
  })
})

describe('a reload', () => {
  const noThread = new ThreadProgram(new URL('file:///is/not/there.cjs'))
  const many = (count: number): string =>
    block('10.8.0.1 80', ...Array.from({ length: count }, (_, index) => server(`10.9.0.${index + 1}`)))
  const again = async (text: string, current = '', thread = noThread) => {
    const directory = await mkdtemp(join(tmpdir(), 'vrrpd-'))
    const configFile = join(directory, 'conf')
    await writeFile(configFile, text)
    const { model } = await load(current)
    const read = await readAgain(thread, { configFile, configId: undefined }, model, silent)
    await rm(directory, { recursive: true })
    return read.ok ? read.value.loadBalancing.virtualServers.length : read.error
  }

  needs('built')('of a large file', () => {
    const built = new ThreadProgram(new URL('../../../../dist/reader.cjs', import.meta.url))
    const comments = '#'.repeat(70_000)

    test('is read in a thread, and judged as that of a small one', async () => {
      expect(await again(many(1) + comments, '', built)).toBe(1)
      expect(await again(`virtual_server 10.8.0.1 80 {\n${comments}`, '', built)).toBe(
        'the file ends within a block',
      )
    })
  })

  test('of a small file needs no thread', async () => {
    expect(await again(many(1), many(150))).toBe(1)
    expect(await again('virtual_server 10.8.0.1 80 {\n')).toBe('the file ends within a block')
  })

  test.each([
    ['large file', many(1) + '#'.repeat(70_000), ''],
    ['file that was large with what it includes', many(1), many(151)],
  ])('of a %s does, and is refused where there is none', async (_what, text, current) => {
    expect(await again(text, current)).toMatch(/^the configuration cannot be read: ENOENT/)
  })
})

test('FILE_CHECKs begin with what their files have; one that is missing, or will be written, is left to its check', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'vrrpd-'))
  const named = ['four', 'missing', 'written']
  for (const name of ['four', 'written']) await writeFile(join(directory, name), '4\n')
  const files = named.map(
    (name) =>
      `track_file ${name} {\n  file ${join(directory, name)}\n${name === 'written' ? '  init_file 1 overwrite\n' : ''}}\n`,
  )
  const checked = named.map(
    (name, index) =>
      `  real_server 10.9.0.${index + 1} 80 {\n    weight 10\n    FILE_CHECK {\n      track_file ${name}\n      weight 2\n    }\n  }`,
  )
  const { ports } = fakeWorld(() => exits(0))
  const { model } = await load(files.join('') + block('10.8.0.1 80', ...checked))
  const { assembled } = await readFrom(model, ports, 0o600, silent)
  await rm(directory, { recursive: true })
  const [state] = assembled.blocks.map((each) => freshVirtualServer(each, true, at(1)))
  expect(state?.servers.map(({ weight }) => weight)).toEqual([18, 10, 10])
})
