/**
 * `--restore-addresses`: what somebody else takes away from a Master is put
 * back, instead of stepping down for it as keepalived does. See retry.ts for
 * how often. Where the kernel refuses it, the Master steps down after all.
 */

import { describeAuthor } from './change-author.ts'
import type { InstalledState } from './installed-state.ts'
import { keeperOfItems, type ItemKeeperPorts, type Keeper } from './keeper.ts'
import { describeItem, type Item } from './link-binding.ts'
import type { Loss } from './observed.ts'
import { timesToTell } from './retry.ts'
import type { PortId } from '../netlink/types.ts'
import type { World } from '../world/world.ts'

export interface RestorerPorts extends ItemKeeperPorts {
  readonly installed: InstalledState
  readonly say: (text: string) => void
  readonly processName: World['processName']
  /** Who asks the kernel on our behalf. */
  readonly ownPort: PortId
  /** An address is there again: tell the LAN. */
  readonly announce: (router: string, item: Item) => void
  /** It cannot be put back. */
  readonly giveUp: (loss: Loss) => void
}

export class Restorer {
  private readonly ports: RestorerPorts
  private readonly keeper: Keeper
  private losses: readonly Loss[] = []

  constructor(ports: RestorerPorts) {
    this.ports = ports
    this.keeper = keeperOfItems(ports, {
      wanted: () => this.losses.filter((loss) => this.isHeld(loss)).map(({ item }) => item),
      install: (items) => ports.installed.putBack(items),
      restored: (item, count) => {
        this.restored(item, count)
      },
      refused: (item) => {
        const loss = this.losses.find((each) => each.item === item)
        // What is not watched is no reason to step down: it is tried again.
        if (loss === undefined || !item.track) return
        this.forget(item)
        ports.giveUp(loss)
      },
    })
  }

  restore(loss: Loss): void {
    const others = this.losses.filter((each) => each.item !== loss.item && this.isHeld(each))
    this.losses = [...others, loss]
    this.keeper.check([loss.item])
  }

  close(): void {
    this.keeper.close()
  }

  private restored(item: Item, count: number): void {
    const loss = this.losses.find((each) => each.item === item)
    if (loss === undefined) return
    this.ports.announce(loss.router, item)
    const times = timesToTell(count)
    if (times === undefined) return
    const tell = (by: string): void => {
      this.ports.say(`(${loss.router}) ${describeItem(item)} was removed by ${by}: it is put back${times}`)
    }
    if (loss.by === this.ports.ownPort) tell('the kernel, with its first of that network')
    else if (loss.by === 'link') tell('the kernel, with its interface')
    else if (loss.by === undefined) tell('somebody else')
    else
      describeAuthor(loss.by, this.ports.processName, (author, hint) => {
        tell(author + hint)
      })
  }

  private forget(item: Item): void {
    this.losses = this.losses.filter((each) => each.item !== item)
  }

  private isHeld({ router, item }: Loss): boolean {
    return this.ports.installed.itemsOf(router).includes(item)
  }
}
