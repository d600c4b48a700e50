/**
 * Virtual servers served: the director, who asks for it, what it has run and told, and what it leaves on record. The
 * only place in the child that knows all of them. Constructors keep what they are given; `start` and `stop` say in which
 * order things begin and end.
 */

import type { IpAddress } from '../../../base/address.ts'
import type { Clock } from '../../../base/time.ts'
import { adopt, type ParentIdentity } from '../../../director/record.ts'
import type { Model } from '../../../config/model.ts'
import type { Program } from '../../../director/configuration.ts'
import type { IpvsTable } from '../../../netlink/ipvs/types.ts'
import type { FifoSpec } from '../../../scripts/fifo-channel.ts'
import type { FifoPorts } from '../../../scripts/fifo.ts'
import type { TrackingPorts } from '../../../scripts/tracking/types.ts'
import type { Script, ScriptPorts } from '../../../scripts/types.ts'
import type { TlsClient } from '../../../checkers/probe/probes.ts'
import type { Alarm, RecordFile } from '../../../world/world.ts'
import type { Log } from '../../log/logging.ts'
import { Fifos } from '../../scripts/fifos.ts'
import { programKey, type AssembledDirector } from './assemble.ts'
import { HostChecks, type AskingPorts } from './asking.ts'
import { LvsJournal } from './journal.ts'
import { ServerScripts } from './programs.ts'
import { LvsRecord } from './record.ts'
import { DirectorRuntime } from './runtime.ts'

/** A configuration that can be served. */
export interface Read {
  readonly model: Model
  readonly assembled: AssembledDirector
  /** Of `SSL { … }`, its files read. */
  readonly tls: TlsClient | undefined
  /** lvs_notify_fifo and notify_fifo. */
  readonly fifos: readonly FifoSpec[]
}

export interface ServedWorld
  extends ScriptPorts, TrackingPorts, FifoPorts, Pick<AskingPorts, 'openPingGroups'> {
  readonly clock: Clock
  readonly wallMs: () => number
  readonly createAlarm: (callback: () => void) => Alarm
  readonly table: IpvsTable
  readonly addresses: () => readonly IpAddress[]
  readonly record: RecordFile
  readonly bootId: string
}

export class Serving {
  readonly runtime: DirectorRuntime
  readonly checks: HostChecks
  readonly journal: LvsJournal
  private readonly world: ServedWorld
  private readonly scripts: ServerScripts
  private readonly fifos: Fifos
  private readonly record: LvsRecord
  private readonly parent: ParentIdentity | undefined
  private read: Read
  /** While another one is taken: those who go with it are told so by its scripts. */
  private former: Read | undefined
  private readAtMs: number

  constructor(read: Read, world: ServedWorld, log: Log, parent: ParentIdentity | undefined) {
    this.read = read
    this.readAtMs = world.wallMs()
    this.world = world
    this.parent = parent
    this.scripts = new ServerScripts(world, log)
    this.fifos = new Fifos(world, (text) => {
      log.warn(text)
    })
    this.journal = new LvsJournal(world)
    this.record = new LvsRecord({
      ...world,
      parent,
      snapshot: () => this.runtime.snapshot(),
      complain: (text) => {
        log.warn(text)
      },
    })
    let checks: HostChecks | undefined
    this.runtime = new DirectorRuntime(
      read.assembled,
      {
        ...world,
        log,
        run: (kind, program) => {
          this.scripts.run(kind, program, this.scriptOf(program))
        },
        tell: (line) => {
          this.fifos.writeLine(line)
        },
        remember: () => {
          this.record.renew()
        },
        happened: (happening) => {
          this.journal.add(happening)
        },
      },
      (listeners) => (checks = new HostChecks(read.tls, { ...world, log }, listeners)),
    )
    if (checks === undefined) throw new Error('the director asks nobody')
    this.checks = checks
  }

  /** When the configuration in force was read; milliseconds since the epoch. */
  get loadedAtMs(): number {
    return this.readAtMs
  }

  get current(): Read {
    return this.read
  }

  /** What was left behind is gone on with; then the table becomes the file's. */
  start(): void {
    const { record, bootId } = this.world
    const adopted = adopt(record.readNow(), bootId, this.parent)
    this.useFiles()
    this.runtime.start(adopted)
  }

  apply(read: Read): void {
    this.former = this.read
    this.read = read
    this.readAtMs = this.world.wallMs()
    this.useFiles()
    this.checks.useTls(read.tls)
    this.runtime.reconfigure(read.assembled)
    this.former = undefined
  }

  /**
   * A deliberate end: what is ours goes from the table, as the keywords say, and scripts get their time.
   *
   * @param keepTable `-I`: everything stays, and what is known of it, too
   */
  async stop(keepTable: boolean): Promise<void> {
    this.runtime.stop(keepTable)
    await Promise.all([this.scripts.finish(), this.fifos.stop()])
    if (keepTable) await this.record.finish()
    else await this.record.remove()
  }

  /** Our parent has gone: everything stays for who goes on. */
  abandon(): void {
    this.record.writeNow()
  }

  private scriptOf(program: Program): Script | undefined {
    const key = programKey(program)
    return this.read.assembled.scriptOfProgram.get(key) ?? this.former?.assembled.scriptOfProgram.get(key)
  }

  private useFiles(): void {
    this.checks.useFiles(this.read.model.trackFiles)
    this.fifos.use(this.read.fifos)
  }
}
