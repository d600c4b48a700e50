/** IPVS's message type, which the kernel has once the module ip_vs is there. */

import { accepted, rejected, type Result } from '../../base/result.ts'
import { ERRNO } from '../errno.ts'
import { refusal, refusalOfAnswer } from '../refusal.ts'
import type { Transport } from '../transport.ts'
import type { Refusal } from '../types.ts'
import { CONTROLLER, encodeFamilyQuery, readFamilyId, readMessage } from './wire/generic-netlink.ts'
import { IPVS_FAMILY } from './wire/numbers.ts'

/** Most kernels load a module for whoever asks for its family, and the first answer may come too early. */
const LATER_LOOKUPS = 2

/**
 * @param loadModule has the module ip_vs loaded, if it can; what came of it is seen by asking again
 * @returns the number; ENOENT where the kernel has no IPVS, whose text says what to do
 */
export function lookUpFamily(transport: Transport, loadModule?: () => void): Result<number, Refusal> {
  let id = askForFamily(transport)
  for (let lookups = 0; isMissing(id) && lookups < LATER_LOOKUPS; lookups++) {
    if (lookups === 0) loadModule?.()
    id = askForFamily(transport)
  }
  return isMissing(id) ? rejected(NO_IPVS) : id
}

const isMissing = (id: Result<number, Refusal>): boolean => !id.ok && id.error.errno === ERRNO.ENOENT

function askForFamily(transport: Transport): Result<number, Refusal> {
  const told = transport.query(CONTROLLER.type, encodeFamilyQuery(IPVS_FAMILY))
  if (!told.ok) return rejected(refusalOfAnswer(told.error))
  const id = told.value
    .filter(({ type }) => type === CONTROLLER.type)
    .map(({ data }) => readMessage(data, readFamilyId))
    .find((each) => each !== undefined)
  return id === undefined
    ? rejected(refusal(ERRNO.EPROTO, 'the kernel does not tell IPVS’s number'))
    : accepted(id)
}

const NO_IPVS = refusal(
  ERRNO.ENOENT,
  'the kernel has no IPVS: load the module ip_vs (modprobe ip_vs), for every boot in /etc/modules-load.d/',
)
