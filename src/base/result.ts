/** Expected failures are values; exceptions are our own bugs. */

export type Result<T, E> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E }

export const accepted = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value })
export const rejected = <E>(error: E): { readonly ok: false; readonly error: E } => ({ ok: false, error })

/** Makes a `switch` over a union fail to compile when a case is missing. */
export function assertNever(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`)
}

/** States what the code around it relies on. A failure is a bug of ours, never bad input. */
export function invariant(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`invariant violated: ${what}`)
}
