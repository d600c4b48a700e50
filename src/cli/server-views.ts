/**
 * Virtual servers and their real servers as text: a line that sums up, then a table for each virtual server. Of many,
 * those in trouble alone, the worst first. Where few are shown, each check has a line. Pure.
 */

import { columnWidths, flow, paint, tableRow, tableWidth, words, type Cell } from '../base/layout.ts'
import { printable } from '../base/printable.ts'
import type {
  CheckerReport,
  LvsSections,
  RealServerReport,
  ServerCounts,
  SyncDaemonReport,
  VirtualServerReport,
} from '../control/lvs-report.ts'
import type { StatusReport } from '../control/report.ts'
import { shortName } from '../control/server-name.ts'
import { plain } from './cells.ts'
import type { ViewOptions } from './view-options.ts'

const INDENT = '  '
const DEEP = '      '

/** So many real servers fit on a few screens. */
export const FEW_SERVERS = 60
/** So many with all of their checks. */
const FEW_WITH_CHECKS = 6
/** Of many in trouble so many are shown, and of each so many servers. */
const MOST_TROUBLED = 12
const MOST_ROWS = 4

/** Each element a section; none where the report has nothing about virtual servers. */
export function serversView(report: StatusReport, options: ViewOptions): readonly (readonly string[])[] {
  const { virtualServers, syncDaemon = [], director } = report
  if (virtualServers === undefined || director === undefined) return []
  if (virtualServers.length === 0 && syncDaemon.length === 0) return []
  const sections = { virtualServers, syncDaemon, director }
  const isMany = options.all !== true && totalOf(virtualServers) > FEW_SERVERS
  return [
    [
      ...summary(sections, report.daemon.pid === director.pid, options),
      ...syncDaemon.map((each) => syncLine(each, options)).flat(),
    ],
    ...(isMany ? troubledView(virtualServers, options) : blocksView(virtualServers, options)),
  ]
}

const sumOf = (counts: ServerCounts): number => counts.up + counts.down + counts.unchecked + counts.suspended

const totalOf = (all: readonly VirtualServerReport[]): number =>
  all.reduce((sum, { counts }) => sum + sumOf(counts), 0)

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

/** `2 virtual servers (1 DOWN), 5 real servers (3 up, 2 DOWN), served by pid 1235` */
function summary(
  { virtualServers, director }: LvsSections,
  isDaemon: boolean,
  { width, colour, time }: ViewOptions,
): readonly string[] {
  const down = virtualServers.filter(({ quorum }) => quorum.state === 'down').length
  const counts = { up: 0, down: 0, unchecked: 0, suspended: 0 }
  for (const each of virtualServers)
    for (const state of ['up', 'down', 'unchecked', 'suspended'] as const) counts[state] += each.counts[state]
  const pieces: readonly Cell[] = [
    plain(plural(virtualServers.length, 'virtual server')),
    ...(down > 0 ? [{ text: `${down} without quorum`, colour: 'red' as const }] : []),
    plain(plural(totalOf(virtualServers), 'real server')),
    ...countCells(counts),
    ...(isDaemon
      ? []
      : [
          plain(`pid ${director.pid}`),
          plain(`running for ${time(director.startedAt).ago}`),
          plain(`loop lag ${Math.round(director.loopLagMs)} ms`),
        ]),
  ]
  return flow(pieces, ',', '', width, colour)
}

const countCells = ({ up, down, unchecked, suspended }: ServerCounts): readonly Cell[] =>
  [
    { text: `${up} up`, count: up },
    { text: `${down} DOWN`, count: down, colour: 'red' as const },
    { text: `${unchecked} unchecked`, count: unchecked },
    { text: `${suspended} suspended`, count: suspended },
  ]
    .filter(({ count }) => count > 0)
    .map(({ text, colour }): Cell => ({ text, colour }))

function syncLine(
  { role, interface: link, syncId, running, wanted, instance }: SyncDaemonReport,
  { width, colour }: ViewOptions,
): readonly string[] {
  const state: Cell =
    running === null
      ? plain('unknown to us')
      : running
        ? plain(wanted ? 'runs' : 'runs, and the file does not say so')
        : { text: 'does NOT run', colour: 'red' }
  const pieces = [
    plain(`sync daemon ${role} on ${link}`),
    plain(`id ${syncId}`),
    state,
    ...(instance === null ? [] : [plain(`follows ${instance}`)]),
  ]
  return flow(pieces, ',', '', width, colour)
}

const isTroubled = ({ quorum, counts, kernel }: VirtualServerReport): boolean =>
  (quorum.state === 'down' && sumOf(counts) > 0) ||
  counts.down > 0 ||
  kernel.present === false ||
  kernel.drift.length > 0

/** A thousand of them are no view: those in trouble, and how to see the others. */
function troubledView(
  all: readonly VirtualServerReport[],
  options: ViewOptions,
): readonly (readonly string[])[] {
  const troubled = all.filter(isTroubled).toSorted((a, b) => severityOf(b) - severityOf(a))
  const shown = troubled.slice(0, MOST_TROUBLED).map((each) => {
    const bad = each.realServers.filter(({ state }) => state === 'down')
    return { ...each, realServers: bad.slice(0, MOST_ROWS) }
  })
  const more = troubled.length - shown.length
  const well = all.length - troubled.length
  const ends = [
    ...(more > 0 ? [`${more} more in trouble.`] : []),
    ...(well > 0 ? [`${plural(well, 'virtual server')} ${well === 1 ? 'is' : 'are'} well.`] : []),
    'vrrpd status --all shows all of them, vrrpd status NAME one.',
  ]
  return [...blocksView(shown, options), flow(words(ends.join(' ')), '', '', options.width, false)]
}

/** Without a quorum first, then by how many are down. */
const severityOf = ({ quorum, counts }: VirtualServerReport): number =>
  (quorum.state === 'down' ? 1_000_000 : 0) + counts.down

function blocksView(
  all: readonly VirtualServerReport[],
  options: ViewOptions,
): readonly (readonly string[])[] {
  const servers = all.flatMap(({ realServers }) => realServers)
  const rows = [
    TITLES,
    ...all.flatMap((each) => each.realServers.map((server) => rowOf(server, each, options))),
  ]
  const wide = columnWidths(rows)
  const narrow = wide.slice(0, -1)
  const room = options.width - INDENT.length
  const shape: Shape =
    tableWidth(wide) <= room
      ? { kind: 'wide', widths: wide }
      : tableWidth(narrow) <= room
        ? { kind: 'narrow', widths: narrow }
        : { kind: 'paragraphs' }
  const withChecks = servers.length <= FEW_WITH_CHECKS
  return all.map((each) => blockLines(each, shape, withChecks, options))
}

/** `wide`: everything in a table; `narrow`: why below each row; `paragraphs`: not even that fits. */
type Shape =
  { readonly kind: 'wide' | 'narrow'; readonly widths: readonly number[] } | { readonly kind: 'paragraphs' }

function blockLines(
  virtualServer: VirtualServerReport,
  shape: Shape,
  withChecks: boolean,
  options: ViewOptions,
): readonly string[] {
  const { realServers, counts } = virtualServer
  const hidden = { ...counts }
  for (const { state } of realServers) hidden[state] -= 1
  return [
    ...flow(titleOf(virtualServer, options), ',', '', options.width, options.colour),
    ...(shape.kind === 'paragraphs' || realServers.length === 0
      ? []
      : [
          INDENT +
            tableRow(shape.kind === 'wide' ? TITLES : TITLES.slice(0, -1), shape.widths, options.colour),
        ]),
    ...realServers.flatMap((server) => [
      ...serverLines(server, virtualServer, shape, options),
      ...(withChecks ? server.checkers.flatMap((each) => checkLines(each, options)) : []),
    ]),
    ...(sumOf(hidden) > 0
      ? [
          `${INDENT}and ${countCells(hidden)
            .map((cell) => paint(cell, options.colour))
            .join(', ')}`,
        ]
      : []),
  ]
}

function titleOf(virtualServer: VirtualServerReport, { time }: ViewOptions): readonly Cell[] {
  const { name, quorum, scheduler, sorry, suspended, persistence, services, kernel } = virtualServer
  const { need, hysteresis, sum, since } = quorum
  const margin = hysteresis === 0 ? '' : ` +-${hysteresis}`
  return [
    { text: printable(name), colour: 'bold' },
    stateOf(virtualServer),
    plain(`for ${time(since).ago}`),
    plain(scheduler),
    plain(`quorum ${need}${margin} (has ${sum})`),
    ...(services.length > 1 ? [plain(`${services.length} services`)] : []),
    ...(persistence === null ? [] : [plain(`persistent ${persistence.timeoutSeconds} s`)]),
    ...(suspended ? [plain('checks rest: the address is not here')] : []),
    ...(sorry === null
      ? []
      : [
          sorry.active
            ? { text: `sorry server ${shortName(printable(sorry.server))} SERVES`, colour: 'yellow' as const }
            : plain(`sorry server ${shortName(printable(sorry.server))}`),
        ]),
    ...(kernel.present === false ? [{ text: 'NOT in the table', colour: 'red' as const }] : []),
  ]
}

function stateOf({ quorum, counts, sorry }: VirtualServerReport): Cell {
  if (quorum.state === 'up') return { text: 'UP', colour: 'green' }
  if (counts.up > 0) return { text: 'BELOW QUORUM', colour: 'yellow' }
  return { text: 'DOWN', colour: sorry?.active === true ? 'yellow' : 'red' }
}

const TITLES: readonly Cell[] = ['SERVER', 'STATE', 'WEIGHT', 'ACTIVE', 'INACTIVE', 'FOR', 'WHY'].map(
  (text): Cell => ({ text, colour: 'bold' }),
)

const STATE_CELLS: Readonly<Record<RealServerReport['state'], Cell>> = {
  up: { text: 'up', colour: 'green' },
  down: { text: 'DOWN', colour: 'red' },
  unchecked: { text: 'unchecked', colour: 'yellow' },
  suspended: { text: 'suspended' },
}

function rowOf(
  server: RealServerReport,
  virtualServer: VirtualServerReport,
  { time }: ViewOptions,
): readonly Cell[] {
  const { name, state, connections, since, reason } = server
  return [
    plain(shortName(name)),
    STATE_CELLS[state],
    weightCell(server, virtualServer),
    plain(connections === null ? '-' : String(connections.active)),
    plain(connections === null ? '-' : String(connections.inactive)),
    plain(time(since).ago),
    plain(reason ?? ''),
  ]
}

/** `1`, `3 (file 1)`, `1 (kernel 5)` */
function weightCell({ weight, up }: RealServerReport, { kernel, sorry }: VirtualServerReport): Cell {
  const { configured, effective, kernel: held } = weight
  const differs = held !== null && held !== effective
  const isMissed = held === null && up && kernel.present !== null && sorry?.active !== true
  const remarks = [
    ...(configured === effective ? [] : [`file ${configured}`]),
    ...(differs ? [`kernel ${held}`] : []),
    ...(isMissed ? ['not in table'] : []),
  ]
  const text = `${effective}${remarks.length === 0 ? '' : ` (${remarks.join(', ')})`}`
  return { text, colour: isMissed ? 'red' : differs && up ? 'yellow' : undefined }
}

function serverLines(
  server: RealServerReport,
  virtualServer: VirtualServerReport,
  shape: Shape,
  options: ViewOptions,
): readonly string[] {
  const { width, colour } = options
  const row = rowOf(server, virtualServer, options)
  const why = server.reason === null ? [] : flow(words(printable(server.reason)), '', DEEP, width, false)
  switch (shape.kind) {
    case 'wide':
      return [INDENT + tableRow(row, shape.widths, colour)]
    case 'narrow':
      return [INDENT + tableRow(row.slice(0, -1), shape.widths, colour), ...why]
    case 'paragraphs': {
      const facts = row.slice(1, -1).map((cell, at): Cell => ({
        ...cell,
        text: `${FACTS[at] ?? ''}${cell.text}`,
      }))
      return [`${INDENT}${row[0]?.text ?? ''}`, ...flow(facts, ',', DEEP, width, colour), ...why]
    }
  }
}

/** What stands before each column's cell in a paragraph, from the state on. */
const FACTS: readonly string[] = ['', 'weight ', 'active ', 'inactive ', 'for ']

function checkLines(check: CheckerReport, { width, colour, time }: ViewOptions): readonly string[] {
  const { kind, target, state, last, running, nextAt, counts, retry, sharedBy } = check
  const ended: readonly Cell[] =
    last === null
      ? []
      : [
          last.ok === true ? plain('passed') : plain(last.reason ?? 'failed'),
          plain(`${time(last.at).ago} ago`),
          plain(`took ${Math.round(last.tookMs)} ms`),
        ]
  const pieces: readonly Cell[] = [
    plain(`${kind} ${target}`),
    ...(state === 'up' && last?.ok === true ? [] : [STATE_CELLS[state]]),
    ...ended,
    ...(retry.failures > 0 ? [plain(`retry ${retry.failures} of ${retry.of}`)] : []),
    ...(running ? [plain('running now')] : []),
    ...(nextAt === null ? [] : [plain(`next in ${time(nextAt).ago}`)]),
    plain(`${counts.successes} passed`),
    ...(counts.failures > 0 ? [plain(`${counts.failures} failed`)] : []),
    ...(counts.noResults > 0 ? [plain(`${counts.noResults} without a result`)] : []),
    ...(sharedBy > 1 ? [plain(`shared by ${sharedBy}`)] : []),
  ]
  return flow(pieces, ',', DEEP, width, colour)
}
