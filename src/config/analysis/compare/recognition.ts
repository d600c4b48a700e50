/** Whether two routers take each other's adverts at all. Where they do not, both are MASTER. */

import { toSeconds } from '../../../base/time.ts'
import { authentication, authPass, authType } from '../../blocks/vrrp-instance/authentication.ts'
import { advertInt, version as versionKeyword } from '../../blocks/vrrp-instance/election.ts'
import { checksumAsVersion2, oldUnicastChecksum } from '../../blocks/vrrp-instance/transport.ts'
import { useVmac } from '../../blocks/vrrp-instance/virtual-mac.ts'
import { virtualRouterId } from '../../blocks/vrrp-instance/vrrp-instance.ts'
import type { Pair, PairReport } from './pair.ts'

const BOTH = 'both become MASTER'

export function compareRecognition(pair: Pair, report: PairReport): void {
  const { ours, theirs } = pair
  if (ours.vrid !== theirs.vrid) {
    const message = `${ours.name} has VRID ${ours.vrid} here and ${theirs.vrid} there (matched by ${pair.by}): neither hears the other, ${BOTH}`
    report.say('error', 'peer-vrid', virtualRouterId, message)
  }
  if (ours.version !== theirs.version) {
    const message = `VRRP version ${ours.version} here and ${theirs.version} there: each rejects the other's adverts, ${BOTH}`
    report.say('error', 'peer-version', versionKeyword, message)
    return
  }
  compareAuthentication(pair, report)
  compareInterval(pair, report)
  if (ours.version === 3 && ours.family === 4) compareChecksums(pair, report)
  if ((ours.virtualMac === undefined) !== (theirs.virtualMac === undefined)) {
    const where = ours.virtualMac === undefined ? 'there' : 'here'
    const message = `a virtual MAC address only ${where}: the addresses change their MAC address at every takeover`
    report.say('warning', 'peer-mac', useVmac, message)
  }
}

/** Passwords are compared and never said. */
function compareAuthentication({ ours, theirs }: Pair, report: PairReport): void {
  const [here, there] = [ours.authentication, theirs.authentication]
  if (here.type !== there.type) {
    const message = `authentication is ${said(here.type)} here and ${said(there.type)} there: each rejects the other's adverts, ${BOTH}`
    report.say(
      'error',
      'peer-authentication',
      here.type === 'none' || there.type === 'none' ? authentication : authType,
      message,
    )
  } else if (!areEqual(here.password, there.password)) {
    const message = `the passwords differ: each rejects the other's adverts, ${BOTH}`
    report.say('error', 'peer-authentication', authPass, message)
  }
}

const areEqual = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index])

const said = (type: 'none' | 'PASS' | 'AH'): string => (type === 'none' ? 'off' : type)

function compareInterval({ ours, theirs }: Pair, report: PairReport): void {
  const [here, there] = [toSeconds(ours.advertInterval), toSeconds(theirs.advertInterval)]
  if (here === there) return
  if (ours.version === 2) {
    const message = `advert_int is ${here} s here and ${there} s there: each rejects the other's adverts, ${BOTH}`
    report.say('error', 'peer-interval', advertInt, message)
  } else {
    const message = `advert_int is ${here} s here and ${there} s there: a BACKUP learns the MASTER's, so takeovers take differently long`
    report.say('warning', 'peer-interval', advertInt, message)
  }
}

/** What 2.2.7 does: vrrpd believes the RFC's checksum wherever it comes from, and no peer needs to be one. */
function compareChecksums({ ours, theirs }: Pair, report: PairReport): void {
  const where = (isHere: boolean): string => (isHere ? 'here' : 'there')
  if (ours.checksumAsVersion2 !== theirs.checksumAsVersion2) {
    const message = `v3_checksum_as_v2 only ${where(ours.checksumAsVersion2)}: the other router rejects those adverts, ${BOTH}`
    report.say('error', 'peer-checksum', checksumAsVersion2, message)
  }
  if (ours.unicastPeers.length === 0 && theirs.unicastPeers.length === 0) return
  const [here, there] = [ours.oldUnicastChecksum === 'sent', theirs.oldUnicastChecksum === 'sent']
  if (here === there) return
  const message = `old_unicast_checksum only ${where(here)}: keepalived 2.2.7 rejects the adverts of the other router there, ${BOTH}`
  report.say('error', 'peer-checksum', oldUnicastChecksum, message)
}
