/**
 * The Model as a keepalived.conf: only what is valid, definitions and includes
 * resolved, inherited settings said where they hold, defaults left out. Reading
 * it again gives the same Model.
 *
 * Passwords are in it, as the file is to be used.
 */

import { garpGroupBlock } from './blocks/garp-group.ts'
import { globalBlock } from './blocks/global-defs/global-defs.ts'
import { linkDelayBlock } from './blocks/interface-up-down-delays.ts'
import { processLines } from './blocks/process.ts'
import { staticAddressBlock, staticRouteBlock, staticRuleBlock } from './blocks/static-items.ts'
import { trackFileBlock } from './blocks/track-file.ts'
import { trackGroupBlock } from './blocks/track-group.ts'
import { loadBalancingBlocks } from './blocks/virtual-server/print.ts'
import { instanceBlock } from './blocks/vrrp-instance/vrrp-instance.ts'
import { scriptBlock } from './blocks/vrrp-script.ts'
import { syncGroupBlock } from './blocks/vrrp-sync-group/vrrp-sync-group.ts'
import { trackProcessBlock } from './blocks/vrrp-track-process.ts'
import type { Model } from './model.ts'
import { type Printers, printFields } from './values/printing.ts'

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
  process: (process) => blocks([processLines(process)]),
  global: (global) => blocks([globalBlock(global)]),
  staticAddresses: (addresses) => blocks([staticAddressBlock(addresses)]),
  staticRoutes: (routes, { global }) => blocks([staticRouteBlock(routes, global.defaultInterface)]),
  staticRules: (rules) => blocks([staticRuleBlock(rules)]),
  trackGroups: (groups) => blocks(groups.map(trackGroupBlock)),
  linkDelays: (delays) => blocks([linkDelayBlock(delays)]),
  garpGroups: (groups) => blocks(groups.map(garpGroupBlock)),
  // Before whatever tracks them.
  scripts: (scripts) => blocks(scripts.map(scriptBlock)),
  trackFiles: (files) => blocks(files.map(trackFileBlock)),
  trackProcesses: (processes) => blocks(processes.map(trackProcessBlock)),
  instances: (instances, { scripts }) =>
    blocks(instances.map((instance) => instanceBlock(instance, scripts))),
  syncGroups: (groups, { scripts }) => blocks(groups.map((group) => syncGroupBlock(group, scripts))),
  loadBalancing: (balancing) => blocks(loadBalancingBlocks(balancing)),
}
