/** `vrrpd simulate`: loads the simulated world only when there is something to tell. */

import type { Handler } from './command.ts'

/** As it was given; simulate.ts reads it. */
export interface SimulateArguments {
  /** `[NAME=]FILE` */
  readonly files: readonly string[]
  readonly story: string | undefined
  readonly until: string | undefined
  readonly seed: number
  /** How many stories; as it was given. */
  readonly explore: number | undefined
  readonly lans: readonly string[]
  /** `NAME:INTERFACE=ADDRESS/PREFIX` */
  readonly addresses: readonly string[]
  readonly check: boolean
  readonly json: boolean
  readonly svg: string | undefined
}

export const simulateCommand: Handler<'simulate'> = {
  checks: [({ seed }) => Number.isSafeInteger(seed) || 'A whole number: --seed 7'],
  run: async ({ FILES: files, lan: lans, address: addresses, ...others }, io) => {
    const { simulate } = await import('./simulate.ts')
    return simulate({ files, lans, addresses, ...others }, io)
  },
}
