/** `global_defs`: what signals have written, and where. */

import { type Arguments, type Keyword, value } from '../../syntax/keyword.ts'
import { errorAt } from '../../syntax/place-diagnostic.ts'
import { optionalBoolean } from '../../values/basic.ts'
import { integer } from '../../values/number.ts'
import { asWord, when } from '../../values/printing.ts'
import type { Values } from '../../values/values.ts'

const IGNORED = 'the line is ignored'

/** Where a running daemon writes: it has no directory of its own that a relative path could start from. */
const absolutePath: Arguments<string> = {
  syntax: 'FILE',
  needed: 1,
  read({ words }, report) {
    const [, path] = words
    if (path === undefined || path.text.startsWith('/')) return path?.text
    report(errorAt(path, 'invalid-value', `a path from the root is expected here; ${IGNORED}`))
    return undefined
  },
}

const since = '2.2.8'

const dataUseInstance: Keyword<boolean> = value(
  'data_use_instance',
  3,
  optionalBoolean,
  'network namespace and instance in the names of .data files',
  { default: 'off' },
)
const stateDumpFile: Keyword<string> = value('state_dump_file', 3, absolutePath, 'where SIGUSR1 writes', {
  default: '/tmp/keepalived.data',
  since,
})
const statsDumpFile: Keyword<string> = value('stats_dump_file', 3, absolutePath, 'where SIGUSR2 writes', {
  default: '/tmp/keepalived.stats',
  since,
})
const jsonDumpFile: Keyword<string> = value(
  'json_dump_file',
  3,
  absolutePath,
  'where the JSON signal writes',
  { default: '/tmp/keepalived.json', since },
)
const jsonVersion: Keyword<number> = value(
  'json_version',
  3,
  integer({ minimum: 1, maximum: 2 }),
  '1: an array of instances; 2: an object with arrays of instances and tracked processes',
  { default: '1', since },
)

export const dumpKeywords: readonly Keyword[] = [
  dataUseInstance,
  stateDumpFile,
  statsDumpFile,
  jsonDumpFile,
  jsonVersion,
]

/** What signals have written, and where; absent paths are keepalived's own in /tmp. */
export interface DumpFiles {
  /** `data_use_instance`: names of `.data` files in /tmp hold those of the network namespace and instance. */
  readonly useInstance: boolean
  /** `state_dump_file` */
  readonly data?: string
  readonly stats?: string
  readonly json?: string
  /** `json_version` */
  readonly jsonVersion: 1 | 2
}

export function dumpsOf(values: Values): DumpFiles {
  const data = values.last(stateDumpFile)
  const stats = values.last(statsDumpFile)
  const json = values.last(jsonDumpFile)
  return {
    useInstance: values.last(dataUseInstance) ?? false,
    ...(data !== undefined && { data }),
    ...(stats !== undefined && { stats }),
    ...(json !== undefined && { json }),
    jsonVersion: values.last(jsonVersion) === 2 ? 2 : 1,
  }
}

export const dumpLines = ({ useInstance, data, stats, json, jsonVersion }: DumpFiles): readonly string[] => [
  ...when(useInstance, 'data_use_instance'),
  ...(data === undefined ? [] : [`state_dump_file ${asWord(data)}`]),
  ...(stats === undefined ? [] : [`stats_dump_file ${asWord(stats)}`]),
  ...(json === undefined ? [] : [`json_dump_file ${asWord(json)}`]),
  ...when(jsonVersion !== 1, `json_version ${jsonVersion}`),
]
