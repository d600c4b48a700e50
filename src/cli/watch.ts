/**
 * `vrrpd status --watch`: the daemon sends a report whenever something happens,
 * and one every second for the ages; the process that serves virtual servers does the same. A terminal shows each;
 * elsewhere only those are printed that bring news.
 */

import { hostname } from 'node:os'
import type { StatusReport } from '../control/report.ts'
import { followBoth } from './both.ts'
import { fingerprintOf } from './report-fingerprint.ts'
import { EXIT } from './exit-codes.ts'
import { sayFailure } from './failure.ts'
import type { CommandIo } from './io.ts'
import { paint } from '../base/layout.ts'
import { joined, type ServersAnswer } from './joined.ts'
import { localTime } from './local-time.ts'
import type { Viewer, Screen } from './terminal.ts'
import { picture } from './screen-codes.ts'
import { render, serversWanted, type StatusArguments } from './status.ts'
import { GONE } from './stay-subscribed.ts'

/** What is shown: a report, or in words why there is none. */
type News = StatusReport | string

export async function watch(args: StatusArguments, io: CommandIo, viewer: Viewer): Promise<number> {
  const { screen, ended } = viewer
  const show = screen ? pictures(args, screen, io) : lines(args, io)
  const misnamed = new AbortController()
  let met = false
  let isReady = false
  let isGone = false
  let daemon: StatusReport | undefined
  let servers: ServersAnswer = { kind: 'none' }
  // Until it is known whether there are virtual servers: none of them is lost.
  const held: StatusReport[] = []
  const look = (): void => {
    if (!isReady || isGone || (daemon === undefined && servers.kind !== 'report')) return
    const report = joined({ daemon, servers }, args.name, new Date(io.now()).toISOString())
    // Who mistypes a name is told so; one that a reload has taken away may come back.
    if (!report.ok && !met) misnamed.abort(report.error)
    else show(report.ok ? report.value : report.error)
    met ||= report.ok
  }
  const failure = await followBoth(
    args.control,
    {
      name: 'watch',
      request: () => ({}),
      result: (report) => {
        if (!isReady) held.push(report)
        daemon = report
        isGone = false
        look()
      },
      lost: () => {
        isGone = true
        show(GONE)
      },
    },
    {
      name: 'lvs-watch',
      request: () => serversWanted(args),
      result: (report) => {
        servers = { kind: 'report', report }
        look()
      },
      lost: () => {
        servers = { kind: 'silent', text: 'the process that serves them has gone away' }
        look()
      },
    },
    () => {
      isReady = true
      if (held.length === 0) look()
      for (const report of held.splice(0)) {
        daemon = report
        look()
      }
    },
    AbortSignal.any([ended, misnamed.signal]),
  )
  screen?.close()
  if (failure) return sayFailure(failure.daemon, args.control, io)
  if (!misnamed.signal.aborted) return Number(ended.reason)
  io.err(`${String(misnamed.signal.reason)}\n`)
  return EXIT.usage
}

/** Each report, and the last one again when the terminal has another size. */
function pictures(args: StatusArguments, screen: Screen, io: CommandIo): (news: News) => void {
  let last: News | undefined
  const draw = (): void => {
    if (last === undefined) return
    const { columns: width, rows } = screen
    const text = typeof last === 'string' ? last : render(last, args, { ...io, width, now: () => io.now() })
    screen.write(picture([heading(io), '', ...text.trimEnd().split('\n')], rows))
  }
  screen.onChange(draw)
  return (news) => {
    last = news
    draw()
  }
}

/** With the host's name: two of them may be side by side. */
function heading(io: CommandIo): string {
  const time = localTime(new Date(io.now()).toISOString()).slice(0, 19)
  return paint({ text: `${hostname()}, ${time} (q ends)`, colour: 'bold' }, io.colour)
}

/** A line or a page for each change. */
function lines(args: StatusArguments, io: CommandIo): (news: News) => void {
  let last: string | undefined
  return (news) => {
    if (typeof news === 'string') {
      if (news !== last) io.err(`${news}\n`)
      last = news
      return
    }
    const fingerprint = fingerprintOf(news)
    if (fingerprint === last) return
    last = fingerprint
    if (args.json) io.out(`${JSON.stringify(news)}\n`)
    else io.out(`--- ${localTime(new Date(io.now()).toISOString())}\n${render(news, args, io)}\n`)
  }
}
