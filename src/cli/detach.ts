/**
 * Without -n the daemon leaves the terminal, as keepalived does. A second
 * process of the same program becomes the daemon, in a session of its own; the
 * first one waits until it listens and passes on how that went, so that an
 * init script may rely on the exit code.
 */

import { spawn } from 'node:child_process'
import { closeSync, writeSync } from 'node:fs'

/** Names the descriptor on which the daemon says that it listens. */
const READY_VARIABLE = 'VRRPD_READY_FD'
const READY_FD = 3

/** @returns the exit code of the process that was started by hand: 0 as soon as the daemon listens. */
export function detach(): Promise<number> {
  const [, script = '', ...args] = process.argv
  const child = spawn(process.execPath, [...process.execArgv, script, ...args], {
    detached: true,
    env: { ...process.env, [READY_VARIABLE]: String(READY_FD) },
    // What it says before it listens is still for whoever started it (-l); later its stderr leads nowhere.
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  child.stderr?.pipe(process.stderr)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => {
      resolve(code ?? 1)
    })
    child.stdio[READY_FD]?.once('data', () => {
      resolve(0)
    })
  })
}

/** Called by the daemon when it listens. */
export type SayReady = () => void

/** Undefined in a process that nobody waits for: it has to detach first, or stays in the foreground. */
export function whoWaits(environment: NodeJS.ProcessEnv): SayReady | undefined {
  if (environment[READY_VARIABLE] !== String(READY_FD)) return undefined
  return () => {
    try {
      writeSync(READY_FD, '\n')
      closeSync(READY_FD)
    } catch {
      // Whoever waited has gone.
    }
  }
}
