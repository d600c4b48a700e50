/** `vrrpd simulate FILE… --explore N`: random stories, and what of them nobody would have expected. */

import type { Duration } from '../base/time.ts'
import { explorationReport, renderExploration } from '../simulation/explore/exploration-text.ts'
import { explore, type Discovery } from '../simulation/explore/explore.ts'
import { stageOf } from '../simulation/explore/stage.ts'
import { endAfter, Network, type NetworkSetup } from '../simulation/network.ts'
import { judge } from '../simulation/report/report.ts'
import { lastEventAt, type StoryEvent } from '../simulation/story/story.ts'
import { EXIT } from './exit-codes.ts'
import type { CommandIo } from './io.ts'
import type { Interruptible } from './terminal.ts'
import type { SimulateArguments } from './simulate-command.ts'

/** What all stories are told with; when each ends is its own matter. */
export interface Exploring {
  readonly setup: Omit<NetworkSetup, 'until'>
  /** What `vrrpd simulate` waits for after a story's last event. */
  readonly settling: Duration
  /** Draws a story. @returns why it could not */
  readonly draw: (story: readonly StoryEvent[]) => Promise<string | undefined>
}

/** @returns what cannot be had together; undefined: nothing */
export function unexplorable(args: SimulateArguments): string | undefined {
  const { explore: stories, story, check, until } = args
  if (stories === undefined) return undefined
  if (!Number.isInteger(stories) || stories < 1 || stories > MOST_STORIES)
    return `--explore: a whole number of stories is needed, 1..${MOST_STORIES}`
  if (story !== undefined) return '--explore makes its stories up: --story cannot be given, too'
  if (check) return '--explore runs the files: --check, which only looks for errors, cannot be given, too'
  if (until !== undefined) return '--explore waits until all is settled: --until cannot be given, too'
  return undefined
}

const MOST_STORIES = 1_000_000

export async function exploreFiles(
  args: SimulateArguments,
  asked: number,
  { setup, settling, draw }: Exploring,
  io: CommandIo,
  { ended, release }: Interruptible,
): Promise<number> {
  const { seed } = args
  const exploration = await explore({
    stage: stageOf(
      setup.hosts.map(({ name, model, links }) => ({ name, model, links: links.map((link) => link.name) })),
      setup.lans,
    ),
    stories: asked,
    seed,
    ended,
    tell: async (story, until = endAfter(lastEventAt(story), settling)) => {
      const observed = await new Network({ ...setup, until }).run(story)
      return { findings: judge(observed), length: until }
    },
    progress: (told, found) => io.progress?.(`${told} of ${asked} stories, ${found} unexpected`),
  }).finally(release)
  io.progress?.('')
  const telling = { width: io.width, colour: io.colour, asked, command: commandOf(args) }
  io.out(
    args.json
      ? `${JSON.stringify(explorationReport(exploration, { asked, seed }), null, 2)}\n`
      : renderExploration(exploration, telling),
  )
  const [first] = exploration.discoveries
  const problem = await drawFirst(args.svg, first, draw)
  if (problem !== undefined) io.err(`vrrpd simulate: ${problem}\n`)
  if (first !== undefined) return EXIT.problems
  return exploration.stories < asked ? Number(ended.reason) : EXIT.allWell
}

async function drawFirst(
  path: string | undefined,
  first: Discovery | undefined,
  draw: Exploring['draw'],
): Promise<string | undefined> {
  if (path === undefined) return undefined
  return first === undefined ? `nothing was found, so ${path} is not written` : draw(first.story)
}

/** With which a saved story shows what it showed here. */
function commandOf({ files, lans, addresses, seed }: SimulateArguments): string {
  const said = [...lans.map((lan) => ['--lan', lan]), ...addresses.map((address) => ['--address', address])]
  const words = [...files, ...said.flat(), '--seed', String(seed), '--story', 'FILE']
  return ['vrrpd', 'simulate', ...words.map(quoted)].join(' ')
}

/** For a shell. */
const quoted = (word: string): string =>
  /^[\w./:@%+,=~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
