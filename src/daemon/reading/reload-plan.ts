/** What a new configuration changes, in the words of keepalived.conf. Passwords are not in it. Pure. */

import type { Model } from '../../config/model.ts'
import { printModel } from '../../config/print.ts'
import { announcesSecret } from '../../config/diagnostics/secrets.ts'
import { meaningOf, serviceKey, servicesOf } from './server-plan.ts'

/** The lines of one top-level block: `vrrp_instance VI_1` and what is in it. */
interface Block {
  readonly header: string
  /** What tells it from all others: services of TCP and UDP may have one header. */
  readonly key: string
  readonly lines: readonly string[]
}

/** One change per line, in the new file's order; what only the old one has comes last. Empty: nothing changes. */
export function reloadPlan(from: Model, to: Model): readonly string[] {
  const renamed = renamedInstances(from, to)
  const before = new Map(blocksOf(from).map((block) => [renamed.get(block.key) ?? block.key, block]))
  const after = blocksOf(to)
  const wanted = new Set(after.map(({ key }) => key))
  const [servers, others] = [servicesOf(from), servicesOf(to)]
  // Where one header stands for several, all of their name is needed.
  const keys = new Map<string, Set<string>>()
  for (const { header, key } of [...before.values(), ...after])
    keys.set(header, (keys.get(header) ?? new Set()).add(key))
  const nameOf = ({ header, key }: Block): string => ((keys.get(header)?.size ?? 0) > 1 ? key : header)
  const named = (block: Block): Block => ({ ...block, header: nameOf(block) })
  return [
    ...after.flatMap((block) => {
      const earlier = before.get(block.key)
      const changes = changesOf(earlier && named(earlier), named(block))
      const meaning =
        earlier === undefined ? [] : meaningOf(servers.get(block.key) ?? [], others.get(block.key) ?? [])
      return [...changes, ...meaning.map((sentence) => `    (${sentence})`)]
    }),
    ...[...before].filter(([key]) => !wanted.has(key)).map(([, block]) => leaving(named(block).header)),
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

/** Several of one key are one: global_defs, and virtual servers that the kernel has as one service. */
function blocksOf(model: Model): readonly Block[] {
  const found = new Map<string, Block>()
  for (const text of printModel(model).split(/\n(?=\S[^\n]*\{\n)/)) {
    const [first, ...rest] = text.split('\n').filter((line) => line.trim() !== '')
    if (first === undefined) continue
    const header = first.replace(/\s*\{$/, '')
    const lines = located(rest)
    const variant = header.startsWith('virtual_server ') ? variantIn(lines) : undefined
    const key = variant === undefined ? header : serviceKey(header, variant)
    found.set(key, { header, key, lines: [...(found.get(key)?.lines ?? []), ...lines] })
  }
  return [...found.values()]
}

const variantIn = (lines: readonly string[]): string | undefined =>
  lines.map((line) => /^(?:protocol|ip_family) (\S+)$/.exec(line)?.[1]).find((word) => word !== undefined)

/** Each line with the blocks it stands in: `virtual_ipaddress 10.0.0.9/24`; a block without any stands for itself. */
function located(lines: readonly string[]): readonly string[] {
  const path: { readonly name: string; readonly from: number }[] = []
  const found: string[] = []
  const names = (): string[] => path.map(({ name }) => name)
  for (const line of lines.map((each) => each.trim())) {
    if (line.endsWith('{')) path.push({ name: line.replace(/\s*\{$/, ''), from: found.length })
    else if (line === '}') {
      if (path.at(-1)?.from === found.length) found.push(names().join(' '))
      path.pop()
    } else found.push([...names(), line].join(' '))
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
