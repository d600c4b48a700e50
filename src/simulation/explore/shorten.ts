/** The shortest story that still shows it: fewer events, rounder times, less waiting. Pure but for what is asked. */

import { instant, seconds, type Duration, type Instant } from '../../base/time.ts'
import type { StoryEvent } from '../story/story.ts'
import { fewer, type Attempts } from './fewer.ts'

type Shows = (story: readonly StoryEvent[]) => Promise<boolean>

/**
 * @param story shows it
 * @param most so many stories may be tried
 */
export async function shorten(
  story: readonly StoryEvent[],
  shows: Shows,
  most: number,
): Promise<readonly StoryEvent[]> {
  const attempts = { left: most }
  const fewest = await fewer(story, shows, attempts)
  const plain = await simplified(fewest, shows, attempts)
  const round = await rounded(plain, shows, attempts)
  const short = await hastened(round, shows, attempts)
  return short.length < 2 ? short : fewer(short, shows, attempts)
}

/** The first of them that shows it, or else what there was. */
async function firstThat(
  story: readonly StoryEvent[],
  candidates: readonly (readonly StoryEvent[])[],
  shows: Shows,
  attempts: Attempts,
): Promise<readonly StoryEvent[]> {
  for (const candidate of candidates) {
    if (attempts.left <= 0) break
    attempts.left -= 1
    if (await shows(candidate)) return candidate
  }
  return story
}

/** A loss of everything is simpler than one of some packets, and so is a check that fails than one that hangs. */
async function simplified(
  story: readonly StoryEvent[],
  shows: Shows,
  attempts: Attempts,
): Promise<readonly StoryEvent[]> {
  let plain = story
  for (const [index, event] of story.entries()) {
    const simpler = simplerThan(event)
    if (simpler !== undefined) plain = await firstThat(plain, [plain.with(index, simpler)], shows, attempts)
  }
  return plain
}

function simplerThan(event: StoryEvent): StoryEvent | undefined {
  if (event.type === 'lose' && event.percent > 0 && event.percent < 100) return { ...event, percent: 100 }
  if (event.type === 'script' && event.outcome === 'time out') return { ...event, outcome: 'fail' }
  return undefined
}

/** Whole seconds, for all events or for as many as will. */
async function rounded(
  story: readonly StoryEvent[],
  shows: Shows,
  attempts: Attempts,
): Promise<readonly StoryEvent[]> {
  const ways = [Math.round, Math.ceil, Math.floor]
  const all = ways.map((way) => story.map((event) => inSeconds(event, way)))
  const found = await firstThat(story, all, shows, attempts)
  if (found !== story) return found
  let round = story
  for (const [index, event] of story.entries()) {
    const candidates = ways.map((way) => sorted(round.with(index, inSeconds(event, way))))
    round = await firstThat(round, candidates, shows, attempts)
  }
  return round
}

const SECOND = 1_000_000

function inSeconds(event: StoryEvent, way: (value: number) => number): StoryEvent {
  const at = instant(way(event.at / SECOND) * SECOND)
  if (!('duration' in event)) return { ...event, at }
  return { ...event, at, duration: wholeSeconds(event.duration, way) }
}

const wholeSeconds = (duration: Duration, way: (value: number) => number): Duration =>
  seconds(Math.max(1, way(duration / SECOND)))

const sorted = (story: readonly StoryEvent[]): readonly StoryEvent[] =>
  [...story].sort((one, other) => one.at - other.at)

/** What is waited before an event, and how long one lasts, as far as it can be less; seconds. */
const WAITS = [0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300]

async function hastened(
  story: readonly StoryEvent[],
  shows: Shows,
  attempts: Attempts,
): Promise<readonly StoryEvent[]> {
  let short = story
  for (const index of story.keys()) {
    const before = short[index - 1]?.at ?? 0
    const gap = (short[index]?.at ?? 0) - before
    const less = WAITS.map((wait) => wait * SECOND).filter((wait) => wait < gap)
    short = await least(short, less, (wait) => sooner(short, index, instant(before + wait)), shows, attempts)
    const event = short[index]
    if (event === undefined || !('duration' in event)) continue
    const { duration } = event
    const shorter = WAITS.map((wait) => wait * SECOND).filter((wait) => wait > 0 && wait < duration)
    const withDuration = (wait: number): readonly StoryEvent[] =>
      short.with(index, { ...event, duration: wait as Duration })
    short = await least(short, shorter, withDuration, shows, attempts)
  }
  return short
}

/** By halving: mostly, what is enough with less is enough with more. */
async function least(
  story: readonly StoryEvent[],
  values: readonly number[],
  make: (value: number) => readonly StoryEvent[],
  shows: Shows,
  attempts: Attempts,
): Promise<readonly StoryEvent[]> {
  let [low, high] = [0, values.length]
  let found = story
  while (low < high && attempts.left > 0) {
    const middle = Math.floor((low + high) / 2)
    const candidate = make(values[middle] ?? 0)
    attempts.left -= 1
    if (await shows(candidate)) {
      found = candidate
      high = middle
    } else low = middle + 1
  }
  return found
}

/** This event at that time, and all after it as much sooner. */
function sooner(story: readonly StoryEvent[], index: number, at: Instant): readonly StoryEvent[] {
  const by = (story[index]?.at ?? at) - at
  return story.map((event, place) => (place < index ? event : { ...event, at: instant(event.at - by) }))
}
