/**
 * `vrrpd ipvs`: what a command line asks for, done to a table. Answers go to standard output, refusals to standard
 * error in ipvsadm's words, and what ipvsadm does without a word in one line of ours.
 */

import type { Ipv4Address } from '../../base/address.ts'
import { accepted, rejected, type Result } from '../../base/result.ts'
import type { Connection } from '../../netlink/ipvs/connections.ts'
import type { IpvsChange, IpvsInfo, IpvsProtocol, IpvsTable } from '../../netlink/ipvs/types.ts'
import type { Refusal } from '../../netlink/types.ts'
import type { CommandIo } from '../io.ts'
import { parseArguments } from './arguments.ts'
import { IPVSADM_EXIT, type ArgumentError, type ChangeCommand, type Command } from './command.ts'
import { connectionAddresses, connectionsText } from './connections.ts'
import { numbersOnly, type PrintNames } from './endpoint.ts'
import { HELP, VERSION } from './help.ts'
import { connectionsJson, syncDaemonsJson, tableJson, timeoutsJson } from './json.ts'
import { addressesIn, listText, sortEntries, syncDaemonsText, timeoutsText, type Entry } from './list.ts'
import { refusalText } from './refusals.ts'
import { restoreLines } from './restore.ts'
import { saveText } from './save.ts'
import { remarksOnServed, type Served } from './served.ts'
import { remarksOnEdit } from './unsaid.ts'

/** What this host calls hosts and services. Undefined: it has no name for it. */
export interface HostNames {
  port(service: string, protocol: IpvsProtocol): number | undefined
  service(port: number, protocol: IpvsProtocol): string | undefined
  addressOf(host: string): Promise<Ipv4Address | undefined>
  /** In the order of the addresses. */
  namesOf(addresses: readonly Ipv4Address[]): Promise<readonly (string | undefined)[]>
}

/** What a command line may need of this host; nothing is asked for before it is needed. */
export interface IpvsHost {
  readonly names: HostNames
  openTable(): Promise<Result<IpvsTable, Refusal>>
  /** The error is a sentence. */
  connections(): Promise<Result<readonly Connection[], string>>
  /** Whose services are in the table; asked for before a change. */
  served(): Promise<Served | undefined>
  input(): Promise<string>
}

/** So many changes of a restored file are sent at once. */
const BATCH = 256

/**
 * @param argv without `vrrpd ipvs`
 * @returns ipvsadm's exit code
 */
export async function ipvs(argv: readonly string[], host: IpvsHost, io: CommandIo): Promise<number> {
  const operandsFrom = argv.includes('--') ? argv.indexOf('--') : argv.length
  const isJson = (word: string, at: number): boolean => word === '--json' && at < operandsFrom
  const session = new Session(host, io, argv.some(isJson))
  try {
    return await session.run(argv.filter((word, at) => !isJson(word, at)))
  } finally {
    session.close()
  }
}

interface Opened {
  readonly table: IpvsTable
  readonly info: IpvsInfo
}

class Session {
  readonly #host: IpvsHost
  readonly #io: CommandIo
  readonly #json: boolean
  /** Those that were looked up. */
  readonly #hosts = new Map<string, Ipv4Address | undefined>()
  #opened: Opened | undefined
  #served: { readonly found: Served | undefined } | undefined
  /** A file that is restored may have hundreds of lines of one service. */
  readonly #remarked = new Set<string>()

  constructor(host: IpvsHost, io: CommandIo, json: boolean) {
    this.#host = host
    this.#io = io
    this.#json = json
  }

  close(): void {
    this.#opened?.table.close()
  }

  async run(argv: readonly string[]): Promise<number> {
    const command = await this.#understand(argv, false)
    if (!command.ok) return this.#complain(command.error.text, command.error.exitCode)
    if (this.#json && !hasJson(command.value))
      return this.#complain('--json goes with the lists of -L only\n', IPVSADM_EXIT.usage)
    return this.#perform(command.value)
  }

  /** Names of hosts are looked up when the line turns out to need them, and it is read again. */
  async #understand(argv: readonly string[], restoring: boolean): Promise<Result<Command, ArgumentError>> {
    const { names } = this.#host
    const known = this.#hosts
    for (;;) {
      const unknown: string[] = []
      const address = (name: string): Ipv4Address | undefined => {
        if (!known.has(name)) unknown.push(name)
        return known.get(name)
      }
      const port = names.port.bind(names)
      const command = parseArguments(argv, { address, port }, restoring)
      if (unknown.length === 0) return command
      for (const name of unknown) known.set(name, await names.addressOf(name))
    }
  }

  #complain(text: string, exitCode: number): number {
    this.#io.err(text)
    return exitCode
  }

  #remark(remarks: readonly string[], line?: number): void {
    const where = line === undefined ? '' : `line ${line}: `
    for (const remark of remarks) this.#io.err(`vrrpd ipvs: ${where}${remark}\n`)
  }

  /** The table, or the exit code that it is not there with. */
  async #open(): Promise<Opened | number> {
    if (this.#opened) return this.#opened
    const table = await this.#host.openTable()
    if (!table.ok) return this.#cannotOpen(table.error)
    const info = table.value.info()
    if (!info.ok) {
      table.value.close()
      return this.#cannotOpen(info.error)
    }
    this.#opened = { table: table.value, info: info.value }
    return this.#opened
  }

  #cannotOpen(refusal: Refusal): number {
    const text = `Can't initialize ipvs: ${refusalText('list', refusal)}\n`
    return this.#complain(text, IPVSADM_EXIT.usage)
  }

  async #perform(command: Command): Promise<number> {
    switch (command.type) {
      case 'help':
      case 'version':
        this.#io.out(command.type === 'help' ? HELP : VERSION)
        return IPVSADM_EXIT.done
      case 'connections':
        return this.#listConnections(command)
      case 'restore':
        return this.#restore()
      default: {
        const opened = await this.#open()
        return typeof opened === 'number' ? opened : this.#withTable(command, opened)
      }
    }
  }

  async #withTable(
    command: Exclude<Command, { readonly type: 'help' | 'version' | 'connections' | 'restore' }>,
    { table, info }: Opened,
  ): Promise<number> {
    switch (command.type) {
      case 'change':
        return this.#change(command, table)
      case 'timeouts':
        return this.#print(table.timeouts(), this.#json ? timeoutsJson : timeoutsText)
      case 'sync-daemons':
        return this.#print(table.syncDaemons(), this.#json ? syncDaemonsJson : syncDaemonsText)
      case 'list':
        return this.#list(command, table, info)
      case 'save': {
        const entries = read(table)
        if (!entries.ok) return this.#cannotList(entries.error)
        const sorted = sortEntries(entries.value)
        const names = await this.#printNames(command.numeric, () => addressesIn(sorted))
        const { text, remarks } = saveText(sorted, names)
        this.#io.out(text)
        this.#remark(remarks)
        return IPVSADM_EXIT.done
      }
    }
  }

  #cannotList(refusal: Refusal): number {
    return this.#complain(`${refusalText('list', refusal)}\n`, IPVSADM_EXIT.cannotList)
  }

  #print<T>(answer: Result<T, Refusal>, text: (value: T) => string): number {
    if (!answer.ok) return this.#cannotList(answer.error)
    this.#io.out(text(answer.value))
    return IPVSADM_EXIT.done
  }

  async #list(
    { key, view, numeric, exact, sorted }: Command & { readonly type: 'list' },
    table: IpvsTable,
    info: IpvsInfo,
  ): Promise<number> {
    const found = key === undefined ? read(table) : readOne(table, key)
    if (!found.ok) return this.#cannotList(found.error)
    const entries = sorted ? sortEntries(found.value) : found.value
    if (this.#json) {
      this.#io.out(tableJson(info, entries))
      return IPVSADM_EXIT.done
    }
    const names = await this.#printNames(numeric, () => addressesIn(entries))
    this.#io.out(listText(key === undefined ? info : undefined, entries, { view, exact, names }))
    return IPVSADM_EXIT.done
  }

  async #listConnections({ numeric, engines }: Command & { readonly type: 'connections' }): Promise<number> {
    const connections = await this.#host.connections()
    if (!connections.ok) return this.#complain(`${connections.error}\n`, IPVSADM_EXIT.cannotList)
    if (this.#json) {
      this.#io.out(connectionsJson(connections.value))
      return IPVSADM_EXIT.done
    }
    const names = await this.#printNames(numeric, () => connectionAddresses(connections.value))
    this.#io.out(connectionsText(connections.value, engines, names))
    return IPVSADM_EXIT.done
  }

  /** @param addressesOf is asked only where hosts are printed by name */
  async #printNames(numeric: boolean, addressesOf: () => readonly Ipv4Address[]): Promise<PrintNames> {
    if (numeric) return numbersOnly
    const { names } = this.#host
    const addresses = addressesOf()
    const found = await names.namesOf(addresses)
    const hosts = new Map(addresses.map((address, index) => [address, found[index]]))
    return { host: (address) => hosts.get(address), service: names.service.bind(names) }
  }

  async #change(
    { change, remarks, unsaid }: ChangeCommand,
    table: IpvsTable,
    line?: number,
  ): Promise<number> {
    const owned = await this.#ownedBySomebody(change)
    this.#remark([...remarks, ...remarksOnEdit(change, unsaid, table), ...owned], line)
    return this.#send([change], table)
  }

  async #ownedBySomebody(change: IpvsChange): Promise<readonly string[]> {
    this.#served ??= { found: await this.#host.served() }
    const { found } = this.#served
    const remarks = (found ? remarksOnServed(change, found) : []).filter((each) => !this.#remarked.has(each))
    for (const each of remarks) this.#remarked.add(each)
    return remarks
  }

  /** @returns the exit code of the last one */
  #send(changes: readonly IpvsChange[], table: IpvsTable): number {
    let exitCode: number = IPVSADM_EXIT.done
    for (const [index, refusal] of table.change(changes).entries()) {
      const change = changes[index]
      exitCode =
        refusal && change
          ? this.#complain(`${refusalText(change.type, refusal)}\n`, IPVSADM_EXIT.refused)
          : IPVSADM_EXIT.done
    }
    return exitCode
  }

  /**
   * A line that is no command of ipvsadm's ends it; one that the kernel refuses, or with an option that is none, does
   * not. The exit code is the last line's.
   */
  async #restore(): Promise<number> {
    const opened = await this.#open()
    if (typeof opened === 'number') return opened
    const { table } = opened
    let waiting: IpvsChange[] = []
    let exitCode: number = IPVSADM_EXIT.done
    const send = (): void => {
      if (waiting.length > 0) exitCode = this.#send(waiting, table)
      waiting = []
    }
    for (const { number, words } of restoreLines(await this.#host.input())) {
      const command = await this.#understand(words, true)
      if (command.ok && command.value.type === 'change' && command.value.unsaid.length === 0) {
        const owned = await this.#ownedBySomebody(command.value.change)
        this.#remark([...command.value.remarks, ...owned], number)
        if (waiting.push(command.value.change) >= BATCH) send()
        continue
      }
      send()
      if (!command.ok) {
        exitCode = this.#complain(command.error.text, command.error.exitCode)
        if (command.error.kind === 'bad-option') continue
        this.#remark(['the rest of the file was not read'], number)
        return exitCode
      }
      if (command.value.type === 'change') {
        exitCode = await this.#change(command.value, table, number)
        continue
      }
      exitCode = await this.#perform(command.value)
      if (command.value.type === 'help' || command.value.type === 'version') return exitCode
      if (exitCode !== IPVSADM_EXIT.done) return exitCode
    }
    send()
    return exitCode
  }
}

const hasJson = ({ type }: Command): boolean =>
  type === 'list' || type === 'connections' || type === 'timeouts' || type === 'sync-daemons'

function read(table: IpvsTable): Result<readonly Entry[], Refusal> {
  const services = table.services()
  if (!services.ok) return services
  const entries: Entry[] = []
  for (const service of services.value) {
    const destinations = table.destinations(service.key)
    if (!destinations.ok) return destinations
    entries.push({ service, destinations: destinations.value })
  }
  return accepted(entries)
}

function readOne(table: IpvsTable, key: Entry['service']['key']): Result<readonly Entry[], Refusal> {
  const service = table.service(key)
  if (!service.ok) return service
  if (service.value === undefined) return rejected(NO_SUCH_SERVICE)
  const destinations = table.destinations(key)
  if (!destinations.ok) return destinations
  return accepted([{ service: service.value, destinations: destinations.value }])
}

const NO_SUCH_SERVICE: Refusal = { errno: 3, code: 'ESRCH', text: 'No such process' }
