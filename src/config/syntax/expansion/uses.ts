/** Where a definition is used: `$NAME` followed by a blank or the end of the line, or `${NAME}` anywhere. */

export interface Use {
  readonly from: number
  readonly to: number
  /** With the arguments a predefined name may have: `_RANDOM 1 6`. */
  readonly name: string
  readonly braced: boolean
}

const USE = /\$(?:([A-Za-z_]\w*)(?=[ \t]|$)|\{([A-Za-z_]\w*(?:[ \t][^{}]*)?)\})/g

/** The first use at or behind `from`. */
export function findUse(text: string, from: number): Use | undefined {
  const use = new RegExp(USE)
  use.lastIndex = from
  const match = use.exec(text)
  if (match === null) return undefined
  const [whole, bare, braced] = match
  return {
    from: match.index,
    to: match.index + whole.length,
    name: bare ?? braced ?? '',
    braced: braced !== undefined,
  }
}
