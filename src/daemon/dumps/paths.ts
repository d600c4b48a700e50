/** Where dumps go. Pure. */

import type { Model } from '../../config/model.ts'
import { insertBeforeExtension } from '../log/log-text.ts'
import type { InstanceNaming } from '../instance-naming.ts'

export interface DumpPaths {
  readonly data: string
  readonly parentData: string
  readonly stats: string
  readonly json: string
}

/** keepalived's; with data_use_instance only those of `.data` files differ (measured with 2.2.7). */
export function dumpPaths(
  { global: { dumps } }: Pick<Model, 'global'>,
  { suffix }: InstanceNaming,
): DumpPaths {
  const named = dumps.useInstance && suffix !== '' ? `.${suffix.slice(1)}` : ''
  return {
    data: dumps.data ?? `/tmp/keepalived${named}.data`,
    parentData:
      dumps.data === undefined
        ? `/tmp/keepalived_parent${named}.data`
        : insertBeforeExtension(dumps.data, '_parent'),
    stats: dumps.stats ?? '/tmp/keepalived.stats',
    json: dumps.json ?? '/tmp/keepalived.json',
  }
}
