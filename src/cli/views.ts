/**
 * A StatusReport as one screen of text: problems first, then the instances:
 * everything about a few, or a table of many; then the virtual servers. A wide terminal gets everything in the table; a narrow one gets
 * reason and addresses below each row; and where even that table does not fit
 * (long names), each instance is a paragraph. Pure.
 */

import { printable } from '../base/printable.ts'
import type { InstanceReport, StatusReport } from '../control/report.ts'
import { addressCell, masterText, plain, priorityText, stateCell } from './cells.ts'
import { instanceDetail } from './detail.ts'
import { columnWidths, flow, tableRow, tableWidth, words, type Cell, type Colour } from '../base/layout.ts'
import { problemLines } from './problem-lines.ts'
import { serversView } from './server-views.ts'
import type { ViewOptions } from './view-options.ts'

const INDENT = '    '

export function statusView(report: StatusReport, options: ViewOptions): string {
  const sections = [
    daemonLine(report, options),
    problemLines(report.problems, options),
    ...instancesView(report, options),
    ...serversView(report, options),
  ]
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n')
}

function daemonLine({ daemon }: StatusReport, { width, colour, time }: ViewOptions): readonly string[] {
  const pieces = [
    `vrrpd ${daemon.version}`,
    `pid ${daemon.pid}`,
    `running for ${time(daemon.startedAt).ago}`,
    `loop lag ${Math.round(daemon.loopLagMs)} ms`,
    daemon.configFile,
  ]
  return flow(pieces.map(plain), ',', '', width, colour)
}

const prose = (sentence: string, width: number): readonly string[] =>
  flow(words(printable(sentence)), '', INDENT, width, false)

/** So many fit on a screen with all that is to be said of them. */
const FEW = 3

/** Each element a section. */
function instancesView(
  { instances: all, virtualServers = [] }: StatusReport,
  options: ViewOptions,
): readonly (readonly string[])[] {
  if (all.length === 0) return virtualServers.length > 0 ? [] : [['No vrrp_instance is configured.']]
  if (all.length <= FEW) return all.map((instance) => instanceDetail(instance, options))
  const lines = wideTable(all, options) ?? narrowTable(all, options) ?? paragraphs(all, options)
  return [lines, ['vrrpd status NAME shows more of one.']]
}

/** Undefined when it does not fit. Addresses stand below one another in the last column. */
function wideTable(
  all: readonly InstanceReport[],
  { width, colour, time }: ViewOptions,
): readonly string[] | undefined {
  const rows = all.flatMap((instance) => {
    const { at, ago } = time(instance.since)
    const [first = plain(''), ...others] = addressCells(instance)
    const row = [...commonCells(instance, `${at} (${ago})`), plain(instance.because)]
    return [[...row, first], ...others.map((cell) => [...row.map(() => plain('')), cell])]
  })
  return table([titles('SINCE', 'WHY', 'ADDRESSES'), ...rows], width, colour)
}

/** Undefined when it does not fit. */
function narrowTable(all: readonly InstanceReport[], options: ViewOptions): readonly string[] | undefined {
  const rows = all.map((instance) => commonCells(instance, options.time(instance.since).ago))
  const lines = table([titles('FOR'), ...rows], options.width, options.colour)
  return lines?.flatMap((line, at) => {
    const instance = all[at - 1]
    return instance ? [line, ...below(instance, options)] : [line]
  })
}

function table(
  rows: readonly (readonly Cell[])[],
  width: number,
  colour: boolean,
): readonly string[] | undefined {
  const widths = columnWidths(rows)
  if (tableWidth(widths) > width) return undefined
  return rows.map((row) => tableRow(row, widths, colour))
}

function paragraphs(all: readonly InstanceReport[], options: ViewOptions): readonly string[] {
  return all.flatMap((instance) => {
    const facts = [
      stateCell(instance),
      plain(`for ${options.time(instance.since).ago}`),
      plain(`VRID ${instance.vrid}`),
      plain(`interface ${instance.interface}`),
      plain(`priority ${priorityText(instance)}`),
      plain(`master ${masterText(instance)}`),
    ]
    const first = flow(facts, ',', INDENT, options.width, options.colour)
    return [printable(instance.name), ...first, ...below(instance, options)]
  })
}

/** Why, and the addresses. */
function below(instance: InstanceReport, { width, colour }: ViewOptions): readonly string[] {
  const addresses = addressCells(instance)
  const lines = addresses.length === 0 ? [] : flow(addresses, ',', INDENT, width, colour)
  return [...prose(instance.because, width), ...lines]
}

const addressCells = (instance: InstanceReport): readonly Cell[] =>
  instance.addresses.map((address) => addressCell(instance, address))

function titles(time: string, ...last: readonly string[]): readonly Cell[] {
  const names = ['INSTANCE', 'STATE', time, 'VRID', 'INTERFACE', 'PRIORITY', 'MASTER', ...last]
  return names.map((text): { text: string; colour: Colour } => ({ text, colour: 'bold' }))
}

const commonCells = (instance: InstanceReport, time: string): readonly Cell[] => [
  plain(instance.name),
  stateCell(instance),
  plain(time),
  plain(String(instance.vrid)),
  plain(instance.interface),
  plain(priorityText(instance)),
  plain(masterText(instance)),
]
