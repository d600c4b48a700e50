/** auth_type AH needs an MD5 that hosts in FIPS mode do not have. */

import { expect, test } from 'vitest'
import { assemble } from '../../../src/daemon/assemble.ts'
import { canSign, hmacMd5 } from '../../../src/daemon/adverts/signing.ts'
import { noFacts, ownConditions } from '../../../src/vrrp/conditions.ts'
import { describeFault } from '../../../src/vrrp/election/fault.ts'
import { instance, modelOf } from './signing-model.ts'

const text = instance('VI_1', 1, 'AH') + instance('VI_2', 2, 'PASS')

const fips = (): never => {
  throw new Error('error:0308010C:digital envelope routines::unsupported')
}

test('HMAC-MD5 is that of RFC 2202', () => {
  const digest = hmacMd5(Buffer.from('Jefe'), Buffer.from('what do ya want for nothing?'))
  expect(Buffer.from(digest).toString('hex')).toBe('750c783e6ab0b503eaa86e310a5db738')
  expect(canSign()).toBe(true)
  expect(canSign(fips)).toBe(false)
})

test('a host without MD5 keeps such an instance in Fault, and runs the others', async () => {
  const facts = { ...noFacts, links: new Map([['eth0', { up: true, source: undefined }]]) }
  const faultsWhere = async (signs: boolean): Promise<readonly (readonly string[])[]> =>
    assemble(await modelOf(text), () => signs).routers.map(({ router }) =>
      ownConditions(router, facts)
        .faults.filter(({ kind }) => kind === 'unsupported')
        .map(describeFault),
    )
  expect(await faultsWhere(true)).toEqual([[], []])
  expect(await faultsWhere(false)).toEqual([
    ['auth_type AH without MD5 (FIPS mode) is not supported by this version of vrrpd'],
    [],
  ])
})

test('MD5 is not asked for where nobody needs it', async () => {
  expect(assemble(await modelOf(instance('VI_1', 1, 'PASS')), fips).routers).toHaveLength(1)
})
