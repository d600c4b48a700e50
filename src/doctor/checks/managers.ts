/** Programs that configure the same interfaces, and take away what they did not put there. */

import type { Facts } from '../facts.ts'
import { ok, warning, type Finding } from '../finding.ts'

const KEEPING = ['yes', 'true', 'on', '1', 'static']

export function checkManagers({ configuration, managers }: Facts): readonly Finding[] {
  if (!configuration.ok) return []
  const { instances } = configuration.value
  const links = [
    ...new Set(instances.flatMap(({ link, addresses }) => [link, ...addresses.map((each) => each.link)])),
  ]
  const findings: Finding[] = []
  for (const name of links) {
    const networkd = managers.networkd.get(name)
    if (networkd && !KEEPING.includes(networkd.keepConfiguration ?? ''))
      findings.push(ofNetworkd(name, networkd.file))
    if (managers.networkManager.has(name)) findings.push(ofNetworkManager(name))
  }
  const onNetworkd = links.some((name) => managers.networkd.has(name))
  if (onNetworkd && !managers.keepsForeignRoutes && instances.some(({ hasRoutes }) => hasRoutes)) {
    findings.push(foreign('routes', 'ManageForeignRoutes'))
  }
  if (onNetworkd && !managers.keepsForeignRules && instances.some(({ hasRules }) => hasRules)) {
    findings.push(foreign('rules', 'ManageForeignRoutingPolicyRules'))
  }
  return findings.length > 0 ? findings : [ok('no network manager touches the virtual addresses')]
}

function ofNetworkd(link: string, file: string): Finding {
  const name = file.split('/').at(-1) ?? file
  return warning({
    what: `systemd-networkd manages ${link} (${file}) and removes addresses it does not know`,
    // Measured with systemd 252: at a restart they stay, at a reload of a changed file they go.
    why: 'when its configuration changes and is reloaded, it takes the virtual addresses away',
    mend: `mkdir -p /etc/systemd/network/${name}.d && printf '[Network]\\nKeepConfiguration=static\\n' > /etc/systemd/network/${name}.d/vrrpd.conf && networkctl reload`,
  })
}

function ofNetworkManager(link: string): Finding {
  return warning({
    what: `NetworkManager manages ${link} and removes addresses it does not know`,
    why: 'when a connection is activated again, or changed, the virtual addresses disappear',
    mend: `give ${link} its address by /etc/network/interfaces or systemd-networkd, and: printf '[keyfile]\\nunmanaged-devices=interface-name:${link}\\n' > /etc/NetworkManager/conf.d/vrrpd.conf && nmcli general reload`,
  })
}

function foreign(what: 'routes' | 'rules', option: string): Finding {
  return warning({
    what: `systemd-networkd removes ${what} it does not know (${option}=yes)`,
    why: `the ${what === 'routes' ? 'virtual_routes' : 'virtual_rules'} disappear when networkd configures a link anew`,
    mend: `mkdir -p /etc/systemd/networkd.conf.d && printf '[Network]\\n${option}=no\\n' > /etc/systemd/networkd.conf.d/vrrpd.conf && systemctl restart systemd-networkd`,
  })
}
