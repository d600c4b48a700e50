/** `--explore`: what is made well is left alone, and what is not shows its fault in a story that can be told again. */

import { afterAll, describe, expect, test } from 'vitest'
import { loadConfiguration } from '../../../src/config/load.ts'
import { diskIo } from '../../../src/config/disk-io.ts'
import { circumstancesOf } from '../../../src/simulation/circumstances.ts'
import { randomStory } from '../../../src/simulation/explore/random-story.ts'
import { stageOf } from '../../../src/simulation/explore/stage.ts'
import { inferNetwork } from '../../../src/simulation/infer.ts'
import { randomFrom } from '../../../src/simulation/random.ts'
import type { SimulationReport } from '../../../src/simulation/report/report.ts'
import { parseStory, printStory } from '../../../src/simulation/story/story.ts'
import { seconds, toSeconds } from '../../../src/base/time.ts'
import { faulty, wellMade, type Files } from './faulty.ts'
import { explored, simulate, Workplace } from './support.ts'

const workplace = new Workplace()

afterAll(() => {
  workplace.remove()
})

/** Of the time of a busy machine: hundreds of simulations. */
const LONG = 300_000
const SEED = 3
/** `VRRPD_EXPLORE=300` for a long look. */
const STORIES = Number(process.env['VRRPD_EXPLORE'] ?? '13')

describe('made well', () => {
  test.each(Object.entries(wellMade))(
    '%s',
    async (_name, files) => {
      const { code, findings } = await explored(workplace.putAll(files), STORIES)
      expect(findings).toEqual([])
      expect(code).toBe(0)
    },
    LONG,
  )
})

describe('made badly', () => {
  test.each(Object.entries(faulty))(
    '%s',
    async (_name, { shows, ...files }) => {
      const paths = workplace.putAll(files)
      const { code, findings } = await explored(paths, 40, SEED)
      expect(findings.map(({ kind }) => kind)).toContain(shows)
      expect(code).toBe(1)
      const kinds = findings.map(({ kind, addresses, instances }) =>
        JSON.stringify([kind, addresses, instances]),
      )
      expect(new Set(kinds).size).toBe(kinds.length)
      // Saved and told again, each shows the same.
      for (const { text, story, seed, count } of findings) {
        const path = workplace.put('found.story', story.map((line) => `${line}\n`).join(''))
        const again = await simulate(...paths, '--story', path, '--seed', String(seed), '--json')
        expect(again).toMatchObject({ code: 0, err: '' })
        expect((JSON.parse(again.out) as SimulationReport).findings).toContain(text)
        expect(count).toBeGreaterThan(0)
        expect(story.length).toBeLessThanOrEqual(4)
      }
    },
    LONG,
  )
})

describe('a random story', () => {
  const staged = async (
    files: Files,
  ): Promise<
    Omit<Parameters<typeof circumstancesOf>[0], 'story'> & { readonly stage: ReturnType<typeof stageOf> }
  > => {
    const models = await Promise.all(
      workplace.putAll(files).map(async (path, index) => ({
        name: ['a', 'b'][index] ?? '',
        model: (await loadConfiguration(path, { io: diskIo, configId: '' })).model,
        said: [],
      })),
    )
    const { hosts, lans } = inferNetwork(models, [])
    const all = models.map((host, index) => ({ ...host, links: hosts[index]?.links ?? [] }))
    const names = all.map(({ links, ...host }) => ({ ...host, links: links.map(({ name }) => name) }))
    return { hosts: all, lans, stage: stageOf(names, lans) }
  }

  test.each(Object.entries(wellMade))(
    'is read as it is printed, and all is well at its end: %s',
    async (_name, files) => {
      const { stage, hosts, lans } = await staged(files)
      for (let number = 0; number < 60; number += 1) {
        const { events, wellAt } = randomStory(stage, randomFrom(number), number)
        const read = parseStory('random', printStory(events), {
          hosts: hosts.map(({ name, model }) => ({ name, model })),
          lans,
        })
        expect(read.diagnostics).toEqual([])
        expect(read.events.map((event) => ({ ...event, span: undefined }))).toEqual(
          events.map((event) => ({ ...event, span: undefined })),
        )
        const { apart, instances } = circumstancesOf({ hosts, lans, story: events })!
        const wrong = [
          apart,
          ...instances.map(({ absent, faults, ailments }) => [...absent, ...faults, ...ailments]),
        ]
        // A start is taken to need a second after vrrp_startup_delay.
        const end = toSeconds(wellAt) + 10
        expect(wrong.flat().filter(({ to }) => to === null || to > end)).toEqual([])
        expect(Math.max(0, ...events.map(({ at }) => at))).toBeLessThanOrEqual(wellAt + seconds(0))
      }
    },
  )

  test('of one number and seed is the same each time, and others are others', async () => {
    const { stage } = await staged(wellMade['a weighted check']!)
    const tell = (seed: number, number: number): string =>
      printStory(randomStory(stage, randomFrom(seed), number).events)
    expect(tell(5, 0)).toBe(tell(5, 0))
    expect(new Set([tell(5, 0), tell(6, 0), tell(7, 0), tell(8, 0)]).size).toBe(4)
  })

  test('in time everything has its turn', async () => {
    const { stage } = await staged(wellMade['a file and a process']!)
    const types = Array.from(
      { length: 24 },
      (_, number) => randomStory(stage, randomFrom(number), number).events,
    ).flat()
    expect(new Set(types.map(({ type }) => type))).toEqual(
      new Set([
        'kill',
        'stop',
        'start',
        'crash',
        'stall',
        'link',
        'process',
        'file',
        'partition',
        'heal',
        'lose',
        'drain',
        'resume',
        'remove',
      ]),
    )
  })
})
