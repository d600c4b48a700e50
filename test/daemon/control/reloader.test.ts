import { expect, test, vi } from 'vitest'
import type { Examined } from '../../../src/daemon/examined.ts'
import type { Log } from '../../../src/daemon/log/logging.ts'
import { Reloader } from '../../../src/daemon/control/reloader.ts'
import { examinedOf, plan } from '../examined.ts'

const instance = (name: string): string =>
  `vrrp_instance ${name} {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n10.0.0.1\n}\n}`
const old = await examinedOf(instance('old'))
const fresh = await examinedOf(instance('fresh'))
const empty = await examinedOf('')

/** Each reading waits until the test answers it. */
function setup(current = old): {
  readonly reloader: Reloader
  readonly heard: readonly string[]
  readonly answer: (outcome: Examined | undefined, error?: string) => Promise<void>
} {
  const heard: string[] = []
  const readings: ((outcome: Examined | undefined, error?: string) => void)[] = []
  const keep = (text: string): void => {
    heard.push(text)
  }
  const log: Log = {
    ...{ detail: keep, info: keep, warn: keep, error: keep, say: vi.fn(), reopen: vi.fn() },
    linesLost: () => 0,
    close: () => Promise.resolve(),
  }
  const reloader = new Reloader<Examined>({
    wallMs: () => Date.now(),
    configFile: '/k.conf',
    log,
    publish: ({ type }) => {
      keep(`journal ${type}`)
    },
    service: {
      reloading: () => {
        keep('RELOADING')
      },
      ready: () => {
        keep('READY')
      },
    },
    read: (told) =>
      new Promise((resolve) => {
        readings.push((outcome, error) => {
          if (error !== undefined) told.error(error)
          resolve(outcome)
        })
      }),
    current: () => current,
    plan,
    apply: ({ model }) => {
      keep(`apply ${model.instances.map(({ name }) => name).join()}`)
    },
  })
  const answer = async (outcome: Examined | undefined, error?: string): Promise<void> => {
    const reading = readings.shift()
    if (!reading) throw new Error('nothing is being read')
    reading(outcome, error)
    await new Promise(setImmediate)
  }
  return { reloader, heard, answer }
}

const ACCEPTED = [
  ...['RELOADING', 'Reloading /k.conf', 'journal reloaded', 'apply fresh'],
  ...['Reload complete', 'READY'],
]

test('a reload is announced, applied and over', async () => {
  const { reloader, heard, answer } = setup()
  const done = reloader.reload()
  await answer(fresh)
  await done
  expect(heard).toEqual(ACCEPTED)
  expect(reloader.refused).toBeUndefined()
})

test('requests during a reload are one more reload, whoever asked for the first', async () => {
  const { reloader, heard, answer } = setup()
  const asked = reloader.reloadAsked(false)
  await reloader.reload()
  await reloader.reload()
  expect(await reloader.reloadAsked(false), 'an operator is told that one is under way').toBeUndefined()
  await answer(fresh)
  await answer(fresh)
  expect(heard).toEqual([...ACCEPTED, ...ACCEPTED])
  await expect(asked).resolves.toMatchObject({ accepted: true })
})

test('a refusal keeps its first reason until a reload is accepted', async () => {
  const { reloader, heard, answer } = setup()
  const asked = reloader.reloadAsked(false)
  await answer(undefined, 'line 3 is wrong')
  const complaint = 'Reload refused: the daemon goes on with the configuration it has'
  await expect(asked).resolves.toMatchObject({
    accepted: false,
    messages: ['line 3 is wrong', complaint],
    plan: [],
  })
  expect(heard).toContain('journal reload-refused')
  expect(reloader.refused?.text).toBe('line 3 is wrong')
  const done = reloader.reload()
  await answer(fresh)
  await done
  expect(reloader.refused).toBeUndefined()
})

test('all addresses are not given up for a file without instances', async () => {
  const { reloader, heard, answer } = setup()
  const done = reloader.reload()
  await answer(empty)
  await done
  expect(reloader.refused?.text).toBe('no instance')
  expect(heard.filter((line) => line.startsWith('apply'))).toEqual([])
})

test('a daemon that had no instance takes a file without any', async () => {
  const { reloader, answer } = setup(empty)
  const done = reloader.reload()
  await answer(empty)
  await done
  expect(reloader.refused).toBeUndefined()
})

test('a dry run changes nothing, and only who asked hears of it', async () => {
  const { reloader, heard, answer } = setup()
  const asked = reloader.reloadAsked(true)
  await answer(undefined, 'line 3 is wrong')
  await expect(asked).resolves.toMatchObject({ accepted: false, dryRun: true })
  expect(heard).toEqual([])
  expect(reloader.refused).toBeUndefined()
})

test('what was being read when the daemon stops changes nothing, and nothing is read any more', async () => {
  const { reloader, heard, answer } = setup()
  const done = reloader.reload()
  reloader.close()
  await answer(fresh)
  await done
  await reloader.reload()
  expect(await reloader.reloadAsked(false)).toBeUndefined()
  expect(heard).toEqual(['RELOADING', 'Reloading /k.conf'])
})
