import type { Actor, KindEntry } from "./kind.ts"
import type { CopyId } from "./ids.ts"
import { operandWords, type OperandName, type Operands } from "./operand.ts"
import { partAlphabet } from "./parts/words.ts"
import type { CrashReason } from "./reason.ts"

/**
 * The core's alphabet, from the simplest kind to the gravest: a schedule shrinks towards its beginning. For each kind,
 * who acts, and what an action of the kind names: its candidates are all combinations of these. The first operand is
 * what it is about.
 */
const coreAlphabet = {
  Record: { actor: "protocol", over: ["copy"] },
  Deliver: { actor: "protocol", over: ["copy"] },
  Ack: { actor: "protocol", over: ["copy"] },
  Release: { actor: "protocol", over: ["copy"] },
  BeginLockstep: { actor: "protocol", over: ["copy"] },
  JoinLockstep: { actor: "protocol", over: ["copy"] },
  SpawnSecondary: { actor: "protocol", over: ["copy", "host"] },
  TryLock: { actor: "protocol", over: ["copy"] },
  Suspect: { actor: "protocol", over: ["copy"] },
  AbandonSync: { actor: "protocol", over: ["copy"] },
  SyncLost: { actor: "protocol", over: ["copy"] },
  HaRestart: { actor: "protocol", over: ["pair", "host"] },
  PowerOn: { actor: "operator", over: ["pair", "host"] },
  PowerOff: { actor: "operator", over: ["pair"] },
  TurnOnFT: { actor: "operator", over: ["pair"] },
  TurnOffFT: { actor: "operator", over: ["pair"] },
  SuspendFT: { actor: "operator", over: ["pair"] },
  ResumeFT: { actor: "operator", over: ["pair"] },
  Register: { actor: "operator", over: ["pair", "role", "host"] },
  TestFailover: { actor: "operator", over: ["pair"] },
  TestRestartSecondary: { actor: "operator", over: ["copy"] },
  Migrate: { actor: "operator", over: ["copy", "host"] },
  EnterMaintenance: { actor: "operator", over: ["host"] },
  ActivateRule: { actor: "operator", over: ["rule"] },
  DeactivateRule: { actor: "operator", over: ["rule"] },
  ExitMaintenance: { actor: "recovery", over: ["host"] },
  RecoverHost: { actor: "recovery", over: ["host"] },
  HealLink: { actor: "recovery", over: ["hosts"] },
  RestoreStorage: { actor: "recovery", over: ["host"] },
  SecureLink: { actor: "recovery", over: ["hosts"] },
  CrashCopy: { actor: "fault", over: ["copy"] },
  FailHost: { actor: "fault", over: ["host"] },
  CutLink: { actor: "fault", over: ["hosts"] },
  ExposeLink: { actor: "fault", over: ["hosts"] },
  LoseStorage: { actor: "fault", over: ["host"] },
} as const satisfies {
  [kind: string]: KindEntry
}

type CoreAlphabet = typeof coreAlphabet

/** Every kind of action, by name: the core's, and those of parts, which add theirs by declaration merging. */
export interface Alphabet extends CoreAlphabet {}

export type Kind = keyof Alphabet

/** The alphabet: the core's, and after it what parts of the protocol add. */
export const alphabet = { ...coreAlphabet, ...partAlphabet } as Alphabet

/** What a kind of action may say beside what it names. */
type Details = {
  CrashCopy: { readonly reason?: CrashReason }
  /** Who is asked; left out, it is the current Primary. */
  SuspendFT: { readonly copy?: CopyId }
  TurnOffFT: { readonly copy?: CopyId }
}

/** One thing that happens: plain data, as a schedule writes it. */
export type Action<K extends Kind = Kind> = {
  readonly [P in K]: { readonly kind: P } & Pick<Operands, Alphabet[P]["over"][number]> &
    (P extends keyof Details ? Details[P] : unknown)
}[K]

/** Every kind, in the order of the alphabet. */
export const kinds = Object.keys(alphabet) as readonly Kind[]

/** The kinds of an operator's work on FT itself. */
export const ftKinds = ["TurnOnFT", "TurnOffFT", "SuspendFT", "ResumeFT", "Register"] as const

/** Whether a kind is one of these; those of other profiles are not. */
export const isFtKind = (kind: string): boolean => (ftKinds as readonly string[]).includes(kind)

/** The kinds that put affinity rules in force, and out of it. */
export const ruleKinds = ["ActivateRule", "DeactivateRule"] as const

/** The kinds that make a link one that others can listen on, and private again. */
export const privacyKinds = ["ExposeLink", "SecureLink"] as const

const ofOperations: readonly Kind[] = [...ftKinds, ...ruleKinds, ...privacyKinds]

/**
 * Every kind but those of an operator's work on FT and on rules, those of the privacy of links, and the passing of time: what a plain
 * cluster is about.
 */
export const plainKinds: readonly Kind[] = kinds.filter(
  (kind) => !ofOperations.includes(kind) && alphabet[kind].actor !== "time",
)

/** The kinds of the core. */
export type CoreKind = keyof CoreAlphabet

export const isCore = (kind: Kind): kind is CoreKind => Object.hasOwn(coreAlphabet, kind)

/** What an action of a kind is about: the first of what it names. */
export const subjectOf = (kind: Kind): OperandName | "nothing" => {
  const { over }: KindEntry = alphabet[kind]
  return over[0] ?? "nothing"
}

/** The kinds in which `actor` acts. */
export const kindsOf = (actor: Actor): readonly Kind[] =>
  kinds.filter((kind) => alphabet[kind].actor === actor)

/** The kinds whose actions are weakly fair, as far as they change anything: those of the protocol, and the passing of time. */
export const fairKinds: readonly Kind[] = kinds.filter((kind) =>
  ["protocol", "time"].includes(alphabet[kind].actor),
)

const beyondPinned: readonly Kind[] = [
  ...ftKinds,
  ...ruleKinds,
  ...privacyKinds,
  "Migrate",
  "EnterMaintenance",
  "ExitMaintenance",
  "TestFailover",
  "TestRestartSecondary",
]

/** The core's kinds without an operator's work on FT and on rules, privacy, migration, maintenance and the test operations: the alphabet of the pinned counts. */
export const coreKinds: readonly Kind[] = (Object.keys(coreAlphabet) as readonly CoreKind[]).filter(
  (kind) => !beyondPinned.includes(kind),
)

/** The same, and the passing of time. */
export const timedKinds: readonly Kind[] = kinds.filter(
  (kind) => coreKinds.includes(kind) || alphabet[kind].actor === "time",
)

/** The action in one word for people: `SpawnSecondary(p1.1, h2)`, `Tick`. */
export const describe = (action: Action): string => {
  const words = wordsOf(action)
  return words.length === 0 ? action.kind : `${action.kind}(${words.join(", ")})`
}

/** What the action names, and what else it says. */
const wordsOf = (action: Action): readonly string[] => {
  const words = operandWords(action)
  return action.kind === "CrashCopy" && action.reason !== undefined ? [...words, action.reason] : words
}
