/** What of the operator's programs runs when; how, is the subject of test/scripts. */

import { expect, test } from 'vitest'
import { rejected } from '../../../src/base/result.ts'
import { milliseconds, seconds } from '../../../src/base/time.ts'
import { ScriptService } from '../../../src/daemon/scripts/script-service.ts'
import type { Script } from '../../../src/scripts/types.ts'
import { silentLog } from '../../../src/simulation/host.ts'
import type { Verdict } from '../../../src/vrrp/election/state.ts'
import { exits, fakeWorld } from '../../scripts/fake-launcher.ts'
import { modelOf } from '../adverts/signing-model.ts'

const model = await modelOf(`
vrrp_script chk {
  script "/chk"
  interval 5
  rise 2
}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  notify_master "/become"
  notify "/any"
  virtual_ipaddress {
    10.9.0.100
  }
  track_script {
    chk
  }
}
`)

function opened(known?: ReadonlyMap<string, Verdict>) {
  const { ports, launcher, timers } = fakeWorld(() => exits(0))
  const verdicts: string[] = []
  const scriptService = new ScriptService({
    log: silentLog,
    ports: { ...ports, openFifo: () => Promise.resolve(rejected('none')) },
    onVerdict: (name, verdict) => verdicts.push(`${name} ${verdict}`),
    umask: undefined,
  })
  const scriptOf = ({ argv }: { readonly argv: readonly string[] }): Script => ({
    kind: 'runnable',
    spec: { argv: argv as never, identity: undefined, environment: {} },
    warnings: [],
    insecure: false,
  })
  scriptService.use({ model, scriptOf, ownerOf: () => undefined }, known)
  return {
    scriptService,
    launcher,
    timers,
    verdicts,
    ran: () => launcher.programs.map(({ argv }) => argv[0]),
  }
}

test('a tracked script runs at once, and a new verdict takes as many runs as it is asked for', () => {
  const { timers, verdicts, ran } = opened()
  timers.advance(milliseconds(100))
  expect(ran()).toEqual(['/chk'])
  timers.advance(seconds(5))
  expect(verdicts).toContain('chk up')
})

test('what the last daemon has found holds until a run says otherwise', () => {
  expect(opened().verdicts).toEqual(['chk pending'])
  expect(opened(new Map([['chk', 'up']])).verdicts).not.toContain('chk pending')
})

test('of a state hear the script that is there for it and the one for all', () => {
  const { scriptService, timers, launcher } = opened()
  timers.advance(milliseconds(100))
  const before = launcher.programs.length
  scriptService.notify({ type: 'INSTANCE', name: 'VI_1' }, 'MASTER', 100)
  timers.advance(milliseconds(100))
  const told = launcher.programs.slice(before).map(({ argv }) => argv)
  expect(told).toEqual([['/become'], ['/any', 'INSTANCE', 'VI_1', 'MASTER', '100']])
})

test('of an instance that no configuration has any more hears only the one for all, as of FAULT', () => {
  const { scriptService, timers, launcher } = opened()
  timers.advance(milliseconds(100))
  const before = launcher.programs.length
  scriptService.notify({ type: 'INSTANCE', name: 'VI_1' }, 'FAULT', 100, true)
  timers.advance(milliseconds(100))
  const told = launcher.programs.slice(before).map(({ argv }) => argv)
  expect(told).toEqual([['/any', 'INSTANCE', 'VI_1', 'FAULT', '100']])
})
