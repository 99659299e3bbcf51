import { refusal, taken } from "../guards.ts"
import { peer, phase } from "../machine.ts"
import type { Placement } from "../placement.ts"
import { isSecondary } from "../phase.ts"
import type { View } from "../view.ts"

/** The operators' tests, migration, maintenance, and rules that come into force. */
export const operationRules = (view: View, { ineligible }: Placement) => {
  const { layout, hosts, pairs, controlOf, phaseIn, generationIn, peerIn, deliveredIn, ackedIn } = view
  const { withChannel, write, isOn, lockOf, holderOf, lockAt, intervened, pairOf, hostOf, hasStorage } = view
  const { has, put, reaches, primaryOf, peerSlot, currentPrimary, isRunning, halt, testAndSet } = view
  const { transfer, registerPrimary, registerSecondary } = view
  const { generations, fencesUpTo } = layout.config.bounds

  const isFenceBeyond = (pair: number): boolean => lockOf(pair) > fencesUpTo || lockOf(pair) >= generations

  const TestFailover = (pair: number): number => {
    if (!isRunning(pair)) return refusal["not-running"]
    if (isFenceBeyond(pair)) return refusal.bound

    halt(currentPrimary(pair))
    intervened(pair)
    return taken
  }

  const TestRestartSecondary = (slot: number): number => {
    const copy = controlOf(slot)
    const pair = pairOf(slot)
    if (copy === 0) return refusal.copy
    if (isSecondary(phaseIn(copy))) return refusal["primary-only"]
    if (phaseIn(copy) !== phase.lockstepPrimary) return refusal.phase
    if (!hasStorage(hostOf(slot))) return refusal.storage
    if (!isOn(pair)) return refusal.power
    const wins = lockOf(pair) === generationIn(copy)
    if (wins && isFenceBeyond(pair)) return refusal.bound

    const other = peerSlot(slot, copy)
    testAndSet(slot)
    if (!wins) return taken
    if (other >= 0 && reaches(slot, other)) halt(other)
    intervened(pair)
    return taken
  }

  const Migrate = (slot: number, host: number): number => {
    const copy = controlOf(slot)
    if (copy === 0) return refusal.copy
    const phaseNow = phaseIn(copy)
    const isLive = phaseNow === phase.live
    if (!isLive && phaseNow !== phase.lockstepPrimary && phaseNow !== phase.lockstepSecondary)
      return refusal.phase
    if (!hasStorage(hostOf(slot))) return refusal.storage
    const other = otherEndOf(slot, copy)
    if (isLive ? peerIn(copy) !== peer.none : other < 0) return refusal.peer
    if (other >= 0 && !reaches(slot, other)) return refusal.unreachable
    const reason = ineligible(pairOf(slot), host, other < 0 ? -1 : hostOf(other))
    if (reason !== 0) return reason

    move(slot, pairOf(slot) * hosts + host)
    return taken
  }

  const otherEndOf = (slot: number, copy: number): number => {
    if (!isSecondary(phaseIn(copy))) return peerSlot(slot, copy)
    const primary = primaryOf(slot)
    return primary >= 0 && phaseIn(controlOf(primary)) === phase.lockstepPrimary ? primary : -1
  }

  /** The same copy in another place: its memory, its hold on the lock and its place as a peer go with it. */
  const move = (from: number, to: number): void => {
    const pair = pairOf(from)
    const leader = currentPrimary(pair)
    if (leader === from) registerPrimary(pair, hostOf(to))
    else if (leader >= 0 && peerSlot(leader, controlOf(leader)) === from) registerSecondary(pair, hostOf(to))
    if (holderOf(pair) === hostOf(from)) lockAt(pair, lockOf(pair), hostOf(to))
    const primary = primaryOf(from)
    if (primary >= 0) {
      const now = controlOf(primary)
      write(primary, withChannel(now, peer.first + hostOf(to), deliveredIn(now), ackedIn(now)))
    }
    transfer(from, to)
  }

  const EnterMaintenance = (host: number): number => {
    if (has(layout.maintenance, host)) return refusal.maintenance
    for (let pair = 0; pair < pairs; pair += 1)
      if (controlOf(pair * hosts + host) !== 0) return refusal["runs-copy"]

    put(layout.maintenance, host, 1)
    return taken
  }

  const ExitMaintenance = (host: number): number => {
    if (!has(layout.maintenance, host)) return refusal.maintenance

    put(layout.maintenance, host, 0)
    return taken
  }

  /** Only where the layout keeps which rules are in force can that change. */
  const switches = (rule: number): boolean => layout.switchesRules && rule < layout.config.rules.length

  const ActivateRule = (rule: number): number => {
    if (!switches(rule)) return refusal.unknown
    if (has(layout.rules, rule)) return refusal["in-force"]

    put(layout.rules, rule, 1)
    return taken
  }

  const DeactivateRule = (rule: number): number => {
    if (!switches(rule)) return refusal.unknown
    if (!has(layout.rules, rule)) return refusal["in-force"]

    put(layout.rules, rule, 0)
    return taken
  }

  return {
    TestFailover,
    TestRestartSecondary,
    Migrate,
    EnterMaintenance,
    ExitMaintenance,
    ActivateRule,
    DeactivateRule,
  }
}
