/** The doctor's report for people: problems first, each with why and what to do. Pure. */

import { printable } from '../base/printable.ts'
import type { DoctorReport } from '../doctor/diagnose.ts'
import type { Severity } from '../doctor/finding.ts'
import { flow, paint, words, type Colour } from '../base/layout.ts'

export interface DoctorViewOptions {
  readonly width: number
  readonly colour: boolean
  /** Also what is well. */
  readonly verbose: boolean
}

type Finding = DoctorReport['findings'][number]

const TITLES: Readonly<
  Record<'problem' | 'warning' | 'hint', { readonly text: string; readonly colour: Colour }>
> = {
  problem: { text: 'PROBLEM', colour: 'red' },
  warning: { text: 'WARNING', colour: 'yellow' },
  hint: { text: 'HINT', colour: 'bold' },
}

const INDENT = '    '
/** Commands and paths are not broken: they are copied. */
const LABELS = { why: 'Why: ', mend: 'Mend:' } as const

export function doctorView(report: DoctorReport, options: DoctorViewOptions): string {
  const { findings } = report
  const of = (wanted: Severity): readonly Finding[] => findings.filter(({ severity }) => severity === wanted)
  const sections = [
    ...[...of('problem'), ...of('warning'), ...of('hint')].map((finding) => explained(finding, options)),
    listed('Not looked at:', of('unknown'), options),
    options.verbose ? listed('Fine:', of('ok'), options) : [],
    [summary(findings, options)],
  ]
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n')
}

function explained(finding: Finding, { width, colour }: DoctorViewOptions): readonly string[] {
  const { severity, check, what, why, mend } = finding
  if (severity === 'unknown' || severity === 'ok') return []
  const title = TITLES[severity]
  const [first = '', ...others] = hanging(`${title.text} ${check}: ${printable(what)}`, '', INDENT, width)
  return [
    paint(title, colour) + first.slice(title.text.length),
    ...others,
    ...(why === undefined
      ? []
      : hanging(printable(why), `${INDENT}${LABELS.why} `, `${INDENT}      `, width)),
    ...(mend === undefined ? [] : [`${INDENT}${LABELS.mend} ${printable(mend)}`]),
  ]
}

function listed(
  title: string,
  findings: readonly Finding[],
  { width, colour }: DoctorViewOptions,
): readonly string[] {
  if (findings.length === 0) return []
  const lines = findings.flatMap(({ check, what }) =>
    hanging(`${check}: ${printable(what)}`, INDENT, `${INDENT}  `, width),
  )
  return [paint({ text: title, colour: 'bold' }, colour), ...lines]
}

/** Prose with its first line and the others indented each in their own way. */
function hanging(text: string, first: string, rest: string, width: number): readonly string[] {
  const lines = flow(words(text), '', rest, width, false)
  return lines.map((line, at) => (at === 0 ? first + line.slice(rest.length) : line))
}

function summary(findings: readonly Finding[], { colour }: DoctorViewOptions): string {
  const count = (wanted: Severity): number => findings.filter(({ severity }) => severity === wanted).length
  const parts = [
    counted(count('problem'), 'problem'),
    counted(count('warning'), 'warning'),
    `${counted(count('ok'), 'check')} fine`,
  ]
  const unknown = count('unknown')
  if (unknown > 0) parts.push(`${unknown} not looked at`)
  return paint({ text: parts.join(', '), colour: 'bold' }, colour)
}

const counted = (count: number, one: string): string =>
  count === 0 ? `no ${one}s` : `${count} ${one}${count === 1 ? '' : 's'}`
