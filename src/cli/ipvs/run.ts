/** `vrrpd ipvs` on this host: the only file of the commands that knows the kernel's table, and who serves it. */

import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { accepted, rejected } from '../../base/result.ts'
import { procReader } from '../../system/proc-reader.ts'
import type { CommandIo } from '../io.ts'
import { ipvs } from './execute.ts'
import { hostNames } from './names.ts'
import { findServed } from './served.ts'

const CONNECTIONS = '/proc/net/ip_vs_conn'

/** @returns ipvsadm's exit code */
export const runIpvs = (argv: readonly string[], io: CommandIo): Promise<number> =>
  ipvs(
    argv,
    {
      names: hostNames(),
      openTable: async () => {
        const { openIpvsTable } = await import('../../netlink/ipvs/table.ts')
        const { loadKernelModule } = await import('../../system/kernel-module.ts')
        return openIpvsTable({
          loadModule: () => {
            loadKernelModule('ip_vs')
          },
        })
      },
      connections: async () => {
        const { readConnections } = await import('../../netlink/ipvs/connections.ts')
        try {
          return accepted(readConnections(await readFile(CONNECTIONS, 'utf8')))
        } catch {
          return rejected(`cannot open file ${CONNECTIONS}`)
        }
      },
      served: async () => {
        const { servicesIn } = await import('../../director/record.ts')
        const { serviceText } = await import('../../director/keys.ts')
        return findServed(procReader, { servicesIn, nameOf: serviceText })
      },
      input: () => text(process.stdin),
    },
    io,
  )
