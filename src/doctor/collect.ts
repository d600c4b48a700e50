/** Finds out everything the checks want to know. Takes as long as it listens to the LAN: seconds. */

import { isIpv4, type Ipv4Address } from '../base/address.ts'
import { rejected } from '../base/result.ts'
import type {
  Configuration,
  DaemonFacts,
  Facts,
  Instance,
  Known,
  LanFacts,
  LinkFacts,
  Holder,
} from './facts.ts'
import { collectClock } from './collect/clock.ts'
import { collectConfiguration } from './collect/configuration.ts'
import { collectDaemon } from './collect/daemon.ts'
import { collectDirector } from './collect/director.ts'
import { collectFirewall } from './collect/firewall.ts'
import { systemHost, type Host } from './collect/host.ts'
import { listenToLan } from './collect/lan.ts'
import { collectLinks } from './collect/links.ts'
import { collectManagers } from './collect/managers.ts'
import { askForHolders, type Question } from './collect/probe.ts'
import { collectProcesses } from './collect/processes.ts'
import { collectScripts } from './collect/scripts.ts'
import { collectService } from './collect/service.ts'
import { collectSysctls } from './collect/sysctls.ts'

export interface Wanted {
  /** Undefined: the running daemon's, else the default. */
  readonly configFile: string | undefined
  readonly configId: string | undefined
  readonly controlPath: string
  readonly probe: boolean
}

const DEFAULT_CONFIGURATION = '/etc/keepalived/keepalived.conf'
/** Longer intervals than this are not worth sitting before a terminal for. */
const LONGEST_LISTENING_SECONDS = 10

export async function collectFacts(wanted: Wanted, host: Host = systemHost): Promise<Facts> {
  const root = process.getuid?.() === 0
  const daemon = await collectDaemon(host, wanted.controlPath)
  const { facts: configuration, model } = await collectConfiguration(pathOf(wanted, daemon), wanted.configId)
  const instances = configuration.ok ? configuration.value.instances : []
  const names = [
    ...new Set(instances.flatMap(({ link, addresses }) => [link, ...addresses.map((each) => each.link)])),
  ]
  const links = await collectLinks(host, names)
  // Before we listen ourselves.
  const processes = await collectProcesses(host, process.pid)
  const [firewall, lan, holders, sysctls, managers, scripts, clock, service, director] = await Promise.all([
    configuration.ok ? collectFirewall(host, configuration.value, links, root) : noConfiguration,
    configuration.ok ? listen(host, configuration.value, links, root) : noConfiguration,
    wanted.probe && configuration.ok ? ask(host, configuration.value, links, root) : undefined,
    collectSysctls(host, [...links.keys()]),
    collectManagers(host, names),
    collectScripts(host, model, root),
    collectClock(host),
    collectService(host),
    collectDirector(host, model, [...links.keys()], root),
  ])
  return {
    root,
    configuration,
    daemon,
    links,
    firewall,
    lan,
    holders,
    sysctls,
    managers,
    processes,
    scripts,
    clock,
    service,
    director,
  }
}

const noConfiguration = rejected('there is no configuration')

function pathOf({ configFile }: Wanted, daemon: DaemonFacts): string {
  return configFile ?? (daemon.kind === 'running' ? daemon.report.daemon.configFile : DEFAULT_CONFIGURATION)
}

async function listen(
  host: Host,
  { instances }: Configuration,
  links: ReadonlyMap<string, LinkFacts>,
  root: boolean,
): Promise<Known<LanFacts>> {
  if (!root) return rejected('only root may listen')
  const spoken = instances.filter(({ family }) => family === 4)
  const names = [...new Set(spoken.map(({ link }) => link))]
  const opened = (await withIndex(host, names, links)).map((link) => ({
    ...link,
    addresses: listeningAddresses(
      spoken.filter((each) => each.link === link.name),
      links.get(link.name),
    ),
  }))
  if (opened.length === 0) return rejected('no interface to listen on is up')
  const intervals = spoken.map(({ intervalSeconds }) => intervalSeconds)
  const seconds = Math.min(LONGEST_LISTENING_SECONDS, 2 * Math.max(0, ...intervals) + 0.2)
  const own = new Set([...links.values()].flatMap(({ addresses }) => addresses.map(({ address }) => address)))
  return guarded(() => listenToLan({ seconds, links: opened, own: new Set([...own].filter(isIpv4)) }))
}

function listeningAddresses(
  instances: readonly Instance[],
  link: LinkFacts | undefined,
): ReadonlySet<Ipv4Address> {
  const own = (link?.addresses ?? []).map(({ address }) => address).filter(isIpv4)
  return new Set(instances.flatMap(({ unicast, group }) => (unicast ? own : [group])))
}

async function ask(
  host: Host,
  { instances }: Configuration,
  links: ReadonlyMap<string, LinkFacts>,
  root: boolean,
): Promise<Known<readonly Holder[]>> {
  if (!root) return rejected('only root may ask')
  const wanted = instances.flatMap(({ addresses }) => addresses)
  const named = await withIndex(host, [...new Set(wanted.map(({ link }) => link))], links)
  const questions = await Promise.all(
    named.map(async ({ name, index }): Promise<readonly Question[]> => {
      const text = (await host.read(`/sys/class/net/${name}/address`)) ?? ''
      const mac = Uint8Array.from(
        text
          .trim()
          .split(':')
          .map((byte) => Number.parseInt(byte, 16)),
      )
      const addresses = wanted.filter(({ link }) => link === name).map(({ cidr }) => cidr.address)
      return mac.length === 6
        ? [{ link: name, index, mac, addresses: distinct(addresses.filter(isIpv4)) }]
        : []
    }),
  )
  return guarded(() => askForHolders(questions.flat()))
}

const distinct = (addresses: readonly Ipv4Address[]): readonly Ipv4Address[] => [...new Set(addresses)]

async function withIndex(
  host: Host,
  names: readonly string[],
  links: ReadonlyMap<string, LinkFacts>,
): Promise<readonly { readonly name: string; readonly index: number }[]> {
  const found = names
    .filter((name) => links.get(name)?.exists === true && links.get(name)?.up === true)
    .map(async (name) => ({ name, index: Number(await host.read(`/sys/class/net/${name}/ifindex`)) }))
  return (await Promise.all(found)).filter(({ index }) => index > 0)
}

/** Where the addon was never built, the rest can still be looked at. */
async function guarded<T>(open: () => Promise<Known<T>>): Promise<Known<T>> {
  try {
    return await open()
  } catch (error) {
    return rejected(error instanceof Error ? error.message : String(error))
  }
}
