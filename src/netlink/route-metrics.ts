/** What a route says about the connections over it (RTA_METRICS, <linux/rtnetlink.h>). */

import type { MetricName, RouteMetric } from '../base/routing.ts'
import { Body, type Attributes } from './attributes.ts'
import { isSet } from './route-keys.ts'

const RTAX: Readonly<Record<MetricName, number>> = {
  mtu: 2,
  window: 3,
  rtt: 4,
  rttvar: 5,
  ssthresh: 6,
  cwnd: 7,
  advmss: 8,
  reordering: 9,
  hoplimit: 10,
  initcwnd: 11,
  features: 12,
  rto_min: 13,
  initrwnd: 14,
  quickack: 15,
  congctl: 16,
  fastopen_no_cookie: 17,
}
const RTAX_LOCK = 1

const NAMES = Object.keys(RTAX) as readonly MetricName[]

export function encodeMetrics(metrics: readonly RouteMetric[] | undefined): Uint8Array | undefined {
  const given = (metrics ?? []).filter(isSet)
  if (given.length === 0) return undefined
  const body = new Body(new Uint8Array())
  for (const { name, value } of given) {
    if (typeof value === 'string') body.text(RTAX[name], value)
    else body.u32(RTAX[name], value)
  }
  const locks = given.reduce((bits, { name, locked }) => (locked ? bits | (1 << RTAX[name]) : bits), 0)
  return body.u32(RTAX_LOCK, locks === 0 ? undefined : locks).build()
}

export function decodeMetrics(attributes: Attributes | undefined): readonly RouteMetric[] {
  if (attributes === undefined) return []
  const locks = attributes.u32(RTAX_LOCK) ?? 0
  return NAMES.flatMap((name): RouteMetric[] => {
    const value = name === 'congctl' ? attributes.text(RTAX[name]) : attributes.u32(RTAX[name])
    return value === undefined ? [] : [{ name, value, locked: (locks & (1 << RTAX[name])) !== 0 }]
  })
}
