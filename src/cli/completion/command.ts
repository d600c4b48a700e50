/** `vrrpd completion bash|zsh|fish` */

import { askDaemon } from '../../control/client.ts'
import { shortName } from '../../control/server-name.ts'
import { askBoth } from '../both.ts'
import type { Handler } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import type { CommandIo } from '../io.ts'
import { commands, type Given } from '../table/commands.ts'
import { grammar } from './grammar.ts'

type Shell = NonNullable<Given<'completion'>['SHELL']>

export const completionCommand: Handler<'completion'> = {
  run: ({ SHELL, control, instances, subjects }, io) => {
    if (instances) return printInstances(control, io)
    return subjects ? printSubjects(control, io) : printCompletion(SHELL, io)
  },
}

async function printCompletion(shell: Shell | undefined, io: CommandIo): Promise<number> {
  if (shell === undefined) {
    const shells = commands.find(({ name }) => name === 'completion')?.operand?.words ?? []
    io.err(`vrrpd completion: for which shell? ${shells.join(', ')}\n`)
    return EXIT.usage
  }
  io.out(await scriptFor(shell))
  return EXIT.allWell
}

async function scriptFor(shell: Shell): Promise<string> {
  const known = grammar()
  switch (shell) {
    case 'bash':
      return (await import('./bash.ts')).bashCompletion(known)
    case 'zsh':
      return (await import('./zsh.ts')).zshCompletion(known)
    case 'fish':
      return (await import('./fish.ts')).fishCompletion(known)
  }
}

/** Whoever presses a key does not wait long. */
const PATIENCE_MS = 1_000

/** One a line; none without a daemon. */
async function printInstances(control: string, io: CommandIo): Promise<number> {
  const answer = await askDaemon(control, 'status', PATIENCE_MS)
  if (!answer.ok) return EXIT.noDaemon
  io.out(answer.value.instances.map(({ name }) => `${name}\n`).join(''))
  return EXIT.allWell
}

/** Whatever status, why and events take, of the daemon and of who serves its virtual servers; each name once. */
async function printSubjects(control: string, io: CommandIo): Promise<number> {
  const { daemon, servers } = await askBoth(
    control,
    { request: 'status' },
    { request: 'lvs-status' },
    PATIENCE_MS,
  )
  if (!daemon.ok && !servers.ok) return EXIT.noDaemon
  const known = daemon.ok ? [...daemon.value.instances, ...daemon.value.groups] : []
  const virtualServers = servers.ok ? servers.value.virtualServers : []
  const names = [
    ...known.map(({ name }) => name),
    ...virtualServers.flatMap(({ name, realServers }) =>
      [name, ...realServers.map((server) => server.name)].map(shortName),
    ),
  ]
  io.out([...new Set(names)].map((name) => `${name}\n`).join(''))
  return EXIT.allWell
}
