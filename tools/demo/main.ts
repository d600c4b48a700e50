/**
 * The main job, shown: two hosts, one address, an election, a crash, the
 * take-over, the return. Real daemons on a real (virtual) network; the times
 * are the kernel's, taken from packets and address changes.
 */

import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { DaemonKind } from '../../test/support/lab/daemon.ts'
import { findProgram } from '../../test/support/tools.ts'
import { Lab } from '../../test/support/lab.ts'
import { readFacts } from './facts.ts'
import { play } from './story.ts'
import { Timeline } from './timeline.ts'

const usage = `usage: npm run demo -- [--daemon vrrpd|keepalived] [--peer vrrpd|keepalived]

  --daemon   what both hosts run (vrrpd)
  --peer     what the second host runs instead
`

const atRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

/** The user's own file where the reference files lie beside the checkout; else one that says the same. */
const seed = ['../shared/configs/seeds/simplest-ha.conf', 'tools/demo/two-hosts.conf']
  .map(atRoot)
  .find(existsSync)

interface Options {
  readonly first: DaemonKind
  readonly second: DaemonKind
}

/** @returns undefined: only the usage is asked for */
function readOptions(): Options | undefined {
  const { values } = parseGiven()
  if (values.help === true) return undefined
  const first = kindOf(values.daemon ?? 'vrrpd')
  return { first, second: kindOf(values.peer ?? first) }
}

function parseGiven() {
  const options = {
    daemon: { type: 'string' },
    peer: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const
  try {
    return parseArgs({ options })
  } catch (error) {
    throw new Error(`${(error as Error).message}\n\n${usage}`, { cause: error })
  }
}

function kindOf(text: string): DaemonKind {
  if (text !== 'vrrpd' && text !== 'keepalived') throw new Error(`no daemon called ${text}\n\n${usage}`)
  if (text === 'keepalived' && findProgram('keepalived') === undefined)
    throw new Error('keepalived is not installed')
  return text
}

async function main(): Promise<number> {
  const options = readOptions()
  if (options === undefined) {
    process.stdout.write(usage)
    return 0
  }
  const { first, second } = options
  if (seed === undefined) throw new Error('tools/demo/two-hosts.conf is missing')
  const facts = readFacts(readFileSync(seed, 'utf8'))
  const lab = await Lab.create({
    hosts: ['alpha', 'beta', 'watcher'],
    lans: [{ link: facts.link, subnet: facts.subnet }],
  })
  const interrupted = new Promise<never>((_, reject) => {
    process.once('SIGINT', () => reject(new Error('interrupted')))
  })
  try {
    await Promise.race([play(lab, { first, second, file: seed, facts }, new Timeline()), interrupted])
    return 0
  } finally {
    await lab.destroy()
    process.stdout.write('Everything is removed again.\n')
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
// A play that was interrupted may still be waiting for something.
process.exit()
