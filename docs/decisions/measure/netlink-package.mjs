// Record 0003: what the netlink package's own socket does when the kernel outruns it.
// bash tools/isolated.sh node docs/decisions/measure/netlink-package.mjs overrun|in-flight
import { execFileSync } from 'node:child_process'
import netlink from 'netlink'

const RTNLGRP_IPV4_IFADDR = 5
const socket = netlink.createRtNetlink({ ref: true })
const said = (what) => console.log(what)
socket.socket?.on('error', (error) => said(`error event: ${error.message}`))
process.on('uncaughtException', (error) => said(`uncaughtException: ${error.message}`))
process.on('exit', () => said('the process ended by itself'))

if (process.argv[2] === 'overrun') {
  socket.socket.addMembership(RTNLGRP_IPV4_IFADDR)
  // Two thousand address changes while JavaScript is busy: what a reload of a large configuration is.
  const commands = Array.from(
    { length: 2000 },
    (_, i) => `addr add 10.${i >> 8}.${i & 255}.1/32 dev lo\n`,
  ).join('')
  execFileSync('ip', ['-batch', '-'], { input: commands })
  said('2000 addresses were added while we were busy')
} else {
  const requests = Array.from({ length: 1000 }, () => socket.getLinks())
  const settled = await Promise.allSettled(requests)
  said(`${settled.filter(({ status }) => status === 'fulfilled').length} of 1000 requests were answered`)
}
setTimeout(() => process.exit(0), 1000)
