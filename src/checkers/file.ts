/**
 * FILE_CHECK: the number in a tracked file, times a weight, is added to the server's weight; from -2^31 on the server
 * is down, and with weight 0 it is for every number but 0 (reference, 2.2.7; keepalived.conf(5)).
 */

import { failure, SUCCESS, type FileCheck, type Outcome } from './types.ts'

const LOWEST = -2_147_483_648
const HIGHEST = 2_147_483_647

/** @param value of the file; 0 where it has none, or is missing */
export function judgeFile({ weight, reverse }: FileCheck, value: number): Outcome {
  if (weight === 0) return value === 0 ? SUCCESS : failure({ kind: 'file', value, weight })
  const delta = value * weight * (reverse ? -1 : 1)
  if (delta <= LOWEST) return failure({ kind: 'file', value, weight })
  return { kind: 'success', weight: { kind: 'add', delta: Math.min(delta, HIGHEST) } }
}
