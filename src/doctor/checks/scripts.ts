/** Check and notify scripts, as the daemon will find them. */

import type { Facts, ScriptFacts } from '../facts.ts'
import { counted, ok, problem, unknown, warning, type Finding } from '../finding.ts'

export function checkScripts({ scripts }: Facts): readonly Finding[] {
  if (!scripts.ok) return [unknown(scripts.error)]
  const findings = scripts.value.flatMap(judge)
  if (findings.length > 0 || scripts.value.length === 0) return findings
  return [ok(`${counted(scripts.value.length, 'script')} can be run`)]
}

function judge({
  use,
  isCheck = false,
  program,
  disabled,
  warnings,
  hidden,
  missingInterpreter,
}: ScriptFacts): readonly Finding[] {
  if (hidden) return [unknown(`${use}: only root may look at ${program}`)]
  if (disabled !== undefined) {
    const why = isCheck
      ? 'a check that never runs protects nothing: the instance goes on as if it had passed'
      : 'what it should do at the transition is not done'
    return [
      problem({
        what: `${use} will never run: ${disabled.text}`,
        why,
        mend: mendOf(disabled.reason, program),
      }),
    ]
  }
  if (missingInterpreter !== undefined) {
    const what = `${use}: ${program} begins with #!${missingInterpreter}, which does not exist`
    return [problem({ what, why: 'it fails at every run', mend: `head -n 1 ${program}` })]
  }
  return warnings.map((text) =>
    warning({
      what: `${use}: ${text}`,
      why: 'it will fail at run time, or somebody else can change what runs as root',
      mend: `namei -l ${program}`,
    }),
  )
}

function mendOf(reason: string, program: string): string {
  switch (reason) {
    case 'unknown-user':
    case 'unknown-group':
      return 'useradd --system --shell /usr/sbin/nologin NAME # or another script_user in global_defs'
    case 'not-executable':
      return `chmod +x ${program}`
    case 'insecure':
      return `namei -l ${program} # nobody but root may write to any of these`
    default:
      return `ls -l ${program}`
  }
}
