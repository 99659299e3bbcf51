import type { CrashReason } from "./reason.ts"
import { linkBetween, type CopyId, type HostId, type PairId } from "./ids.ts"

/** What each kind of action names. */
type Payloads = {
  Record: OfCopy
  Deliver: OfCopy
  Ack: OfCopy
  Release: OfCopy
  BeginLockstep: OfCopy
  JoinLockstep: OfCopy
  SpawnSecondary: OfCopy & OnHost
  TryLock: OfCopy
  Suspect: OfCopy
  AbandonSync: OfCopy
  SyncLost: OfCopy
  HaRestart: OfPair & OnHost
  PowerOn: OfPair & OnHost
  PowerOff: OfPair
  TestFailover: OfPair
  TestRestartSecondary: OfCopy
  Migrate: OfCopy & OnHost
  EnterMaintenance: OnHost
  ExitMaintenance: OnHost
  RecoverHost: OnHost
  HealLink: OfLink
  RestoreStorage: OnHost
  CrashCopy: OfCopy & { readonly reason?: CrashReason }
  FailHost: OnHost
  CutLink: OfLink
  LoseStorage: OnHost
}

type OfCopy = { readonly copy: CopyId }
type OfPair = { readonly pair: PairId }
type OnHost = { readonly host: HostId }
type OfLink = { readonly hosts: readonly [HostId, HostId] }

export type Kind = keyof Payloads

/** One thing that happens: plain data, as a schedule writes it. */
export type Action<K extends Kind = Kind> = { readonly [P in K]: { readonly kind: P } & Payloads[P] }[K]

/**
 * Who acts. The protocol's own actions are weakly fair: one that stays enabled is taken some day. Operators
 * and faults owe nothing; recoveries are free, faults are counted.
 */
export type Actor = "protocol" | "operator" | "recovery" | "fault"

/** What an action names beside its kind, and so what its candidates range over. */
type Range = "copy" | "pair" | "host" | "link" | "copy and host" | "pair and host"

/**
 * The alphabet, from the simplest kind to the gravest: a schedule shrinks towards its beginning. For each kind,
 * who acts, and over what its candidates range.
 */
export const alphabet = {
  Record: { actor: "protocol", over: "copy" },
  Deliver: { actor: "protocol", over: "copy" },
  Ack: { actor: "protocol", over: "copy" },
  Release: { actor: "protocol", over: "copy" },
  BeginLockstep: { actor: "protocol", over: "copy" },
  JoinLockstep: { actor: "protocol", over: "copy" },
  SpawnSecondary: { actor: "protocol", over: "copy and host" },
  TryLock: { actor: "protocol", over: "copy" },
  Suspect: { actor: "protocol", over: "copy" },
  AbandonSync: { actor: "protocol", over: "copy" },
  SyncLost: { actor: "protocol", over: "copy" },
  HaRestart: { actor: "protocol", over: "pair and host" },
  PowerOn: { actor: "operator", over: "pair and host" },
  PowerOff: { actor: "operator", over: "pair" },
  TestFailover: { actor: "operator", over: "pair" },
  TestRestartSecondary: { actor: "operator", over: "copy" },
  Migrate: { actor: "operator", over: "copy and host" },
  EnterMaintenance: { actor: "operator", over: "host" },
  ExitMaintenance: { actor: "recovery", over: "host" },
  RecoverHost: { actor: "recovery", over: "host" },
  HealLink: { actor: "recovery", over: "link" },
  RestoreStorage: { actor: "recovery", over: "host" },
  CrashCopy: { actor: "fault", over: "copy" },
  FailHost: { actor: "fault", over: "host" },
  CutLink: { actor: "fault", over: "link" },
  LoseStorage: { actor: "fault", over: "host" },
} as const satisfies {
  readonly [K in Kind]: { readonly actor: Actor; readonly over: Range }
}

/** Every kind, in the order of the alphabet. */
export const kinds = Object.keys(alphabet) as readonly Kind[]

/** The kinds in which `actor` acts. */
export const kindsOf = (actor: Actor): readonly Kind[] =>
  kinds.filter((kind) => alphabet[kind].actor === actor)

/** The core's kinds without migration, maintenance and the test operations: the alphabet of the pinned counts. */
export const coreKinds: readonly Kind[] = kinds.filter(
  (kind) =>
    !["Migrate", "EnterMaintenance", "ExitMaintenance", "TestFailover", "TestRestartSecondary"].includes(
      kind,
    ),
)

/** The action in one word for people: `SpawnSecondary(p1.1, h2)`. */
export const describe = (action: Action): string => `${action.kind}(${operandsOf(action).join(", ")})`

/** What the action names, in the order in which it is written. */
const operandsOf = (action: Action): readonly string[] => {
  const words: string[] = []
  if ("copy" in action) words.push(action.copy)
  if ("pair" in action) words.push(action.pair)
  if ("host" in action) words.push(action.host)
  if ("hosts" in action) words.push(linkBetween(...action.hosts))
  if (action.kind === "CrashCopy" && action.reason !== undefined) words.push(action.reason)
  return words
}
