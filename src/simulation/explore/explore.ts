/** Random stories told to some configurations, and what of their outcomes nobody would have expected. Pure but for the telling. */

import { instant, plus, seconds, toSeconds, type Duration } from '../../base/time.ts'
import { randomFrom } from '../random.ts'
import type { Finding } from '../report/findings.ts'
import type { StoryEvent } from '../story/story.ts'
import { randomStory } from './random-story.ts'
import { shorten } from './shorten.ts'
import { quietTime, type Stage } from './stage.ts'

export interface ExploreOptions {
  readonly stage: Stage
  /** How many stories. */
  readonly stories: number
  /** Of the stories. */
  readonly seed: number
  /**
   * What comes of a story.
   *
   * @param until when it ends; absent: when `vrrpd simulate` would end it
   */
  readonly tell: (story: readonly StoryEvent[], until?: Duration) => Promise<Outcome>
  /** Nobody wants any more of it. */
  readonly ended: AbortSignal
  readonly progress: (told: number, found: number) => void
}

export interface Outcome {
  readonly findings: readonly Finding[]
  /** How long it lasted in the simulated world. */
  readonly length: Duration
}

export interface Exploration {
  /** How many stories were told. */
  readonly stories: number
  /** How long they lasted in the simulated world, together; seconds. */
  readonly seconds: number
  /** In the order in which they were found. */
  readonly discoveries: readonly Discovery[]
}

/** Something of one kind that goes wrong, for one instance or address. */
export interface Discovery {
  /** As the story shows it. */
  readonly finding: Finding
  /** The shortest one that was found. */
  readonly story: readonly StoryEvent[]
  /** In how many of all stories it went wrong. */
  readonly count: number
}

/** Of stories tried to make one shorter. */
const ATTEMPTS = 150

interface Kept {
  readonly story: readonly StoryEvent[]
  readonly finding: Finding
  count: number
}

export async function explore(options: ExploreOptions): Promise<Exploration> {
  const { stage, stories, seed, tell, ended, progress } = options
  const quiet = quietTime(stage)
  const kept = new Map<string, Kept>()
  let told = 0
  let simulated = seconds(0)
  for (let number = 0; number < stories && !ended.aborted; number += 1) {
    const { events, wellAt } = randomStory(stage, randomFrom(seed * 1_000_003 + number), number)
    const outcome = await tell(events, plus(wellAt, quiet))
    simulated = plus(simulated, outcome.length)
    told += 1
    for (const finding of outcome.findings.filter(isUnexpected)) {
      const key = keyOf(finding)
      const known = kept.get(key)
      if (known !== undefined) known.count += 1
      else kept.set(key, { ...(await shortest(events, finding, kept, wellAt, options)), count: 1 })
    }
    progress(told, kept.size)
  }
  const discoveries = [...kept.values()].map(({ story, finding, count }) => ({ story, finding, count }))
  return { stories: told, seconds: toSeconds(simulated), discoveries }
}

export const isUnexpected = ({ isExpected }: Finding): boolean => isExpected !== true

/** What is the same going wrong. */
const keyOf = ({ kind, addresses, instances }: Finding): string =>
  JSON.stringify([kind, instances.length === 0 ? addresses : instances])

/** The story of something else of its kind, if it shows this, too. */
async function shortest(
  events: readonly StoryEvent[],
  finding: Finding,
  kept: ReadonlyMap<string, Kept>,
  wellAt: Duration,
  { stage, tell, ended }: ExploreOptions,
): Promise<Pick<Kept, 'story' | 'finding'>> {
  const key = keyOf(finding)
  let found: Pick<Kept, 'story' | 'finding'> = { story: events, finding }
  const shows = async (story: readonly StoryEvent[]): Promise<boolean> => {
    if (ended.aborted) return false
    const outcome = await tell(story)
    const same = outcome.findings.find((each) => isUnexpected(each) && keyOf(each) === key)
    if (same === undefined) return false
    found = { story, finding: same }
    return true
  }
  for (const other of kept.values())
    if (other.finding.kind === finding.kind && (await shows(other.story))) return found
  // Without its quiet time a story ends sooner; one more event, which changes nothing, has it last as long.
  const lasting = [...events, lastWord(plus(wellAt, quietTime(stage)))]
  const whole = (await shows(events)) ? events : (await shows(lasting)) ? lasting : undefined
  if (whole !== undefined) await shorten(whole, shows, ATTEMPTS)
  return found
}

const lastWord = (at: Duration): StoryEvent => ({
  at: instant(at),
  span: { file: 'a random story', start: 0, end: 0 },
  type: 'heal',
})
