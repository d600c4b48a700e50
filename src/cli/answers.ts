/** Options that are answered at once, in their place on the line, whatever follows. Pure. */

import { VERSION } from '../base/version.ts'
import { helpText } from './help.ts'
import type { SignalFunction } from './table/daemon.ts'

/** Everything has been said: print and exit. */
export interface Answer {
  readonly ok: false
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
}

/** As `keepalived --signum` prints them on Linux: 63 is SIGRTMAX - 1, 36 is glibc's SIGRTMIN + 2. */
const SIGNALS: Readonly<Record<SignalFunction, number>> = {
  STOP: 15,
  RELOAD: 1,
  DATA: 10,
  STATS: 12,
  STATS_CLEAR: 63,
  JSON: 36,
}

/**
 * keepalived prints version and help on stderr; scripts read them there.
 *
 * @param errors what was wrong before this option: named as well, without altering the exit code
 */
export function answerTo(name: string, value: string, errors: readonly string[]): Answer | undefined {
  const before = errors.map((text) => `${text}\n`).join('')
  const say = (stderr: string, exitCode: number): Answer => ({
    ok: false,
    stdout: '',
    stderr: before + stderr,
    exitCode,
  })
  switch (name) {
    case 'version':
      return say(`vrrpd v${VERSION}\n`, 0)
    case 'help':
      return say(helpText(), 0)
    case 'genhash':
      return say('--genhash has to be the first option\n', 1)
    case 'signum': {
      return !isSignalFunction(value)
        ? say(`Unknown sigfunc ${value}\n`, 1)
        : { ok: false, stdout: `${SIGNALS[value]}\n`, stderr: before, exitCode: 0 }
    }
    default:
      return undefined
  }
}

const isSignalFunction = (word: string): word is SignalFunction => Object.hasOwn(SIGNALS, word)
