/** Configurations are read and compared in a thread: the event loop goes on, and no thread is a refusal. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { diskIo } from '../../../src/config/disk-io.ts'
import { loadConfiguration } from '../../../src/config/load.ts'
import { ThreadProgram } from '../../../src/daemon/reading/ask.ts'
import { ownPartOf, unpack } from '../../../src/daemon/reading/own-part.ts'
import type { ReadQuestion } from '../../../src/daemon/reading/questions.ts'
import { modelOf } from '../../config/support.ts'
import { needs } from '../../support/privileges.ts'

const directory = mkdtempSync(join(tmpdir(), 'vrrpd-reading-'))
afterAll(() => {
  for (const each of opened) each.close()
  rmSync(directory, { recursive: true })
})

const opened: ThreadProgram[] = []
function program(file = resolve('dist/reader.cjs')): ThreadProgram {
  const one = new ThreadProgram(pathToFileURL(file))
  opened.push(one)
  return one
}

function question(text: string): ReadQuestion {
  const configFile = join(directory, 'keepalived.conf')
  writeFileSync(configFile, text)
  return { kind: 'read', settings: { configFile, configId: 'here' } }
}

const instance = (priority: number): string =>
  `vrrp_instance V {\n interface eth0\n virtual_router_id 1\n priority ${priority}\n virtual_ipaddress {\n 10.0.0.1/24\n }\n}\n`
const servers = (services: number): string =>
  Array.from({ length: services }, (_, service) => {
    const reals = Array.from({ length: 10 }, (_each, index) => {
      return ` real_server 10.2.${index}.${(service % 250) + 1} 80 {\n TCP_CHECK {\n connect_timeout 3\n }\n }\n`
    })
    return `virtual_server 10.1.${service >> 8}.${service & 255} 80 {\n lb_algo rr\n lb_kind DR\n protocol TCP\n${reals.join('')}}\n`
  }).join('')

needs('built')('in a thread', () => {
  test('a file becomes what the daemon runs, as read here', async () => {
    const text = instance(150) + servers(2)
    const asked = question(text)
    const answer = await program().ask(asked)
    const read = await loadConfiguration(asked.settings.configFile, { io: diskIo, configId: 'here' })
    const expected = ownPartOf(read.model)
    expect(answer).toEqual({ ok: true, value: { lines: [], own: expect.anything() as unknown } })
    const own = answer.ok ? answer.value.own : undefined
    expect(own && unpack(own.whole)).toEqual(read.model)
    expect(own?.virtualServers).toBe(2)
    expect(own?.model).toEqual(expected.model)
    expect(own?.model).not.toHaveProperty('loadBalancing')
  })

  test('what is wrong comes in the words of the log', async () => {
    const answer = await program().ask(question('vrrp_instance V {\n interface eth0\n'))
    expect(answer).toMatchObject({ ok: true, value: { own: undefined } })
    const lines = answer.ok ? answer.value.lines : []
    expect(lines.map(({ level, text }) => `${level}: ${text.replaceAll(directory, '')}`)).toEqual([
      'warn: /keepalived.conf:1:15: warning: V has no virtual address: being MASTER moves nothing [no-addresses]',
      'error: /keepalived.conf:1:15: error: V needs a virtual_router_id, 1..255 [missing-vrid]',
      "error: /keepalived.conf:2:16: error: one '}' is missing at the end of the file [missing-close-brace]",
      'error: /keepalived.conf cannot be run: correct the errors above (vrrpd -t shows them again)',
    ])
  })

  test('for the process of the virtual servers it is judged as theirs', async () => {
    const { settings } = question(instance(150) + servers(2))
    const asked = { kind: 'serve', settings } as const
    const answer = await program().ask(asked)
    expect(answer).toMatchObject({ ok: true, value: { refused: undefined, lines: [] } })
    const read = await loadConfiguration(settings.configFile, { io: diskIo, configId: 'here' })
    expect(answer.ok && unpack(answer.value.whole)).toEqual(read.model)
    writeFileSync(settings.configFile, 'virtual_server 10.1.0.1 80 {\n 1b_algo rr\n')
    expect(await program().ask(asked)).toMatchObject({
      ok: true,
      value: {
        refused: 'the file ends within a block',
        lines: [
          { level: 'error', text: expect.stringContaining('no usable real_server') as string },
          { level: 'error', text: expect.stringContaining('did you mean') as string },
        ],
      },
    })
  })

  test('two of them are compared', async () => {
    const [from, to] = [ownPartOf(await modelOf(instance(100))), ownPartOf(await modelOf(instance(150)))]
    expect(await program().ask({ kind: 'plan', from, to })).toEqual({
      ok: true,
      value: ['~ vrrp_instance V', '    - priority 100', '    + priority 150'],
    })
  })

  test('the event loop has its turns while 10,000 servers are read', async () => {
    let turns = 0
    const timer = setInterval(() => (turns += 1), 1)
    const answer = await program().ask(question(instance(150) + servers(1_000)))
    clearInterval(timer)
    expect(answer.ok && answer.value.own?.virtualServers).toBe(1_000)
    // Read in the loop itself, it had fewer than ten.
    expect(turns).toBeGreaterThan(50)
  })
})

describe('without an answer', () => {
  function written(text: string): string {
    const path = join(directory, 'program.cjs')
    writeFileSync(path, text)
    return path
  }

  test.each([
    ['throw new Error("broken")', 'broken'],
    ['process.exit(3)', 'its thread has ended with code 3'],
    ['', 'its thread has ended with code 0'],
  ])('%j is a refusal in words', async (text, error) => {
    expect(await program(written(text)).ask(question(''))).toEqual({ ok: false, error })
  })

  test('a program that is not there is one, too', async () => {
    const answer = await program(join(directory, 'nothing')).ask(question(''))
    expect(answer).toMatchObject({ ok: false, error: expect.stringContaining('ENOENT') as string })
  })

  test('one that an upgrade has replaced is asked as it was', async () => {
    const say = (what: string): string => `require('worker_threads').parentPort.postMessage('${what}')`
    const path = written(say('old'))
    const before = program(path)
    rmSync(path)
    writeFileSync(path, say('new'))
    expect(await before.ask(question(''))).toEqual({ ok: true, value: 'old' })
    expect(await program(path).ask(question(''))).toEqual({ ok: true, value: 'new' })
  })
})
