import { alphabet, kinds, subjectOf } from "../../../model/action.ts"

// What sorts of step there are, by the numbers of kinds.

export const isFault = kinds.map((kind) => alphabet[kind].actor === "fault")
/** Whether it is a step of the copy that it names: a crash befalls one. */
export const isByCopy = kinds.map((kind) => subjectOf(kind) === "copy" && kind !== "CrashCopy")
export const isOfCopy = kinds.map((kind) => subjectOf(kind) === "copy")
/** What the environment does to hosts, links, rules and copies: a migration is done to a copy, too. */
export const isEnvironments = kinds.map(
  (kind) => ["host", "hosts", "rule"].includes(subjectOf(kind)) || kind === "CrashCopy" || kind === "Migrate",
)
