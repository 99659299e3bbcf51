import { refusal, taken } from "../../guards.ts"
import { peer, phase } from "../../machine.ts"
import type { EngineMutation, LastGuards } from "../../rule.ts"
import type { View } from "../../view.ts"
import { clockFollowerOf, clocksIn } from "./clocks.ts"
import { deadlinesOf, type Deadlines, type Time } from "./deadlines.ts"
import { isSilentFor, sightIn, type Sight } from "./sight.ts"
import { tickOf } from "./tick.ts"

/**
 * How the rules of time go by clocks, where a mutant goes by them otherwise.
 *
 * Shape  `times`: how long things take, by what it takes the configuration for. `early` and `due`: what it sees of clocks where it is
 *        decided whether it is too early, and whether time stands still.
 */
type Reckoning = {
  readonly times?: (time: Time) => Time
  readonly early?: (sight: Sight, deadlines: Deadlines, view: View) => Sight
  readonly due?: (sight: Sight, deadlines: Deadlines, view: View) => Sight
}

/** What time makes of the rules: it adds `Tick`, and to what is timed the guard `early`; clocks follow every step. */
export const timedBy =
  ({ times = asItIs, early = asItIs, due = asItIs }: Reckoning): EngineMutation =>
  (_rules, view, _placement, unguarded) => {
    const { time } = view.layout.config
    if (time === undefined) return {}
    const deadlines = deadlinesOf(times(time))
    const clocks = clocksIn(view)
    const sight = sightIn(view, clocks)
    return {
      Suspect: suspicionIn(view),
      Tick: tickOf({ view, clocks, deadlines, sight: due(sight, deadlines, view), unguarded }),
      followerOf: () => clockFollowerOf(view, clocks),
      lastGuards: earlyIn(view, early(sight, deadlines, view), deadlines),
    }
  }

const asItIs = <Seen>(seen: Seen): Seen => seen

export const timeRules: EngineMutation = timedBy({})

/** No suspicion is a fault: it comes from silence, or from a delay that looks like it. */
const suspicionIn =
  ({ controlOf, phaseIn, contend }: View) =>
  (slot: number): number => {
    const copy = controlOf(slot)
    if (copy === 0) return refusal.copy
    const phaseNow = phaseIn(copy)
    if (phaseNow !== phase.lockstepPrimary && phaseNow !== phase.lockstepSecondary) return refusal.phase

    contend(slot)
    return taken
  }

/**
 * The guard `early` of each rule. Clocks are read only where nothing else refuses already for the phase of the copy.
 */
const earlyIn = ({ controlOf, phaseIn, peerIn }: View, sight: Sight, deadlines: Deadlines): LastGuards => {
  const { obligation, haWait, role } = sight
  const { lock, restart } = deadlines
  const mayAct = isSilentFor("may", sight, deadlines)
  const answer = (isEarly: boolean): number => (isEarly ? refusal.early : taken)
  const phaseOf = (slot: number): number => phaseIn(controlOf(slot))
  const isInLockstep = (slot: number): boolean =>
    phaseOf(slot) === phase.lockstepPrimary || phaseOf(slot) === phase.lockstepSecondary
  const hasPeer = (slot: number): boolean =>
    phaseOf(slot) === phase.live && peerIn(controlOf(slot)) !== peer.none
  const contends = (slot: number): boolean =>
    phaseOf(slot) === phase.contendingPrimary || phaseOf(slot) === phase.contendingSecondary
  return {
    Suspect: (slot) => answer(isInLockstep(slot) && !mayAct(slot)),
    AbandonSync: (slot) => answer(hasPeer(slot) && !mayAct(slot)),
    SyncLost: (slot) => answer(phaseOf(slot) === phase.syncing && !mayAct(slot)),
    TryLock: (slot) => answer(contends(slot) && obligation(slot) < lock.may[role(slot)]),
    HaRestart: (pair) => answer(haWait(pair) < restart.may),
  }
}
