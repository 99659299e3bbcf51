import { alphabet, subjectOf, type Action, type Kind } from "../model/action.ts"
import type { Copy } from "../model/copy.ts"
import type { Host } from "../model/host.ts"
import type { CopyId, HostId } from "../model/ids.ts"
import type { Pair } from "../model/pair.ts"
import { counted } from "./amount.ts"
import { copyNamed, hasItsMemory, hostIn, isIn, place, sameLog } from "./evidence.ts"
import type { PairStep, Property } from "./property.ts"

// What the environment does: faults, recoveries, maintenance and migrations.

export const environmentAsCalled: Property = {
  id: "S31",
  name: "EnvironmentAsCalled",
  family: "safety",
  statement:
    "Faults, recoveries, maintenance, migrations and changes of rules do to hosts, links, rules and copies what they are called and nothing else, only they do, and each fault is counted once.",
  why: "A host that is recovered in name only takes no copy, and a failure that does not happen tests nothing.",
  checks: ["FT-05", "FT-07", "FT-10", "FT-11"],
  witness: "single-fault-hidden",
  onStep: (seen) =>
    hostsAstray(seen) ??
    linksAstray(seen, "cut", ["connected", "cut"]) ??
    linksAstray(seen, "exposed", ["private", "exposed"]) ??
    rulesAstray(seen) ??
    faultsAstray(seen) ??
    copiesAstray(seen),
}

const hostsAstray = ({ config, step: { action, before, after } }: PairStep): string | null => {
  const asked = "host" in action && subjectOf(action.kind) === "host" ? action.host : null
  if (asked === null && before.hosts === after.hosts) return null
  for (const { id } of config.hosts) {
    const due = { ...hostIn(before, id), ...(id === asked ? flagSetBy(action) : {}) }
    const is = hostIn(after, id)
    if (is.up !== due.up || is.storage !== due.storage || is.maintenance !== due.maintenance)
      return `${action.kind} leaves ${id} ${flagsOf(is)}, where it should be ${flagsOf(due)}`
  }
  return null
}

const flagSetBy = ({ kind }: Action): Partial<Host> => {
  switch (kind) {
    case "FailHost":
      return { up: false }
    case "RecoverHost":
      return { up: true }
    case "LoseStorage":
      return { storage: false }
    case "RestoreStorage":
      return { storage: true }
    case "EnterMaintenance":
      return { maintenance: true }
    case "ExitMaintenance":
      return { maintenance: false }
    default:
      return {}
  }
}

const flagsOf = ({ up, storage, maintenance }: Host): string =>
  `${up ? "up" : "down"}, ${storage ? "with" : "without"} storage${maintenance ? ", in maintenance" : ""}`

/** What each kind of action on links makes of the link that it names: it is in this set, or not. */
const linksSetBy: { readonly [K in Kind]?: readonly ["cut" | "exposed", boolean] } = {
  CutLink: ["cut", true],
  HealLink: ["cut", false],
  ExposeLink: ["exposed", true],
  SecureLink: ["exposed", false],
}

const linksAstray = (
  { config: { hosts }, step: { action, before, after } }: PairStep,
  set: "cut" | "exposed",
  [outside, inside]: readonly [string, string],
): string | null => {
  const [changed, isPut] = linksSetBy[action.kind] ?? [null, false]
  const asked: readonly HostId[] = changed === set && "hosts" in action ? action.hosts : []
  if (asked.length === 0 && before[set] === after[set]) return null
  for (const { id: a } of hosts)
    for (const { id: b } of hosts) {
      const isAsked = a !== b && asked.includes(a) && asked.includes(b)
      const due = isAsked ? isPut : isIn(before[set], a, b)
      if (isIn(after[set], a, b) !== due)
        return `${action.kind} leaves the link of ${a} and ${b} ${due ? outside : inside}`
    }
  return null
}

const rulesAstray = ({ step: { action, before, after } }: PairStep): string | null => {
  const asked = "rule" in action ? action.rule - 1 : -1
  if (asked < 0 && before.rules === after.rules) return null
  const n = before.rules.findIndex(
    (was, rule) => after.rules[rule] !== (rule === asked ? action.kind === "ActivateRule" : was),
  )
  if (n < 0) return null
  return `${action.kind} leaves rule ${n + 1} ${after.rules[n] === true ? "in force" : "out of force"}`
}

const faultsAstray = ({ step: { action, before, after } }: PairStep): string | null => {
  const spent = after.faults - before.faults
  const isFault = alphabet[action.kind].actor === "fault"
  const mayCost = action.kind === "Suspect" ? [0, 1] : [isFault ? 1 : 0]
  return mayCost.includes(spent) ? null : `${action.kind} counts as ${counted(spent, "fault")}`
}

/** What the environment has done to the copies of a pair that it should not have, or has not and should have. */
const copiesAstray = (seen: PairStep): string | null => {
  const { step, before, after } = seen
  const { action } = step
  const isOurs = ["host", "hosts", "rule"].includes(subjectOf(action.kind))
  if (!isOurs && action.kind !== "CrashCopy" && action.kind !== "Migrate") return null
  if (after.power !== before.power || after.lock.generation !== before.lock.generation)
    return `${action.kind} changes the power or the lock of ${after.id}`
  if (!sameLog(before.observed, after.observed)) return `${action.kind} changes what the world has seen`
  const strange = after.copies.find(({ id }) => copyNamed(before, id) === null)
  if (strange !== undefined) return `${action.kind} starts ${place(strange)}`
  const held = copyNamed(before, before.lock.holder)
  if (after.lock.holder !== (copyNamed(after, held?.id ?? null)?.id ?? null))
    return `${action.kind} leaves the lock of ${after.id} to ${after.lock.holder ?? "nobody"}`
  for (const copy of before.copies) {
    const fate = fateOf(action, copy)
    const is = copyNamed(after, copy.id)
    if (fate === "any") continue
    if (fate === "gone" ? is !== null : is === null || !isSameBut(copy, is, fate, after))
      return `${action.kind} leaves ${place(copy)} ${is === null ? "halted" : "not as it should be"}`
  }
  return null
}

/** What an action of the environment makes of a copy: it is gone, or on this host as it was, or S24 says. */
const fateOf = (action: Action, { id, host }: Copy): HostId | "gone" | "any" => {
  switch (action.kind) {
    case "FailHost":
      return host === action.host ? "gone" : host
    case "CrashCopy":
      return id === action.copy ? "gone" : host
    case "LoseStorage":
      return host === action.host ? "any" : host
    case "Migrate":
      return id === action.copy ? action.host : host
    default:
      return host
  }
}

/** Whether a copy is on the host as it was before; a peer that no longer exists is gone. */
const isSameBut = (earlier: Copy, later: Copy, host: HostId, after: Pair): boolean => {
  const peer = earlier.channel?.peer ?? null
  const due: CopyId | "gone" | null =
    peer === null || peer === "gone" || copyNamed(after, peer) !== null ? peer : "gone"
  return (
    later.host === host &&
    hasItsMemory(earlier, later) &&
    earlier.phase === later.phase &&
    (later.channel?.peer ?? null) === due &&
    earlier.channel?.delivered === later.channel?.delivered &&
    earlier.channel?.acked === later.channel?.acked
  )
}
