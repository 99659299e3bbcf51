import type { Action, Kind } from "../model/action.ts"
import type { FtState } from "../model/ft-state.ts"
import { farEnd, leads, place, reportedState } from "./evidence.ts"
import type { Property } from "./property.ts"

// Safety of what vSphere says of a pair, beside what its copies do: the state that it reports, why the pair needs a
// Secondary, and where the two copies are on record.

/** What may bring a pair that is reported in one state to another: the table of docs/spec/operations.md. */
const transitions: Readonly<Record<FtState, Readonly<Partial<Record<FtState, readonly Kind[]>>>>> = {
  notConfigured: { enabled: ["TurnOnFT"], needSecondary: ["TurnOnFT"] },
  disabled: { enabled: ["ResumeFT"], needSecondary: ["ResumeFT"], notConfigured: ["TurnOffFT"] },
  enabled: { needSecondary: ["PowerOn"], disabled: ["SuspendFT"], notConfigured: ["TurnOffFT"] },
  needSecondary: {
    starting: ["SpawnSecondary"],
    enabled: ["PowerOff"],
    disabled: ["SuspendFT"],
    notConfigured: ["TurnOffFT"],
  },
  starting: {
    running: ["JoinLockstep"],
    needSecondary: [
      "AbandonSync",
      "SyncLost",
      "Suspect",
      "FailHost",
      "LoseStorage",
      "CrashCopy",
      "TestRestartSecondary",
    ],
    enabled: ["PowerOff"],
    disabled: ["SuspendFT"],
  },
  running: {
    needSecondary: [
      "Suspect",
      "FailHost",
      "LoseStorage",
      "CrashCopy",
      "TestFailover",
      "TestRestartSecondary",
    ],
    enabled: ["PowerOff"],
    disabled: ["SuspendFT"],
    notConfigured: ["TurnOffFT"],
  },
}

const transitionTable: Property = {
  id: "O1",
  name: "TransitionTable",
  family: "safety",
  statement:
    "The state that vSphere reports changes only as the table says, from state to state by these actions.",
  why: "Tools react to the state that they are told: one that they cannot follow hides what has happened.",
  checks: ["FT-01"],
  witness: "protected-again",
  onStep: ({ step: { action }, before, after }) => {
    const [from, to] = [reportedState(before), reportedState(after)]
    const isDue =
      from === to || (transitions[from][to]?.includes(action.kind) === true && concerns(action, before.id))
    return isDue ? null : `${after.id} goes from ${from} to ${to} by ${action.kind}`
  },
}

/** Whether the action is about this pair, or about a host or a link. */
const concerns = (action: Action, pair: string): boolean => {
  if ("pair" in action) return action.pair === pair
  return !("copy" in action) || action.copy.startsWith(`${pair}.`)
}

const registrationFollowsRole: Property = {
  id: "O5",
  name: "RegistrationFollowsRole",
  family: "safety",
  statement:
    "The current Primary runs where the Primary is registered, and its Secondary where the Secondary is.",
  why: "Operations on FT look at the hosts that are on record, and would look at the wrong ones.",
  checks: ["FT-13"],
  witness: "protected-again",
  always: (pair) => {
    const { primary, secondary } = pair.registered
    for (const leader of pair.copies) {
      if (!leads(leader) || leader.generation !== pair.lock.generation) continue
      if (leader.host !== primary)
        return `${place(leader)} is the Primary, and that of ${pair.id} is registered on ${primary}`
      const follower = farEnd(pair, leader)
      if (follower?.role === "secondary" && follower.host !== secondary)
        return `${place(follower)} is the Secondary, and that of ${pair.id} is registered on ${secondary ?? "no host"}`
    }
    return null
  },
}

const secondaryRegistered: Property = {
  id: "O6",
  name: "SecondaryRegistered",
  family: "safety",
  statement: "The Secondary is registered nowhere exactly while FT is not configured.",
  why: "A VM without FT has no second copy on record, and one with FT always has.",
  checks: ["FT-01", "FT-13"],
  witness: "both-registered-on-one-host",
  always: ({ id, ft, registered }) =>
    (registered.secondary === null) === (ft === "notConfigured")
      ? null
      : `the Secondary of ${id} is registered on ${registered.secondary ?? "no host"}, and FT is ${ft}`,
}

const reasonIffNeeded: Property = {
  id: "O10",
  name: "ReasonIffNeeded",
  family: "safety",
  statement: "A pair has a reason to need a Secondary exactly while it is reported to need one.",
  why: "A reason that is missing explains nothing, and one that stays accuses what has long been repaired.",
  checks: ["FT-01"],
  witness: "protected-again",
  always: (pair) => {
    const state = reportedState(pair)
    return (pair.reason !== null) === (state === "needSecondary")
      ? null
      : `${pair.id} is ${state}, and the reason to need a Secondary is ${pair.reason ?? "none"}`
  },
}

/** In the order of their ids. */
export const reported: readonly Property[] = [
  transitionTable,
  registrationFollowsRole,
  secondaryRegistered,
  reasonIffNeeded,
]
