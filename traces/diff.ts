import type { Channel, Copy } from "../model/copy.ts"
import { ftState } from "../model/ft-state.ts"
import type { HostId, LinkId, PairId } from "../model/ids.ts"
import type { Fields } from "../model/field.ts"
import type { Lock } from "../model/lock.ts"
import { isSameEntry, type Entry, type Log } from "../model/log.ts"
import { copyIn, type Pair } from "../model/pair.ts"
import { partFields } from "../model/parts/fields.ts"
import type { Host } from "../model/host.ts"
import { hostIdsOf, hostOf, pairIdsOf, pairOf, type State } from "../model/state.ts"

/**
 * What a step changed, for people: one short phrase for each host, link, lock, copy or output that is not as it
 * was. Hosts come first, then links, then pair by pair; of two equal states there is nothing to say.
 *
 * Shape  The bare counts (faults, copies started, interventions) are left out: another phrase covers each.
 */
export const changesOf = (before: State, after: State): readonly string[] => [
  ...hostIdsOf(before).flatMap((id) => hostChanges(id, hostOf(before, id), hostOf(after, id))),
  ...linkChanges(before.cut, after.cut, "cut", "healed"),
  ...linkChanges(before.exposed, after.exposed, "exposed", "private again"),
  ...ruleChanges(before.rules, after.rules),
  ...together("cluster", partChanges(partFields.state, before, after)),
  ...pairIdsOf(before).flatMap((id) => pairChanges(pairOf(before, id), pairOf(after, id))),
]

/** The FT state of a pair, with the reason if it has one: `needSecondary (lostConnection)`. */
export const ftStateText = (pair: Pair): string =>
  pair.reason === null ? ftState(pair) : `${ftState(pair)} (${pair.reason})`

/** Who made the lock's latest advance, if that copy is still there. */
export const holderText = (lock: Lock): string => lock.holder ?? "nobody"

/** Phrases, none or several, about one thing. */
type Phrases = readonly string[]

const hostChanges = (id: HostId, before: Host, after: Host): Phrases => [
  ...turned(before.up, after.up, `${id} recovers`, `${id} fails`),
  ...turned(before.storage, after.storage, `${id} has storage again`, `${id} loses storage`),
  ...turned(before.maintenance, after.maintenance, `${id} in maintenance`, `${id} out of maintenance`),
  ...together(id, partChanges(partFields.host, before, after)),
]

const linkChanges = (
  before: readonly LinkId[],
  after: readonly LinkId[],
  on: string,
  off: string,
): Phrases => [
  ...after.filter((link) => !before.includes(link)).map((link) => `link ${link} ${on}`),
  ...before.filter((link) => !after.includes(link)).map((link) => `link ${link} ${off}`),
]

const ruleChanges = (before: State["rules"], after: State["rules"]): Phrases =>
  after.flatMap((isInForce, n) =>
    turned(before[n] === true, isInForce, `rule ${n + 1} in force`, `rule ${n + 1} out of force`),
  )

const pairChanges = (before: Pair, after: Pair): Phrases =>
  before === after
    ? []
    : [
        ...ftStateChanges(before, after),
        ...lockChanges(after.id, before.lock, after.lock),
        ...before.copies.flatMap((copy) => copyChanges(copy, copyIn(after, copy.id))),
        ...after.copies.filter((copy) => copyIn(before, copy.id) === null).map(start),
        ...worldChanges(after.id, before.observed, after.observed),
        ...registrationChanges(before, after),
        ...together(after.id, partChanges(partFields.pair, before, after)),
      ]

const ftStateChanges = (before: Pair, after: Pair): Phrases =>
  before.power === after.power
    ? changed(after.id, ftStateText(before), ftStateText(after))
    : [`${after.id} ${after.power}, ${ftStateText(after)}`]

/** A lock that nobody held is taken; any other change says from what to what. */
const lockChanges = (id: PairId, before: Lock, after: Lock): Phrases => {
  const isTaken = before.holder === null && after.holder !== null && before.generation === after.generation
  return isTaken
    ? [`${id} lock ${lockText(after)}`]
    : changed(`${id} lock`, lockText(before), lockText(after))
}

const lockText = (lock: Lock): string => `${lock.generation} by ${holderText(lock)}`

const registrationChanges = (before: Pair, after: Pair): Phrases =>
  together(`${after.id} registered`, [
    ...changed("primary", before.registered.primary, after.registered.primary),
    ...changed("secondary", before.registered.secondary ?? "none", after.registered.secondary ?? "none"),
  ])

/** What became of a copy, all in one phrase. */
const copyChanges = (before: Copy, after: Copy | null): Phrases =>
  after === null
    ? [`${before.id} halts on ${before.host}`]
    : together(after.id, [
        ...changed("moves", before.host, after.host),
        ...standingChanges(before, after),
        ...changed("generation", before.generation, after.generation),
        ...logChanges(before.log, after.log),
        ...channelChanges(before.channel, after.channel),
        ...changed("released", before.released, after.released),
        ...partChanges(partFields.copy, before, after),
      ])

/** What has changed of what parts of the protocol keep. */
const partChanges = (fields: Fields, before: object, after: object): Phrases =>
  Object.keys(fields).flatMap((name) => changed(name, partText(before, name), partText(after, name)))

const partText = (owner: object, name: string): string => {
  const value = (owner as Readonly<Record<string, string | number | null | undefined>>)[name]
  return String(value ?? "none")
}

/** A change of phase or role. The role is named only where it changes. */
const standingChanges = (before: Copy, after: Copy): Phrases => {
  if (before.role !== after.role) return [`${before.role} ${before.phase} → ${after.role} ${after.phase}`]
  return before.phase === after.phase ? [] : [`${before.phase} → ${after.phase}`]
}

/** The counts of a channel begin at 0, and end with it. */
const channelChanges = (before: Channel | null, after: Channel | null): Phrases => [
  ...changed("peer", before?.peer ?? "none", after?.peer ?? "none"),
  ...(after === null
    ? []
    : [
        ...changed("delivered", before?.delivered ?? 0, after.delivered),
        ...changed("acked", before?.acked ?? 0, after.acked),
      ]),
]

const logChanges = (before: Log, after: Log): Phrases => {
  const kept = keptOf(before, after)
  const lost = entriesText("-", before.slice(kept))
  const added = entriesText("+", after.slice(kept))
  const length = before.length === after.length ? `${after.length}` : `${before.length} → ${after.length}`
  return lost + added === ""
    ? []
    : [`log ${length} (${[lost, added].filter((part) => part !== "").join(" ")})`]
}

/** How many entries the two logs have in common from the beginning. */
const keptOf = (before: Log, after: Log): number => {
  const differing = before.findIndex((entry, i) => {
    const other = after[i]
    return other === undefined || !isSameEntry(entry, other)
  })
  return differing < 0 ? before.length : differing
}

/** Entries by name, a long row of them by its ends: `+1.1 1.2`, `+1.1 … 1.9`; nothing where there is none. */
const entriesText = (sign: "+" | "-", entries: Log): string => {
  const names = entries.map(entryText)
  const named = names.length > 3 ? [names[0], "…", names.at(-1)] : names
  return named.length === 0 ? "" : `${sign}${named.join(" ")}`
}

const entryText = ({ generation, index }: Entry): string => `${generation}.${index}`

/** What a new copy is. Only one that boots from what the world saw has released something, and none has a peer. */
const start = ({ id, host, role, phase, generation, log, released }: Copy): string => {
  const outputs = released === 0 ? "" : `, released ${released}`
  return `${id} starts on ${host}: ${role} ${phase}, generation ${generation}, log ${log.length}${outputs}`
}

const worldChanges = (id: PairId, before: Log, after: Log): Phrases => {
  const kept = keptOf(before, after)
  const seen = after.slice(kept).map((entry, i) => {
    const output = kept + i + 1
    return `world sees output ${output} of ${id} (${originText(entry, output)})`
  })
  return before.length > after.length
    ? [...seen, `world forgets outputs of ${id} after ${after.length}`]
    : seen
}

/** Where an output came from. In a correct run output *i* is that of entry *i*; if not, it is said. */
const originText = ({ generation, index }: Entry, output: number): string =>
  index === output ? `generation ${generation}` : `generation ${generation}, entry ${index}`

/** `name before → after`, if the two differ. */
const changed = (name: string, before: string | number, after: string | number): Phrases =>
  before === after ? [] : [`${name} ${before} → ${after}`]

/** A yes or no that became the other: `on` where it is now yes, `off` where it is now no. */
const turned = (before: boolean, after: boolean, on: string, off: string): Phrases =>
  before === after ? [] : [after ? on : off]

/** Several changes of one thing, in one phrase. */
const together = (name: string, changes: Phrases): Phrases =>
  changes.length === 0 ? [] : [`${name} ${changes.join(", ")}`]
