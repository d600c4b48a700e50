/** The virtual addresses on one host, as its kernel has them; they outlive the daemon. */
export class FakeKernel {
  private readonly present = new Set<string>()
  /** Removed by a third party, and the daemon has not been told yet. */
  private readonly stolen = new Set<string>()

  install(router: string): void {
    this.present.add(router)
    this.stolen.delete(router)
  }

  withdraw(router: string): void {
    this.present.delete(router)
    this.stolen.delete(router)
  }

  /** Whether there was anything to steal. */
  steal(router: string): boolean {
    if (!this.present.delete(router)) return false
    this.stolen.add(router)
    return true
  }

  /** What a starting daemon does first; the addresses of those that go on as Master stay. */
  removeLeftovers(resumed: ReadonlySet<string>): void {
    for (const router of [...this.present, ...this.stolen]) if (!resumed.has(router)) this.withdraw(router)
  }

  has(router: string): boolean {
    return this.present.has(router)
  }

  isStolen(router: string): boolean {
    return this.stolen.has(router)
  }
}
