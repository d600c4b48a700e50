/** What operators should know about a configuration that is in force: said in the log, and kept for the status. */

import { toSeconds } from '../../base/time.ts'
import { heldDelays } from '../../config/blocks/interface-up-down-delays.ts'
import type { VrrpModel } from '../../config/model.ts'
import type { Log } from '../log/logging.ts'
import type { OwnPart } from '../reading/own-part.ts'
import type { DaemonSettings } from '../settings.ts'

/** @param parts with `vrrp` nobody else has a word for the virtual servers */
export function sayNotices(
  own: OwnPart,
  { configFile, parts }: Pick<DaemonSettings, 'configFile' | 'parts'>,
  log: Log,
): readonly string[] {
  const { model, virtualServers } = own
  const strict = strictNotice(model)
  if (strict !== undefined) log.warn(strict)
  const delays = linkDelayNotices(model)
  for (const notice of delays) log.warn(notice)
  const notServed = parts === 'vrrp' ? notServedNotice(virtualServers, configFile) : undefined
  if (notServed !== undefined) log.info(notServed)
  return [notServed, strict, ...delays].filter((notice) => notice !== undefined)
}

/** What the host's operators should know about blocks that keepalived would serve and vrrpd does not. */
export function notServedNotice(count: number, configFile: string): string | undefined {
  if (count === 0) return undefined
  const [blocks, them] = count === 1 ? ['block is', 'it'] : ['blocks are', 'them']
  return `${String(count)} virtual_server ${blocks} not served by vrrpd; keep \`keepalived -C -f ${configFile}\` running for ${them}`
}

/** What an operator who comes from keepalived has to know of strict mode; undefined: no instance for which it matters. */
export function strictNotice({ instances }: Pick<VrrpModel, 'instances'>): string | undefined {
  const names = instances
    .filter(
      ({ strict, accept, dropsTraffic, addresses }) =>
        strict && !accept && !dropsTraffic && addresses.length > 0,
    )
    .map(({ name }) => name)
  if (names.length === 0) return undefined
  return `vrrp_strict: keepalived drops all packets to the virtual addresses of ${names.join(', ')}; vrrpd does so only where no_accept is written, so they are reachable`
}

/** Delays of interface_up_down_delays that are shorter than written: one line for each such interface. */
export const linkDelayNotices = (model: VrrpModel): readonly string[] =>
  [...heldDelays(model)].flatMap(([link, { down, up, shortenedFor }]) =>
    shortenedFor === undefined
      ? []
      : [
          `interface_up_down_delays: ${link} gets ${toSeconds(down)} s down and ${toSeconds(up)} s up; with more, ${shortenedFor} would take over before its own link counts as down`,
        ],
  )
