/** What instances and sync groups watch: `track_script`, `track_interface`, `track_file` and `track_process`. */

import { nearest } from '../../base/suggest.ts'
import type { Report, Span } from '../diagnostics/diagnostics.ts'
import { type Keyword, list, notYet } from '../syntax/keyword.ts'
import type { Word, Words } from '../syntax/lexer.ts'
import { spanOf } from '../syntax/line.ts'
import { errorAt } from '../syntax/place-diagnostic.ts'
import { entriesOf, type Node } from '../syntax/tree.ts'
import { asLineWord, block, type Printers } from '../values/printing.ts'
import { readTrackWeight, type TrackLimit, type Weight, weightWords } from '../values/weight.ts'
import type { Surrounding } from './context.ts'
import type { VrrpScript } from './vrrp-script.ts'

export const trackScript: Keyword = list(
  'track_script',
  1,
  'vrrp_script checks that change the priority or mean FAULT',
)
const trackInterface: Keyword = list('track_interface', 1, 'interfaces whose state does the same')
const trackFile: Keyword = list('track_file', 3, 'track_file files whose number does the same')
const trackProcess: Keyword = list('track_process', 3, 'vrrp_track_process processes, likewise')
const trackBfd: Keyword = list('track_bfd', 4, 'bfd_instance sessions, likewise', {
  standing: notYet('vrrpd speaks no BFD'),
})

export const trackingKeywords: readonly Keyword[] = [
  trackScript,
  trackInterface,
  trackFile,
  trackProcess,
  trackBfd,
]

export interface TrackedScript {
  /** A VrrpScript's name; always one that exists in the model. */
  readonly script: string
  readonly weight: number
  readonly reverse: boolean
  readonly span: Span
}

export interface TrackedFile {
  /** A TrackFile's name; always one that exists in the model. */
  readonly file: string
  readonly weight: number
  readonly reverse: boolean
  /** The weight is the block's own; false: the line gives it. */
  readonly inherited: boolean
  readonly span: Span
}

export interface TrackedProcess {
  /** A TrackProcess's name; always one that exists in the model. */
  readonly process: string
  readonly weight: number
  readonly reverse: boolean
  /** The weight is the block's own; false: the line gives it. */
  readonly inherited: boolean
  readonly span: Span
}

export interface TrackedInterface {
  readonly link: string
  readonly weight: number
  readonly reverse: boolean
  readonly span: Span
}

/** What an instance or a group tracks. */
export interface Tracking {
  readonly trackScripts: readonly TrackedScript[]
  readonly trackInterfaces: readonly TrackedInterface[]
  readonly trackFiles: readonly TrackedFile[]
  readonly trackProcesses: readonly TrackedProcess[]
}

/** Everything that a block tracks. */
export function resolveTracking(
  block: Pick<Node, 'nodes'>,
  { scripts, scriptNames, files, processes }: Surrounding,
  report: Report,
): Tracking {
  for (const entry of entriesOf(block, trackBfd)) entryWeight(entry, UNWEIGHTED, ofBfd, report)
  const entries = (keyword: Keyword): readonly Words[] => entriesOf(block, keyword)
  return {
    trackScripts: resolveTracked(entries(trackScript), ofScripts(scripts, scriptNames), report).map(
      ({ name, weight, reverse, span }) => ({ script: name, weight, reverse, span }),
    ),
    trackInterfaces: resolveTracked(entries(trackInterface), ofInterfaces, report).map(
      ({ name, weight, reverse, span }) => ({ link: name, weight, reverse, span }),
    ),
    trackFiles: resolveTracked(entries(trackFile), among(files, 'track_file'), report).map(
      ({ name, ...rest }) => ({ file: name, ...rest }),
    ),
    trackProcesses: resolveTracked(entries(trackProcess), among(processes, 'vrrp_track_process'), report).map(
      ({ name, ...rest }) => ({ process: name, ...rest }),
    ),
  }
}

interface Kind {
  /** The weight it has of its own; undefined: there is no such thing. */
  inherited(name: string): Weight | undefined
  /** What else may follow a weight. */
  readonly directions: readonly string[]
  readonly limit: TrackLimit
  /** What it has to be, and the names that there are. */
  readonly wanted: string
  readonly known: readonly string[]
  /** Where names stand in the whole file, as far as that is known. */
  readonly defined: ReadonlyMap<string, Span>
}

/** keepalived looks names up while it reads. */
const among = (blocks: ReadonlyMap<string, Weight>, wanted: string): Kind => ({
  inherited: (name) => blocks.get(name),
  directions: ['reverse', 'noreverse'],
  limit: 254,
  wanted,
  known: [...blocks.keys()],
  defined: new Map(),
})

const ofScripts = (scripts: ReadonlyMap<string, Weight>, defined: ReadonlyMap<string, Span>): Kind => ({
  ...among(scripts, 'usable vrrp_script'),
  limit: 253,
  defined,
})

const UNWEIGHTED: Weight = { weight: 0, reverse: false }

const ofInterfaces: Kind = {
  inherited: () => UNWEIGHTED,
  directions: ['reverse'],
  limit: 253,
  wanted: 'interface',
  known: [],
  defined: new Map(),
}

/** No session is kept, but what is wrong with a line is said. */
const ofBfd = { directions: ['reverse', 'noreverse'], limit: 253 } as const

interface TrackedName extends Weight {
  readonly name: string
  readonly inherited: boolean
  readonly span: Span
}

function resolveTracked(entries: readonly Words[], kind: Kind, report: Report): readonly TrackedName[] {
  const tracked = new Map<string, TrackedName>()
  for (const entry of entries) {
    const [name] = entry.words
    const inherited = kind.inherited(name.text)
    if (inherited === undefined) {
      const message = `there is no ${kind.wanted} ${name.text} above this line: it is not tracked`
      const defined = kind.defined.get(name.text)
      const related = defined && [
        { span: defined, message: 'it is defined here: a usable one must stand above' },
      ]
      const suggestion = defined ? undefined : nearest(name.text, kind.known)
      report(errorAt(name, 'script-not-found', message, { suggestion, related }))
    } else if (isNew(name, tracked.get(name.text), report)) {
      const weight = entryWeight(entry, inherited, kind, report)
      if (weight === undefined) continue
      const ofBlock = entry.words.length === 1
      tracked.set(name.text, { name: name.text, ...weight, inherited: ofBlock, span: spanOf(name) })
    }
  }
  return [...tracked.values()]
}

function isNew(name: Word, earlier: { readonly span: Span } | undefined, report: Report): boolean {
  if (earlier === undefined) return true
  const related = [{ span: earlier.span, message: 'first tracked here' }]
  report(
    errorAt(name, 'duplicate-name', `${name.text} is already tracked: this line is ignored`, { related }),
  )
  return false
}

/** `NAME [weight N [reverse]]`; undefined: keepalived leaves the whole line out. */
function entryWeight(
  { words }: Words,
  inherited: Weight,
  { directions, limit }: Pick<Kind, 'directions' | 'limit'>,
  report: Report,
): Weight | undefined {
  const [, option, number, direction] = words
  if (option === undefined) return { weight: inherited.weight, reverse: inherited.reverse }
  if (option.text !== 'weight') {
    const message = `only 'weight' may follow a name, and each name needs its own line: this one is ignored`
    report(errorAt(option, 'unknown-option', message))
    return undefined
  }
  if (number === undefined) {
    report(
      errorAt(
        { ...option, from: option.to },
        'missing-value',
        `'weight' needs a number: the line is ignored`,
      ),
    )
    return undefined
  }
  return readTrackWeight(number, direction, directions, inherited.weight, limit, report)
}

/** @param scripts by name: their weights need not be said again. */
export const trackingPrinters = (scripts: ReadonlyMap<string, VrrpScript>): Printers<Tracking> => ({
  trackScripts: (tracked) =>
    block(
      'track_script',
      tracked.map(({ script, weight, reverse }) => {
        const own = scripts.get(script)
        return line(script, { weight, reverse, inherited: own?.weight === weight && own.reverse === reverse })
      }),
    ),
  trackInterfaces: (tracked) =>
    block(
      'track_interface',
      tracked.map(({ link, weight, reverse }) =>
        line(link, { weight, reverse, inherited: weight === 0 && !reverse }),
      ),
    ),
  trackFiles: (tracked) =>
    block(
      'track_file',
      tracked.map((each) => line(each.file, each)),
    ),
  trackProcesses: (tracked) =>
    block(
      'track_process',
      tracked.map((each) => line(each.process, each)),
    ),
})

const line = (name: string, { weight, reverse, inherited }: Omit<TrackedFile, 'file' | 'span'>): string =>
  inherited ? asLineWord(name) : `${asLineWord(name)} ${weightWords(weight, reverse)}`
