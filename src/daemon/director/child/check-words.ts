/** Checks as keepalived.conf and people call them. Pure. */

import { formatIp, isIpv4 } from '../../../base/address.ts'
import type { Check, Endpoint, HttpCheck } from '../../../checkers/types.ts'

/** keepalived.conf's word for it. */
export function checkName(check: Check): string {
  switch (check.kind) {
    case 'tcp':
      return 'TCP_CHECK'
    case 'http':
      return check.tls ? 'SSL_GET' : 'HTTP_GET'
    case 'smtp':
      return 'SMTP_CHECK'
    case 'dns':
      return 'DNS_CHECK'
    case 'udp':
      return 'UDP_CHECK'
    case 'ping':
      return 'PING_CHECK'
    case 'misc':
      return 'MISC_CHECK'
    case 'file':
      return 'FILE_CHECK'
  }
}

/** Whom or what it asks. Of a program its name alone: what it is given may be secret. */
export function checkTarget(check: Check): string {
  switch (check.kind) {
    case 'tcp':
    case 'smtp':
    case 'udp':
      return endpointText(check.connection.target)
    case 'ping':
      return formatIp(check.connection.target.address)
    case 'dns':
      return `${endpointText(check.connection.target)} ${check.type} ${check.name}`
    case 'http':
      return httpTarget(check)
    case 'misc':
      return check.command[0]
    case 'file':
      return check.trackFile
  }
}

function httpTarget({ tls, urls, connection }: HttpCheck): string {
  const [{ path }, ...others] = urls
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  return `${tls ? 'https' : 'http'}://${endpointText(connection.target)}${path}${more}`
}

const endpointText = ({ address, port }: Endpoint): string =>
  `${isIpv4(address) ? formatIp(address) : `[${formatIp(address)}]`}:${port}`
