/** What `genhash -v` shows of an answer: byte for byte as 2.2.7's (measured). Pure. */

import { latin1 } from '../../checkers/http-answer.ts'

export interface Shown {
  readonly path: string
  /** With the empty line at its end. */
  readonly header: Uint8Array
  /** What of it counts. */
  readonly body: Uint8Array
  /** 32 hexadecimal digits. */
  readonly digest: string
  readonly tookMicroseconds: number
}

export function verboseText({ path, header, body, digest, tookMicroseconds }: Shown): string {
  const hash = Uint8Array.from(digest.match(/../g) ?? [], (byte) => parseInt(byte, 16))
  return [
    '-----------------------[    HTTP Header Buffer    ]-----------------------\n',
    hexDump(header),
    '-----------------------[ HTTP Header Ascii Buffer ]-----------------------\n',
    `${latin1(header)}\n`,
    ...(body.length === 0
      ? []
      : ['-----------------------[        HTML Buffer        ]-----------------------\n', hexDump(body)]),
    '\n',
    '-----------------------[    HTML hash resulting    ]-----------------------\n',
    hexDump(hash),
    '-----------------------[ HTML hash final resulting ]-----------------------\n',
    `${digest}\n\n`,
    `Global response time for [${path}] = ${tookMicroseconds} usecs\n`,
  ].join('')
}

const PER_LINE = 16

/** Offsets are decimal, and a short last line is filled up with blanks. */
function hexDump(bytes: Uint8Array): string {
  const lines: string[] = []
  for (let from = 0; from < bytes.length; from += PER_LINE) {
    const line = bytes.subarray(from, from + PER_LINE)
    const cells = Array.from({ length: PER_LINE }, (_, at) => {
      const byte = line[at]
      return byte === undefined ? '   ' : `${byte.toString(16).padStart(2, '0')} `
    })
    const text = Array.from(line, (byte) =>
      byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.',
    ).join('')
    const [left, right] = [cells.slice(0, 8).join(''), cells.slice(8).join('')]
    lines.push(`${String(from).padStart(4, '0')}  ${left}- ${right}  ${text.padEnd(PER_LINE)}\n`)
  }
  return lines.join('')
}
