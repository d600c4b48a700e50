/** Generic netlink with an IPVS family over any table: requests' bytes in, answers' bytes out. */

import type { Result } from '../../../src/base/result.ts'
import { Attributes } from '../../../src/netlink/attributes.ts'
import type { Envelope } from '../../../src/netlink/envelope.ts'
import type { IpvsChange, IpvsTable, ServiceKey } from '../../../src/netlink/ipvs/types.ts'
import { readTimeouts } from '../../../src/netlink/ipvs/wire/config.ts'
import { destinationReader } from '../../../src/netlink/ipvs/wire/destination.ts'
import { familyOfKey, readService } from '../../../src/netlink/ipvs/wire/service.ts'
import { readSyncDaemon } from '../../../src/netlink/ipvs/wire/sync-daemon.ts'
import type { Refusal } from '../../../src/netlink/types.ts'
import type { Datagram } from '../../../src/system/socket.ts'
import { answer, datagram, done, ScriptedSocket, success } from '../scripted-socket.ts'
import {
  destinationMessage,
  familyMessage,
  infoMessage,
  serviceMessage,
  syncDaemonMessage,
  timeoutsMessage,
} from './kernel-messages.ts'

const CONTROLLER = 0x10
export const FAMILY = 28
const NLM_F_DUMP = 0x300
const ENOENT = 2
const ESRCH = 3
const EINVAL = 22

/** @param isThere what each question for the family finds, the first being 1 */
export function fakeFamily(
  table: IpvsTable,
  isThere: (lookup: number) => boolean = () => true,
): ScriptedSocket {
  let lookups = 0
  return new ScriptedSocket((requests) =>
    requests.map((request) => {
      if (request.type === FAMILY) return answersTo(request, table)
      if (request.type !== CONTROLLER || !isThere(++lookups)) return [answer(request.seq, ENOENT)]
      return [datagram(CONTROLLER, request.seq, { body: familyMessage(FAMILY) }), success(request.seq)]
    }),
  )
}

function answersTo({ seq, flags, data }: Envelope, table: IpvsTable): readonly Datagram[] {
  const tell = (bodies: readonly Uint8Array[]): readonly Datagram[] => {
    const messages = bodies.map((body) => datagram(FAMILY, seq, { body }))
    return [...messages, (flags & NLM_F_DUMP) === 0 ? success(seq) : done(seq)]
  }
  const attributes = new Attributes(data.subarray(4))
  const key = readService(attributes)?.key
  const asked = question(data[0], key, table)
  if (asked !== undefined) return asked === 'missing' ? [answer(seq, ESRCH)] : tell(asked)
  const change = readChange(data[0] ?? 0, attributes, key)
  const [outcome] = change === undefined ? [{ errno: EINVAL }] : table.change([change])
  return [answer(seq, outcome?.errno ?? 0)]
}

/** What a question is told; undefined for what is none. */
function question(
  command: number | undefined,
  key: ServiceKey | undefined,
  table: IpvsTable,
): readonly Uint8Array[] | 'missing' | undefined {
  switch (command) {
    case 4: {
      if (key === undefined) return told(table.services()).map((each) => serviceMessage(each))
      const found = told(table.service(key))
      return found === undefined ? 'missing' : [serviceMessage(found)]
    }
    case 8:
      return told(table.destinations(key!)).map((each) => destinationMessage(each))
    case 11:
      return told(table.syncDaemons()).map(syncDaemonMessage)
    case 13:
      return [timeoutsMessage(told(table.timeouts()))]
    case 15:
      return [infoMessage(told(table.info()))]
    default:
      return undefined
  }
}

/** Undefined for what lacks something. */
function readChange(
  command: number,
  attributes: Attributes,
  key: ServiceKey | undefined,
): IpvsChange | undefined {
  const service = readService(attributes)
  const destination = key && destinationReader(familyOfKey(key))(attributes)
  const daemon = readSyncDaemon(attributes)
  switch (command) {
    case 1:
      return service && { type: 'add-service', service }
    case 2:
      return service && { type: 'edit-service', service }
    case 3:
      return key && { type: 'delete-service', key }
    case 5:
      return key && destination && { type: 'add-destination', key, destination }
    case 6:
      return key && destination && { type: 'edit-destination', key, destination }
    case 7:
      return key && destination && { type: 'delete-destination', key, destination: destination.key }
    case 9:
      return daemon && { type: 'start-sync-daemon', daemon }
    case 10:
      return daemon && { type: 'stop-sync-daemon', role: daemon.role }
    case 12:
      return { type: 'set-timeouts', timeouts: readTimeouts(attributes) }
    case 16:
      return key === undefined ? { type: 'zero' } : { type: 'zero-service', key }
    case 17:
      return { type: 'flush' }
    default:
      return undefined
  }
}

function told<T>(result: Result<T, Refusal>): T {
  if (!result.ok) throw new Error('the table was closed')
  return result.value
}
