/** Programs that no instance, group or check runs: keepalived minds in -t if they are run without security. */

import { notifyDeleted } from './notify.ts'
import { commandKeywords, virtualServer } from './virtual-server/virtual-server.ts'
import { vrrpInstance } from './vrrp-instance/vrrp-instance.ts'
import { lvsFifoScript, startScripts, vrrpFifoScripts } from '../keywords/global-scripts.ts'
import type { Keyword } from '../syntax/keyword.ts'
import type { Node } from '../syntax/tree.ts'
import type { Command } from '../values/command.ts'
import { readValues } from '../values/values.ts'

/** @param vrrp, checker: what keepalived's two processes see. */
export function otherCommands(vrrp: readonly Node[], checker: readonly Node[]): readonly Command[] {
  const hasInstances = vrrp.some(({ keyword }) => keyword === vrrpInstance)
  const hasServers = checker.some(({ keyword }) => keyword === virtualServer)
  return [
    ...commandsIn(vrrp, startScripts),
    ...(hasInstances ? commandsIn(vrrp, [...vrrpFifoScripts, notifyDeleted]) : []),
    ...(hasServers ? commandsIn(checker, [...commandKeywords, lvsFifoScript]) : []),
  ]
}

function commandsIn(
  nodes: readonly Node[],
  keywords: readonly Keyword<Command | true>[],
): readonly Command[] {
  const own = readValues(nodes, () => undefined)
  const commands = keywords.flatMap((keyword) => own.all(keyword).map(({ value }) => value))
  return [
    ...commands.filter((command) => command !== true),
    ...nodes.flatMap((node) => commandsIn(node.nodes, keywords)),
  ]
}
