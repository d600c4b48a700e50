/** /tmp/keepalived.stats, line by line as keepalived 2.2.7 writes it. */

import { errorCounts, type DumpSource } from './source.ts'

export const dumpStats = ({ routers }: DumpSource): string =>
  routers
    .flatMap(({ assembled, counters }) => {
      const errors = errorCounts(counters)
      return [
        `VRRP Instance: ${assembled.router.name}`,
        '  Advertisements:',
        `    Received: ${counters.advertsReceived}`,
        `    Sent: ${counters.advertsSent}`,
        `  Became master: ${counters.becameMaster}`,
        `  Released master: ${counters.releasedMaster}`,
        '  Packet Errors:',
        `    Length: ${errors.packet_len_err}`,
        `    TTL: ${errors.ip_ttl_err}`,
        `    Invalid Type: ${errors.invalid_type_rcvd}`,
        `    Advertisement Interval: ${errors.advert_interval_err}`,
        `    Address List: ${errors.addr_list_err}`,
        '  Authentication Errors:',
        `    Invalid Type: ${errors.invalid_authtype}`,
        `    Type Mismatch: ${errors.authtype_mismatch}`,
        `    Failure: ${errors.auth_failure}`,
        '  Priority Zero:',
        `    Received: ${counters.priorityZeroReceived}`,
        `    Sent: ${counters.priorityZeroSent}`,
      ]
    })
    .map((line) => `${line}\n`)
    .join('')
