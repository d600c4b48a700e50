/** Words that stand where keepalived has no operand: `vrrpd WORD …`. Apart from the commands, which load yargs. */
export const commandNames = [
  'status',
  'events',
  'why',
  'drain',
  'resume',
  'check',
  'doctor',
  'simulate',
  'reload',
  'cleanup',
  'completion',
  'help',
] as const

export type CommandName = (typeof commandNames)[number]

export const isCommandName = (word: string): word is CommandName => commandNames.some((name) => name === word)
