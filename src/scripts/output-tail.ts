/** The last part of what a program printed: everything is read, so that it never blocks, and little is kept. */

/** Bytes. */
const KEPT = 1024

export class OutputTail {
  #kept: Uint8Array = new Uint8Array()

  add(chunk: Uint8Array): void {
    const tail = chunk.subarray(-KEPT)
    const before = this.#kept.subarray(Math.max(0, this.#kept.length + tail.length - KEPT))
    // Copied: a view would hold on to the whole chunk.
    const kept = new Uint8Array(before.length + tail.length)
    kept.set(before)
    kept.set(tail, before.length)
    this.#kept = kept
  }

  /** One line for a log or a status: control characters, also of terminals, become spaces. */
  text(): string {
    return new TextDecoder()
      .decode(this.#kept)
      .replace(/[\p{Cc}\p{Zl}\p{Zp}\uFFFD]+/gu, ' ')
      .trim()
  }
}
