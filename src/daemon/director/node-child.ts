/**
 * The real child process: this program once more, with a hidden first word and our own options, over node's channel.
 * A file of its own name that is not there, or a limit that is reached, is an answer and no exception.
 */

import { spawn, type ChildProcess } from 'node:child_process'
import { CHILD_WORD, DIRECTORY_VARIABLE } from '../../base/own-child.ts'
import type { ChildEnd, ChildHandlers, StartChild, StartedChild } from './child-port.ts'

/** What is only ours: nobody else is waited for, and the service manager listens to one process. */
const OURS = ['VRRPD_READY_FD', 'NOTIFY_SOCKET', 'WATCHDOG_PID', 'WATCHDOG_USEC']

/** How long after the channel has closed its exit status is waited for. The first process of a container may never get it. */
const STATUS_WITHIN_MS = 1_000

export interface ChildProgram {
  /** Node, its options, the program, and our own options. */
  readonly command: readonly [string, ...string[]]
  /** Where relative paths among the options begin: a daemon in the background has left it. */
  readonly directory: string
}

/** This program. @param directory where it was started */
export const ownProgram = (directory: string): ChildProgram => {
  const [, script = '', ...options] = process.argv
  return { command: [process.execPath, ...process.execArgv, script, CHILD_WORD, ...options], directory }
}

export const startNodeChild =
  ({ command: [file, ...words], directory }: ChildProgram): StartChild =>
  (handlers) => {
    try {
      const child = spawn(file, words, {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        serialization: 'json',
        env: { ...without(process.env, OURS), [DIRECTORY_VARIABLE]: directory },
      })
      return watched(child, handlers)
    } catch (error) {
      // Some refusals node tells by an event, others so.
      setImmediate(() => {
        handlers.onEnd({ kind: 'refused', text: error instanceof Error ? error.message : String(error) })
      })
      return { pid: undefined, send: () => undefined, kill: () => undefined }
    }
  }

function watched(child: ChildProcess, handlers: ChildHandlers): StartedChild {
  let ended = false
  const end = (how: ChildEnd): void => {
    if (ended) return
    ended = true
    handlers.onEnd(how)
  }
  child.on('error', (error) => {
    // Of one that runs, it is a message or a signal that did not reach it: its end follows.
    if (child.pid === undefined) end({ kind: 'refused', text: error.message })
  })
  child.on('message', (value) => {
    if (!ended) handlers.onMessage(value)
  })
  child.once('exit', (code, signal) => {
    end(signal === null ? { kind: 'exited', code: code ?? 0 } : { kind: 'signalled', signal })
  })
  child.once('disconnect', () => {
    setTimeout(() => {
      if (ended) return
      // Without its channel it is of no use, and another one must not find it at work.
      child.kill('SIGKILL')
      end({ kind: 'lost' })
    }, STATUS_WITHIN_MS)
  })
  return {
    pid: child.pid,
    send: (message) => {
      if (child.connected) child.send(message, () => undefined)
    },
    kill: () => {
      child.kill('SIGKILL')
    },
  }
}

const without = (environment: NodeJS.ProcessEnv, names: readonly string[]): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !names.includes(name)))
