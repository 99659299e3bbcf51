import { refusal, taken } from "../guards.ts"
import { phase } from "../machine.ts"
import type { View } from "../view.ts"

/** Faults, each of which is counted, and what mends them, which is free. A link is given by its number. */
export const faultRules = (view: View) => {
  const { layout, hosts, pairs, has, put, isUp, controlOf, phaseIn, halt, contend, spend, faultsSoFar } = view
  const faultsMax = layout.config.bounds.faults
  const isSpent = (): boolean => faultsSoFar() >= faultsMax

  const FailHost = (host: number): number => {
    if (!isUp(host)) return refusal.down
    if (isSpent()) return refusal.bound

    put(layout.up, host, 0)
    for (let pair = 0; pair < pairs; pair += 1) {
      const slot = pair * hosts + host
      if (controlOf(slot) !== 0) halt(slot)
    }
    spend()
    return taken
  }

  const RecoverHost = (host: number): number => {
    if (isUp(host)) return refusal.up

    put(layout.up, host, 1)
    return taken
  }

  /** A cluster of one host has no link, and no cell to keep one in. */
  const isLink = (link: number): boolean => link < (hosts * (hosts - 1)) / 2

  const CutLink = (link: number): number => {
    if (!isLink(link)) return refusal.unknown
    if (has(layout.cut, link)) return refusal.cut
    if (isSpent()) return refusal.bound

    put(layout.cut, link, 1)
    spend()
    return taken
  }

  const HealLink = (link: number): number => {
    if (!isLink(link)) return refusal.unknown
    if (!has(layout.cut, link)) return refusal.connected

    put(layout.cut, link, 0)
    return taken
  }

  const ExposeLink = (link: number): number => {
    if (!isLink(link)) return refusal.unknown
    if (has(layout.exposed, link)) return refusal.exposed
    if (isSpent()) return refusal.bound

    put(layout.exposed, link, 1)
    spend()
    return taken
  }

  const SecureLink = (link: number): number => {
    if (!isLink(link)) return refusal.unknown
    if (!has(layout.exposed, link)) return refusal.private

    put(layout.exposed, link, 0)
    return taken
  }

  const LoseStorage = (host: number): number => {
    if (!isUp(host)) return refusal.down
    if (!has(layout.storage, host)) return refusal.storage
    if (isSpent()) return refusal.bound

    put(layout.storage, host, 0)
    for (let pair = 0; pair < pairs; pair += 1) loseIn(pair * hosts + host)
    spend()
    return taken
  }

  /** What executed must prove by the lock that nobody has taken over; what only synchronised halts. */
  const loseIn = (slot: number): void => {
    switch (phaseIn(controlOf(slot))) {
      case phase.syncing:
        halt(slot)
        break
      case phase.lockstepPrimary:
      case phase.lockstepSecondary:
      case phase.live:
        contend(slot)
    }
  }

  const RestoreStorage = (host: number): number => {
    if (has(layout.storage, host)) return refusal.connected

    put(layout.storage, host, 1)
    return taken
  }

  const CrashCopy = (slot: number): number => {
    if (controlOf(slot) === 0) return refusal.copy
    if (isSpent()) return refusal.bound

    halt(slot)
    spend()
    return taken
  }

  return {
    FailHost,
    RecoverHost,
    CutLink,
    HealLink,
    ExposeLink,
    SecureLink,
    LoseStorage,
    RestoreStorage,
    CrashCopy,
  }
}
