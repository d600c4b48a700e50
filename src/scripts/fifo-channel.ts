/** One notify FIFO with its lines and the script that reads it, from start to stop. */

import { isDeepStrictEqual } from 'node:util'
import { milliseconds, seconds, type Duration } from '../base/time.ts'
import { FifoLines } from './fifo-lines.ts'
import type { FifoOwner, FifoPorts, OpenFifo } from './fifo.ts'
import type { NotifyState, NotifySubject } from './notify.ts'
import { startProgram, type Run } from './process.ts'
import type { LaunchSpec, ScriptPorts } from './types.ts'

/** One `…notify_fifo` of the configuration. */
export interface FifoSpec {
  readonly path: string
  readonly mode: number
  readonly owner: FifoOwner | undefined
  /** Gets the path as its last argument. */
  readonly reader: LaunchSpec | undefined
}

/** keepalived's third word of a line. */
type FifoWord = NotifyState | 'MASTER_PRIORITY' | 'BACKUP_PRIORITY'

export interface FifoNotice {
  readonly subject: NotifySubject
  readonly what: FifoWord
  readonly priority: number
}

/** keepalived leaves a reader that has ended alone; nobody would hear of anything any more. */
const RESTART: Duration = seconds(5)
/** For a reader to read what was written last before it is told to end. */
const LAST_WORDS: Duration = milliseconds(200)

export class FifoChannel {
  readonly spec: FifoSpec
  readonly #ports: ScriptPorts & FifoPorts
  readonly #complain: (text: string) => void
  readonly #lines: FifoLines
  readonly #opened: Promise<OpenFifo | undefined>
  #reader: Run | undefined
  #cancelRestart: () => void = () => {}
  #stopped = false

  /** @param before what has to be done before it is opened */
  constructor(
    spec: FifoSpec,
    before: Promise<unknown>,
    ports: ScriptPorts & FifoPorts,
    complain: (text: string) => void,
  ) {
    this.spec = spec
    this.#ports = ports
    this.#complain = (text) => {
      complain(`notify FIFO ${spec.path} ${text}`)
    }
    this.#opened = before.then(() => this.#open())
    this.#lines = new FifoLines({
      timers: ports.timers,
      write: async (text) => (await this.#opened)?.write(text) ?? 'written',
      complain: this.#complain,
    })
  }

  isSame(spec: FifoSpec): boolean {
    return isDeepStrictEqual(spec, this.spec)
  }

  write({ subject: { type, name }, what, priority }: FifoNotice): void {
    this.writeLine(`${type} "${name}" ${what} ${String(priority)}`, `${type} ${name} ${KINDS[what]}`)
  }

  /**
   * @param line without its end
   * @param key what a newer line of the same key makes worthless
   */
  writeLine(line: string, key: string): void {
    this.#lines.submit({ key, text: `${line}\n` })
  }

  /** A reader has time to hear the last lines until it is told to end. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancelRestart()
    await this.#lines.finish()
    if (this.#reader) {
      await new Promise<void>((resolve) => void this.#ports.timers.after(LAST_WORDS, resolve))
      this.#reader.terminate()
    }
    await (await this.#opened)?.close()
  }

  async #open(): Promise<OpenFifo | undefined> {
    const opened = await this.#ports.openFifo(this.spec.path, this.spec)
    if (!opened.ok) {
      this.#complain(`is not used: ${opened.error}`)
      return undefined
    }
    this.#startReader()
    return opened.value
  }

  #startReader(): void {
    const { reader, path } = this.spec
    if (!reader || this.#stopped) return
    const spec: LaunchSpec = { ...reader, argv: [...reader.argv, path] }
    const started = startProgram(this.#ports, spec, undefined, ({ status, output }) => {
      this.#reader = undefined
      if (this.#stopped) return
      const how =
        status.kind === 'exited'
          ? `exited with status ${status.code}`
          : `was ended by signal ${status.signal}`
      this.#again(`its script ${reader.argv[0]} ${how}${output === '' ? '' : `: ${output}`}`)
    })
    if (started.ok) this.#reader = started.value
    else this.#again(`its script ${reader.argv[0]} cannot be run: ${started.error.text}`)
  }

  #again(text: string): void {
    this.#complain(`- ${text}; it is started again in 5 s`)
    this.#cancelRestart = this.#ports.timers.after(RESTART, () => {
      this.#startReader()
    })
  }
}

/** Of what is not read in time the last one of each kind is kept. */
const KINDS: Readonly<Record<FifoWord, 'state' | 'priority' | 'lower priority'>> = {
  MASTER: 'state',
  BACKUP: 'state',
  FAULT: 'state',
  STOP: 'state',
  DELETED: 'state',
  MASTER_PRIORITY: 'priority',
  BACKUP_PRIORITY: 'priority',
  MASTER_RX_LOWER_PRI: 'lower priority',
}
