/** What can befall the hosts of some configurations, from what their files really have. Pure. */

import type { IpAddress } from '../../base/address.ts'
import { plus, seconds, toSeconds, type Duration } from '../../base/time.ts'
import { masterDownInterval } from '../../base/intervals.ts'
import type { Model, TrackFile } from '../../config/model.ts'
import { findingTime, settlingTime } from '../story/story.ts'

export interface StageHost {
  readonly name: string
  readonly model: Model
  readonly links: readonly string[]
}

export interface Stage {
  readonly hosts: readonly string[]
  readonly lans: readonly string[]
  /** Interfaces that are on a LAN. */
  readonly links: readonly OnHost<'link', string>[]
  /** Scripts that somebody tracks. */
  readonly checks: readonly (OnHost<'name', string> & CheckTimes)[]
  readonly files: readonly OnHost<'file', FileNumbers>[]
  readonly processes: readonly OnHost<'name', string>[]
  /** What can be drained: an instance or a sync group, or all there is. */
  readonly drains: readonly OnHost<'names', readonly string[]>[]
  readonly addresses: readonly OnHost<'address', IpAddress>[]
  readonly times: StageTimes
}

type OnHost<K extends string, T> = { readonly host: string } & Readonly<Record<K, T>>

interface CheckTimes {
  readonly interval: Duration
  /** So long it has to succeed until the instance can be MASTER again. */
  readonly recovery: Duration
}

export interface FileNumbers {
  readonly path: string
  /** What stands in it at the beginning. */
  readonly initial: number
  /** Numbers that change something. */
  readonly others: readonly number[]
}

/** Of the slowest of all hosts. */
export interface StageTimes {
  readonly masterDownInterval: Duration
  /** Until a check, or what else is tracked, has been found to be otherwise. */
  readonly finding: Duration
  /** Until each address is where it stays, after a host is gone or back. */
  readonly settling: Duration
}

export function stageOf(hosts: readonly StageHost[], lans: readonly string[]): Stage {
  const models = hosts.map(({ model }) => model)
  const instances = models.flatMap((model) => model.instances)
  const slowest = Math.max(0, ...instances.map((each) => masterDownInterval(each, each.priority))) as Duration
  return {
    hosts: hosts.map(({ name }) => name),
    lans,
    links: each(hosts, ({ links }) => links.filter((link) => lans.includes(link)).map((link) => ({ link }))),
    checks: each(hosts, ({ model }) => checksOf(model)),
    files: each(hosts, ({ model }) => filesOf(model).map((file) => ({ file }))),
    processes: each(hosts, ({ model }) =>
      tracked(model, ({ trackProcesses }) => trackProcesses.map((each) => each.process)).map((name) => ({
        name,
      })),
    ),
    drains: each(hosts, ({ model }) => drainsOf(model).map((names) => ({ names }))),
    addresses: each(hosts, ({ model }) =>
      distinct(
        model.instances
          // An owner's are the host's own: nobody sets them anew.
          .filter(({ priority }) => priority < OWNER)
          .flatMap(({ addresses }) => addresses.map(({ cidr }) => cidr.address)),
      ).map((address) => ({ address })),
    ),
    times: {
      masterDownInterval: slowest,
      finding: plus(findingTime(models), slowestOther(models)),
      settling: settlingTime(models),
    },
  }
}

const OWNER = 255

const each = <T>(
  hosts: readonly StageHost[],
  what: (host: StageHost) => readonly T[],
): readonly (T & { readonly host: string })[] =>
  hosts.flatMap((host) => what(host).map((one) => ({ host: host.name, ...one })))

type Trackers = Pick<
  Model['instances'][number],
  'trackScripts' | 'trackInterfaces' | 'trackFiles' | 'trackProcesses'
>

/** Names of what instances and groups track, each once. */
const tracked = (model: Model, names: (by: Trackers) => readonly string[]): readonly string[] =>
  distinct([...model.instances, ...model.syncGroups].flatMap(names))

function checksOf(model: Model): readonly ({ readonly name: string } & CheckTimes)[] {
  const names = tracked(model, ({ trackScripts }) => trackScripts.map(({ script }) => script))
  return model.scripts
    .filter(({ name }) => names.includes(name))
    .map(({ name, interval, rise }) => ({
      name,
      interval,
      recovery: plus((interval * rise) as Duration, settlingTime([{ ...model, scripts: [] }])),
    }))
}

function filesOf(model: Model): readonly FileNumbers[] {
  const lines = [...model.instances, ...model.syncGroups].flatMap(({ trackFiles }) => trackFiles)
  return model.trackFiles.flatMap((file) => {
    const own = lines.filter((line) => line.file === file.name)
    const others = distinct(own.flatMap(({ weight, reverse }) => numbersFor(weight * (reverse ? -1 : 1))))
    const initial = initialOf(file)
    const changed = others.filter((number) => number !== initial)
    return changed.length === 0 ? [] : [{ path: file.path, initial, others: changed }]
  })
}

const initialOf = ({ initial }: TrackFile): number => initial?.value ?? 0

/** One, and one that takes as much from the priority as may be without a FAULT. */
const numbersFor = (weight: number): readonly number[] =>
  weight === 0 ? [0, 1] : [0, 1, Math.trunc(-253 / weight)]

const drainsOf = ({ instances, syncGroups }: Model): readonly (readonly string[])[] => {
  const grouped = new Set(syncGroups.flatMap(({ members }) => members))
  const alone = instances.map(({ name }) => name).filter((name) => !grouped.has(name))
  const names = [...alone, ...syncGroups.map(({ name }) => name)]
  return names.length > 1 ? [[], ...names.map((name) => [name])] : [[]]
}

/** Delays of links and processes, and a second for what no file says. */
const slowestOther = (models: readonly Model[]): Duration =>
  plus(
    seconds(1),
    Math.max(
      0,
      ...models.flatMap(({ linkDelays }) => linkDelays.flatMap(({ down, up }) => [down, up])),
      ...models.flatMap(({ trackProcesses }) =>
        trackProcesses.flatMap(({ terminateDelay, forkDelay }) => [terminateDelay, forkDelay]),
      ),
    ) as Duration,
  )

const distinct = <T>(all: readonly T[]): readonly T[] => [...new Set(all)]

/** How long everything must be well until nothing changes any more, with room to see that it does not. */
export const quietTime = ({ times: { masterDownInterval: down, finding, settling } }: Stage): Duration =>
  seconds(Math.ceil(toSeconds(settling) + toSeconds(finding) + Math.max(20, 6 * toSeconds(down))))
