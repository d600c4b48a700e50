/** As much of XML 1.0's well-formedness as elements, attributes and text need: no prolog, comments or CDATA. */

const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u
const TAG = /^<(?:\/([\w:-]+)\s*|([\w:-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?))>/
const LOOSE = /&(?!(?:#\d+|#x[\da-f]+|amp|lt|gt|quot|apos);)/i

/** @returns what is wrong with it; undefined when it is well-formed */
export function faultOfXml(text: string): string | undefined {
  const forbidden = FORBIDDEN.exec(text)
  if (forbidden) return `a character that XML does not allow, at ${forbidden.index}`
  const loose = LOOSE.exec(text)
  if (loose) return `no reference, at ${loose.index}`
  const open: string[] = []
  let roots = 0
  let at = 0
  while (at < text.length) {
    if (text[at] !== '<') {
      const next = text.indexOf('<', at)
      const content = text.slice(at, next === -1 ? undefined : next)
      if (open.length === 0 && content.trim() !== '') return `text outside of the root, at ${at}`
      at += content.length
      continue
    }
    const [tag, closed, opened, attributes = '', empty] = TAG.exec(text.slice(at, at + 100_000)) ?? []
    if (tag === undefined) return `no tag, at ${at}`
    if (closed !== undefined && open.pop() !== closed) return `</${closed}> closes another, at ${at}`
    if (opened !== undefined) {
      const names = [...attributes.matchAll(/([\w:-]+)="/g)].map(([, name]) => name)
      if (new Set(names).size < names.length) return `an attribute twice, at ${at}`
      if (open.length === 0 && ++roots > 1) return `a second root, at ${at}`
      if (empty === '') open.push(opened)
    }
    at += tag.length
  }
  return open.length > 0 || roots === 0 ? `still open: ${open.join(' ') || 'no root'}` : undefined
}
