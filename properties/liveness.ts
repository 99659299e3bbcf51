import { counted } from "./amount.ts"
import { couldBeProtected } from "./eligibility.ts"
import { leaderOf, nearEnd, reportedState, withStorage } from "./evidence.ts"
import type { Property } from "./property.ts"

/**
 * Found by running the protocol, not by a predicate: a run that takes enabled actions fairly and does not become
 * quiescent within its bound. See `check/run.ts`.
 */
export const becomesQuiescent: Property = {
  id: "L0",
  name: "BecomesQuiescent",
  family: "liveness",
  statement: "Once faults stop, a run in which every action of the protocol gets its turn becomes quiescent.",
  why: "Two halves that keep taking over from each other are never protected, though each step looks like progress.",
  checks: ["FT-04", "FT-06"],
  witness: "protected-again",
}

export const respawned: Property = {
  id: "L1",
  name: "Respawned",
  family: "liveness",
  statement:
    "Once faults stop, a powered-on pair with FT on for which there is an eligible host becomes and stays running.",
  why: "A pair that stays alone is lost with the next failure.",
  checks: ["FT-06", "FT-07", "FT-12"],
  witness: "protected-again",
  whenQuiescent: ({ config, state, pair }) => {
    const isOwed = pair.power === "on" && pair.ft === "enabled"
    if (!isOwed || reportedState(pair) === "running" || !couldBeProtected(config, state, pair)) return null
    return `${pair.id} is still ${reportedState(pair)} when the cluster is quiescent, and a host could take ${leaderOf(pair) === null ? "its Primary" : "its Secondary"}`
  },
}

export const failedOver: Property = {
  id: "L2",
  name: "FailedOver",
  family: "liveness",
  statement:
    "A Secondary of the lock's generation, with storage, whose Primary is gone goes live, or power goes off.",
  why: "It is the one copy that could keep the service up.",
  checks: ["FT-05", "FT-08"],
  witness: "secondary-wins-after-spurious",
  whenQuiescent: ({ state, pair }) => {
    const waiting = pair.copies.find(
      (copy) =>
        copy.role === "secondary" &&
        copy.generation === pair.lock.generation &&
        withStorage(state, copy.host) &&
        (copy.phase === "contending" || (copy.phase === "lockstep" && nearEnd(pair, copy) === null)),
    )
    return waiting === undefined
      ? null
      : `${waiting.id} on ${waiting.host} has lost its Primary, and is still ${waiting.phase} when the cluster is quiescent`
  },
}

export const staleHalts: Property = {
  id: "L3",
  name: "StaleHalts",
  family: "liveness",
  statement: "A copy of an older generation halts once its host has storage.",
  why: "It holds memory and a place that a new copy may need, and blocks a restart.",
  checks: ["FT-11"],
  witness: "respawn-blocked-by-stale",
  whenQuiescent: ({ state, pair }) => {
    const stale = pair.copies.find(
      (copy) => copy.generation < pair.lock.generation && withStorage(state, copy.host),
    )
    return stale === undefined
      ? null
      : `${stale.id} on ${stale.host} is still ${stale.phase} at generation ${stale.generation} when the cluster is quiescent, and the lock is at ${pair.lock.generation}`
  },
}

export const served: Property = {
  id: "L4",
  name: "Served",
  family: "liveness",
  statement: "What the current Primary recorded is released, unless it is lost or contends.",
  why: "An output that is withheld for ever is a service that does not answer.",
  checks: ["FT-02", "FT-08"],
  witness: "unacknowledged-kept",
  whenQuiescent: ({ pair }) => {
    const primary = leaderOf(pair)
    return primary === null || primary.released === primary.log.length
      ? null
      : `${primary.id} has released ${primary.released} of ${counted(primary.log.length, "output")} when the cluster is quiescent`
  },
}

export const liveness: readonly Property[] = [becomesQuiescent, respawned, failedOver, staleHalts, served]
