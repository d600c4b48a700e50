/** `vrrpd simulate` as an operator has it: files in, the future out. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { main } from '../../src/cli/cli.ts'
import type { SimulationReport } from '../../src/simulation/report/report.ts'

let directory: string

const configuration = (priority: number, more = ''): string => `
vrrp_script chk_nginx {
  script "/usr/bin/pgrep nginx"
  interval 2
  weight -60
}
vrrp_track_process nginx {
  process nginx
  weight -60
}
track_file maintenance {
  file /run/maintenance
  weight 1
}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority ${priority}
  advert_int 1
  ${more}
  virtual_ipaddress {
    10.0.0.9/24
  }
  track_script {
    chk_nginx
  }
  track_process {
    nginx
  }
  track_file {
    maintenance
  }
}
`

const put = (name: string, text: string): string => {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

let a: string
let b: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'vrrpd-simulate-'))
  a = put('a.conf', configuration(150))
  b = put('b.conf', configuration(100))
})

afterAll(() => {
  rmSync(directory, { recursive: true })
})

async function run(...argv: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  let out = ''
  let err = ''
  const code = await main(['simulate', ...argv], () => ({
    out: (text) => (out += text),
    err: (text) => (err += text.replaceAll(directory, '')),
    width: 80,
    colour: false,
    terminal: false,
    now: () => 0,
  }))
  return { code, out, err }
}

async function tell(story: string, ...more: readonly string[]): Promise<SimulationReport> {
  const { code, out, err } = await run(a, b, '--json', '--story', put('story', story), ...more)
  expect(err).toBe('')
  expect(code).toBe(0)
  return JSON.parse(out) as SimulationReport
}

/** Who took the address, one after the other. */
const owners = ({ addresses }: SimulationReport): readonly string[] =>
  [...(addresses[0]?.held ?? [])].sort((one, other) => one.from - other.from).map(({ host }) => host)

describe('a story', () => {
  test.each([
    ['nothing', '', ['a']],
    ['a host is lost and comes back', 'at 8s kill a\nat 15s start a', ['a', 'b', 'a']],
    ['a daemon crashes and is back at once', 'at 8s crash a', ['a', 'a']],
    ['a daemon stops', 'at 8s stop a', ['a', 'b']],
    ['a host begins later', 'at 8s start a', ['b', 'a']],
    ['a process stalls', 'at 8s stall a for 6s', ['a', 'b']],
    ['a link goes down', 'at 8s link down eth0 on a\nat 15s link up eth0 on a', ['a', 'b', 'a']],
    ['a script fails', 'at 8s fail chk_nginx on a\nat 16s pass chk_nginx on a', ['a', 'b', 'a']],
    ['a script times out', 'at 8s time out chk_nginx on a', ['a', 'b']],
    ['a process stops', 'at 8s process nginx stops on a', ['a', 'b']],
    ['a file says a number', 'at 8s file /run/maintenance -100 on a', ['a', 'b']],
    ['two that do not hear each other', 'at 8s partition a | b\nat 15s heal', ['a', 'b']],
    ['a drain for some time', 'at 8s drain VI_1 on a for 8s', ['a', 'b', 'a']],
    ['a drain and a resume', 'at 8s drain all on a\nat 16s resume all on a', ['a', 'b', 'a']],
    ['somebody removes the address', 'at 8s remove 10.0.0.9 on a', ['a', 'a']],
    ['all packets are lost', 'at 8s lose 100% on eth0\nat 15s heal', ['a', 'b']],
  ] as const)('%s', async (_what, story, expected) => {
    expect(owners(await tell(story, '--until', '30s'))).toEqual(expected)
  })

  test('an address owner has its address from its start on', async () => {
    const owner = put('owner.conf', configuration(255))
    const story = put('late', 'at 4s start owner')
    const { out } = await run(owner, b, '--json', '--story', story, '--until', '30s')
    const { addresses, findings } = JSON.parse(out) as SimulationReport
    expect(addresses[0]?.held).toContainEqual({ host: 'owner', from: 4, to: null })
    expect(findings).toEqual([])
  })

  test('of a reload', async () => {
    const lower = put('lower.conf', configuration(50))
    expect(owners(await tell(`at 8s reload a with "${lower}"`, '--until', '30s'))).toEqual(['a', 'b'])
  })

  test('of a reload by a host with a blank in its name', async () => {
    const story = put('blank', `at 8s reload "the left one" with "${put('lower.conf', configuration(50))}"`)
    const { code, out } = await run(`the left one=${a}`, b, '--json', '--story', story, '--until', '30s')
    expect(code).toBe(0)
    expect(owners(JSON.parse(out) as SimulationReport)).toEqual(['the left one', 'b'])
  })

  test('ends the same way each time, and with another seed not to the microsecond', async () => {
    const story = 'at 8s kill a\nat 15s start a'
    const [one, again, other] = [await tell(story), await tell(story), await tell(story, '--seed', '2')]
    expect(again).toEqual(one)
    expect(other.events).not.toEqual(one.events)
    expect(owners(other)).toEqual(owners(one))
  })

  test('keeps the protocol’s times', async () => {
    const { addresses, findings } = await tell('at 8s kill a', '--until', '20s')
    const [{ held, unserved, doubled, address }] = addresses as [SimulationReport['addresses'][number]]
    expect(address).toBe('10.0.0.9/24')
    // Master_Down_Interval of priority 150: 3 s and (256 - 150) / 256 s (RFC 3768, 6.1), once the tracked file has
    // been looked for.
    expect(held[0]?.from).toBeGreaterThanOrEqual(3.414)
    expect(held[0]?.from).toBeLessThan(3.414 + 0.2)
    expect(held[0]?.to).toBe(8)
    // Of priority 100, 3.609 s, from the last advert on: less than a second before the end.
    expect(held[1]?.from).toBeGreaterThan(8 + 2.609)
    expect(held[1]?.from).toBeLessThan(8 + 3.609 + 0.02)
    expect(held[1]?.to).toBeNull()
    expect(unserved.map(({ from }) => from)).toEqual([0, 8])
    expect(doubled).toEqual([])
    expect(findings).toEqual([])
  })
})

describe('without a story', () => {
  test('each host in turn is lost and comes back', async () => {
    const { code, out } = await run(a, b)
    expect(code).toBe(0)
    const lines = out.split('\n').filter((line) => /\* (kill|start)/.test(line))
    expect(lines.map((line) => line.replace(/.*\* /, ''))).toEqual(['kill a', 'start a', 'kill b', 'start b'])
    expect(out).toContain('10.0.0.9/24 of VI_1')
    expect(out).toMatch(/\n$/)
  })

  test('--svg draws it, too', async () => {
    const path = join(directory, 'picture.svg')
    expect((await run(a, b, '--svg', path)).code).toBe(0)
    expect(readFileSync(path, 'utf8')).toMatch(/^(<\?xml[^>]*>\s*)?<svg [^]*<\/svg>\s*$/)
  })

  test('files of one name have names of their own, and a name can be given', async () => {
    const hosts = async (...files: readonly string[]): Promise<readonly string[]> =>
      (JSON.parse((await run(...files, '--json')).out) as SimulationReport).hosts
    expect(await hosts(a, a)).toEqual(['a', expect.stringMatching(/^vrrpd-simulate-/)])
    expect(await hosts(`left=${a}`, `right=${b}`)).toEqual(['left', 'right'])
  })

  test('--check only looks for errors', async () => {
    expect(await run(a, b, '--check', '--story', put('good', 'at 1s kill a'))).toEqual({
      code: 0,
      out: '2 configurations and a story of 1 events: no errors\n',
      err: '',
    })
  })
})

describe('what is wrong is said with a place', () => {
  test.each([
    ['no file', ['/nowhere.conf'], 2, '/nowhere.conf: there is no such file'],
    ['no story', ['A', 'B', '--story', '/nowhere'], 2, '/nowhere: there is no such file'],
    ['an address of nobody', ['A', 'B', '--address', 'c:eth0=10.0.0.1/24'], 3, "no host 'c'"],
    ['half an address', ['A', 'B', '--address', 'a:eth0'], 3, 'a:eth0=10.0.0.1/24'],
    ['no time', ['A', 'B', '--until', 'soon'], 3, '--until soon: a time is needed'],
    ['a story of others', ['A', 'B', '--story', 'STORY'], 2, "/other:1:12: error: there is no host 'c'"],
    ['a broken file', ['BROKEN', 'B'], 2, '/broken.conf:2:'],
    ['a picture in no folder', ['A', 'B', '--svg', '/nowhere/x.svg'], 2, 'cannot write /nowhere/x.svg'],
    ['an unknown option', ['A', 'B', '--explode', '3'], 3, 'Unknown argument'],
    ['no configuration', [], 3, 'Not enough non-option arguments'],
  ])('%s', async (_what, argv, code, text) => {
    const files: Readonly<Record<string, string>> = {
      A: a,
      B: b,
      STORY: put('other', 'at 1s kill c'),
      BROKEN: put('broken.conf', 'vrrp_instance VI_1 {\n  virtual_router_id 999\n  interface eth0\n}\n'),
    }
    const told = await run(...argv.map((word) => files[word] ?? word))
    expect(told.err).toContain(text)
    expect({ code: told.code, out: told.out }).toEqual({ code, out: '' })
  })
})
