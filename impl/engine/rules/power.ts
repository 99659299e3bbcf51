import { refusal, taken } from "../guards.ts"
import { phase } from "../machine.ts"
import type { Placement } from "../placement.ts"
import { isExecutingPrimary } from "../phase.ts"
import type { View } from "../view.ts"

/** Power, and the restart by HA. Each rule takes a pair; a restart takes the host too. */
export const powerRules = (view: View, { ineligible, isPicked, someCopyMayRun }: Placement) => {
  const { layout, hosts, controlOf, phaseIn, generationIn, control, write, isOn, switchTo } = view
  const {
    lockOf,
    lockAt,
    intervened,
    primaryAt,
    registerPrimary,
    halt,
    logOf,
    observedOf,
    lengthOf,
    copyPrefix,
  } = view
  const { policy } = layout.config
  const { generations, powerOffUpTo } = layout.config.bounds

  const PowerOn = (pair: number, host: number): number => {
    if (isOn(pair)) return refusal.power
    if (someCopyMayRun(pair)) return refusal["may-run"]
    const reason = ineligible(pair, host, -1)
    if (reason !== 0) return reason
    if (policy !== "any" && host !== primaryAt(pair) && ineligible(pair, primaryAt(pair), -1) === 0)
      return refusal.registered
    if (host !== primaryAt(pair) && !isPicked(pair, host, -1)) return refusal.policy

    switchTo(pair, 1)
    boot(pair, host, lockOf(pair))
    return taken
  }

  const PowerOff = (pair: number): number => {
    if (!isOn(pair)) return refusal.power
    const lock = lockOf(pair)
    if (lock > powerOffUpTo || lock >= generations) return refusal.bound

    for (let slot = pair * hosts; slot < (pair + 1) * hosts; slot += 1) {
      const copy = controlOf(slot)
      if (isExecutingPrimary(phaseIn(copy)) && generationIn(copy) === lock) halt(slot)
    }
    switchTo(pair, 0)
    lockAt(pair, lock + 1, -1)
    intervened(pair)
    return taken
  }

  const HaRestart = (pair: number, host: number): number => {
    if (!isOn(pair)) return refusal.power
    if (someCopyMayRun(pair)) return refusal["may-run"]
    const reason = ineligible(pair, host, -1)
    if (reason !== 0) return reason
    if (!isPicked(pair, host, -1)) return refusal.policy
    if (lockOf(pair) >= generations) return refusal.bound

    boot(pair, host, lockOf(pair) + 1)
    return taken
  }

  /** A new copy, live and holding the lock at a generation, with what the world has seen. */
  const boot = (pair: number, host: number, generation: number): void => {
    const slot = pair * hosts + host
    const seen = lengthOf(observedOf(pair))
    lockAt(pair, generation, host)
    registerPrimary(pair, host)
    write(slot, control(phase.live, generation, seen))
    copyPrefix(observedOf(pair), logOf(slot), seen)
  }

  return { PowerOn, PowerOff, HaRestart, boot }
}
