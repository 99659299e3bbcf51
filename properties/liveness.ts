import { counted } from "./amount.ts"
import { couldBeProtected } from "./eligibility.ts"
import { leaderOf, nearEnd, place, reportedState, withStorage } from "./evidence.ts"
import type { Property } from "./property.ts"
import { promisedWithoutFalseAlarms } from "./time/promises.ts"

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
  promise: promisedWithoutFalseAlarms,
}

export const respawned: Property = {
  id: "L1",
  name: "Respawned",
  family: "liveness",
  statement:
    "Once faults stop, a powered-on pair with FT on becomes and stays running, where a host can take the copy that it lacks; where none can, its Primary goes on alone and live.",
  why: "A pair that stays alone is lost with the next failure.",
  checks: ["FT-06", "FT-07", "FT-12"],
  witness: "protected-again",
  promise: promisedWithoutFalseAlarms,
  whenQuiescent: ({ config, state, pair }) => {
    const isOwed = pair.power === "on" && pair.ft === "enabled"
    if (!isOwed || reportedState(pair) === "running") return null
    const primary = leaderOf(pair)
    if (primary !== null && primary.phase !== "live")
      return `${place(primary)} is still ${primary.phase}, without its Secondary, when the cluster is quiescent`
    if (!couldBeProtected(config, state, pair)) return null
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

export const restarted: Property = {
  id: "L6",
  name: "Restarted",
  family: "liveness",
  statement:
    "Once faults stop, a powered-on pair, with FT or without, has a current Primary, or no host could take one.",
  why: "A VM whose FT is suspended, or that never had it, is restarted by HA like any other.",
  checks: ["FT-01", "FT-12"],
  witness: "ha-restart",
  whenQuiescent: ({ config, state, pair }) => {
    if (pair.power === "off" || leaderOf(pair) !== null || !couldBeProtected(config, state, pair)) return null
    return `${pair.id} is on and nobody is its Primary when the cluster is quiescent, and a host could take one`
  },
}

export const liveness: readonly Property[] = [
  becomesQuiescent,
  respawned,
  failedOver,
  staleHalts,
  served,
  restarted,
]
