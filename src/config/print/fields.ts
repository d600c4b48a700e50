/** A printer for every field, so that a new one in the Model does not compile before it can be printed. */

export type Printers<T> = {
  readonly [Key in keyof Required<T>]: (value: Exclude<T[Key], undefined>, whole: T) => readonly string[]
}

/** Said elsewhere, or not at all. */
export const nothing = (): readonly string[] => []

/** The lines of all fields that are there, in the printers' order. */
export function printFields<T extends object>(printers: Printers<T>, whole: T): readonly string[] {
  const keys = Object.keys(printers) as (keyof T)[]
  return keys.flatMap((key) => {
    const value = whole[key]
    return value === undefined ? [] : printers[key](value as Exclude<T[typeof key], undefined>, whole)
  })
}
