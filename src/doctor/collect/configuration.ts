/** The configuration file → what the checks want to know of it. */

import { hostname } from 'node:os'
import { isIpv4, type Ipv4Address } from '../../base/address.ts'
import { accepted, rejected } from '../../base/result.ts'
import { toSeconds } from '../../base/time.ts'
import { PROBLEM_WORDS } from '../../config/syntax/io.ts'
import { loadConfiguration } from '../../config/load.ts'
import type { Model, VrrpInstance } from '../../config/model.ts'
import { diskIo } from '../../config/disk-io.ts'
import { AUTH_CODE } from '../../vrrp/wire/authentication.ts'
import type { Configuration, Instance, Known } from '../facts.ts'

export interface LoadedConfiguration {
  readonly facts: Known<Configuration>
  /** Undefined: the file cannot be read. */
  readonly model: Model | undefined
}

export async function collectConfiguration(
  path: string,
  id: string | undefined,
): Promise<LoadedConfiguration> {
  const configId = id ?? hostname().split('.')[0] ?? ''
  const { model, ofDaemon, fatal, unreadable } = await loadConfiguration(path, { io: diskIo, configId })
  if (unreadable !== undefined) {
    return { facts: rejected(`${path} cannot be read: ${PROBLEM_WORDS[unreadable]}`), model: undefined }
  }
  const count = (wanted: string): number => ofDaemon.filter(({ severity }) => severity === wanted).length
  const facts = {
    path,
    errors: count('error'),
    warnings: count('warning'),
    fatal,
    startupDelaySeconds: toSeconds(model.global.startupDelay),
    instances: model.instances.map((each) => instanceOf(each, model.global.mcastGroup4)),
  }
  return { facts: accepted(facts), model }
}

function instanceOf(instance: VrrpInstance, group: Ipv4Address): Instance {
  const { name, link, vrid, version, family, priority, authentication, sourceAddress, notify, mcastGroup } =
    instance
  return {
    ...{ name, link, vrid, version, family, priority },
    authCode: AUTH_CODE[authentication.type],
    intervalSeconds: toSeconds(instance.advertInterval),
    peers: instance.unicastPeers.map(({ address }) => address).filter(isIpv4),
    unicast: instance.unicastPeers.length > 0,
    group: mcastGroup !== undefined && isIpv4(mcastGroup) ? mcastGroup : group,
    ...(sourceAddress !== undefined && isIpv4(sourceAddress) && { sourceAddress }),
    advertised: instance.addresses.map(({ cidr }) => cidr.address).filter(isIpv4),
    addresses: [...instance.addresses, ...instance.excludedAddresses].map((address) => ({
      cidr: address.cidr,
      link: address.link,
      scope: String(address.scope),
    })),
    hasRoutes: instance.routes.length > 0,
    hasRules: instance.rules.length > 0,
    notifies: Object.values(notify).some((command) => typeof command === 'object'),
  }
}
