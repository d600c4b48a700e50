import type { ClientError } from '../control/client.ts'

/** Exit codes of the commands; documented in vrrpd(8). The daemon's are keepalived's. */
export const EXIT = { allWell: 0, problems: 1, noDaemon: 2, usage: 3 } as const

/** What is not there cannot be asked for; everything else means that nobody answers as they should. */
export const exitCodeOf = ({ code }: ClientError): number =>
  code === 'not-possible' ? EXIT.usage : EXIT.noDaemon
