/** What keepalived processes are for, by their command lines, parents and pid files. Pure: it reads through a port. */

import { isSameNetwork } from './network-namespace.ts'

/** What cannot be read is undefined, or has no names. */
export interface ProcReader {
  read(path: string): Promise<string | undefined>
  readLink(path: string): Promise<string | undefined>
  list(path: string): Promise<readonly string[]>
  /** Whether there is such a process, though /proc does not list it (ProtectProc=, hidepid). */
  isHidden?(pid: number): boolean
}

/** Where keepalived puts its pid files. */
const PID_DIRECTORY = '/run'
const PID_DIRECTORIES = '/run/keepalived'
/** A process may be stuck in the kernel, and reading about it with it: never all threads of the pool at once. */
const AT_A_TIME = 2

/** @returns the process that is keepalived's checkers in the network namespace of this process; undefined: none */
export async function findKeepalivedCheckers(host: ProcReader): Promise<number | undefined> {
  const own = await host.readLink('/proc/self/ns/net')
  const pids = (await host.list('/proc')).filter((name) => /^\d+$/.test(name))
  const seen: KeepalivedSeen[] = []
  const next = pids.values()
  const inTurn = async (): Promise<void> => {
    for (const pid of next) {
      const found = await lookAt(host, pid, own)
      if (found) seen.push(found)
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, inTurn))
  const inPidFiles = await idsInPidFiles(host, seen)
  const listed = new Set(pids.map(Number))
  return (
    checkersAmong(seen, inPidFiles.all) ??
    inPidFiles.usual.find((id) => !listed.has(id) && host.isHidden?.(id) === true)
  )
}

async function lookAt(
  host: ProcReader,
  pid: string,
  own: string | undefined,
): Promise<KeepalivedSeen | undefined> {
  const read = async (file: string): Promise<string> => (await host.read(`/proc/${pid}/${file}`)) ?? ''
  const name = (await read('comm')).trim()
  if (!name.startsWith('keepalived')) return undefined
  const words = (await read('cmdline')).split('\0')
  if (!isKeepalived(name, words)) return undefined
  const parent = /\) \S (\d+) /.exec(await read('stat'))?.[1]
  const network = await host.readLink(`/proc/${pid}/ns/net`)
  return {
    pid: Number(pid),
    parent: parent === undefined ? undefined : Number(parent),
    words,
    sameNetwork: isSameNetwork(own, network),
  }
}

/** `usual`: of those in /run itself, where no network namespaces have theirs. */
async function idsInPidFiles(
  host: ProcReader,
  seen: readonly KeepalivedSeen[],
): Promise<{ readonly all: ReadonlySet<number>; readonly usual: readonly number[] }> {
  const idsOf = async (paths: readonly string[]): Promise<readonly number[]> => {
    const texts = await Promise.all(paths.map((path) => host.read(path)))
    return texts.map((text) => Number.parseInt(text ?? '', 10)).filter((id) => id > 0)
  }
  const filesIn = async (directory: string): Promise<readonly string[]> =>
    (await host.list(directory)).filter(isCheckersPidFile).map((name) => `${directory}/${name}`)
  const below = (await host.list(PID_DIRECTORIES)).map((name) => `${PID_DIRECTORIES}/${name}`)
  const others = await Promise.all([PID_DIRECTORIES, ...below].map(filesIn))
  const named = seen.flatMap(({ words }) => namedCheckersPidFile(words) ?? [])
  const usual = await idsOf(await filesIn(PID_DIRECTORY))
  return { all: new Set([...usual, ...(await idsOf([...others.flat(), ...named]))]), usual }
}

/** Without -P and -C it does both. */
export function runsVrrp(words: readonly string[]): boolean {
  return has(words, 'P', '--vrrp') || !has(words, 'C', '--check')
}

/** As configured, without -P. */
const mayRunCheckers = (words: readonly string[]): boolean =>
  !has(words, 'P', '--vrrp') || has(words, 'C', '--check')

const has = (words: readonly string[], short: string, long: string): boolean =>
  words.some((word) => word === long || (/^-[A-Za-z]+$/.test(word) && word.includes(short)))

/** A process that is called keepalived. */
export interface KeepalivedSeen {
  readonly pid: number
  readonly parent: number | undefined
  /** Its command line; all processes of a keepalived have the same. */
  readonly words: readonly string[]
  /** In the network namespace that is asked about. */
  readonly sameNetwork: boolean
}

/**
 * Which process is keepalived's checkers. Only processes without children of their own family count: the parent of
 * all may stand in another network namespace than they do, and while it starts or respawns them it is alone. With -C it
 * is known what they are; without -P and -C only the pid file tells them from VRRP's.
 *
 * @param inPidFiles the ids in files of checkers
 */
export function checkersAmong(
  all: readonly KeepalivedSeen[],
  inPidFiles: ReadonlySet<number>,
): number | undefined {
  const parents = new Set(all.map(({ parent }) => parent))
  return all.find(
    ({ pid, words, sameNetwork }) =>
      sameNetwork &&
      !parents.has(pid) &&
      (!runsVrrp(words) || (mayRunCheckers(words) && inPidFiles.has(pid))),
  )?.pid
}

/**
 * Whether that is keepalived, and not vrrpd that is called so: node's program name stands before ours.
 *
 * @param name what the kernel calls it: `keepalived`, or with process_names something longer
 */
export const isKeepalived = (name: string, words: readonly string[]): boolean =>
  name.startsWith('keepalived') && baseName(words[0] ?? '').startsWith('keepalived')

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** In /run, /run/keepalived and the directories of namespaces there: `checkers.pid`, `keepalived_checkers_x.pid`. */
export const isCheckersPidFile = (name: string): boolean => /checkers\w*\.pid$/.test(name)

/** The file that `-c` names. */
export function namedCheckersPidFile(words: readonly string[]): string | undefined {
  for (const [index, word] of words.entries()) {
    const attached = /^(?:--checkers_pid=|-c)(.+)$/.exec(word)?.[1]
    if (attached !== undefined) return attached
    if (word === '-c' || word === '--checkers_pid') return words[index + 1]
  }
  return undefined
}
