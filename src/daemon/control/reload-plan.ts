/** What a new configuration changes, in the words of keepalived.conf. Passwords are not in it. Pure. */

import type { Model } from '../../config/model.ts'
import { printModel } from '../../config/print.ts'
import { announcesSecret } from '../../config/diagnostics/secrets.ts'

/** The lines of one top-level block: `vrrp_instance VI_1` and what is in it. */
interface Block {
  readonly header: string
  readonly lines: readonly string[]
}

/** One change per line, in the new file's order; what only the old one has comes last. Empty: nothing changes. */
export function reloadPlan(from: Model, to: Model): readonly string[] {
  const renamed = renamedInstances(from, to)
  const before = new Map(blocksOf(from).map((block) => [renamed.get(block.header) ?? block.header, block]))
  const after = blocksOf(to)
  const wanted = new Set(after.map(({ header }) => header))
  return [
    ...after.flatMap((block) => changesOf(before.get(block.header), block)),
    ...[...before].filter(([header]) => !wanted.has(header)).map(([header]) => leaving(header)),
  ]
}

/** The old header of an instance → its new one: the same VRID on the same interface is the same instance. */
function renamedInstances(from: Model, to: Model): ReadonlyMap<string, string> {
  const identity = ({ link, vrid, family }: Model['instances'][number]): string =>
    `${link} ${String(vrid)} ${String(family)}`
  const names = new Set(to.instances.map(({ name }) => name))
  const successors = new Map(to.instances.map((instance) => [identity(instance), instance.name]))
  return new Map(
    from.instances.flatMap((instance): [string, string][] => {
      const successor = successors.get(identity(instance))
      if (successor === undefined || successor === instance.name || names.has(instance.name)) return []
      return [[`vrrp_instance ${instance.name}`, `vrrp_instance ${successor}`]]
    }),
  )
}

function blocksOf(model: Model): readonly Block[] {
  return printModel(model)
    .split(/\n(?=\S[^\n]*\{\n)/)
    .map((text) => text.split('\n').filter((line) => line.trim() !== ''))
    .filter((lines) => lines.length > 0)
    .map(([header = '', ...lines]) => ({
      header: header.replace(/\s*\{$/, ''),
      lines: located(lines),
    }))
}

/** Each line with the blocks it stands in: `virtual_ipaddress 10.0.0.9/24`. */
function located(lines: readonly string[]): readonly string[] {
  const path: string[] = []
  const found: string[] = []
  for (const line of lines.map((each) => each.trim())) {
    if (line.endsWith('{')) path.push(line.replace(/\s*\{$/, ''))
    else if (line === '}') path.pop()
    else found.push([...path, line].join(' '))
  }
  return found
}

function changesOf(before: Block | undefined, after: Block): readonly string[] {
  if (before === undefined) return [`+ ${after.header}`, ...after.lines.map((line) => `    + ${shown(line)}`)]
  const gone = without(before.lines, after.lines).map((line) => `    - ${shown(line)}`)
  const added = without(after.lines, before.lines).map((line) => `    + ${shown(line)}`)
  const isRenamed = before.header !== after.header
  if (gone.length + added.length === 0 && !isRenamed) return []
  return [`~ ${after.header}${isRenamed ? ` (was ${before.header})` : ''}`, ...gone, ...added]
}

const leaving = (header: string): string =>
  header.startsWith('vrrp_instance ') ? `- ${header} (it leaves with priority 0)` : `- ${header}`

/** Lines that the other one has not, as often as it has not. */
function without(lines: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others]
  return lines.filter((line) => {
    const at = left.indexOf(line)
    if (at < 0) return true
    left.splice(at, 1)
    return false
  })
}

/** A password only as much as that there is one. */
function shown(line: string): string {
  const words = line.split(' ')
  const at = words.findIndex((word) => announcesSecret(word))
  return at < 0 ? line : [...words.slice(0, at + 1), '(not shown)'].join(' ')
}
