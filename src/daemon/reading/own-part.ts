/**
 * What the process of the virtual routers keeps of a configuration. Thousands of real servers are the business of the
 * process that serves them: here they are one packed piece that nobody unpacks where adverts are sent.
 */

import { deserialize, serialize } from 'node:v8'
import type { Model, VrrpModel } from '../../config/model.ts'
import { reloadPlan } from './reload-plan.ts'

export interface OwnPart {
  readonly model: VrrpModel
  /** How many `virtual_server` blocks there are. */
  readonly virtualServers: number
  /** All of the configuration, packed: for `unpack`. Its buffer is all its own, and may be handed to another thread. */
  readonly whole: Uint8Array<ArrayBuffer>
}

export function ownPartOf(all: Model): OwnPart {
  const { loadBalancing, ...model } = all
  return { model, virtualServers: loadBalancing.virtualServers.length, whole: pack(all) }
}

/** A Model is plain data, so that nothing is lost on the way: test/config/print.test.ts holds it. */
export const pack = (model: Model): Uint8Array<ArrayBuffer> => new Uint8Array(serialize(model))

/** @param whole as ownPartOf has made it; slow where there are thousands of servers */
export const unpack = (whole: Uint8Array): Model => deserialize(whole) as Model

/** What changes from one to the other, for people: see reloadPlan. As slow as unpacking both. */
export const planBetween = (from: Pick<OwnPart, 'whole'>, to: Pick<OwnPart, 'whole'>): readonly string[] =>
  reloadPlan(unpack(from.whole), unpack(to.whole))
