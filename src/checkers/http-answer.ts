/**
 * An HTTP answer as keepalived reads it: a header up to the first CR LF CR LF, then a body up to the end of the
 * connection, of which a digest counts no more than Content-Length bytes. Nothing is decoded; a chunked body is
 * digested as it came. (Measured: checks of 2.2.7 and genhash, answers of every kind.)
 */

/** MD5, which comes from outside: what is pure has no packages. */
export interface Hash {
  update(bytes: Uint8Array): void
  /** Lower case; once. */
  hex(): string
}

export interface AnswerHeader {
  /** Three digits between the first two blanks; absent where there are none. */
  readonly status: number | undefined
  /** By a header of exactly this name, `Content-Length:`; absent where there is none, or no number. */
  readonly contentLength: number | undefined
}

/** keepalived has no bound, and waits for ever. */
export const MAX_HEADER_BYTES = 65_536

const HEADER_END = Uint8Array.of(13, 10, 13, 10)

export class HttpAnswer {
  readonly #hash: Hash | undefined
  #header: AnswerHeader | undefined
  /** Of the header so far; while there is none. */
  #text = ''
  /** How many bytes of the header's end were seen last. */
  #matched = 0
  #bodyBytes = 0
  #bytes = 0

  /** @param hash absent: nobody asks for the digest */
  constructor(hash: Hash | undefined) {
    this.#hash = hash
  }

  /** Undefined until all of it has come. */
  get header(): AnswerHeader | undefined {
    return this.#header
  }

  /** Bytes, header included. */
  get length(): number {
    return this.#bytes
  }

  get bodyLength(): number {
    return this.#bodyBytes
  }

  /** The header is longer than any that is one. */
  get isOverlong(): boolean {
    return this.#header === undefined && this.#text.length > MAX_HEADER_BYTES
  }

  /** @param bytes are not kept */
  add(bytes: Uint8Array): void {
    this.#bytes += bytes.length
    if (this.#header === undefined) this.#addToHeader(bytes)
    else this.#addToBody(bytes)
  }

  /** Of the body, or as much of it as Content-Length says; once. */
  digest(): string | undefined {
    return this.#hash?.hex()
  }

  #addToHeader(bytes: Uint8Array): void {
    const end = this.#endOfHeader(bytes)
    if (this.#text.length <= MAX_HEADER_BYTES) this.#text += latin1(bytes.subarray(0, end ?? bytes.length))
    if (end === undefined) return
    this.#header = parseHeader(this.#text)
    this.#text = ''
    this.#addToBody(bytes.subarray(end))
  }

  /** Where the body begins; undefined when it does not begin in these bytes. */
  #endOfHeader(bytes: Uint8Array): number | undefined {
    for (let index = 0; index < bytes.length; index++) {
      const byte = bytes[index]
      if (byte === HEADER_END[this.#matched]) this.#matched++
      else this.#matched = byte === HEADER_END[0] ? 1 : 0
      if (this.#matched === HEADER_END.length) return index + 1
    }
    return undefined
  }

  #addToBody(bytes: Uint8Array): void {
    const room = (this.#header?.contentLength ?? Infinity) - this.#bodyBytes
    this.#bodyBytes += bytes.length
    if (this.#hash !== undefined && room > 0 && bytes.length > 0)
      this.#hash.update(bytes.length > room ? bytes.subarray(0, room) : bytes)
  }
}

function parseHeader(text: string): AnswerHeader {
  const status = /^[^ ]* (\d{3}) /.exec(text)?.[1]
  const length = /Content-Length:[ \t]*(\d{1,15})/.exec(text)?.[1]
  return {
    status: status === undefined ? undefined : Number(status),
    contentLength: length === undefined ? undefined : Number(length),
  }
}

/** Each byte as the character of its number, so that offsets are bytes. */
export const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
