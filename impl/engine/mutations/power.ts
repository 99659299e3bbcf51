import type { EngineMutation } from "../rule.ts"
import { refusal, taken } from "../guards.ts"
import { phase } from "../machine.ts"
import { allowed, altered, losingStorage } from "./mutation.ts"

type View = Parameters<EngineMutation>[1]

/** HA that calls `blocks` where it should look at every copy, and boots at the generation that `next` says. */
const restarting =
  (
    blocks: (view: View, pair: number) => boolean,
    next: (generation: number) => number = (generation) => generation + 1,
  ): EngineMutation =>
  ({ boot }, view, { ineligible }) => ({
    HaRestart: (pair, host) => {
      if (!view.isOn(pair)) return refusal.power
      if (blocks(view, pair)) return refusal["may-run"]
      const reason = ineligible(pair, host, -1)
      if (reason !== 0) return reason
      if (view.lockOf(pair) >= view.layout.config.bounds.generations) return refusal.bound
      boot(pair, host, next(view.lockOf(pair)))
      return taken
    },
  })

const someCopy = ({ hosts, controlOf }: View, pair: number, may: (slot: number) => boolean): boolean => {
  for (let slot = pair * hosts; slot < (pair + 1) * hosts; slot += 1)
    if (controlOf(slot) !== 0 && may(slot)) return true
  return false
}

const someCopyMayRun = (view: View, pair: number): boolean =>
  someCopy(view, pair, (slot) => view.hasStorage(view.hostOf(slot)))

/** The check that forgets the stale copies. */
const someCurrentCopyMayRun = (view: View, pair: number): boolean =>
  someCopy(
    view,
    pair,
    (slot) =>
      view.generationIn(view.controlOf(slot)) === view.lockOf(pair) && view.hasStorage(view.hostOf(slot)),
  )

/** The mutants of power and restart, on the engine's side. */
export const powerMutations: Readonly<Record<string, EngineMutation>> = {
  PowerOffWithoutFence: ({ PowerOff }, { lockOf, lockAt }) => ({
    PowerOff: altered(PowerOff, (pair) => {
      lockAt(pair, lockOf(pair) - 1, -1)
    }),
  }),
  PowerOffBumpsOnly: ({ PowerOff }, view) => ({
    PowerOff: (pair, b) => {
      const { currentPrimary, controlOf, phaseIn, lockOf, lockAt, switchTo, intervened } = view
      const primary = currentPrimary(pair)
      const answer = allowed(view, PowerOff, pair, b)
      if (answer !== taken) return answer
      if (primary < 0 || phaseIn(controlOf(primary)) !== phase.lockstepPrimary) return PowerOff(pair, b)
      switchTo(pair, 0)
      lockAt(pair, lockOf(pair) + 1, -1)
      intervened(pair)
      return taken
    },
  }),
  PowerOnIgnoresStale: ({ boot }, view, { ineligible }) => ({
    PowerOn: (pair, host) => {
      if (view.isOn(pair)) return refusal.power
      if (someCurrentCopyMayRun(view, pair)) return refusal["may-run"]
      const reason = ineligible(pair, host, -1)
      if (reason !== 0) return reason
      view.switchTo(pair, 1)
      boot(pair, host, view.lockOf(pair))
      return taken
    },
  }),
  PowerOnResetsLock: ({ PowerOn }, { hosts, lockAt, controlOf, write, withGeneration }) => ({
    PowerOn: altered(PowerOn, (pair, host) => {
      lockAt(pair, 1, host)
      write(pair * hosts + host, withGeneration(controlOf(pair * hosts + host), 1))
    }),
  }),
  HaRestartOnSuspicion: restarting((view, pair) => {
    const primary = view.currentPrimary(pair)
    return primary >= 0 && view.hasStorage(view.hostOf(primary))
  }),
  HaIgnoresStale: restarting(someCurrentCopyMayRun),
  HolderBlocksRestart: restarting((view, pair) => someCopyMayRun(view, pair) || view.holderOf(pair) >= 0),
  HaNoBump: restarting(someCopyMayRun, (generation) => generation),
  HaFromEmpty: ({ HaRestart }, { hosts, controlOf, write, withReleased, logOf, copyPrefix }) => ({
    HaRestart: altered(HaRestart, (pair, host) => {
      const slot = pair * hosts + host
      copyPrefix(logOf(slot), logOf(slot), 0)
      write(slot, withReleased(controlOf(slot), 0))
    }),
  }),
  StorageLossUnvalidated: losingStorage((view, slot, phaseNow) => {
    if (phaseNow === phase.syncing) view.halt(slot)
  }),
}
