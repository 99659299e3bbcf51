import type { Action } from "../model/action.ts"
import type { Config } from "../model/config.ts"
import type { Copy } from "../model/copy.ts"
import type { Pair } from "../model/pair.ts"
import type { State } from "../model/state.ts"
import { counted } from "./amount.ts"
import { couldTake } from "./eligibility.ts"
import {
  copyAt,
  copyNamed,
  farEnd,
  hasItsMemory,
  hostIn,
  leaderOf,
  linked,
  nearEnd,
  place,
  sameLog,
  withStorage,
} from "./evidence.ts"
import { environmentAsCalled } from "./environment.ts"
import type { PairStep, Property } from "./property.ts"

// Safety of single steps: what an action may change, what it must send, and that it does what its name says.

const testRestartSpares: Property = {
  id: "S20",
  name: "TestRestartSpares",
  family: "safety",
  statement:
    "A test restart leaves a copy of the lock's generation, with storage, that goes on or may, if there was one, and halts none of a later generation than its Primary's.",
  why: "Asked of a Primary that has been replaced, the test would stop the one that replaced it.",
  checks: ["FT-11", "FT-12"],
  witness: "stale-primary-beside-running",
  onStep: ({ step, before, after }) => {
    const { action } = step
    const asked = action.kind === "TestRestartSecondary" ? copyNamed(before, action.copy) : null
    if (asked === null) return null
    const victim = before.copies.find(
      (copy) => copy.generation > asked.generation && copyNamed(after, copy.id) === null,
    )
    if (victim !== undefined) return `${place(victim)} halts, as ${place(asked)} restarts its Secondary`
    return mayGoOn(before, step.before) && !mayGoOn(after, step.after)
      ? `${asked.id} restarts its Secondary, and no copy of ${after.id} is left that goes on or may`
      : null
  },
}

const testFailoverSpares: Property = {
  id: "S21",
  name: "TestFailoverSpares",
  family: "safety",
  statement:
    "A test failover leaves a Secondary of the lock's generation, in lockstep and with storage, to take over.",
  why: "Without one, the test is an outage.",
  checks: ["FT-05", "FT-06"],
  witness: "protected-again",
  onStep: ({ step: { action, after: state }, after }) => {
    if (action.kind !== "TestFailover" || action.pair !== after.id) return null
    const heir = after.copies.find(
      (copy) =>
        copy.role === "secondary" &&
        copy.phase === "lockstep" &&
        copy.generation === after.lock.generation &&
        withStorage(state, copy.host),
    )
    return heir === undefined ? `the Primary of ${after.id} is halted, and no Secondary can take over` : null
  },
}

const storageUnderfoot: Property = {
  id: "S22",
  name: "StorageUnderfoot",
  family: "safety",
  statement:
    "Every copy is on a host that is up, and one that executes, replays or synchronises is on a host with storage; a copy without storage neither wins nor loses by the lock.",
  why: "A copy that does not reach the storage cannot try the lock, and must not act as if it had.",
  checks: ["FT-02", "FT-11"],
  witness: "waiting-contender-beside-live",
  always: ({ copies }, state) => {
    const adrift = copies.find(
      ({ host, phase }) =>
        !hostIn(state, host).up || (phase !== "contending" && !hostIn(state, host).storage),
    )
    if (adrift === undefined) return null
    const lacks = hostIn(state, adrift.host).up ? "without storage" : "that has failed"
    return `${place(adrift)} is ${adrift.phase} on a host ${lacks}`
  },
  onStep: ({ step, before, after }) => {
    const copy = actorIn(before, step.action)
    if (copy === null || withStorage(step.before, copy.host)) return null
    if (copyNamed(after, copy.id) === null) return `${place(copy)} has no storage to lose by, and halts`
    return after.lock.generation === before.lock.generation
      ? null
      : `${place(copy)} has no storage, and the lock goes to generation ${after.lock.generation}`
  },
}

const nothingCrossesACut: Property = {
  id: "S23",
  name: "NothingCrossesACut",
  family: "safety",
  statement:
    "Nothing crosses a cut link: no entry is delivered, no checkpoint taken or joined, no Secondary started, no end of a channel moved from or to where the other is out of reach, and no copy halts another that it does not reach.",
  why: "What seems to arrive over a dead link makes a Secondary count as complete that is not.",
  checks: ["FT-02", "FT-04"],
  witness: "late-acknowledgement",
  onStep: (seen) => {
    const { before, after } = seen
    for (const primary of after.copies) {
      const secondary = farEnd(after, primary)
      if (secondary === null || !isCutBetween(seen, primary, secondary)) continue
      if (isTold(before, primary, secondary))
        return `${place(secondary)} hears from ${place(primary)}, and the link between them is cut`
    }
    return haltedAcross(seen)
  },
}

const storageLossSpares: Property = {
  id: "S24",
  name: "StorageLossSpares",
  family: "safety",
  statement:
    "The loss of a host's storage halts only copies that synchronise there, and takes from no copy its log, its generation or its role.",
  why: "A copy that waits for its storage may be the only one that has what the world has seen.",
  checks: ["FT-05", "FT-08"],
  witness: "ha-restart-beside-contender",
  onStep: ({ step: { action }, before, after }) => {
    if (action.kind !== "LoseStorage") return null
    for (const earlier of before.copies) {
      const later = copyNamed(after, earlier.id)
      const mayHalt = earlier.phase === "syncing" && earlier.host === action.host
      if (later === null ? mayHalt : hasItsMemory(earlier, later)) continue
      return `${place(earlier)} is ${later === null ? "halted" : "changed"} by the loss of the storage of ${action.host}`
    }
    return null
  },
}

const bootable: Property = {
  id: "S25",
  name: "Bootable",
  family: "safety",
  statement:
    "A pair that is powered off may be powered on wherever a host can take it and no copy of it is left with storage: rules bind exactly when in force.",
  why: "A VM that cannot be started, for a rule that is not in force or a copy that is lost, is down for nothing.",
  checks: ["FT-10", "FT-13"],
  witness: "both-registered-on-one-host",
  demands: (config, state, pair) => {
    if (pair.power === "on" || pair.copies.some(({ host }) => withStorage(state, host))) return []
    const able = config.hosts.filter(({ id }) => couldTake(config, state, pair.id, id, null))
    return hostsDue(config, pair, able).map(({ id }) => ({
      among: [{ kind: "PowerOn", pair: pair.id, host: id }],
      least: 1,
    }))
  },
}

const oneSecondaryAtATime: Property = {
  id: "S26",
  name: "OneSecondaryAtATime",
  family: "safety",
  statement: "A Primary starts a Secondary only while it has no peer, present or gone.",
  why: "The one that it had would stay syncing without a Primary, on a host that others may need.",
  checks: ["FT-06", "FT-12"],
  witness: "protected-again",
  onStep: ({ step: { action }, before }) => {
    const primary = action.kind === "SpawnSecondary" ? copyNamed(before, action.copy) : null
    if (primary === null || primary.channel === null) return null
    return `${place(primary)} starts a Secondary, and ${primary.channel.peer === "gone" ? "has not yet given up the one that is gone" : `has ${primary.channel.peer} for one`}`
  },
}

const secondaryIsTold: Property = {
  id: "S27",
  name: "SecondaryIsTold",
  family: "safety",
  statement:
    "A Secondary that joins, or takes an entry, knows how much its Primary had released by then, and no copy forgets what it counts as released.",
  why: "After a failover it would send again, without need, what clients have long had.",
  checks: ["FT-02", "FT-08"],
  witness: "duplicate-output",
  onStep: ({ step: { action }, before, after }) => {
    const forgetful = after.copies.find(
      ({ id, released }) => released < (copyNamed(before, id)?.released ?? 0),
    )
    if (forgetful !== undefined) return `${place(forgetful)} forgets what it has counted as released`
    if (action.kind !== "Deliver" && action.kind !== "JoinLockstep") return null
    const primary = nearEnd(after, { id: action.copy })
    const secondary = copyNamed(after, action.copy)
    const released = copyNamed(before, primary?.id ?? null)?.released
    return secondary === null || released === undefined || secondary.released === released
      ? null
      : `${place(secondary)} counts ${counted(secondary.released, "output")} as released, and ${primary?.id} had released ${released}`
  },
}

const bootFromTheWorld: Property = {
  id: "S28",
  name: "BootFromTheWorld",
  family: "safety",
  statement:
    "A copy that is booted has as its log what the world has seen, and counts all of it as released.",
  why: "It would repeat outputs that were answered, or answer from entries that the world has not seen.",
  checks: ["FT-08"],
  witness: "ha-restart",
  onStep: ({ step: { action }, before, after }) => {
    if (!isBoot(action) || action.pair !== after.id) return null
    const booted = copyAt(after, action.host)
    const { length } = before.observed
    if (booted === null) return `${after.id} is booted on ${action.host}, and nothing runs there`
    return booted.released === length && sameLog(booted.log, before.observed)
      ? null
      : `${place(booted)} is booted with ${counted(booted.log.length, "entry", "entries")}, ${booted.released} of them released, and the world has seen ${length}`
  },
}

const registeredWhereItRuns: Property = {
  id: "S29",
  name: "RegisteredWhereItRuns",
  family: "safety",
  statement:
    "The pair is registered where its current Primary runs, and that one's Secondary; a failover makes the two registrations change places, operators change them while it is off, and nothing else does.",
  why: "A tool that starts the VM or backs it up looks where it is registered.",
  checks: ["FT-13"],
  witness: "both-registered-on-one-host",
  onStep: (seen) => {
    const { before, after } = seen
    const due = registrationDue(seen)
    const { primary, secondary } = after.registered
    return primary === due.primary && secondary === due.secondary
      ? null
      : `${after.id} is registered on ${primary} and ${secondary} after ${before.registered.primary} and ${before.registered.secondary}, where it should be on ${due.primary} and ${due.secondary}`
  },
}

const roleByWinning: Property = {
  id: "S30",
  name: "RoleByWinning",
  family: "safety",
  statement: "A copy's role changes only from Secondary to Primary, and only as it advances the lock.",
  why: "The role is what decides who may release; a copy that gets it otherwise has not won the lock.",
  checks: ["FT-05", "FT-11"],
  witness: "both-contending",
  onStep: ({ step: { action }, before, after }) => {
    const turned = after.copies.find((copy) => {
      const earlier = copyNamed(before, copy.id)
      return earlier !== null && earlier.role !== copy.role
    })
    if (turned === undefined) return null
    const isWinner =
      action.kind === "TryLock" &&
      action.copy === turned.id &&
      turned.role === "primary" &&
      after.lock.holder === turned.id &&
      after.lock.generation > before.lock.generation
    return isWinner ? null : `${place(turned)} becomes a ${turned.role}, and has not won the lock`
  },
}

/** In the order of their ids. */
export const effects: readonly Property[] = [
  testRestartSpares,
  testFailoverSpares,
  storageUnderfoot,
  nothingCrossesACut,
  storageLossSpares,
  bootable,
  oneSecondaryAtATime,
  secondaryIsTold,
  bootFromTheWorld,
  registeredWhereItRuns,
  roleByWinning,
  environmentAsCalled,
]

/** Whether some copy of the lock's generation, with storage, executes, replays or contends. */
const mayGoOn = ({ copies, lock }: Pair, state: State): boolean =>
  copies.some(
    (copy) =>
      copy.phase !== "syncing" && copy.generation === lock.generation && withStorage(state, copy.host),
  )

/** Whether in this step something has come to the Secondary from its Primary, or one of the two has moved. */
export const isTold = (before: Pair, primary: Copy, secondary: Copy): boolean => {
  const [earlierPrimary, earlier] = [copyNamed(before, primary.id), copyNamed(before, secondary.id)]
  if (secondary.role !== "secondary" || earlierPrimary === null) return false
  if (earlier === null) return true
  return (
    earlier.log.length !== secondary.log.length ||
    (earlier.phase === "syncing" && secondary.phase === "lockstep") ||
    (earlierPrimary.phase === "live" && primary.phase === "lockstep") ||
    earlier.host !== secondary.host ||
    earlierPrimary.host !== primary.host
  )
}

/** The copy of the pair whose step this is; a crash is no step of the copy that it befalls. */
const actorIn = (pair: Pair, action: Action): Copy | null =>
  "copy" in action && action.kind !== "CrashCopy" ? copyNamed(pair, action.copy) : null

/** Whether the link between the two is cut where they are after the step, or was where they were before it. */
const isCutBetween = ({ step, before }: PairStep, a: Copy, b: Copy): boolean => {
  const [earlierA, earlierB] = [copyNamed(before, a.id) ?? a, copyNamed(before, b.id) ?? b]
  return !linked(step.after, a.host, b.host) || !linked(step.before, earlierA.host, earlierB.host)
}

/** A copy that another one's step has halted over a cut link. */
const haltedAcross = ({ step, before, after }: PairStep): string | null => {
  const actor = actorIn(before, step.action)
  if (actor === null) return null
  const victim = before.copies.find(
    ({ id, host }) =>
      id !== actor.id && copyNamed(after, id) === null && !linked(step.before, actor.host, host),
  )
  return victim === undefined
    ? null
    : `${place(victim)} is halted by ${place(actor)}, and the link between them is cut`
}

/** Where the pair should be registered after an operation on FT; null after any other step. */
const registrationByOperator = ({ step: { action }, before, after }: PairStep): Pair["registered"] | null => {
  if (!("pair" in action) || action.pair !== before.id) return null
  const { registered } = before
  switch (action.kind) {
    case "TurnOnFT":
      return { ...registered, secondary: registered.primary }
    case "TurnOffFT":
      return after.ft === "notConfigured" ? { ...registered, secondary: null } : registered
    case "SuspendFT":
    case "ResumeFT":
      return registered
    case "Register":
      return action.role === "primary"
        ? { ...registered, primary: action.host }
        : { ...registered, secondary: action.host }
    default:
      return null
  }
}

/** Which of the hosts that could take a pair must: any, but most policies prefer the one on which its Primary is registered. */
const hostsDue = ({ policy }: Config, { registered }: Pair, able: Config["hosts"]): Config["hosts"] => {
  if (policy === "any") return able
  const preferred = able.filter(({ id }) => id === registered.primary)
  if (preferred.length > 0) return preferred
  return policy === "registered" || able.length === 1 ? able : []
}

const isBoot = (action: Action): action is Action<"PowerOn" | "HaRestart"> =>
  action.kind === "PowerOn" || action.kind === "HaRestart"

/** Where the pair should be registered after the step. */
const registrationDue = (seen: PairStep): Pair["registered"] => {
  const { step, before, after } = seen
  const { action } = step
  const { registered } = before
  if (isBoot(action) && action.pair === before.id) return { ...registered, primary: action.host }
  const byOperator = registrationByOperator(seen)
  if (byOperator !== null) return byOperator
  const copy = "copy" in action ? copyNamed(before, action.copy) : null
  if (copy === null) return registered
  const leader = leaderOf(before)
  switch (action.kind) {
    case "SpawnSecondary":
      return { ...registered, secondary: action.host }
    case "TryLock":
      return copy.role === "secondary" && after.lock.holder === copy.id
        ? { primary: copy.host, secondary: registered.primary }
        : registered
    case "Migrate":
      if (leader?.id === copy.id) return { ...registered, primary: action.host }
      return leader?.channel?.peer === copy.id ? { ...registered, secondary: action.host } : registered
    default:
      return registered
  }
}
