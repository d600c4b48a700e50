/** track_file and vrrp_track_process blocks, and the lines of instances and groups that name them. */

import type { TrackedFile, TrackedProcess, TrackFile, TrackProcess } from '../model.ts'
import { nothing, printFields, type Printers } from './fields.ts'
import { weightWords } from './scripts.ts'
import { block, inSeconds, lineWord, quoted, when, word } from './words.ts'

const ofFile: Printers<TrackFile> = {
  name: nothing,
  path: (path) => [`file ${word(path)}`],
  weight: (weight, { reverse }) => when(weight !== 1 || reverse, weightWords(weight, reverse)),
  reverse: nothing,
  initial: ({ value, overwrite }) => [`init_file ${value}${overwrite ? ' overwrite' : ''}`],
  span: nothing,
}

const ofProcess: Printers<TrackProcess> = {
  name: nothing,
  program: (program, { parameters }) => [`process ${[program, ...parameters].map(quoted).join(' ')}`],
  parameters: nothing,
  match: (match, { parameters }) =>
    match === 'initial' || match === 'partial'
      ? [`param_match ${match}`]
      : when(match === 'exact' && parameters.length === 0, 'full_command'),
  weight: (weight, { reverse }) => when(weight !== 0 || reverse, weightWords(weight, reverse)),
  reverse: nothing,
  quorum: (quorum) => when(quorum > 1, `quorum ${quorum}`),
  quorumMax: (most) => [`quorum_max ${most}`],
  terminateDelay: (delay) => when(delay !== 0, `terminate_delay ${inSeconds(delay)}`),
  forkDelay: (delay) => when(delay !== 0, `fork_delay ${inSeconds(delay)}`),
  span: nothing,
}

export const trackFileBlocks = (files: readonly TrackFile[]): readonly (readonly string[])[] =>
  files.map((file) => block(`track_file ${word(file.name)}`, printFields(ofFile, file)))

export const trackProcessBlocks = (processes: readonly TrackProcess[]): readonly (readonly string[])[] =>
  processes.map((each) => block(`vrrp_track_process ${word(each.name)}`, printFields(ofProcess, each)))

type Weighed = Pick<TrackedFile, 'weight' | 'reverse' | 'inherited'>

const line = (name: string, { weight, reverse, inherited }: Weighed): string =>
  inherited ? lineWord(name) : `${lineWord(name)} ${weightWords(weight, reverse)}`

export const trackFileLines = (tracked: readonly TrackedFile[]): readonly string[] =>
  block(
    'track_file',
    tracked.map((each) => line(each.file, each)),
  )

export const trackProcessLines = (tracked: readonly TrackedProcess[]): readonly string[] =>
  block(
    'track_process',
    tracked.map((each) => line(each.process, each)),
  )
