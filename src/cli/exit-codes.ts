/** Exit codes of the commands; documented in vrrpd(8). The daemon's are keepalived's. */
export const EXIT = { allWell: 0, problems: 1, noDaemon: 2, usage: 3 } as const
