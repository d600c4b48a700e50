/** `-d`: the configuration as it was understood, for the log. Never a password. Pure. */

import { formatCidr, formatIp } from '../base/address.ts'
import { toSeconds } from '../base/time.ts'
import type {
  Command,
  Notify,
  SyncGroup,
  VirtualRoute,
  VrrpInstance,
  VrrpModel,
  VrrpScript,
} from '../config/model.ts'

/** One line of the log each. */
export function dumpModel(model: VrrpModel): readonly string[] {
  return [
    ...model.scripts.flatMap(dumpScript),
    ...model.syncGroups.flatMap(dumpGroup),
    ...model.instances.flatMap(dumpInstance),
  ]
}

const indented = (lines: readonly (string | false | undefined)[]): readonly string[] =>
  lines.filter((line) => line !== false && line !== undefined).map((line) => `   ${line}`)

const words = (command: Command): string => command.argv.join(' ')

function dumpScript(script: VrrpScript): readonly string[] {
  return [
    `VRRP Script = ${script.name}`,
    ...indented([
      `Command = ${words(script.command)}`,
      `Interval = ${String(toSeconds(script.interval))} sec, timeout = ${String(toSeconds(script.timeout))} sec`,
      `Weight = ${String(script.weight)}${script.reverse ? ' reverse' : ''}, rise = ${String(script.rise)}, fall = ${String(script.fall)}`,
      script.initFail && 'Initially failed',
    ]),
  ]
}

function dumpGroup(group: SyncGroup): readonly string[] {
  return [
    `VRRP Sync Group = ${group.name}`,
    ...indented([`Members = ${group.members.join(', ')}`, ...dumpNotify(group.notify)]),
  ]
}

function dumpInstance(instance: VrrpInstance): readonly string[] {
  return [
    `VRRP Instance = ${instance.name}`,
    ...indented([
      `Interface = ${instance.link}${instance.dontTrackPrimary ? ', not tracked' : ''}`,
      `Virtual Router ID = ${String(instance.vrid)}`,
      `Wanted State = ${instance.wantedState}, priority = ${String(instance.priority)}`,
      `Advert interval = ${String(toSeconds(instance.advertInterval))} sec`,
      `Preempt = ${instance.preempt ? 'enabled' : 'disabled'}`,
      instance.preemptDelay > 0 && `Preempt delay = ${String(toSeconds(instance.preemptDelay))} sec`,
      instance.sourceAddress !== undefined && `Source address = ${formatIp(instance.sourceAddress)}`,
      `Authentication type = ${instance.authentication.type}`,
      ...instance.trackInterfaces.map(
        ({ link, weight }) => `Tracked interface = ${link} weight ${String(weight)}`,
      ),
      ...instance.trackScripts.map(
        ({ script, weight }) => `Tracked script = ${script} weight ${String(weight)}`,
      ),
      ...instance.addresses.map(({ cidr, link }) => `Virtual IP = ${formatCidr(cidr)} dev ${link}`),
      ...instance.excludedAddresses.map(
        ({ cidr, link }) => `Virtual IP excluded = ${formatCidr(cidr)} dev ${link}`,
      ),
      ...instance.routes.map(dumpRoute),
      ...dumpNotify(instance.notify),
    ]),
  ]
}

function dumpRoute({ type, destination, gateway, link, table }: VirtualRoute): string {
  const via = gateway === undefined ? '' : ` via ${formatIp(gateway)}`
  const dev = link === undefined ? '' : ` dev ${link}`
  return `Virtual Route = ${type} ${formatCidr(destination)}${via}${dev} table ${String(table)}`
}

function dumpNotify({ master, backup, fault, stop, any }: Notify): readonly (string | false)[] {
  return [
    master !== undefined && `Master state transition script = ${words(master)}`,
    backup !== undefined && `Backup state transition script = ${words(backup)}`,
    fault !== undefined && `Fault state transition script = ${words(fault)}`,
    stop !== undefined && `Stop state transition script = ${words(stop)}`,
    any !== undefined && `Generic state transition script = ${words(any)}`,
  ]
}
