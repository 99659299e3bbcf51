import { refusal, taken } from "../../guards.ts"
import { peer, phase } from "../../machine.ts"
import type { EngineMutation, EngineRule } from "../../rule.ts"
import { clockFollowerOf, clocksIn } from "./clocks.ts"
import { deadlinesOf } from "./deadlines.ts"
import { detectorsIn } from "./detectors.ts"
import { tickOf } from "./tick.ts"

/** What time makes of the rules: it adds `Tick`, and to what is timed the guard `early`; clocks follow every step. */
export const timeRules: EngineMutation = (rules, view, _placement, whole) => {
  const { machine, layout, controlOf, phaseIn, peerIn, contend } = view
  const { time } = layout.config
  if (time === undefined)
    throw new Error("defect: time is on, and the configuration does not say how long things take")
  const deadlines = deadlinesOf(time)
  const clocks = clocksIn(view)
  const detectors = detectorsIn(view, clocks, deadlines)
  const { mayAct } = detectors
  let isTimeless = false

  /** Asks what would be enabled but for time. */
  const butForTime = (ask: () => boolean): boolean => {
    isTimeless = true
    try {
      return ask()
    } finally {
      isTimeless = false
    }
  }

  /** The rule with `early` as the last of its guards, before what bounds refuse. */
  const timed =
    (rule: EngineRule, isEarly: (a: number) => boolean): EngineRule =>
    (a, b) => {
      // What the rule does may erase the clocks.
      const refuses = !isTimeless && isEarly(a)
      const answer = rule(a, b)
      if (!refuses || (answer > taken && answer !== refusal.bound)) return answer
      if (answer <= taken) machine.undo()
      return refusal.early
    }

  /** No suspicion is a fault: it comes from silence, or from a delay that looks like it. */
  const Suspect = (slot: number): number => {
    const copy = controlOf(slot)
    if (copy === 0) return refusal.copy
    if (phaseIn(copy) !== phase.lockstepPrimary && phaseIn(copy) !== phase.lockstepSecondary)
      return refusal.phase
    if (!isTimeless && !mayAct(slot)) return refusal.early

    contend(slot)
    return taken
  }

  return {
    Suspect,
    AbandonSync: timed(rules.AbandonSync, (slot) => {
      const copy = controlOf(slot)
      return phaseIn(copy) === phase.live && peerIn(copy) !== peer.none && !mayAct(slot)
    }),
    SyncLost: timed(rules.SyncLost, (slot) => phaseIn(controlOf(slot)) === phase.syncing && !mayAct(slot)),
    TryLock: timed(
      rules.TryLock,
      (slot) =>
        phaseIn(controlOf(slot)) === phase.contendingSecondary &&
        clocks.obligation.of(slot) < deadlines.lock.may.secondary,
    ),
    HaRestart: timed(rules.HaRestart, (pair) => clocks.haWait.of(pair) < deadlines.restart.may),
    Tick: tickOf({ view, clocks, deadlines, detectors, butForTime, whole }),
    follower: clockFollowerOf(view, clocks),
  }
}
