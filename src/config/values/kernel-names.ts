/** Names for numbers that ip(8) knows: routing tables, scopes, realms and others. From /etc/iproute2 where that is there. */

import type { ConfigIo } from '../syntax/io.ts'
import { decodeText } from '../syntax/text.ts'

export interface KernelNames {
  readonly tables: ReadonlyMap<string, number>
  readonly scopes: ReadonlyMap<string, number>
  readonly protocols: ReadonlyMap<string, number>
  readonly realms: ReadonlyMap<string, number>
  /** Of interfaces. */
  readonly groups: ReadonlyMap<string, number>
}

const BUILT_IN: KernelNames = {
  tables: new Map([
    ['unspec', 0],
    ['default', 253],
    ['main', 254],
    ['local', 255],
  ]),
  scopes: new Map([
    ['global', 0],
    ['site', 200],
    ['link', 253],
    ['host', 254],
    ['nowhere', 255],
  ]),
  protocols: new Map([
    ['kernel', 2],
    ['boot', 3],
    ['static', 4],
    ['keepalived', 18],
  ]),
  realms: new Map([['cosmos', 0]]),
  groups: new Map([['default', 0]]),
}

export async function readKernelNames(io: ConfigIo): Promise<KernelNames> {
  return {
    tables: await readNames(io, 'rt_tables', BUILT_IN.tables),
    scopes: await readNames(io, 'rt_scopes', BUILT_IN.scopes),
    protocols: await readNames(io, 'rt_protos', BUILT_IN.protocols),
    realms: await readNames(io, 'rt_realms', BUILT_IN.realms),
    groups: await readNames(io, 'group', BUILT_IN.groups),
  }
}

/** Lines of `NUMBER NAME`; `#` begins a comment. */
async function readNames(
  io: ConfigIo,
  name: string,
  known: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, number>> {
  const read = await io.read(`/etc/iproute2/${name}`)
  if (read.kind === 'problem') return known
  const names = new Map(known)
  for (const line of decodeText(read.bytes).split('\n')) {
    const match = /^\s*(0[xX][0-9a-fA-F]+|\d+)\s+([^\s#]+)/.exec(line)
    if (match !== null) names.set(match[2] ?? '', Number(match[1]))
  }
  return names
}
