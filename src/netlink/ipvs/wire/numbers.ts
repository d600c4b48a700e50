/** <linux/ip_vs.h>: IPVS_GENL_NAME, IPVS_GENL_VERSION, IPVS_CMD_*, IPVS_CMD_ATTR_*. */

export const IPVS_FAMILY = 'IPVS'
export const IPVS_VERSION = 1

export const COMMAND = {
  newService: 1,
  setService: 2,
  deleteService: 3,
  getService: 4,
  newDestination: 5,
  setDestination: 6,
  deleteDestination: 7,
  getDestination: 8,
  newDaemon: 9,
  deleteDaemon: 10,
  getDaemon: 11,
  setConfig: 12,
  getConfig: 13,
  getInfo: 15,
  zero: 16,
  flush: 17,
} as const

/** A message's own attributes; all others are nested in them. */
export const TOP = {
  service: 1,
  destination: 2,
  daemon: 3,
  timeoutTcp: 4,
  timeoutTcpFin: 5,
  timeoutUdp: 6,
} as const
