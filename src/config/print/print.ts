/**
 * The Model as a keepalived.conf: only what is valid, definitions and includes
 * resolved, inherited settings said where they hold, defaults left out. Reading
 * it again gives the same Model.
 *
 * Passwords are in it, as the file is to be used.
 */

import type { Model, SyncGroup } from '../model.ts'
import { addressLine } from './address.ts'
import { nothing, printFields, type Printers } from './fields.ts'
import { globalBlock } from './global.ts'
import { instanceBlock } from './instance.ts'
import { routeLine, ruleLine } from './route.ts'
import { notifyLines, scriptBlock, trackInterfaceBlock, trackScriptBlock } from './scripts.ts'
import { trackFileBlocks, trackFileLines, trackProcessBlocks, trackProcessLines } from './trackers.ts'
import { block, inSeconds, lineWord, when, word } from './words.ts'

/** Bytes that were no characters are still lone surrogates: text.ts has `encodeText` for them. */
export function printModel(model: Model): string {
  return printFields(printers, model)
    .map((text) => `${text}\n`)
    .join('\n')
}

/** One block of text each. */
const blocks = (all: readonly (readonly string[])[]): readonly string[] =>
  all.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'))

const printers: Printers<Model> = {
  process: ({ namespace, instance, pidDirectory }) =>
    blocks([
      [
        ...(namespace === undefined ? [] : [`net_namespace ${word(namespace)}`]),
        ...(instance === undefined ? [] : [`instance ${word(instance)}`]),
        ...when(pidDirectory, 'use_pid_dir'),
      ],
    ]),
  global: (global) => blocks([globalBlock(global)]),
  staticAddresses: (addresses) =>
    blocks([
      block(
        'static_ipaddress',
        addresses.map((address) => addressLine(address, undefined)),
      ),
    ]),
  staticRoutes: (routes, { global }) =>
    blocks([
      block(
        'static_routes',
        routes.map((route) => routeLine(route, global.defaultInterface)),
      ),
    ]),
  staticRules: (rules) =>
    blocks([
      block(
        'static_rules',
        rules.map((rule) => ruleLine(rule)),
      ),
    ]),
  trackGroups: (groups) =>
    blocks(
      groups.map(({ name, members }) =>
        block(`track_group ${word(name)}`, block('group', members.map(lineWord))),
      ),
    ),
  linkDelays: (delays) =>
    blocks([
      block(
        'interface_up_down_delays',
        delays.map(({ link, down, up }) => `${lineWord(link)} ${inSeconds(down)} ${inSeconds(up)}`),
      ),
    ]),
  garpGroups: (groups) =>
    blocks(
      groups.map(({ links, garpInterval, gnaInterval }) =>
        block('garp_group', [
          `garp_interval ${inSeconds(garpInterval)}`,
          ...when(gnaInterval !== 0, `gna_interval ${inSeconds(gnaInterval)}`),
          ...block('interfaces', links.map(lineWord)),
        ]),
      ),
    ),
  // Before whatever tracks them.
  scripts: (scripts) => blocks(scripts.map(scriptBlock)),
  trackFiles: (files) => blocks(trackFileBlocks(files)),
  trackProcesses: (processes) => blocks(trackProcessBlocks(processes)),
  instances: (instances, model) => blocks(instances.map((instance) => instanceBlock(instance, model))),
  syncGroups: (groups, { scripts }) => {
    const byName = new Map(scripts.map((script) => [script.name, script]))
    return blocks(
      groups.map((group) =>
        block(`vrrp_sync_group ${word(group.name)}`, printFields(ofGroup(byName), group)),
      ),
    )
  },
  notServed: nothing,
}

const ofGroup = (scripts: Parameters<typeof trackScriptBlock>[1]): Printers<SyncGroup> => ({
  name: nothing,
  members: (members) => block('group', members.map(lineWord)),
  trackScripts: (tracked) => trackScriptBlock(tracked, scripts),
  trackInterfaces: trackInterfaceBlock,
  trackFiles: trackFileLines,
  trackProcesses: trackProcessLines,
  trackingWeight: (keeps) => when(keeps, 'sync_group_tracking_weight'),
  notify: notifyLines,
  smtpAlert: (on) => when(on, 'smtp_alert'),
  span: nothing,
})
