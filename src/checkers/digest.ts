/** What `genhash` prints of an HTTP answer. Source: genhash of 2.2.7, run against answers of every kind. */

import { rejected, type Result, accepted } from '../base/result.ts'
import { HttpAnswer, type Hash } from './http-answer.ts'

/** genhash's own words, on standard error. */
export const NO_DATA = 'no data received from remote webserver'

/** Reads an answer and prints what `digest` of a url is to be. The status does not matter, and nothing is followed. */
export class GenHash {
  readonly #answer: HttpAnswer

  /** @param hash a new MD5 */
  constructor(hash: Hash) {
    this.#answer = new HttpAnswer(hash)
  }

  /** Bytes so far: whoever reads them decides when it is enough. */
  get length(): number {
    return this.#answer.length
  }

  add(bytes: Uint8Array): void {
    this.#answer.add(bytes)
  }

  /** The connection has ended: 32 hexadecimal digits, or what to say. Once. */
  finish(): Result<string, typeof NO_DATA> {
    const digest = this.#answer.digest()
    if (this.#answer.header === undefined || digest === undefined) return rejected(NO_DATA)
    return accepted(digest)
  }
}
