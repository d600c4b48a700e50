import { expect, test } from 'vitest'
import { describeAuthor, hintFor } from '../../src/addressing/change-author.ts'
import type { World } from '../../src/world/world.ts'

const described = (processName: World['processName']): Promise<string> =>
  new Promise((resolve) => {
    describeAuthor(612, processName, resolve)
  })

test('by its name, as long as it runs', async () => {
  expect(await described(() => Promise.resolve('systemd-network'))).toBe('process 612 (systemd-network)')
  expect(await described(() => Promise.resolve(undefined))).toBe('process 612, which has ended')
  expect(await described(() => Promise.reject(new Error('no /proc')))).toBe('process 612, which has ended')
})

test.each([
  ['process 612 (systemd-network)', /^; systemd-networkd: set KeepConfiguration=yes/],
  ['process 9 (NetworkManager)', /^; NetworkManager: make the interface unmanaged/],
  ['process 9 (dhclient)', /^; dhclient: /],
  ['process 9 (ip)', /^$/],
  ['process 9, which has ended', /^$/],
])('%s has advice: %s', (author, advice) => {
  expect(hintFor(author)).toMatch(advice)
})
