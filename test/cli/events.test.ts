import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { main } from '../../src/cli/cli.ts'
import { eventLine, type EventLineOptions } from '../../src/cli/event-line.ts'
import type { EventReport } from '../../src/control/events.ts'
import { failed, succeeded, type Request } from '../../src/control/protocol.ts'
import type { ControlServer } from '../../src/control/server.ts'
import { serve } from '../control/support.ts'

const event: EventReport = {
  id: 13,
  at: '2026-11-21T14:02:11.205Z',
  kind: 'transition',
  instance: 'VI_2',
  subject: 'VI_2',
  text: 'VI_2 is FAULT (was MASTER): interface eth1 down',
  cause: 12,
  count: 1,
  until: '2026-11-21T14:02:11.205Z',
}

const options: EventLineOptions = {
  width: 80,
  colour: false,
  terminal: false,
  time: (iso) => iso.slice(0, 23).replace('T', ' '),
}

describe('eventLine', () => {
  test('time, number, cause and text', () => {
    expect(eventLine(event, options)).toBe(
      '2026-11-21 14:02:11.205    13 < 12    VI_2 is FAULT (was MASTER): interface eth1 down\n',
    )
    expect(eventLine({ ...event, id: 1_234_567, cause: null }, options)).toMatch(/^.{23} {2}1234567 {6}VI_2/)
  })

  test('a terminal has it folded, elsewhere it stays one line', () => {
    const folded = eventLine(event, { ...options, terminal: true })
    expect(folded.split('\n').map((line) => line.length <= 80)).toEqual([true, true, true])
    expect(folded).toContain(`\n${' '.repeat(38)}`)
    expect(eventLine(event, { ...options, terminal: true, width: 10 }).split('\n').length).toBeGreaterThan(3)
  })

  test('repetitions are counted', () => {
    const text = eventLine({ ...event, count: 250, until: '2026-11-21T14:09:00.000Z' }, options)
    expect(text).toContain('(250 times, the last at 2026-11-21 14:09:00.000)')
  })

  test('nothing in it reaches the terminal as anything but text', () => {
    expect(eventLine({ ...event, text: 'a\u001b[2Jb\nc' }, options)).not.toMatch(/\u001b|b\nc/)
  })

  test('FAULT is red, MASTER green', () => {
    const colour = { ...options, colour: true }
    expect(eventLine(event, colour)).toContain('\u001b[31mVI_2 is FAULT')
    expect(eventLine({ ...event, text: 'VI_2 is MASTER (was BACKUP): x' }, colour)).toContain('\u001b[32m')
  })
})

describe('vrrpd events', () => {
  let directory: string
  let path: string
  let server: ControlServer
  let asked: Request[]

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'vrrpd-events-'))
    path = join(directory, 'vrrpd.sock')
    asked = []
    server = await serve(path, {
      handle: (request) => {
        asked.push(request)
        if (request.request === 'events' && request.arguments.instance === 'VI_9')
          return failed({ code: 'not-possible', text: "no vrrp_instance 'VI_9'; there is: VI_2" })
        return succeeded<'events'>({ events: [event], forgotten: 7 })
      },
    })
  })

  afterEach(async () => {
    await server.close()
    rmSync(directory, { recursive: true })
  })

  async function run(...argv: readonly string[]): Promise<{ code: number; out: string; err: string }> {
    let out = ''
    let err = ''
    const code = await main(['events', '--control', path, ...argv], () => ({
      out: (text) => (out += text),
      err: (text) => (err += text),
      width: 80,
      colour: false,
      terminal: false,
      now: () => 0,
    }))
    return { code, out, err }
  }

  test('shows them, and that there were more', async () => {
    const { code, out, err } = await run('VI_2', '-n', '5')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^\(7 earlier ones are not kept any more\)\n2026-11-21 .*interface eth1 down\n$/)
    expect(asked).toEqual([{ version: 1, request: 'events', arguments: { instance: 'VI_2', last: 5 } }])
  })

  test('as JSON, one a line', async () => {
    const { out } = await run('--json')
    expect(JSON.parse(out)).toEqual(event)
    expect(out.split('\n')).toHaveLength(2)
  })

  test('what does not exist is wrong usage', async () => {
    const { code, err } = await run('VI_9')
    expect({ code, err }).toEqual({ code: 3, err: "no vrrp_instance 'VI_9'; there is: VI_2\n" })
    expect(await run('--last=-1')).toMatchObject({ code: 3 })
    expect(await run('--last=many')).toMatchObject({ code: 3 })
  })
})
