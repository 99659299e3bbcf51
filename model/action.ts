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
  ExitMaintenance: { actor: "recovery", over: ["host"] },
  RecoverHost: { actor: "recovery", over: ["host"] },
  HealLink: { actor: "recovery", over: ["hosts"] },
  RestoreStorage: { actor: "recovery", over: ["host"] },
  CrashCopy: { actor: "fault", over: ["copy"] },
  FailHost: { actor: "fault", over: ["host"] },
  CutLink: { actor: "fault", over: ["hosts"] },
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

/** Every kind but those of an operator's work on FT. */
export const kindsBesideFt: readonly Kind[] = kinds.filter((kind) => !isFtKind(kind))

/** The kinds of the core. */
export type CoreKind = keyof CoreAlphabet

export const isCore = (kind: Kind): kind is CoreKind => Object.hasOwn(coreAlphabet, kind)

/** What an action of a kind is about: the first of what it names. */
export const subjectOf = (kind: Kind): OperandName => alphabet[kind].over[0]

/** The kinds in which `actor` acts. */
export const kindsOf = (actor: Actor): readonly Kind[] =>
  kinds.filter((kind) => alphabet[kind].actor === actor)

const beyondPinned: readonly Kind[] = [
  ...ftKinds,
  "Migrate",
  "EnterMaintenance",
  "ExitMaintenance",
  "TestFailover",
  "TestRestartSecondary",
]

/** The core's kinds without an operator's work on FT, migration, maintenance and the test operations: the alphabet of the pinned counts. */
export const coreKinds: readonly Kind[] = (Object.keys(coreAlphabet) as readonly CoreKind[]).filter(
  (kind) => !beyondPinned.includes(kind),
)

/** The action in one word for people: `SpawnSecondary(p1.1, h2)`. */
export const describe = (action: Action): string => `${action.kind}(${wordsOf(action).join(", ")})`

/** What the action names, and what else it says. */
const wordsOf = (action: Action): readonly string[] => {
  const words = operandWords(action)
  return action.kind === "CrashCopy" && action.reason !== undefined ? [...words, action.reason] : words
}
