/** Whether a host's TCP answers at an address. */

import type { Host } from '../support/lab.ts'

/** Nobody listens there: a host that answers refuses, one that drops says nothing. */
export async function answers(from: Host, address: string): Promise<boolean> {
  const attempt = `timeout 1 bash -c 'exec 3<>/dev/tcp/${address}/9' 2>/dev/null; [ $? = 124 ] && echo silent || echo refused`
  return (await from.exec(['bash', '-c', attempt])).trim() === 'refused'
}
