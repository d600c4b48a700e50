/**
 * The wires of a laboratory: one namespace per host and one for the switch,
 * which holds a bridge per LAN. A bridge, because with a bare veth pair the
 * other side loses its carrier together with the side that goes down.
 */

import { seconds } from '../../../src/base/time.ts'
import { run } from '../tools.ts'
import { namespaceOf } from './names.ts'
import { until } from './time.ts'

export interface LanOptions {
  /** The interface's name on every host of this LAN. */
  readonly link: string
  /** IPv4 network, `10.9.0.0/24`: host number n of the laboratory gets the n-th address. */
  readonly subnet: string
  /** Host number n has fe80::n as well; otherwise there is no IPv6. */
  readonly ipv6?: true
  /** All hosts of the laboratory when absent. */
  readonly hosts?: readonly string[]
}

export interface Attachment {
  readonly host: string
  readonly link: string
  /** The host's own address and its prefix length, `10.9.0.1/24`. */
  readonly cidr: string
  /** `fe80::1` */
  readonly linkLocal?: string
  readonly mac: string
  readonly bridge: string
  /** The switch's side of the cable. */
  readonly port: string
}

export const switchOf = (lab: string): string => namespaceOf(lab, 'switch')

/** Who is attached where; pure arithmetic. Hardware addresses are fixed, so that two runs see the same frames. */
export function planAttachments(hosts: readonly string[], lans: readonly LanOptions[]): Attachment[] {
  return lans.flatMap((lan, lanIndex) =>
    (lan.hosts ?? hosts).map((host) => {
      const number = hosts.indexOf(host) + 1
      if (number === 0) throw new Error(`no host ${host} in this laboratory`)
      return {
        host,
        link: lan.link,
        cidr: nthAddress(lan.subnet, number),
        ...(lan.ipv6 && { linkLocal: `fe80::${hex(number).replace(/^0/, '')}` }),
        mac: `02:00:00:00:${hex(lanIndex)}:${hex(number)}`,
        bridge: `br${lanIndex}`,
        port: `p${lanIndex}-${number}`,
      }
    }),
  )
}

const hex = (value: number): string => value.toString(16).padStart(2, '0')

function nthAddress(subnet: string, n: number): string {
  const match = /^(\d+\.\d+\.\d+)\.(\d+)\/(\d+)$/.exec(subnet)
  if (match === null) throw new Error(`not an IPv4 network: ${subnet}`)
  return `${match[1] ?? ''}.${Number(match[2]) + n}/${match[3] ?? ''}`
}

/** Makes the namespaces, cables and bridges; returns once every link has its carrier. */
export async function build(
  lab: string,
  hosts: readonly string[],
  attachments: readonly Attachment[],
): Promise<void> {
  const namespaces = [switchOf(lab), ...hosts.map((host) => namespaceOf(lab, host))]
  await batch(
    [],
    namespaces.map((namespace) => `netns add ${namespace}`),
  )
  await Promise.all(namespaces.map(withoutIpv6))
  const bridges = new Set(attachments.map((attachment) => attachment.bridge))
  await batch(
    ['-n', switchOf(lab)],
    // Snooping off: multicast goes everywhere, as on a switch that knows no querier.
    [...bridges].flatMap((bridge) => [
      `link add ${bridge} type bridge mcast_snooping 0 stp_state 0 forward_delay 0`,
      `link set ${bridge} up`,
    ]),
  )
  await attach(lab, attachments)
  await Promise.all(hosts.map((host) => configureHost(lab, host, attachments)))
}

/** The cables, from the switch to the hosts. */
export async function attach(lab: string, attachments: readonly Attachment[]): Promise<void> {
  await batch(
    ['-n', switchOf(lab)],
    attachments.flatMap(({ host, link, mac, bridge, port }) => [
      `link add ${port} type veth peer name ${link} address ${mac} netns ${namespaceOf(lab, host)}`,
      `link set ${port} master ${bridge} up`,
    ]),
  )
}

/** Addresses on its own ends, which are up then. */
export async function configureHost(
  lab: string,
  host: string,
  attachments: readonly Attachment[],
): Promise<void> {
  const own = attachments.filter((attachment) => attachment.host === host)
  await Promise.all(
    own
      .filter(({ linkLocal }) => linkLocal !== undefined)
      .map(({ link }) => withIpv6(namespaceOf(lab, host), link)),
  )
  await batch(
    ['-n', namespaceOf(lab, host)],
    [
      'link set lo up',
      ...own.flatMap(({ link, cidr, linkLocal }) => [
        `addr add ${cidr} dev ${link}`,
        `link set ${link} up`,
        ...(linkLocal === undefined ? [] : [`addr add ${linkLocal}/64 dev ${link} nodad`]),
      ]),
    ],
  )
  await carrierIs('there', namespaceOf(lab, host), own.length === 1 ? own[0]?.link : undefined)
}

/** The kernel tells of a carrier in its own time, up to a second after the cable; a daemon may be quicker. */
export async function carrierIs(wanted: 'there' | 'gone', namespace: string, link?: string): Promise<void> {
  await until(
    `the carrier to be ${wanted} in ${namespace}`,
    async () => {
      const shown = await run(['ip', '-n', namespace, 'link', 'show', ...(link === undefined ? [] : [link])])
      return shown.includes('NO-CARRIER') === (wanted === 'gone')
    },
    seconds(10),
  )
}

/** Neighbour discovery would only add frames nobody asked about. */
async function withoutIpv6(namespace: string): Promise<void> {
  const off =
    'for f in all default; do echo 1 >/proc/sys/net/ipv6/conf/$f/disable_ipv6; done 2>/dev/null; true'
  await run(['ip', 'netns', 'exec', namespace, 'sh', '-c', off])
}

/** With no other address than those that it is given, and no router solicitations. */
async function withIpv6(namespace: string, link: string): Promise<void> {
  const conf = `/proc/sys/net/ipv6/conf/${link}`
  const on = `echo 1 >${conf}/addr_gen_mode; echo 0 >${conf}/accept_ra; echo 0 >${conf}/router_solicitations; echo 0 >${conf}/disable_ipv6`
  await run(['ip', 'netns', 'exec', namespace, 'sh', '-c', on])
}

/** Many `ip` commands in one process. */
export async function batch(options: readonly string[], commands: readonly string[]): Promise<void> {
  await run(['ip', ...options, '-batch', '-'], commands.map((command) => `${command}\n`).join(''))
}
