/* eslint-disable no-template-curly-in-string -- keepalived's definitions look like that */

import { describe, expect, test } from 'vitest'
import { formatCidr } from '../../../src/base/address.ts'
import { covered, findings, instance, load, place } from '../support.ts'

/** Addresses that these lines of virtual_ipaddress come to; definitions may stand before. */
async function addresses(lines: string, before = ''): Promise<string[]> {
  const text = `${before}vrrp_instance V {\n interface eth0\n virtual_router_id 1\n virtual_ipaddress {\n${lines}\n }\n}\n`
  const { model } = await load(text)
  return model.instances[0]!.addresses.map(({ cidr }) => formatCidr(cidr).replace('/32', ''))
}

const priorityOf = async (before: string, line: string): Promise<number | undefined> =>
  (await load(before + instance(line))).model.instances[0]?.priority

describe('definitions', () => {
  test.each<[string, string, number | undefined]>([
    ['$P=77\n', 'priority $P', 77],
    ['$P=7\n', 'priority ${P}7', 77],
    ['$P=7\n', 'priority $P#x', 7],
    ['$P=7\n', 'priority "${P}"', 7],
    ['  $P=77 # why\n', 'priority $P', 77],
    ['$P="77"\n', 'priority $P', 77],
    ['$P=77 88\n', 'priority $P', 77],
    ['$P=\n', 'priority ${P} 5', 5],
    ['$P=$Q\n$Q=9\n', 'priority $P', 9],
    ['$P=${Q}1\n$Q=9\n', 'priority $P', 91],
    ['$P=5\n$P=6\n', 'priority $P', 6],
    ['$P=priority 44\n', '$P', 44],
    ['$P=priority\n', '$P 44', 44],
    ['$_X=4\n', 'priority $_X', 4],
    ['$P= \\\npriority 44 \\\nadvert_int 3\n', '$P', 44],
    ['$P=priority 44 \\\nadvert_int 3\n', '$P', 44],
    ['$T= \\\n priority 3 \\\n # comment \\\n advert_int 4 # x \\\n preempt\n', '$T', 3],
    ['$T= \\\n $P=3 \\\n priority $P\n', '$T', 3],
    // Not followed by a blank, or spelled otherwise: no use of a definition.
    ['$P=7\n', 'priority $P7', 100],
    ['$P=7\n', 'priority "$P"', 100],
    ['$P = 77\n', 'priority $P', 100],
    ['', 'priority $P', 100],
  ])('%j %s', async (before, line, expected) => {
    expect(await priorityOf(before, line)).toBe(expected)
  })

  test('what stands around a definition of several lines goes to its first and last line', async () => {
    expect(await addresses('192.0.2.5${I}', '$I= \\\n4 \\\n192.0.2.\n')).toEqual(['192.0.2.54'])
    expect(await addresses('192.0.2.5${I}7', '$I= \\\n4 \\\n192.0.2.\n')).toEqual(['192.0.2.54', '192.0.2.7'])
  })

  test('a whole block may come out of a definition', async () => {
    const text = `$I= \\\nvrrp_instance V\${N} { \\\n interface eth\${N} \\\n virtual_router_id \${N} \\\n virtual_ipaddress { \\\n 192.0.\${N}.1 \\\n } \\\n}\n$N=1\n$I\n$N=2\n$I\n`
    const { model } = await load(text)
    expect(model.instances.map(({ name, link, vrid }) => [name, link, vrid])).toEqual([
      ['V1', 'eth1', 1],
      ['V2', 'eth2', 2],
    ])
  })

  test('an undefined name stays as it is, and its braces are braces', async () => {
    expect(findings(await load(instance('  priority ${FOO}')))).toEqual(
      expect.arrayContaining(['7:12 undefined-name', '7:12 invalid-number', '7:13 unexpected-open-brace']),
    )
  })
})

describe('predefined names', () => {
  const scriptWith = async (text: string): Promise<readonly string[]> =>
    (await load(`vrrp_script s {\n script "/x ${text}"\n}\n`)).model.scripts[0]!.command.argv.slice(1)

  test.each([
    ['${_PWD}', '/etc/keepalived'],
    ['${_INSTANCE}', 'node1'],
    ['${_RANDOM 5 9}', '5'],
    ['a${_HASH}b${_BANG}c', 'a#b!c'],
    ['${_ENV SHELL}', '/bin/sh'],
    ['${_ENV NOTHING}x', 'x'],
    ['${_OTHER}', '${_OTHER}'],
  ])('%s', async (written, expected) => {
    expect(await scriptWith(written)).toEqual([expected])
  })
})

describe('conditions', () => {
  test.each([
    ['@node1 priority 33', 33],
    ['@node2 priority 33', 100],
    ['@^node2 priority 33', 33],
    ['@^node1 priority 33', 100],
    ['  @node1\tpriority 33', 33],
    ['@ node1 priority 33', 100],
    ['@node1priority 33', 100],
    ['virtual_ipaddress {@node1 192.0.2.9\n}\npriority 2', 2],
    ['@node2 priority 3 {', 100],
  ])('%s', async (line, expected) => {
    expect(await priorityOf('', line)).toBe(expected)
  })

  test('one may come out of a definition, and stand before one', async () => {
    expect(await priorityOf('$C=@node1\n', '$C priority 33')).toBe(33)
    expect(await priorityOf('$C=@node2\n', '$C priority 33')).toBe(100)
    expect(await priorityOf('@node1 $P=5\n@node2 $P=6\n', 'priority $P')).toBe(5)
  })

  test('a second one on a line is a word', async () => {
    expect(findings(await load(instance('@node1 @^node2 priority 33')))).toEqual(['7:8 unknown-keyword'])
  })
})

describe('sequences', () => {
  test.each<[string, string[]]>([
    ['~SEQ(X,1,3) 192.0.2.${X}', ['192.0.2.1', '192.0.2.2', '192.0.2.3']],
    ['~SEQ(X,3) 192.0.2.${X}', ['192.0.2.1', '192.0.2.2', '192.0.2.3']],
    ['~SEQ(X, 1, 2, 5) 192.0.2.$X', ['192.0.2.1', '192.0.2.3', '192.0.2.5']],
    ['~SEQ(X,3,1) 192.0.2.${X}', ['192.0.2.3', '192.0.2.2', '192.0.2.1']],
    ['~SEQ(X,5,-2,1) 192.0.2.${X}', ['192.0.2.5', '192.0.2.3', '192.0.2.1']],
    ['~SEQ(X,3,3)192.0.2.${X}', ['192.0.2.3']],
    ['~SEQ (X,0x9,0xa) 192.0.2.${X}', ['192.0.2.9', '192.0.2.10']],
    ['~SEQx(X,9,0xb) 2001:db8::${X}', ['2001:db8::9/128', '2001:db8::a/128', '2001:db8::b/128']],
    ['~SEQ(X,1,2) ~SEQ(Y,1,2) 192.0.${X}.${Y}', ['192.0.1.1', '192.0.1.2', '192.0.2.1', '192.0.2.2']],
    ['@node1 ~SEQ(X,1,2) 192.0.2.${X}', ['192.0.2.1', '192.0.2.2']],
    ['~SEQ(X,1,2) @node2 192.0.2.${X}', []],
    ['~SEQ(X,1,2)\n192.0.2.$X', ['192.0.2.2']],
    ['~LST(X,4, 7 ) 192.0.2.${X}', ['192.0.2.4', '192.0.2.7']],
    ['~LST({X,Y},{1,2},{3,4}) 192.0.${X}.${Y}', ['192.0.1.2', '192.0.3.4']],
    [
      '~LST({A, B}, {1,2},{3,4}) ~SEQ(C,5,6) 10.${A}.${B}.${C}',
      ['10.1.2.5', '10.1.2.6', '10.3.4.5', '10.3.4.6'],
    ],
  ])('%s', async (line, expected) => {
    expect(await addresses(line)).toEqual(expected)
  })

  test('its numbers, and the sequence itself, may be definitions', async () => {
    expect(await addresses('~SEQ(X,${A},2) 192.0.2.${X}', '$A=1\n')).toEqual(['192.0.2.1', '192.0.2.2'])
    expect(await addresses('$A 192.0.2.${X}', '$A=~SEQ(X,1,2)\n')).toEqual(['192.0.2.1', '192.0.2.2'])
  })

  test.each([
    '~SEQ(X,1,-1,5)',
    '~SEQ(X,1,0,5)',
    '~SEQ(X,a,2)',
    '~SEQ(X)',
    '~SEQ(X,1,2',
    '~SEQ(X,1,2,3,4)',
    '~SEQ(9X,1,2)',
    '~LST(X)',
    '~LST({X,Y},{1})',
  ])('%s cannot be read', async (line) => {
    const loaded = await load(instance(`  ${line} priority 9`))
    expect(findings(loaded)).toEqual(['7:3 invalid-sequence'])
    expect(loaded.model.instances[0]!.priority).toBe(100)
  })
})

describe('spans', () => {
  test('a value that comes from a definition as a whole is shown there, with the way to it', async () => {
    const loaded = await load(`$P=300\n$Q=$P\n${instance('  priority $Q')}`)
    const [only] = loaded.diagnostics
    expect(place(only!, loaded)).toBe('1:4 value-out-of-range')
    expect(covered(only!, loaded)).toBe('300')
    expect(
      only!.related!.map(({ span }) => loaded.sources.get(span.file)!.text.slice(span.start, span.end)),
    ).toEqual(['$P', '$Q'])
  })

  test('a word that is put together is shown where it is', async () => {
    const loaded = await load(`$X=9\n${instance('  virtual_ipaddress {\n    192.0.2.${X}9${X}\n  }')}`)
    expect(loaded.diagnostics.map((one) => covered(one, loaded))).toEqual(['192.0.2.${X}9${X}'])
  })

  test('a word beside a use is where it was typed', async () => {
    const loaded = await load(`$X=200\n${instance('  priority $X\n  ${X}0 foo\n  advert_int ${X}0')}`)
    expect(loaded.diagnostics.map((one) => covered(one, loaded))).toEqual(['${X}0', '${X}0'])
  })

  test('inside a definition of several lines the line is the one that was typed', async () => {
    const loaded = await load('$T= \\\n priority 3 \\\n adver_int 4 \\\n nopreempt\n' + instance('$T'))
    expect(loaded.diagnostics.map((one) => place(one, loaded))).toEqual(['3:2 unknown-keyword'])
    expect(loaded.diagnostics[0]!.related).toMatchObject([{ message: 'in the expansion of $T here' }])
  })

  test('a number of a sequence is shown as the sequence', async () => {
    const loaded = await load(instance('  ~SEQ(X,300,301) priority $X'))
    expect(new Set(loaded.diagnostics.map((one) => covered(one, loaded)))).toEqual(
      new Set(['~SEQ(X,300,301)']),
    )
  })
})

describe('what has no end', () => {
  test('a definition by itself', async () => {
    const loaded = await load('$A=1$B\n$B=${A}\n' + instance('  priority ${A}'))
    expect(findings(loaded)).toContain('2:4 recursive-definition')
    expect(loaded.fatal).toBe(true)
  })

  test('a name may be defined anew by what it stands for', async () => {
    expect(await priorityOf('$T= \\\n $T=7 \\\n priority $T\n', '$T')).toBe(7)
  })

  // A second on an idle machine; several are at work on a busy one.
  test('doubling', { timeout: 60_000 }, async () => {
    const names = Array.from({ length: 40 }, (_, index) => `$N${index}=\${N${index + 1}}\${N${index + 1}}`)
    const loaded = await load(`${names.join('\n')}\n$N40=x\n\${N0}\n`)
    expect(loaded.diagnostics.map(({ code }) => code)).toContain('expansion-limit')
    expect(loaded.fatal).toBe(true)
  })

  test.each(['~SEQ(X,1,1000000000) $X', '~SEQ(X,1,100000) ~SEQ(Y,1,100000) $X'])('%s', async (line) => {
    const loaded = await load(`${line}\n${instance('  priority 9')}`)
    expect(findings(loaded)).toEqual([expect.stringMatching(/expansion-limit$/)])
    expect(loaded.fatal).toBe(true)
    expect(loaded.model.instances[0]!.priority).toBe(9)
  })
})

test.each(['include', 'include ', 'includer', 'includea', 'include # x.conf'])(
  '%s: the name of a file is missing, and is asked for',
  async (line) => {
    const loaded = await load(`${line}\n${instance()}`)
    const [found, ...more] = loaded.diagnostics
    expect(more).toEqual([])
    expect(found).toMatchObject({ code: 'missing-value', inKeepalived: 'config' })
    expect(found?.message).toMatch(/^'include[ra]?' needs the name of a file/)
  },
)
