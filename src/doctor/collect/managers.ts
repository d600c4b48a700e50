/** What systemd-networkd and NetworkManager say in /run about the links they manage. */

import type { ManagerFacts, NetworkdLink } from '../facts.ts'
import type { Host } from './host.ts'

export async function collectManagers(host: Host, links: readonly string[]): Promise<ManagerFacts> {
  const networkd = new Map<string, NetworkdLink>()
  const networkManager = new Set<string>()
  for (const link of links) {
    const index = (await host.read(`/sys/class/net/${link}/ifindex`))?.trim()
    if (index === undefined) continue
    const managed = await networkdLink(host, index)
    if (managed) networkd.set(link, managed)
    const device = (await host.read(`/run/NetworkManager/devices/${index}`)) ?? ''
    if (/^connection-uuid=./m.test(device) && !/^managed=false/m.test(device)) networkManager.add(link)
  }
  const settings = await withDropIns(host, '/etc/systemd/networkd.conf', [
    '/usr/lib/systemd/networkd.conf.d',
    '/run/systemd/networkd.conf.d',
    '/etc/systemd/networkd.conf.d',
  ])
  return {
    networkd,
    networkManager,
    keepsForeignRoutes: isNo(lastValue(settings, 'ManageForeignRoutes')),
    keepsForeignRules: isNo(lastValue(settings, 'ManageForeignRoutingPolicyRules')),
  }
}

/** Undefined: networkd leaves the link alone. */
async function networkdLink(host: Host, index: string): Promise<NetworkdLink | undefined> {
  const state = (await host.read(`/run/systemd/netif/links/${index}`)) ?? ''
  const file = /^NETWORK_FILE=(.+)$/m.exec(state)?.[1]
  if (file === undefined || /^ADMIN_STATE=unmanaged/m.test(state)) return undefined
  const name = file.split('/').at(-1) ?? file
  const text = await withDropIns(host, file, [
    `/usr/lib/systemd/network/${name}.d`,
    `/run/systemd/network/${name}.d`,
    `/etc/systemd/network/${name}.d`,
  ])
  return { file, keepConfiguration: lastValue(text, 'KeepConfiguration') }
}

/** systemd reads drop-ins in the order of their names, whatever their directory. */
async function withDropIns(host: Host, file: string, directories: readonly string[]): Promise<string> {
  const found = new Map<string, string>()
  for (const directory of directories) {
    for (const name of await host.list(directory)) {
      if (name.endsWith('.conf')) found.set(name, `${directory}/${name}`)
    }
  }
  const paths = [file, ...[...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path)]
  const texts = await Promise.all(paths.map((path) => host.read(path)))
  return texts.map((text) => text ?? '').join('\n')
}

const lastValue = (text: string, key: string): string | undefined =>
  [...text.matchAll(new RegExp(`^\\s*${key}\\s*=\\s*(\\S+)`, 'gm'))].at(-1)?.[1]?.toLowerCase()

const isNo = (value: string | undefined): boolean => ['no', 'false', 'off', '0'].includes(value ?? '')
