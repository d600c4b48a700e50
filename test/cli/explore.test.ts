/** `vrrpd simulate --explore` as an operator has it. */

import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { simulate as command } from '../../src/cli/simulate.ts'
import type { SimulateArguments } from '../../src/cli/simulate-command.ts'
import { faulty, wellMade } from '../simulation/explore/faulty.ts'
import { explored, simulate, Workplace } from '../simulation/explore/support.ts'

const workplace = new Workplace()
let well: readonly string[]
let weak: readonly string[]

beforeAll(() => {
  well = workplace.putAll(wellMade['one address']!)
  const { a, b } = faulty['two VRIDs for one address']!
  weak = [workplace.put('x.conf', a), workplace.put('y.conf', b)]
})

afterAll(() => {
  workplace.remove()
})

test('nothing found is one line, and 0', async () => {
  const { code, out, err } = await simulate(...well, '--explore', '3')
  expect(out).toMatch(/^3 stories, \d+ (seconds|minutes) simulated, nothing unexpected\n$/)
  expect({ code, err }).toEqual({ code: 0, err: '' })
})

test('what is found is told with its story and what tells it again, and 1', async () => {
  const { code, out, err } = await simulate(...weak, '--explore', '2', '--seed', '4')
  expect({ code, err }).toEqual({ code: 1, err: '' })
  expect(out.replaceAll(workplace.directory, '').replace(/, \d+ seconds|, \d+ minutes/, ', … minutes'))
    .toMatchInlineSnapshot(`
    "Two have the address, though each is in reach of the other (in 2 of 2 stories)
      10.0.0.9/24 of VI_1: on x and y at once for 2.4 s from 3.610 s to the end,
      longer than an advertisement interval, though each was in reach of the other
      all the while

        # nothing has to happen: an empty story

    2 stories, … minutes simulated, 1 unexpected

    What one of these stories leads to: save its lines, and
      vrrpd simulate /x.conf /y.conf --seed 4 --story FILE
    "
  `)
})

test('--json is one object, the same each time for a seed', async () => {
  const [one, again, other] = [await explored(weak, 2), await explored(weak, 2), await explored(well, 2)]
  expect(again).toEqual(one)
  expect(one).toEqual({
    code: 1,
    version: 1,
    seed: 1,
    stories: 2,
    seconds: expect.any(Number) as number,
    interrupted: false,
    findings: [
      {
        kind: 'doubled',
        text: expect.stringContaining('10.0.0.9/24 of VI_1: on x and y at once') as string,
        addresses: ['10.0.0.9/24'],
        instances: ['VI_1'],
        count: 2,
        seed: 1,
        story: [],
      },
    ],
  })
  expect(other).toMatchObject({ code: 0, findings: [] })
})

test('--svg draws the first story that shows something, and says when there is none', async () => {
  const path = `${workplace.directory}/found.svg`
  expect((await simulate(...weak, '--explore', '1', '--svg', path)).code).toBe(1)
  expect(readFileSync(path, 'utf8')).toMatch(/<svg [^]*<\/svg>/)
  const none = `${workplace.directory}/none.svg`
  const { code, err } = await simulate(...well, '--explore', '1', '--svg', none)
  expect({ code, err }).toEqual({
    code: 0,
    err: `vrrpd simulate: nothing was found, so ${none} is not written\n`,
  })
})

describe('wrong usage is one line, and 3', () => {
  test.each([
    [['--explore', '0'], '--explore: a whole number of stories is needed, 1..1000000'],
    [['--explore', '1.5'], '--explore: a whole number of stories is needed, 1..1000000'],
    [['--explore', 'many'], '--explore: a whole number of stories is needed, 1..1000000'],
    [['--explore', '2', '--story', 'x'], '--explore makes its stories up: --story cannot be given, too'],
    [
      ['--explore', '2', '--check'],
      '--explore runs the files: --check, which only looks for errors, cannot be given, too',
    ],
    [
      ['--explore', '2', '--until', '9s'],
      '--explore waits until all is settled: --until cannot be given, too',
    ],
  ])('%j', async (argv, line) => {
    expect(await simulate(...well, ...argv)).toEqual({ code: 3, out: '', err: `vrrpd simulate: ${line}\n` })
  })
})

describe('interrupted', () => {
  const args = (files: readonly string[]): SimulateArguments => ({
    files,
    story: undefined,
    until: undefined,
    seed: 1,
    explore: 1_000,
    lans: [],
    addresses: [],
    check: false,
    json: false,
    svg: undefined,
  })

  /** By a signal after so many stories. */
  async function interrupt(files: readonly string[], after: number) {
    const controller = new AbortController()
    let out = ''
    let isReleased = false
    const progress: string[] = []
    const code = await command(
      args(files),
      {
        out: (text) => (out += text),
        err: () => undefined,
        progress: (line) => {
          progress.push(line)
          if (progress.length === after) controller.abort(130)
        },
        width: 80,
        colour: false,
        terminal: false,
        now: () => 0,
      },
      () => ({ ended: controller.signal, release: () => (isReleased = true) }),
    )
    return { code, out, progress, isReleased }
  }

  test('before anything was found', async () => {
    const { code, out, progress, isReleased } = await interrupt(well, 2)
    expect(code).toBe(130)
    expect(out).toMatch(/^Interrupted after 2 of 1000 stories, \d+ \w+ simulated: nothing unexpected\n$/)
    expect(progress).toEqual(['1 of 1000 stories, 0 unexpected', '2 of 1000 stories, 0 unexpected', ''])
    expect(isReleased).toBe(true)
  })

  test('what was found is told', async () => {
    const { code, out } = await interrupt(weak, 2)
    expect(code).toBe(1)
    expect(out).toContain('Two have the address')
    expect(out).toContain('Interrupted after 2 of 1000 stories')
  })
})
