/** What a daemon that ended without a goodbye has left in the kernel, by its record, is taken away. */

import { formatCidr } from '../../base/address.ts'
import { complainInWords } from '../../events/event.ts'
import type { Kernel } from '../../netlink/kernel.ts'
import type { World } from '../../world/world.ts'
import { removeVirtualMacs, restoreSettings } from '../kernel/virtual-macs.ts'
import type { ReadRecord, RecordedInstance } from './run-record.ts'
import { withdrawAll } from './succession.ts'

/** @returns the addresses that were there, in words: `10.0.0.9/24 from eth0 (VI_1)` */
export function removeRecorded(
  record: ReadRecord,
  world: Pick<World, 'kernel' | 'linkSettings'>,
  complain: (text: string) => void,
): readonly string[] {
  const present = presentOf(record.instances, world.kernel)
  const refused = complainInWords(complain)
  withdrawAll(record.instances, world, refused)
  removeVirtualMacs(record.virtualMacs, world.kernel, refused)
  restoreSettings(record.settings, world.linkSettings)
  return present
}

const presentOf = (instances: readonly RecordedInstance[], { table }: Kernel): readonly string[] =>
  instances.flatMap(({ name, addresses }) =>
    addresses.flatMap(({ link: linkName, spec }) => {
      const link = table.linkByName(linkName)
      const isPresent = link !== undefined && table.hasAddress({ ...spec, linkIndex: link.index })
      return isPresent ? [`${formatCidr(spec.cidr)} from ${linkName} (${name})`] : []
    }),
  )
