/** What a command has to do with its terminal; tests bring their own. */

export interface CommandIo {
  /** Data: what was asked for. */
  out(text: string): void
  /** Talk: what went wrong. */
  err(text: string): void
  /** How far it has come: takes the place of the last such line, and nothing is an end of it. Absent: nobody watches. */
  readonly progress?: (line: string) => void
  /** Columns to fill. */
  readonly width: number
  readonly colour: boolean
  /** Whether a person reads it as it comes. */
  readonly terminal: boolean
  /** Milliseconds since the epoch. */
  now(): number
}

const DEFAULT_WIDTH = 80

/** Made for commands only: touching process.stdout costs the daemon time, and it has its own way to write. */
export function processIo(): CommandIo {
  const { stdout, stderr, env } = process
  // `vrrpd status | head -1`: the reader has what it wants.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  const columns = stdout.isTTY ? stdout.columns : Number(env['COLUMNS'])
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    ...(stderr.isTTY && { progress: (line: string) => void stderr.write(`\r${line}\u001b[K`) }),
    width: columns > 0 ? columns : DEFAULT_WIDTH,
    colour: mayColour(stdout.isTTY, env),
    terminal: stdout.isTTY,
    now: () => Date.now(),
  }
}

/** https://no-color.org, https://force-color.org: any value that is not empty. Whoever forces has the last word. */
function mayColour(isTerminal: boolean, env: NodeJS.ProcessEnv): boolean {
  const forced = env['FORCE_COLOR'] ?? ''
  if (forced !== '') return forced !== '0' && forced !== 'false'
  return isTerminal && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
}
