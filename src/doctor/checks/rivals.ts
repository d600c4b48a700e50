/** Other programs on this host that speak VRRP. */

import type { Facts } from '../facts.ts'
import { hint, ok, problem, warning, type Finding } from '../finding.ts'

export function checkRivals({ processes, daemon }: Facts): readonly Finding[] {
  const { keepaliveds, keepalivedCheckers, keepalivedEnabled, sockets } = processes
  const findings: Finding[] = []
  const rival = keepaliveds.find(({ runsVrrp, sameNetwork }) => runsVrrp && sameNetwork)
  if (rival) findings.push(keepalivedRuns(rival.pid, daemon.kind !== 'absent'))
  if (keepalivedEnabled) {
    findings.push(
      warning({
        what: 'keepalived.service is enabled: it starts at the next boot',
        why: 'the two would fight over the same addresses, or systemd stops one for the other',
        mend: 'systemctl disable keepalived # its health checkers alone: keepalived -C',
      }),
    )
  }
  const ours = daemon.kind === 'running' ? daemon.report.daemon.pid : undefined
  const known = new Set([ours, ...keepaliveds.map(({ pid }) => pid)])
  const others = sockets.filter(({ owner }) => owner !== undefined && !known.has(owner.pid))
  for (const [pid, name] of new Map(others.map(({ owner }) => [owner?.pid, owner?.name]))) {
    findings.push(
      warning({
        what: `${name ?? 'a program'} (process ${pid ?? '?'}) listens to VRRP on this host, too`,
        why: 'a second VRRP router with the same VRIDs on one host makes addresses flap',
        mend: `ps -fp ${pid ?? '?'}`,
      }),
    )
  }
  findings.push(...overruns(sockets, ours))
  if (findings.length === 0) findings.push(ok('no other program of this host speaks VRRP'))
  if (keepalivedCheckers !== undefined)
    findings.push(checkersRun(keepalivedCheckers, servesVirtualServers(daemon)))
  return findings
}

const servesVirtualServers = (daemon: Facts['daemon']): boolean =>
  daemon.kind === 'running' && typeof daemon.report.lvsProcess?.pid === 'number'

function checkersRun(pid: number, besidesUs: boolean): Finding {
  const mend = 'systemctl disable --now keepalived-ipvs && systemctl reload vrrpd'
  return besidesUs
    ? warning({
        what: `keepalived's checkers (process ${pid}) serve virtual servers beside vrrpd`,
        why: 'each changes what the other has put into the IPVS table',
        mend,
      })
    : hint(
        `virtual servers are left to keepalived's checkers (process ${pid})`,
        'vrrpd starts none of its own while they serve this network namespace; to change over:',
        mend,
      )
}

function keepalivedRuns(pid: number, besidesUs: boolean): Finding {
  const mend = 'systemctl disable --now keepalived # its health checkers may go on: keepalived -C'
  return besidesUs
    ? problem({
        what: `keepalived runs VRRP beside vrrpd (process ${pid})`,
        why: 'the two fight over the same addresses',
        mend,
      })
    : warning({
        what: `keepalived runs VRRP on this host (process ${pid})`,
        why: 'vrrpd must not be started beside it: the two would fight over the same addresses',
        mend,
      })
}

function overruns(sockets: Facts['processes']['sockets'], ours: number | undefined): readonly Finding[] {
  const drops = sockets
    .filter(({ owner }) => owner !== undefined && owner.pid === ours)
    .reduce((sum, each) => sum + each.drops, 0)
  if (drops === 0) return []
  return [
    warning({
      what: `vrrpd has lost ${drops} received packets since it listens: its buffers were full`,
      why: 'a host that is too busy to read adverts believes that the MASTER is dead',
      mend: 'vrrpd status; top # loop lag, and who uses the processor',
    }),
  ]
}
