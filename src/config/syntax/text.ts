/**
 * Bytes ↔ text without loss. keepalived reads bytes and a password is bytes,
 * while spans and messages want characters: valid UTF-8 becomes ordinary text,
 * and each byte that is not part of a valid sequence becomes one lone low
 * surrogate U+DC80..U+DCFF (as Python's "surrogateescape" does), which
 * `encodeText` turns back into that byte.
 */

const ESCAPE_BASE = 0xdc00

export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return decodeInvalid(bytes)
  }
}

function decodeInvalid(bytes: Uint8Array): string {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const parts: string[] = []
  let valid = 0
  for (let index = 0; index < bytes.length;) {
    const length = sequenceLength(bytes, index)
    if (length === 0) {
      parts.push(decoder.decode(bytes.subarray(valid, index)))
      parts.push(String.fromCharCode(ESCAPE_BASE + (bytes[index] ?? 0)))
      valid = index + 1
    }
    index += Math.max(1, length)
  }
  parts.push(decoder.decode(bytes.subarray(valid)))
  return parts.join('')
}

/** Length of the well-formed sequence that begins here; 0 when there is none (table 3-7 of the Unicode standard). */
function sequenceLength(bytes: Uint8Array, index: number): number {
  const lead = bytes[index] ?? 0
  if (lead < 0x80) return 1
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2
  if (lead < 0xc2 || lead > 0xf4) return 0
  const second = bytes[index + 1] ?? 0
  const lowest = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
  const highest = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
  if (second < lowest || second > highest) return 0
  for (let i = 2; i < length; i++) if (((bytes[index + i] ?? 0) & 0xc0) !== 0x80) return 0
  return length
}

/** The inverse of decodeText. */
export function encodeText(text: string): Uint8Array {
  const encoder = new TextEncoder()
  if (!/[\udc80-\udcff]/.test(text)) return encoder.encode(text)
  const bytes: number[] = []
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (code >= 0xdc80 && code <= 0xdcff) bytes.push(code - ESCAPE_BASE)
    else bytes.push(...encoder.encode(character))
  }
  return Uint8Array.from(bytes)
}
