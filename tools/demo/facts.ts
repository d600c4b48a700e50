/** The figures of the demo's configuration that its story needs: one instance, one address, read by pattern. */

import { type Duration, seconds } from '../../src/base/time.ts'
import { masterDownInterval, skewTime } from '../../test/support/lab/time.ts'

export interface Facts {
  readonly link: string
  readonly vrid: number
  readonly priority: number
  /** Without and with its prefix length. */
  readonly address: string
  readonly cidr: string
  /** The network the hosts' own addresses come from, `10.65.32.0/23`. */
  readonly subnet: string
  readonly advertInterval: Duration
  readonly masterDown: Duration
  readonly skew: Duration
}

export function readFacts(config: string): Facts {
  const find = (pattern: RegExp): string => {
    const found = pattern.exec(config)?.[1]
    if (found === undefined) throw new Error(`the configuration has no ${pattern.source}`)
    return found
  }
  const cidr = find(/virtual_ipaddress\s*\{\s*(\S+)/)
  const priority = Number(find(/\bpriority\s+(\d+)/))
  const advertInterval = seconds(Number(find(/\badvert_int\s+(\d+)/)))
  return {
    link: find(/\binterface\s+(\S+)/),
    vrid: Number(find(/\bvirtual_router_id\s+(\d+)/)),
    priority,
    address: cidr.split('/')[0] ?? '',
    cidr,
    subnet: networkOf(cidr),
    advertInterval,
    masterDown: masterDownInterval(priority, advertInterval),
    skew: skewTime(priority),
  }
}

function networkOf(cidr: string): string {
  const [address = '', length = '32'] = cidr.split('/')
  const value = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0)
  const hosts = 2 ** (32 - Number(length))
  const network = value - (value % hosts)
  return `${[24, 16, 8, 0].map((shift) => (network >>> shift) & 255).join('.')}/${length}`
}
