import type { Action } from "../model/action.ts"
import type { FtSetting } from "../model/config.ts"
import type { Copy } from "../model/copy.ts"
import type { HostId } from "../model/ids.ts"
import type { State } from "../model/state.ts"
import { couldTake } from "./eligibility.ts"
import { copyNamed, hostIn, leaderOf, place, reportedState } from "./evidence.ts"
import type { PairStep, Property } from "./property.ts"

// Safety of an administrator's work on FT: what a pair is while FT is off, and what it takes to turn it on and off.

const disabledAlone: Property = {
  id: "O2",
  name: "DisabledAlone",
  family: "safety",
  statement:
    "A pair with FT off runs alone: no Secondary of the lock's generation is in lockstep or contends, and its current Primary is live, without a peer.",
  why: "A Secondary that is left could go live later, long after the administrator was told that there is none.",
  checks: ["FT-01", "FT-11"],
  witness: "suspended-alone",
  always: (pair) => {
    if (pair.ft === "enabled") return null
    const secondary = pair.copies.find(
      ({ role, phase, generation }) =>
        role === "secondary" && phase !== "syncing" && generation === pair.lock.generation,
    )
    if (secondary !== undefined)
      return `FT is ${settingText(pair.ft)} for ${pair.id}, and ${place(secondary)} is still ${secondary.phase}`
    const leader = leaderOf(pair)
    return leader === null || (leader.phase === "live" && leader.channel === null)
      ? null
      : `FT is ${settingText(pair.ft)} for ${pair.id}, and ${place(leader)} is ${leader.phase}, with a peer`
  },
}

const suspendedNeverRespawns: Property = {
  id: "O3",
  name: "SuspendedNeverRespawns",
  family: "safety",
  statement: "No Secondary starts while FT is off.",
  why: "Whoever suspends FT, to patch a host or to save its network, does not want the copy back by itself.",
  checks: ["FT-01"],
  witness: "suspended-alone",
  onStep: ({ before, after }) => {
    if (before.ft === "enabled") return null
    const started = after.copies.find(
      ({ id, role }) => role === "secondary" && copyNamed(before, id) === null,
    )
    return started === undefined
      ? null
      : `${place(started)} starts as a Secondary, and FT is ${settingText(before.ft)}`
  },
}

const disabledSecondaryNeverLive: Property = {
  id: "O4",
  name: "DisabledSecondaryNeverLive",
  family: "safety",
  statement: "A Secondary wins the lock only while FT is on.",
  why: "It would replace the VM that the administrator has made the only one.",
  checks: ["FT-01", "FT-11"],
  witness: "suspended-alone",
  onStep: ({ step: { action }, before, after }) => {
    if (action.kind !== "TryLock" || before.ft === "enabled") return null
    const contender = copyNamed(before, action.copy)
    return contender?.role === "secondary" && after.lock.generation > before.lock.generation
      ? `${place(contender)} wins the lock, and FT is ${settingText(before.ft)}`
      : null
  },
}

const registerCold: Property = {
  id: "O7",
  name: "RegisterCold",
  family: "safety",
  statement: "An administrator registers a copy elsewhere only while power is off.",
  why: "While the VM is on, the registration says where it runs.",
  checks: ["FT-13"],
  witness: "both-registered-on-one-host",
  onStep: ({ step: { action }, before }) =>
    action.kind === "Register" && action.pair === before.id && before.power === "on"
      ? `${before.id} is registered on ${action.host} while it is on`
      : null,
}

const operationGuards: Property = {
  id: "O8",
  name: "OperationGuards",
  family: "safety",
  statement:
    "FT is never turned off while a Secondary is being brought up, or while the host on which the Secondary is registered is down or in maintenance; nothing is done to FT while the Primary's is, unless a copy is asked by name; and a test failover begins from running.",
  why: "These are the conditions under which vSphere promises that the operation leaves the VM as it should be.",
  checks: ["FT-01", "FT-05"],
  witness: "suspended-alone",
  onStep: (seen) => {
    const { step, before } = seen
    const { action } = step
    if (action.kind === "TestFailover" && action.pair === before.id)
      return reportedState(before) === "running"
        ? null
        : `a test failover begins while ${before.id} is ${reportedState(before)}`
    if (!hasChangedFt(seen)) return null
    return turnedOffWrongly(seen) ?? doneWithoutPrimaryHost(seen)
  },
}

/** Whether the step has set FT on or off. */
const hasChangedFt = ({ before, after }: PairStep): boolean => before.ft !== after.ft

const turnedOffWrongly = ({ step, before, after }: PairStep): string | null => {
  if (after.ft !== "notConfigured") return null
  const { secondary } = before.registered
  if (reportedState(before) === "starting") return `FT is turned off while ${before.id} is starting`
  return secondary === null || serves(step.before, secondary)
    ? null
    : `FT is turned off for ${before.id}, and ${secondary}, where its Secondary is registered, is down or in maintenance`
}

const doneWithoutPrimaryHost = ({ step, before }: PairStep): string | null => {
  const { primary } = before.registered
  return isAskedByName(step.action) || serves(step.before, primary)
    ? null
    : `${step.action.kind} is done, and ${primary}, where the Primary of ${before.id} is registered, is down or in maintenance`
}

const isAskedByName = (action: Action): boolean =>
  (action.kind === "SuspendFT" || action.kind === "TurnOffFT") && action.copy !== undefined

const serves = (state: State, host: HostId): boolean =>
  hostIn(state, host).up && !hostIn(state, host).maintenance

const fencePaid: Property = {
  id: "O9",
  name: "FencePaid",
  family: "safety",
  statement: "FT taken off a Primary in lockstep raises the lock's generation.",
  why: "Its Secondary may contend already, and with the generation of before it would win.",
  checks: ["FT-01", "FT-11"],
  witness: "suspended-alone",
  onStep: (seen) => {
    const { before, after } = seen
    if (!hasChangedFt(seen) || after.ft === "enabled" || before.power === "off") return null
    const asked = askedIn(seen)
    return asked?.phase === "lockstep" && after.lock.generation === before.lock.generation
      ? `FT is ${settingText(after.ft)} for ${before.id}, ${place(asked)} was in lockstep, and the lock is still at ${after.lock.generation}`
      : null
  },
}

const powerOnPossible: Property = {
  id: "O11",
  name: "PowerOnPossible",
  family: "safety",
  statement:
    "A pair that is off, with no copy left, may be powered on where its Primary is registered, if that host can take it, or else on some host that can; where its Secondary is registered makes no difference.",
  why: "The hosts of the two copies are compared when the Secondary is started, and not before.",
  checks: ["FT-13"],
  witness: "both-registered-on-one-host",
  demands: (config, state, pair) => {
    if (pair.power === "on" || pair.copies.length > 0) return []
    const able = config.hosts
      .map(({ id }) => id)
      .filter((host) => couldTake(config, state, pair.id, host, null))
    const wanted = able.filter((host) => host === pair.registered.primary)
    const among = (wanted.length > 0 ? wanted : able).map((host): Action => ({
      kind: "PowerOn",
      pair: pair.id,
      host,
    }))
    return among.length === 0 ? [] : [{ among, least: 1 }]
  },
}

const intentIsTransparent: Property = {
  id: "O12",
  name: "IntentIsTransparent",
  family: "safety",
  statement: "A pair is restarted by HA only after a fault: nothing that operators do leads to that alone.",
  why: "An administrator who suspends, tests or migrates does not ask for the guest's memory to be lost.",
  checks: ["FT-05", "FT-08"],
  witness: "suspended-alone",
  onStep: ({ step: { action, before: state }, before }) =>
    action.kind === "HaRestart" && action.pair === before.id && state.faults === 0
      ? `${before.id} is restarted, and there has been no fault`
      : null,
}

/** Who is asked by an operation on FT: the copy that it names, or the current Primary. */
const askedIn = ({ step: { action }, before }: PairStep): Copy | null =>
  "copy" in action ? copyNamed(before, action.copy) : leaderOf(before)

const settingText = (setting: FtSetting): string => (setting === "disabled" ? "suspended" : "not configured")

export const operations: readonly Property[] = [
  disabledAlone,
  suspendedNeverRespawns,
  disabledSecondaryNeverLive,
  registerCold,
  operationGuards,
  fencePaid,
  powerOnPossible,
  intentIsTransparent,
]
