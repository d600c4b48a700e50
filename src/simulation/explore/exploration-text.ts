/** What `vrrpd simulate --explore` says, to people and to programs. Pure. */

import { paint, wrap } from '../../base/layout.ts'
import { printable } from '../../base/printable.ts'
import type { FindingKind } from '../report/findings.ts'
import { printStory } from '../story/story.ts'
import type { Discovery, Exploration } from './explore.ts'

export interface Telling {
  /** Columns to fill. */
  readonly width: number
  readonly colour: boolean
  /** So many stories were asked for. */
  readonly asked: number
  /** What tells a saved story; `FILE` stands for it. */
  readonly command: string
}

const TITLES: Readonly<Record<FindingKind, string>> = {
  'never-held': 'Nobody ever has the address',
  unserved: 'Nobody has the address, though a healthy host is there',
  doubled: 'Two have the address, though each is in reach of the other',
  flapping: 'The address flaps',
  'kept-while-failing': 'A host whose checks fail keeps the address, though a healthy one is there',
  'lost-together': 'One link takes the address from all hosts',
  stuck: 'Stuck in FAULT without a reason',
  nopreempt: 'nopreempt is not kept',
}

const INDENT = '  '
/** Of those that one story shows. */
const MOST_TEXTS = 4

/** Findings with their stories, then a line on all of them. Each line ends with a line feed. */
export function renderExploration(exploration: Exploration, telling: Telling): string {
  const { width, colour, command } = telling
  const findings = shared(exploration.discoveries).map((same) => findingLines(same, exploration, telling))
  const sum = summary(exploration, telling)
  if (findings.length === 0) return `${sum}\n`
  const how = 'What one of these stories leads to: save its lines, and'
  return [
    ...findings,
    [...wrap(sum, width).map((text) => paint({ text, colour: 'bold' }, colour))],
    [how, `${INDENT}${command}`],
  ]
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n')
}

/** What one story shows of one kind is told together. */
function shared(discoveries: readonly Discovery[]): readonly (readonly [Discovery, ...Discovery[]])[] {
  const found = new Map<string, [Discovery, ...Discovery[]]>()
  for (const each of discoveries) {
    const key = `${each.finding.kind} ${printStory(each.story)}`
    const same = found.get(key)
    if (same) same.push(each)
    else found.set(key, [each])
  }
  return [...found.values()]
}

function findingLines(
  same: readonly [Discovery, ...Discovery[]],
  { stories }: Exploration,
  { width, colour }: Telling,
): readonly string[] {
  const [{ finding, story }] = same
  const most = Math.max(...same.map(({ count }) => count))
  const title = `${TITLES[finding.kind]} (in ${most} of ${stories} stories)`
  const texts = same.slice(0, MOST_TEXTS).map((each) => each.finding.text)
  const more = same.length > MOST_TEXTS ? [`and ${same.length - MOST_TEXTS} more like these`] : []
  return [
    ...wrap(title, width).map((text) => paint({ text, colour: 'red' }, colour)),
    ...[...texts, ...more].flatMap((text) =>
      wrap(printable(text), Math.max(20, width - INDENT.length)).map((line) => INDENT + line),
    ),
    '',
    ...storyLines(story).map((line) => `${INDENT}${INDENT}${line}`),
  ]
}

function storyLines(story: Discovery['story']): readonly string[] {
  if (story.length === 0) return ['# nothing has to happen: an empty story']
  return printStory(story).trimEnd().split('\n')
}

function summary({ stories, seconds, discoveries }: Exploration, { asked }: Telling): string {
  const told = `${stories} ${stories === 1 ? 'story' : 'stories'}, ${howLong(seconds)} simulated`
  const found = discoveries.length === 0 ? 'nothing unexpected' : `${discoveries.length} unexpected`
  return stories < asked
    ? `Interrupted after ${stories} of ${asked} stories, ${howLong(seconds)} simulated: ${found}`
    : `${told}, ${found}`
}

function howLong(time: number): string {
  if (time < 120) return `${Math.round(time)} seconds`
  return time < 7_200 ? `${Math.round(time / 60)} minutes` : `${(time / 3_600).toFixed(1)} hours`
}

/** Documented in vrrpd(8). */
export interface ExplorationReport {
  readonly version: 1
  /** Of the stories and of what is random in each. */
  readonly seed: number
  /** How many were told. */
  readonly stories: number
  /** How long they lasted in the simulated world, together. */
  readonly seconds: number
  /** Fewer were told than were asked for. */
  readonly interrupted: boolean
  readonly findings: readonly {
    readonly kind: FindingKind
    readonly text: string
    readonly addresses: readonly string[]
    readonly instances: readonly string[]
    /** In so many of the stories. */
    readonly count: number
    /** With which the story shows it. */
    readonly seed: number
    /** Lines for `--story`. */
    readonly story: readonly string[]
  }[]
}

export const explorationReport = (
  { stories, seconds, discoveries }: Exploration,
  { asked, seed }: { readonly asked: number; readonly seed: number },
): ExplorationReport => ({
  version: 1,
  seed,
  stories,
  seconds,
  interrupted: stories < asked,
  findings: discoveries.map(({ finding, count, story }) => {
    const { kind, text, addresses, instances } = finding
    return {
      kind,
      text,
      addresses,
      instances,
      count,
      seed,
      story: story.length === 0 ? [] : storyLines(story),
    }
  }),
})
