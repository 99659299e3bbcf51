import type { CopyId, HostId } from "../../model/ids.ts"

/**
 * One thing that happens in a schedule, in real time. Whoever acts is waited for, unless its host stands still.
 *
 * TryLock   tries to acquire, and waits for the lock no longer than the lock's bound
 * Race      the same of several, at the same instant
 * Ask       the holder asks the lock whether it is still its own
 * Write     one unit of guarded work, if the copy believes that it holds the lock; it does not ask
 * Work      the same, but it takes a while between the believing and the writing; waited for only to its beginning
 * Pause     the host stands still, all its processes, and notices nothing: SIGSTOP
 * Resume    it goes on where it was: SIGCONT
 * FailHost  its processes die and its connections are closed: SIGKILL
 * Silence   it stands still for ever, and its connections stay open
 * Cut       the servers give up its connections, and it is not told: what keepalive does after a partition
 */
export type Action =
  | { readonly kind: "TryLock" | "Ask" | "Write" | "Work" | "Release"; readonly copy: CopyId }
  | { readonly kind: "Race"; readonly copies: readonly CopyId[] }
  | { readonly kind: "Pause" | "Resume" | "FailHost" | "Silence" | "Cut"; readonly host: HostId }
  | { readonly kind: "Advance"; readonly ms: number }

export type Schedule = readonly Action[]

/** A way in which the world can be against a lock: what a schedule may have beside the contenders' own doing. */
type Fault = "Race" | "Pause" | "Cut" | "FailHost" | "Silence"

export const faultsOf = (schedule: Schedule): ReadonlySet<Fault> =>
  new Set(schedule.map(({ kind }) => kind).filter(isFault))

const isFault = (kind: Action["kind"]): kind is Fault => (faults as readonly string[]).includes(kind)

const faults: readonly Fault[] = ["Race", "Pause", "Cut", "FailHost", "Silence"]

/** Each contender has a host of its own: `p1.2` runs on `h2`. */
export const hostOf = (copy: CopyId): HostId => `h${BigInt(numberOf(copy))}`

export const copyOn = (host: HostId): CopyId => `p1.${BigInt(host.slice(1))}`

const numberOf = (copy: CopyId): string => copy.slice(copy.indexOf(".") + 1)

/** The copies that a schedule names, or whose hosts it names. */
export const copiesIn = (schedule: Schedule): readonly CopyId[] =>
  [...new Set(schedule.flatMap(copiesOf))].toSorted()

const copiesOf = (action: Action): readonly CopyId[] => {
  if (action.kind === "Race") return action.copies
  if (action.kind === "Advance") return []
  return "copy" in action ? [action.copy] : [copyOn(action.host)]
}

/** As a schedule is told: `TryLock(p1.1)`, `Pause(h1)`, `Advance(500 ms)`. */
export const written = (action: Action): string => {
  if (action.kind === "Race") return `Race(${action.copies.join(", ")})`
  if (action.kind === "Advance") return `Advance(${action.ms} ms)`
  return `${action.kind}(${"copy" in action ? action.copy : action.host})`
}

/** The same schedule with its copies numbered as they come up. */
export const renumbered = (schedule: Schedule): Schedule => {
  const order = [...new Set(schedule.flatMap(copiesOf))]
  const copy = (old: CopyId): CopyId => `p1.${BigInt(order.indexOf(old) + 1)}`
  return schedule.map((action): Action => {
    if (action.kind === "Race") return { ...action, copies: action.copies.map(copy) }
    if (action.kind === "Advance") return action
    if ("copy" in action) return { ...action, copy: copy(action.copy) }
    return { ...action, host: hostOf(copy(copyOn(action.host))) }
  })
}
