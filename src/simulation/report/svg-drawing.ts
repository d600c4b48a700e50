/** How the picture looks, and how things get into it. Pure. */

import { printable } from '../../base/printable.ts'

/** Text for SVG's content and attributes: what XML 1.0 does not allow (2.2, Char) is shown or replaced. */
export const escaped = (text: string): string =>
  printable(text)
    .replace(/\p{Surrogate}|[\ufffe\uffff]/gu, '\ufffd')
    .replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`)

// In user units, which are pixels where nobody scales the picture.

export const MARGIN = 16
export const PLOT_WIDTH = 880
/** Of the time axis's labels, headings and events. */
export const ROW_HEIGHT = 15
/** Of 12px letters, roughly: there is nothing to measure with. */
export const CHARACTER_WIDTH = 6.6
/** Beside words in a block or at a line. */
export const PADDING = 4

/** Where and how large the plot is. */
export interface Place {
  readonly left: number
  readonly until: number
  /** From a lane's top to the next one's. */
  readonly pitch: number
}

export const xOf = (time: number, { left, until }: Place): number =>
  left + (until > 0 ? Math.min(1, Math.max(0, time / until)) * PLOT_WIDTH : 0)

export const number = (value: number): string => String(Math.round(value * 10) / 10)

export const text = (x: number, y: number, kind: string, words: string): string =>
  `<text class="${kind}" x="${number(x)}" y="${number(y)}">${escaped(words)}</text>`

/** In so much room; what is cut off is told when it is pointed at. */
export function label(x: number, y: number, kind: string, words: string, room: number): string {
  const cut = shortened(words, Math.max(1, Math.floor(room / CHARACTER_WIDTH)))
  if (cut === printable(words)) return text(x, y, kind, words)
  return `<text class="${kind}" x="${number(x)}" y="${number(y)}"><title>${escaped(words)}</title>${escaped(cut)}</text>`
}

/** So many characters at most, as they are shown. */
export function shortened(words: string, most: number): string {
  const shown = printable(words)
  return shown.length <= most ? shown : `${shown.slice(0, most - 1)}…`
}

interface Look {
  readonly light: string
  readonly dark: string
}

/** Plain rules and no variables: those who draw SVG without a browser know no more, and see the light one. */
const COLOURS: Readonly<Record<string, Look>> = {
  '.paper': { light: 'fill:#ffffff', dark: 'fill:#0f1419' },
  text: { light: 'fill:#1b1f24', dark: 'fill:#e3e8ee' },
  '.tick,.story': { light: 'fill:#4a5360', dark: 'fill:#b3bdc9' },
  '.story': { light: 'stroke:#ffffff', dark: 'stroke:#0f1419' },
  '.grid': { light: 'stroke:#e3e7ec', dark: 'stroke:#242c35' },
  '.baseline': { light: 'stroke:#b9c1cb', dark: 'stroke:#47525f' },
  '.mark': { light: 'stroke:#6b4fbb', dark: 'stroke:#b39ddb' },
  '.master': { light: 'fill:#1a7f37', dark: 'fill:#2ea043' },
  '.master-text': { light: 'fill:#ffffff', dark: 'fill:#04120a' },
  '.backup': { light: 'fill:#d5e4f5;stroke:#7a9cc0', dark: 'fill:#1d3550;stroke:#4d76a3' },
  '.init': { light: 'fill:#ffffff;stroke:#8a94a1', dark: 'fill:#0f1419;stroke:#8a94a1' },
  '.fault-text': { light: 'fill:#7d0c14;stroke:#ffe3e3', dark: 'fill:#ffc9c9;stroke:#4a1317' },
  '.unserved-text': { light: 'fill:#7d0c14;stroke:#ffffff', dark: 'fill:#ffc9c9;stroke:#0f1419' },
  '.doubled-text': { light: 'fill:#5c3a00;stroke:#fff1cf', dark: 'fill:#ffdf9e;stroke:#3b2a05' },
  '.fault,.unserved': { light: 'stroke:#c4232d', dark: 'stroke:#f0616a' },
  '.doubled': { light: 'stroke:#b26a00', dark: 'stroke:#e3a63b' },
  '.fault-ground': { light: 'fill:#ffe3e3', dark: 'fill:#4a1317' },
  '.unserved-ground': { light: 'fill:#ffffff', dark: 'fill:#0f1419' },
  '.doubled-ground': { light: 'fill:#fff1cf', dark: 'fill:#3b2a05' },
  '.red-line': { light: 'stroke:#e08a8f', dark: 'stroke:#a33a42' },
  '.amber-line': { light: 'stroke:#dba44a', dark: 'stroke:#9a6f1c' },
  '.host0': { light: 'fill:#cfe8e4;stroke:#4f9a8f', dark: 'fill:#173f3a;stroke:#4f9a8f' },
  '.host1': { light: 'fill:#e2dcf5;stroke:#8673c4', dark: 'fill:#302755;stroke:#8673c4' },
  '.host2': { light: 'fill:#f5e1d3;stroke:#bb7f56', dark: 'fill:#4c2f1c;stroke:#bb7f56' },
  '.host3': { light: 'fill:#dcebc9;stroke:#7d9c4c', dark: 'fill:#2f3f17;stroke:#7d9c4c' },
  '.host4': { light: 'fill:#f4d9e8;stroke:#b9638f', dark: 'fill:#4a1f37;stroke:#b9638f' },
  '.host5': { light: 'fill:#d9e2ea;stroke:#6d8499', dark: 'fill:#26323d;stroke:#8299ad' },
}

const rulesOf = (look: keyof Look): string =>
  Object.entries(COLOURS)
    .map(([selector, colours]) => `${selector}{${colours[look]}}`)
    .join('\n')

export const style = (): string => `
text{font:12px system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif}
.heading{font-size:16px;font-weight:600}
.group{font-weight:600}
.tick{text-anchor:middle;font-size:11px}
.in{text-anchor:middle;font-size:11px;pointer-events:none}
.story{font-size:11px;stroke-width:3px;stroke-linejoin:round;paint-order:stroke}
.end{text-anchor:end}
.fault-text,.unserved-text,.doubled-text{font-weight:600;stroke-width:3px;stroke-linejoin:round;paint-order:stroke}
.grid,.baseline,.mark{fill:none}
.baseline{stroke-dasharray:1 4}
.mark{stroke-dasharray:4 3}
.init{stroke-dasharray:3 2}
.fault{fill:url(#fault)}
.unserved{fill:url(#unserved)}
.doubled{fill:url(#doubled);stroke-width:1.5px}
${rulesOf('light')}
@media (prefers-color-scheme:dark){
${rulesOf('dark')}
}
`

const pattern = (id: string, lines: string, kind: string): string =>
  `<pattern id="${id}" width="8" height="8" patternUnits="userSpaceOnUse"><rect class="${id}-ground" width="8" height="8"/><path class="${kind}" d="${lines}"/></pattern>`

/** Hatching: one way for FAULT, the other way where nobody has an address, both ways where several have it. */
export const definitions = (): string =>
  `<defs>${[
    pattern('fault', 'M-2 2L2 -2M0 8L8 0M6 10L10 6', 'red-line'),
    pattern('unserved', 'M-2 6L2 10M0 0L8 8M6 -2L10 2', 'red-line'),
    pattern('doubled', 'M0 8L8 0M0 0L8 8', 'amber-line'),
  ].join('')}</defs>`
