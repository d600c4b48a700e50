/** Takes away the tables of `no_accept` that a daemon has left. Synchronous: for commands, not for the daemon. */

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { removalScript } from './firewall-rules.ts'

/** Where distributions have it; PATH may be anything. Undefined: there is none. */
export const findNft = (): string | undefined =>
  ['/usr/sbin/nft', '/sbin/nft', '/usr/bin/nft', '/usr/local/sbin/nft'].find((path) => existsSync(path))

/**
 * @param names of tables that may be there; without any nft is not asked: the kernel may have no nftables
 * @param nft path of nft(8)
 * @returns those that were there and are gone; why one could not be removed goes to `complain`
 */
export function removeTables(
  names: readonly string[],
  complain: (text: string) => void,
  nft: string | undefined = findNft(),
): readonly string[] {
  // Without it the daemon made none.
  if (nft === undefined || names.length === 0) return []
  try {
    const present = tablesIn(run(nft, ['list', 'tables']))
    const ours = names.filter((name) => present.has(name))
    if (ours.length > 0) run(nft, [ours.map(removalScript).join('\n')])
    return ours
  } catch (error) {
    complain(`cannot remove the nftables table ${names.join(', ')} of no_accept: ${reasonOf(error)}`)
    return []
  }
}

const LONGEST_RUN_MS = 5000

const run = (nft: string, args: readonly string[]): string =>
  execFileSync(nft, args, { encoding: 'utf8', env: {}, timeout: LONGEST_RUN_MS, stdio: 'pipe' })

/** `nft list tables` says `table ip NAME` for each; ours are in `ip` and `ip6`. */
const tablesIn = (text: string): ReadonlySet<string> =>
  new Set([...text.matchAll(/^table ip6? (\S+)$/gm)].map(([, name = '']) => name))

/** nft's first line says it; the program's own error is for when it could not be run. */
function reasonOf(error: unknown): string {
  const { stderr, message } = error as { readonly stderr?: string; readonly message: string }
  const said = stderr?.split('\n', 1)[0]?.trim() ?? ''
  return said === '' ? message : said
}
