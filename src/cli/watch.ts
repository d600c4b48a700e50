/**
 * `vrrpd status --watch`: the daemon sends a report whenever something happens,
 * and one every second for the ages. A terminal shows each; elsewhere only those
 * are printed that bring news.
 */

import { hostname } from 'node:os'
import type { StatusReport } from '../control/report.ts'
import { fingerprintOf } from './report-fingerprint.ts'
import { EXIT } from './exit-codes.ts'
import { sayFailure } from './failure.ts'
import type { CommandIo } from './io.ts'
import { paint } from '../base/layout.ts'
import { localTime } from './local-time.ts'
import type { Viewer, Screen } from './terminal.ts'
import { picture } from './screen-codes.ts'
import { select } from './selection.ts'
import { render, type StatusArguments } from './status.ts'
import { GONE, staySubscribed } from './stay-subscribed.ts'

/** What is shown: a report, or in words why there is none. */
type News = StatusReport | string

export async function watch(args: StatusArguments, io: CommandIo, viewer: Viewer): Promise<number> {
  const { screen, ended } = viewer
  const show = screen ? pictures(screen, io) : lines(args, io)
  const misnamed = new AbortController()
  let met = false
  const error = await staySubscribed(
    args.control,
    'watch',
    {
      request: () => ({}),
      result: (report) => {
        const selected = select(report, args.name)
        // Who mistypes a name is told so; one that a reload has taken away may come back.
        if (!selected.ok && !met) misnamed.abort(selected.error)
        else show(selected.ok ? selected.value : selected.error)
        met ||= selected.ok
      },
      lost: () => {
        show(GONE)
      },
    },
    AbortSignal.any([ended, misnamed.signal]),
  )
  screen?.close()
  if (error) return sayFailure(error, args.control, io)
  if (!misnamed.signal.aborted) return Number(ended.reason)
  io.err(`${String(misnamed.signal.reason)}\n`)
  return EXIT.usage
}

/** Each report, and the last one again when the terminal has another size. */
function pictures(screen: Screen, io: CommandIo): (news: News) => void {
  let last: News | undefined
  const draw = (): void => {
    if (last === undefined) return
    const { columns: width, rows } = screen
    const text = typeof last === 'string' ? last : render(last, { ...io, width, now: () => io.now() })
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
function lines({ json }: StatusArguments, io: CommandIo): (news: News) => void {
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
    if (json) io.out(`${JSON.stringify(news)}\n`)
    else io.out(`--- ${localTime(new Date(io.now()).toISOString())}\n${render(news, io)}\n`)
  }
}
