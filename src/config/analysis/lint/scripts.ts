/** Checks that nobody asks for, and commands that were written for a shell. */

import { trackScript } from '../../blocks/tracking.ts'
import type { Report } from '../../diagnostics/diagnostics.ts'
import type { Command, Model } from '../../model.ts'
import { entriesOf, type Node } from '../../syntax/tree.ts'
import { commandsOf } from '../host.ts'
import { warn } from './context.ts'

export function lintScripts(model: Model, nodes: readonly Node[], report: Report): void {
  // Names of scripts that were defined too late count as well: that has been said.
  const named = new Set(
    nodes.flatMap((node) => entriesOf(node, trackScript)).map(({ words }) => words[0].text),
  )
  for (const { name, span } of model.scripts)
    if (!named.has(name))
      warn(report, 'untracked-script', span, `nothing tracks vrrp_script ${name}: it is never run`)
  for (const command of commandsOf(model)) writtenForShell(command, report)
}

const SHELLS = /(^|\/)(ba|da|z|k|a)?sh$/
/** Words that only a shell understands. */
const SHELL_WORD = /^(\|\|?|&&?|;|[0-9]?>{1,2}(&[0-9]|\S*)?|<\S*|&>\S*)$/

function writtenForShell({ argv, span }: Command, report: Report): void {
  const [program] = argv
  if (SHELLS.test(program)) return
  if (program.startsWith('</')) {
    const message = `'${program}' opens that file, and succeeds if its user may: what follows is ignored`
    if (argv.length > 1) warn(report, 'no-shell', span, message)
    return
  }
  const word =
    argv.find((arg) => SHELL_WORD.test(arg)) ?? argv.find((arg) => arg.endsWith(';') || /`|\$\(/.test(arg))
  if (word === undefined) return
  const message = `there is no shell: '${word}' is given to ${program} as a word (use a script file, or sh -c '…')`
  warn(report, 'no-shell', span, message)
}
