/** What the doctor has to say about one thing. Pure. */

/**
 * - `problem`: the service suffers from it, or will at the next failover
 * - `warning`: it may
 * - `hint`: worth knowing; nothing is wrong
 * - `unknown`: it could not be looked at, and why
 * - `ok`: looked at, and fine
 */
export type Severity = 'problem' | 'warning' | 'hint' | 'unknown' | 'ok'

export interface Finding {
  readonly severity: Severity
  /** A whole sentence without its full stop. */
  readonly what: string
  /** Why it matters, in one sentence. */
  readonly why?: string
  /** Commands, or lines of a file, that mend it. */
  readonly mend?: string
}

interface Advice {
  readonly what: string
  readonly why: string
  readonly mend?: string
}

export const problem = (advice: Advice): Finding => ({ severity: 'problem', ...advice })
export const warning = (advice: Advice): Finding => ({ severity: 'warning', ...advice })
export const hint = (what: string, why?: string, mend?: string): Finding => ({
  severity: 'hint',
  what,
  ...(why !== undefined && { why }),
  ...(mend !== undefined && { mend }),
})
export const unknown = (what: string): Finding => ({ severity: 'unknown', what })
export const ok = (what: string): Finding => ({ severity: 'ok', what })

/** `eth0`, `eth0 and eth1`, `eth0, eth1 and eth2` */
export function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`
}

export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`

/** A drop-in for the unit: `LimitNOFILE=65536`. */
export const unitSetting = (line: string): string =>
  `mkdir -p /etc/systemd/system/vrrpd.service.d && printf '[Service]\\n${line}\\n' > /etc/systemd/system/vrrpd.service.d/${line.split('=')[0]?.toLowerCase() ?? ''}.conf && systemctl daemon-reload`
