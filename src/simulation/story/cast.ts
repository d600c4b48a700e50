/** Who and what a story may speak of, by the names that it uses. Pure. */

import { formatIp, type IpAddress } from '../../base/address.ts'
import type { Model, TrackFile, TrackProcess } from '../../config/model.ts'
import { linksOf } from '../infer.ts'

/** What a story may speak of. */
export interface Cast {
  readonly hosts: readonly CastHost[]
  readonly lans: readonly string[]
}

export interface CastHost {
  readonly name: string
  readonly model: Model
  /** Of the files that the story reloads on this host: their names may be spoken of, too. */
  readonly later?: readonly Model[]
  /** Its interfaces; absent: those that the models name. */
  readonly links?: readonly string[]
}

/** One host's names. */
export interface Names {
  readonly name: string
  readonly links: readonly string[]
  readonly scripts: readonly string[]
  /** Instances and sync groups. */
  readonly routers: readonly string[]
  readonly files: readonly Pick<TrackFile, 'name' | 'path'>[]
  readonly processes: readonly Pick<TrackProcess, 'name' | 'program'>[]
  /** Those that the daemon may set: virtual, excluded and static ones. */
  readonly addresses: ReadonlyMap<string, IpAddress>
}

export type Everybody = ReadonlyMap<string, Names>

export const everybodyOf = ({ hosts }: Cast): Everybody =>
  new Map(hosts.map((host) => [host.name, namesOf(host)]))

function namesOf({ name, model, later = [], links }: CastHost): Names {
  const models = [model, ...later]
  const instances = models.flatMap((one) => one.instances)
  const addresses = [
    ...instances.flatMap((instance) => [...instance.addresses, ...instance.excludedAddresses]),
    ...models.flatMap((one) => one.staticAddresses),
  ].map(({ cidr }) => cidr.address)
  return {
    name,
    links: distinct(links ?? models.flatMap(linksOf)),
    scripts: distinct(models.flatMap((one) => one.scripts.map((script) => script.name))),
    routers: distinct([...instances, ...models.flatMap((one) => one.syncGroups)].map((one) => one.name)),
    files: models.flatMap((one) => one.trackFiles),
    processes: models.flatMap((one) => one.trackProcesses),
    addresses: new Map(addresses.map((address) => [formatIp(address), address])),
  }
}

const distinct = (names: readonly string[]): readonly string[] => [...new Set(names)]
