import { counted } from "./amount.ts"
import { couldBeProtected, demandOn, forbids } from "./eligibility.ts"
import {
  copyNamed,
  hostIn,
  leads,
  place,
  placedIn,
  reportedState,
  sameEntry,
  startsWith,
  turnedOnIn,
  withStorage,
} from "./evidence.ts"
import { effects } from "./effects.ts"
import { operations } from "./operations.ts"
import { placement } from "./placement.ts"
import { privacy } from "./privacy.ts"
import type { Property } from "./property.ts"
import { reported } from "./reported.ts"
import { promisedWithoutFalseAlarms } from "./time/promises.ts"

export const singlePrimary: Property = {
  id: "S1",
  name: "SinglePrimary",
  family: "safety",
  statement:
    "At most one copy is live, or a lockstep Primary of the lock's generation; every live copy holds the lock, at its generation.",
  why: "Two copies that may go on alone would each answer the same clients and write the same disk: split brain.",
  checks: ["FT-05", "FT-11"],
  witness: "stale-primary-beside-running",
  always: ({ copies, lock }) => {
    const primaries = copies.filter(
      (copy) => copy.phase === "live" || (leads(copy) && copy.generation === lock.generation),
    )
    if (primaries.length > 1) return `${list(primaries.map(place))} are all Primary at once`
    const usurper = copies.find(
      (copy) => copy.phase === "live" && (copy.id !== lock.holder || copy.generation !== lock.generation),
    )
    if (usurper === undefined) return null
    return `${place(usurper)} is live, and the lock (generation ${lock.generation}) is held by ${lock.holder ?? "nobody"}`
  },
}

export const noDivergentOutput: Property = {
  id: "S2",
  name: "NoDivergentOutput",
  family: "safety",
  statement: "The world never sees two different outputs with one number.",
  why: "Clients would see the VM contradict itself: an answer given, then another one to the same request.",
  checks: ["FT-08", "FT-11"],
  witness: "duplicate-output",
  onStep: ({ step: { action }, before }) => {
    const copy = action.kind === "Release" ? copyNamed(before, action.copy) : null
    if (copy === null) return null
    const entry = copy.log[copy.released]
    const seen = before.observed[copy.released]
    if (entry === undefined || seen === undefined || sameEntry(entry, seen)) return null
    return `${copy.id} releases output ${copy.released + 1} of generation ${entry.generation}, and the world has seen that of generation ${seen.generation}`
  },
}

export const outputRule: Property = {
  id: "S4",
  name: "OutputRule",
  family: "safety",
  statement: "What leaves a lockstep Primary was delivered to its Secondary, or was in the checkpoint.",
  why: "If the Primary dies right after, a Secondary that lacks the entry goes on as if the output had never been.",
  checks: ["FT-02", "FT-08"],
  witness: "output-in-lockstep",
  onStep: ({ step: { action }, before }) => {
    const copy = action.kind === "Release" ? copyNamed(before, action.copy) : null
    if (copy === null || copy.phase !== "lockstep" || copy.channel === null) return null
    if (copy.released < copy.channel.delivered) return null
    return `${copy.id} releases output ${copy.released + 1} with only ${counted(copy.channel.delivered, "entry", "entries")} delivered`
  },
}

export const noLostOutput: Property = {
  id: "S5",
  name: "NoLostOutput",
  family: "safety",
  statement: "What the world has seen has no gap, and a live copy has all of it in its log.",
  why: "A VM that goes on without something it has already told the world has lost data.",
  checks: ["FT-08", "FT-11"],
  witness: "ha-restart",
  always: ({ copies, observed }) => {
    const gap = observed.findIndex((entry, i) => entry.index !== i + 1)
    if (gap >= 0) return `the world sees entry ${observed[gap]?.index} as output ${gap + 1}`
    const forgetful = copies.find((copy) => copy.phase === "live" && !startsWith(copy.log, observed))
    return forgetful === undefined
      ? null
      : `${place(forgetful)} is live with a log of ${forgetful.log.length}, without all of the ${counted(observed.length, "output")} that the world has seen`
  },
}

export const lockstepPrefix: Property = {
  id: "S6",
  name: "LockstepPrefix",
  family: "safety",
  statement: "A lockstep Secondary's log is the first `delivered` entries of its Primary's.",
  why: "Replaying anything else, the Secondary would not be the same machine as its Primary.",
  checks: ["FT-01", "FT-02"],
  witness: "unacknowledged-kept",
  always: (pair) => {
    for (const primary of pair.copies) {
      if (primary.phase !== "lockstep" || primary.channel === null || primary.channel.peer === "gone")
        continue
      const secondary = copyNamed(pair, primary.channel.peer)
      if (secondary?.phase !== "lockstep" || secondary.role !== "secondary") continue
      const delivered = primary.log.slice(0, primary.channel.delivered)
      if (secondary.log.length !== delivered.length || !startsWith(secondary.log, delivered))
        return `${place(secondary)} has not the first ${counted(primary.channel.delivered, "entry", "entries")} of ${primary.id}`
    }
    return null
  },
}

export const antiAffinity: Property = {
  id: "S7",
  name: "AntiAffinity",
  family: "safety",
  statement: "No host runs two copies of one pair.",
  why: "The failure of that one host would take both copies: the pair would protect against nothing.",
  checks: ["FT-09", "FT-13"],
  witness: "three-copies",
  always: ({ copies }) => {
    const second = copies.find((copy, i) => copies.findIndex((other) => other.host === copy.host) < i)
    const first = copies.find((copy) => copy.host === second?.host)
    return second === undefined ? null : `${first?.id} and ${second.id} both run on ${second.host}`
  },
}

export const affinityRules: Property = {
  id: "S8",
  name: "AffinityRules",
  family: "safety",
  statement:
    "Every copy that starts or moves does so where all `must` rules on its pair allow, whatever its role.",
  why: "A rule says where a VM may be licensed or may reach its devices; a Secondary elsewhere cannot replace it.",
  checks: ["FT-10"],
  witness: "rule-bars-a-host",
  onStep: (seen) => {
    const copy = placedIn(seen)
    const broken = copy === null ? null : forbids(seen.config, seen.step.after, seen.after.id, copy.host)
    return copy === null || broken === null ? null : `${place(copy)} is placed against rule ${broken}`
  },
}

export const capacity: Property = {
  id: "S9",
  name: "Capacity",
  family: "safety",
  statement:
    "No placement exceeds a host's limits, or uses a host that is in maintenance or without storage.",
  why: "An overloaded host slows all pairs on it; one in maintenance is about to go.",
  checks: ["FT-06", "FT-10"],
  witness: "limit-bars-a-host",
  onStep: (seen) => {
    const { step, config } = seen
    const copy = placedIn(seen) ?? turnedOnIn(seen)
    if (copy === null) return null
    if (hostIn(step.after, copy.host).maintenance) return `${place(copy)} is placed on a host in maintenance`
    if (!withStorage(step.after, copy.host)) return `${place(copy)} is placed on a host without storage`
    const excess = demandOn(config, step.after, copy.host)
    return excess === null ? null : `${place(copy)} is placed where ${excess}`
  },
}

export const generationMonotone: Property = {
  id: "S10",
  name: "GenerationMonotone",
  family: "safety",
  statement: "The lock's generation never falls, and grows by one at a time.",
  why: "If it could come back to an earlier value, a copy that waited since then could win: the ABA problem.",
  checks: ["FT-11"],
  witness: "protected-again",
  onStep: ({ before, after }) => {
    const growth = after.lock.generation - before.lock.generation
    return growth === 0 || growth === 1
      ? null
      : `the lock of ${after.id} goes from generation ${before.lock.generation} to ${after.lock.generation}`
  },
}

export const staysOff: Property = {
  id: "S11",
  name: "StaysOff",
  family: "safety",
  statement: "While power is off every copy is of an older generation, and none is live.",
  why: "A Secondary that does not know would bring back a VM that its administrator has powered off.",
  checks: ["FT-01", "FT-11"],
  witness: "stale-copy-while-off",
  always: ({ id, power, copies, lock }) => {
    const survivor = copies.find((copy) => copy.generation >= lock.generation || copy.phase === "live")
    return power === "on" || survivor === undefined
      ? null
      : `${id} is powered off, and ${place(survivor)} could go on (lock generation ${lock.generation})`
  },
}

export const transparentFailover: Property = {
  id: "S13",
  name: "TransparentFailover",
  family: "safety",
  statement:
    "An HA restart never happens while a Secondary, in lockstep or contending, of the lock's generation has storage.",
  why: "A restart loses the guest's memory; the Secondary was there to keep it.",
  checks: ["FT-05", "FT-08"],
  witness: "ha-restart-beside-contender",
  onStep: ({ step: { action, before: state }, before }) => {
    if (action.kind !== "HaRestart" || action.pair !== before.id) return null
    const able = before.copies.find(
      (copy) =>
        copy.role === "secondary" &&
        copy.phase !== "syncing" &&
        copy.generation === before.lock.generation &&
        withStorage(state, copy.host),
    )
    return able === undefined ? null : `${before.id} is restarted, and ${place(able)} could have gone live`
  },
}

export const nobodyAheadOfTheWorld: Property = {
  id: "S14",
  name: "NobodyAheadOfTheWorld",
  family: "safety",
  statement: "What a copy counts as released is at most its log, and at most what the world has seen.",
  why: "An output counted as released that never left is never released again: it is lost.",
  checks: ["FT-08"],
  witness: "duplicate-output",
  always: ({ copies, observed }) => {
    const ahead = copies.find(({ released, log }) => released > log.length || released > observed.length)
    return ahead === undefined
      ? null
      : `${place(ahead)} counts ${counted(ahead.released, "output")} as released, with ${counted(ahead.log.length, "entry", "entries")} and ${observed.length} seen`
  },
}

export const nobodyAheadOfTheLock: Property = {
  id: "S15",
  name: "NobodyAheadOfTheLock",
  family: "safety",
  statement: "No copy's generation exceeds the lock's.",
  why: "A generation is only ever got from the lock; one from elsewhere would win against its rightful holder.",
  checks: ["FT-11"],
  witness: "waiting-contender-beside-live",
  always: ({ copies, lock }) => {
    const ahead = copies.find((copy) => copy.generation > lock.generation)
    return ahead === undefined ? null : `${place(ahead)} is ahead of the lock, which is at ${lock.generation}`
  },
}

export const channelOrder: Property = {
  id: "S16",
  name: "ChannelOrder",
  family: "safety",
  statement: "For a lockstep Primary: released ≤ acked ≤ delivered ≤ length of its log.",
  why: "The counts of the channel are what the Output Rule goes by.",
  checks: ["FT-02"],
  witness: "late-acknowledgement",
  always: ({ copies }) => {
    for (const copy of copies) {
      if (copy.phase !== "lockstep" || copy.channel === null) continue
      const { released, log, channel } = copy
      const isOrdered = released <= channel.acked && channel.acked <= channel.delivered
      if (!isOrdered || channel.delivered > log.length)
        return `${place(copy)} has released ${released}, acked ${channel.acked}, delivered ${channel.delivered} of ${log.length}`
    }
    return null
  },
}

export const contenderComplete: Property = {
  id: "S17",
  name: "ContenderComplete",
  family: "safety",
  statement:
    "A Secondary, in lockstep or contending, of the lock's generation has all that the world has seen.",
  why: "It may win at any moment, and must then go on from there.",
  checks: ["FT-01", "FT-08"],
  witness: "both-contending",
  always: ({ copies, lock, observed }) => {
    const lacking = copies.find(
      (copy) =>
        copy.role === "secondary" &&
        copy.phase !== "syncing" &&
        copy.generation === lock.generation &&
        !startsWith(copy.log, observed),
    )
    return lacking === undefined
      ? null
      : `${place(lacking)} has ${counted(lacking.log.length, "entry", "entries")}, without all of the ${counted(observed.length, "output")} that the world has seen`
  },
}

export const everyGenerationPaidFor: Property = {
  id: "S18",
  name: "EveryGenerationPaidFor",
  family: "safety",
  statement: "The lock's generation less one is at most the faults, power-offs and operator fences so far.",
  why: "A failover that nothing called for is an interruption of redundancy, and of trust.",
  checks: ["FT-04", "FT-08"],
  witness: "secondary-wins-after-spurious",
  promise: promisedWithoutFalseAlarms,
  always: ({ id, lock, interventions }, { faults }) =>
    lock.generation - 1 <= faults + interventions
      ? null
      : `${id} is at generation ${lock.generation} after ${counted(faults, "fault")} and ${counted(interventions, "operator intervention")}`,
}

export const singleFaultTransparent: Property = {
  id: "S19",
  name: "SingleFaultTransparent",
  family: "safety",
  statement:
    "After a pair was running in a cluster without damage, one fault alone never leads to an HA restart of it, and it is running again once the cluster is quiescent, where a host can take the copy.",
  why: "One failure at a time is what fault tolerance promises to hide.",
  checks: ["FT-05", "FT-07", "FT-08"],
  witness: "single-fault-hidden",
  promise: promisedWithoutFalseAlarms,
  onStep: ({ step: { action, before: state }, before, history }) => {
    if (action.kind !== "HaRestart" || action.pair !== before.id || history.faultsWhenProtected === null)
      return null
    const faults = state.faults - history.faultsWhenProtected
    return faults > 1
      ? null
      : `${before.id} was running and is restarted after ${faults === 1 ? "one fault" : "no fault"}`
  },
  whenQuiescent: ({ config, state, pair, history }) => {
    if (
      history.faultsWhenProtected === null ||
      state.faults > history.faultsWhenProtected + 1 ||
      reportedState(pair) === "running"
    )
      return null
    return couldBeProtected(config, state, pair)
      ? `${pair.id} was running before the last fault, and is ${reportedState(pair)} when the cluster is quiescent`
      : null
  },
}

export const maintenanceEmpty: Property = {
  id: "P3",
  name: "MaintenanceEmpty",
  family: "safety",
  statement: "A host in maintenance runs no copy.",
  why: "Taking the host down next would take the copy with it.",
  checks: ["FT-06"],
  witness: "host-in-maintenance",
  always: ({ copies }, state) => {
    const copy = copies.find(({ host }) => hostIn(state, host).maintenance)
    return copy === undefined ? null : `${place(copy)} runs on a host in maintenance`
  },
}

export const safety: readonly Property[] = [
  singlePrimary,
  noDivergentOutput,
  outputRule,
  noLostOutput,
  lockstepPrefix,
  antiAffinity,
  affinityRules,
  capacity,
  generationMonotone,
  staysOff,
  transparentFailover,
  nobodyAheadOfTheWorld,
  nobodyAheadOfTheLock,
  channelOrder,
  contenderComplete,
  everyGenerationPaidFor,
  singleFaultTransparent,
  ...effects,
  maintenanceEmpty,
  ...privacy,
  ...operations,
  ...reported,
  ...placement,
]

const list = (words: readonly string[]): string => words.join(" and ")
