import type { CopyId, HostId } from "../../model/ids.ts"
import type { Action, Schedule } from "./action.ts"

/**
 * The schedules that are made by hand. Each answers one question: of two copies, what happens to the first when
 *
 * handover   it gives the lock back
 * live       it holds the lock, and nothing is wrong
 * race       it and two others try at the same instant
 * at work    it stands still between believing and writing, and the other acquires
 * on waking  it stands still, the other acquires, and its next work is waiting when it wakes
 * later      the same, but the work comes a while after it has woken
 * asking     the same as on waking, but before the work it asks the lock
 * killed     its processes have died
 * silent     its host has fallen silent
 * heirs      its processes have died, and two others try at the same instant, when the lock may be taken over
 * cut        the servers have given up its connections while it ran, and the other acquires
 * cut later  the same, but the work comes a while after that
 * cut asleep as on waking, and the servers have given up its connections while it stood still
 */
export type Probe =
  | "handover"
  | "live"
  | "race"
  | "at work"
  | "on waking"
  | "later"
  | "asking"
  | "killed"
  | "silent"
  | "heirs"
  | "cut"
  | "cut later"
  | "cut asleep"

/** The probes for a lock that counts a silent holder out after `ttl`, and for one with a server, the cuts. */
export const probesFor = ({
  ttl,
  canCut,
}: {
  readonly ttl: number
  readonly canCut: boolean
}): ReadonlyMap<Probe, Schedule> => {
  const wait: Action = { kind: "Advance", ms: ttl }
  const mayBeTaken: Action = { kind: "Advance", ms: 1.5 * ttl }
  const taken = [tryLock(second), write(second)]
  const stolen = [tryLock(first), pause, ...taken]
  return new Map<Probe, Schedule>([
    ["handover", [tryLock(first), write(first), { kind: "Release", copy: first }, ...taken]],
    ["live", [tryLock(first), ...taken, write(first)]],
    ["race", raceOf(first, second, third)],
    ["at work", [tryLock(first), { kind: "Work", copy: first }, pause, ...taken, resume, wait]],
    ["on waking", [...stolen, write(first), resume, wait]],
    ["later", [...stolen, resume, wait, write(first)]],
    ["asking", [...stolen, { kind: "Ask", copy: first }, write(first), resume]],
    ["killed", [tryLock(first), { kind: "FailHost", host }, tryLock(second)]],
    ["silent", [tryLock(first), { kind: "Silence", host }, tryLock(second)]],
    ["heirs", [tryLock(first), { kind: "FailHost", host }, mayBeTaken, ...raceOf(second, third)]],
    ...(canCut ? cuts(taken, wait) : []),
  ])
}

const cuts = (taken: Schedule, wait: Action): readonly (readonly [Probe, Schedule])[] => [
  ["cut", [tryLock(first), cut, ...taken, write(first)]],
  ["cut later", [tryLock(first), cut, ...taken, wait, write(first)]],
  ["cut asleep", [tryLock(first), pause, cut, ...taken, write(first), resume, wait]],
]

const [first, second, third] = ["p1.1", "p1.2", "p1.3"] as const
const host: HostId = "h1"
const tryLock = (copy: CopyId): Action => ({ kind: "TryLock", copy })
const write = (copy: CopyId): Action => ({ kind: "Write", copy })
const raceOf = (...copies: readonly CopyId[]): Schedule => [{ kind: "Race", copies }, ...copies.map(write)]
const pause: Action = { kind: "Pause", host }
const resume: Action = { kind: "Resume", host }
const cut: Action = { kind: "Cut", host }
