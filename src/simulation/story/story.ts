/**
 * Stories for `vrrpd simulate`: one event a line, in any order, `#` begins a
 * comment. `at 10s kill a`. grammar.ts says how each event is written. Pure.
 *
 * - Times count from the beginning and have units: `10s`, `1.5s`, `250ms`, `2m`, `1m30s`.
 * - Hosts, interfaces, scripts and so on are those of the Cast. A word in double quotes is always a name.
 * - A partition says of every host on which side it is; hosts that nobody mentions would be a guess.
 */

import { invariant } from '../../base/result.ts'
import { instant, type Instant } from '../../base/time.ts'
import type { Diagnostic } from '../../config/diagnostics/diagnostics.ts'
import { source, type SourceMap } from '../../config/diagnostics/sources.ts'
import { everybodyOf, type Cast, type Everybody } from './cast.ts'
import type { StoryEvent } from './event.ts'
import { readHappening } from './grammar.ts'
import { Sentence } from './sentence.ts'
import { linesOf, type WordLine } from './words.ts'

export type { Cast } from './cast.ts'
export { defaultStory, findingTime, settlingTime } from './default-story.ts'
export type { StoryEvent } from './event.ts'
export { printStory } from './print-story.ts'

export interface Story {
  /** By time, in the file's order within one instant. Lines with an error are not among them. */
  readonly events: readonly StoryEvent[]
  /** Errors only, at most one for each line, in the file's order. */
  readonly diagnostics: readonly Diagnostic[]
  readonly sources: SourceMap
}

/** @param path what the diagnostics call the text */
export function parseStory(path: string, text: string, cast: Cast): Story {
  const read = source(path, text)
  const everybody = everybodyOf(cast)
  const events: StoryEvent[] = []
  const diagnostics: Diagnostic[] = []
  for (const line of linesOf(read)) {
    const event = readLine(line, cast, everybody)
    if ('severity' in event) diagnostics.push(event)
    else events.push(event)
  }
  return { events: inOrder(events), diagnostics, sources: new Map([[path, read]]) }
}

function readLine(line: WordLine, cast: Cast, everybody: Everybody): StoryEvent | Diagnostic {
  const sentence = new Sentence(line, cast, everybody)
  sentence.begin()
  const time = sentence.time()
  const happening = readHappening(sentence)
  if (time === undefined || happening === undefined) {
    invariant(sentence.problem !== undefined, 'a line that is no event has a problem')
    return sentence.problem
  }
  return { at: instant(time), span: line.span, ...happening }
}

/** Stable. */
const inOrder = (events: readonly StoryEvent[]): readonly StoryEvent[] =>
  [...events].sort((one, other) => one.at - other.at)

/** When the last event is over, be it a stall or a drain that ends; 0 for an empty story. */
export const lastEventAt = (events: readonly StoryEvent[]): Instant =>
  instant(events.reduce((latest, event) => Math.max(latest, endOf(event)), 0))

const endOf = (event: StoryEvent): number => event.at + ('duration' in event ? event.duration : 0)
