import type { Action } from "../model/action.ts"
import type { CopyId, HostId, PairId } from "../model/ids.ts"
import type { LockState } from "../model/lock-profile.ts"
import type { StateJson } from "./schema.ts"

/**
 * An expression of the Informal Trace Format. Integers are always written as `#bigint`; what may be absent is
 * written as Quint writes it, as the variant `Some` or `None`.
 *
 * Source  Apalache's ADR-015, "Informal Trace Format in JSON".
 */
type Itf =
  | boolean
  | string
  | { readonly "#bigint": string }
  | { readonly "#tup": readonly Itf[] }
  | { readonly "#set": readonly Itf[] }
  | { readonly "#map": readonly (readonly [Itf, Itf])[] }
  | readonly Itf[]
  | { readonly [field: string]: Itf }

/** The variables of a state, as a trace names them. */
export const stateVars = ["hosts", "cut", "pairs"] as const

/** The variables in which Quint records what was done. */
export const actionVars = ["mbt::actionTaken", "mbt::nondetPicks"] as const

/** A state's variables, in ITF. */
export const itfOfState = ({
  hosts,
  cut,
  pairs,
}: StateJson): Readonly<Record<(typeof stateVars)[number], Itf>> => ({
  hosts: mapOf(hosts, (host) => ({ ...host })),
  cut: { "#set": cut.map((link) => ({ "#tup": [...link] })) },
  pairs: mapOf(pairs, itfOfPair),
})

const itfOfPair = (pair: StateJson["pairs"][PairId]): Itf => ({
  ft: pair.ft,
  power: pair.power,
  state: pair.state,
  reason: option(pair.reason),
  registered: { ...pair.registered },
  lock: itfOfLock(pair.lock),
  copies: mapOf(pair.copies, itfOfCopy),
  observed: pair.observed.map(itfOfEntry),
})

const itfOfCopy = (copy: StateJson["pairs"][PairId]["copies"][CopyId]): Itf => ({
  host: copy.host,
  role: copy.role,
  phase: copy.phase,
  generation: int(copy.generation),
  log: copy.log.map(itfOfEntry),
  released: int(copy.released),
  peer: option(copy.peer ?? null),
  delivered: option(copy.delivered === undefined ? null : int(copy.delivered)),
  acked: option(copy.acked === undefined ? null : int(copy.acked)),
})

const itfOfEntry = ([generation, index]: readonly [number, number]): Itf => ({
  "#tup": [int(generation), int(index)],
})

/** The variables of a state of the profile `lock`, in ITF. */
export const itfOfLockState = ({ hosts, lock, copies }: LockState): Readonly<Record<string, Itf>> => ({
  hosts: mapOf(hosts, (host) => ({ ...host })),
  lock: itfOfLock(lock),
  copies: mapOf(copies, ({ host, belief, generation }) => ({ host, belief, generation: int(generation) })),
})

/** The variables of a state of the profile `placement`, in ITF: the host that was last named. */
export const itfOfPlaced = ({ host }: { readonly host: HostId | null }): Readonly<Record<string, Itf>> => ({
  host: option(host),
})

const itfOfLock = ({ generation, holder }: LockState["lock"]): Itf => ({
  generation: int(generation),
  holder: option(holder),
})

/** What was done, as Quint's model-based testing reads it: the action's name, and its choices as options. */
export const itfOfAction = (action: Action | null): Readonly<Record<(typeof actionVars)[number], Itf>> => ({
  "mbt::actionTaken": action?.kind ?? "init",
  "mbt::nondetPicks": {
    copy: option(action !== null && "copy" in action ? action.copy : null),
    pair: option(action !== null && "pair" in action ? action.pair : null),
    host: option(action !== null && "host" in action ? action.host : null),
    hosts: option(action !== null && "hosts" in action ? { "#tup": [...action.hosts] } : null),
  },
})

const int = (n: number): Itf => ({ "#bigint": String(n) })

const option = (value: Itf | null): Itf =>
  value === null ? { tag: "None", value: { "#tup": [] } } : { tag: "Some", value }

const mapOf = <A>(record: Readonly<Record<string, A>>, encode: (value: A) => Itf): Itf => ({
  "#map": Object.entries(record).map(([key, value]) => [key, encode(value)] as const),
})

/**
 * An ITF expression as plain JSON: maps become objects, sets and tuples arrays, integers numbers, options their
 * value or null. Plain numbers, which older tools write, are taken as they are. Throws a TypeError for a map that is
 * none.
 */
export const jsonOfItf = (itf: unknown): unknown => {
  if (Array.isArray(itf)) return itf.map(jsonOfItf)
  if (typeof itf !== "object" || itf === null) return itf
  const object = itf as Readonly<Record<string, unknown>>
  if (typeof object["#bigint"] === "string") return numberOf(object["#bigint"])
  if (Array.isArray(object["#tup"])) return object["#tup"].map(jsonOfItf)
  if (Array.isArray(object["#set"])) return object["#set"].map(jsonOfItf)
  if (Array.isArray(object["#map"])) return recordOf(object["#map"])
  if (object["tag"] === "None") return null
  if (object["tag"] === "Some") return jsonOfItf(object["value"])
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, jsonOfItf(value)]))
}

/** An integer, if it is one that a number can be; else its digits, which no schema takes for a number. */
const numberOf = (digits: string): number | string => {
  const number = Number(digits)
  return Number.isSafeInteger(number) && String(number) === digits ? number : digits
}

/** A map with a value for each key. Throws a TypeError for whatever else it is. */
const recordOf = (entries: readonly unknown[]): Readonly<Record<string, unknown>> => {
  const record = new Map<string, unknown>()
  for (const entry of entries) {
    if (!Array.isArray(entry) || entry.length !== 2 || typeof entry[0] !== "string" || record.has(entry[0]))
      throw new TypeError("expected a map: a list of keys with their values, each key once")
    record.set(entry[0], jsonOfItf(entry[1]))
  }
  return Object.fromEntries(record)
}

/** A state of a trace, as plain JSON of the form that `stateJsonOf` gives. */
export const stateOfItf = (state: Readonly<Record<string, unknown>>): unknown =>
  Object.fromEntries(stateVars.map((name) => [name, withoutAbsent(jsonOfItf(state[name]))]))

/** A copy without a channel has none of its three fields; everywhere else null stays. */
const withoutAbsent = (json: unknown): unknown => {
  if (Array.isArray(json)) return json.map(withoutAbsent)
  if (typeof json !== "object" || json === null) return json
  return Object.fromEntries(
    Object.entries(json)
      .filter(([key, value]) => value !== null || !channelFields.includes(key))
      .map(([key, value]) => [key, withoutAbsent(value)]),
  )
}

const channelFields = ["peer", "delivered", "acked"]
