import type { Copy } from "../model/copy.ts"
import type { PairId } from "../model/ids.ts"
import { isSameEntry, prefix, type Entry, type Log } from "../model/log.ts"
import type { Pair } from "../model/pair.ts"
import { pairsOf, withPair, type State } from "../model/state.ts"
import { stateJsonOf } from "../traces/state-json.ts"
import type { Json } from "./observation.ts"
import type { Profile } from "./profile.ts"

/**
 * A state without the beginnings of its logs: what every copy of a pair has recorded and released, and the world has
 * seen, is counted and put aside, since no rule will read it again. So the millionth action of a log costs no more than
 * the first.
 *
 * Shape  `state` has logs and counts that begin where the `past` of their pair ends.
 */
type Nearby = { readonly state: State; readonly past: Readonly<Partial<Record<PairId, Past>>> }

/**
 * What was put aside of a pair's logs, the same of all of them: a piece, with all that came before it.
 *
 * Shape  `id` is its own among all that was ever put aside: pasts of the same entries are one object.
 *        `authors` are the generations of the entries of this piece, in runs; the n-th entry of a log has index n.
 */
type Past = {
  readonly id: number
  readonly length: number
  readonly authors: readonly Authored[]
  readonly before: Past | null
}

type Authored = { readonly generation: number; readonly entries: number }

/** How many entries are put aside at once. Where logs are cut is the same for all states that look alike. */
const pieceLength = 64

/** The same protocol, with the beginnings of logs put aside, in pieces of so many entries. */
export const withCompaction = (profile: Profile<State>, piece = pieceLength): Profile<Nearby> => {
  const known = pastsKnown()
  return {
    ...profile,
    initial: (config) => ({ state: profile.initial(config), past: {} }),
    step: (config, nearby, action) => {
      const outcome = profile.step(config, nearby.state, action)
      return outcome.tag === "refused"
        ? outcome
        : { tag: "next", state: trimmed(known, piece, { ...nearby, state: outcome.state }) }
    },
    matching: (config, { state }, action) => profile.matching(config, state, action),
    enabled: (config, { state }, kinds) => profile.enabled(config, state, kinds),
    view: viewOf,
    key: ({ state, past }) =>
      `${profile.key(state)};${pairsOf(state)
        .map(({ id }) => past[id]?.id ?? 0)
        .join()}`,
    changes: (before, after) => profile.changes(before.state, after.state),
  }
}

type Pasts = (entries: Log, before: Past | null) => Past

/** Every past once: what was put aside differs exactly if its id does. */
const pastsKnown = (): Pasts => {
  const known = new Map<string, Past>()
  return (entries, before) => {
    const authors = authorsOf(entries)
    const text = `${before?.id ?? 0}:${authors.map((run) => `${run.generation}*${run.entries}`).join()}`
    const same = known.get(text)
    if (same !== undefined) return same
    const past = { id: known.size + 1, length: (before?.length ?? 0) + entries.length, authors, before }
    known.set(text, past)
    return past
  }
}

const authorsOf = (entries: Log): readonly Authored[] => {
  const authors: { generation: number; entries: number }[] = []
  for (const { generation } of entries) {
    const last = authors.at(-1)
    if (last?.generation === generation) last.entries += 1
    else authors.push({ generation, entries: 1 })
  }
  return authors
}

const trimmed = (pastOf: Pasts, piece: number, nearby: Nearby): Nearby => {
  let { state, past } = nearby
  for (const pair of pairsOf(nearby.state)) {
    if (pair.observed.length < piece) continue
    const pieces = Math.floor(commonTo(pair, piece) / piece)
    if (pieces === 0) continue
    let latest = past[pair.id] ?? null
    for (let i = 0; i < pieces; i += 1)
      latest = pastOf(pair.observed.slice(i * piece, (i + 1) * piece), latest)
    past = { ...past, [pair.id]: latest as Past }
    state = withPair(state, shortened(pair, pieces * piece))
  }
  return state === nearby.state ? nearby : { state, past }
}

/**
 * How many entries, from the first, no rule will read again: the world has seen them, every copy that has a log has the
 * same ones and has released them. What a Primary in lockstep has released was acknowledged, and so delivered (S16). It
 * only grows; less than `minimum` is not counted out.
 */
const commonTo = ({ observed, copies }: Pair, minimum: number): number => {
  const withLogs = copies.filter(hasLog)
  const most = Math.min(observed.length, ...withLogs.flatMap(countsOf))
  if (most < minimum) return 0
  const isCommon = (entry: Entry, n: number): boolean =>
    entry.index === n + 1 && withLogs.every(({ log }) => isSameEntry(log[n] as Entry, entry))
  const odd = prefix(observed, most).findIndex((entry, n) => !isCommon(entry, n))
  return odd === -1 ? most : odd
}

/** A copy that still synchronises has nothing yet, and counts from the start. */
const hasLog = ({ phase }: Copy): boolean => phase !== "syncing"

const countsOf = ({ log, released }: Copy): readonly number[] => [log.length, released]

const shortened = (pair: Pair, by: number): Pair => ({
  ...pair,
  observed: from(pair.observed, by),
  copies: pair.copies.map((copy) => (hasLog(copy) ? counted(copy, -by, from(copy.log, by)) : copy)),
})

/** A log without its first entries; the others are counted anew. */
const from = (log: Log, by: number): Log =>
  log.slice(by).map(({ generation, index }) => ({ generation, index: index - by }))

/** The copy with its counts moved; the counts of a channel before lockstep are zero, wherever the log begins. */
const counted = (copy: Copy, by: number, log: Log): Copy => ({
  ...copy,
  log,
  released: copy.released + by,
  channel:
    copy.channel === null || copy.phase !== "lockstep"
      ? copy.channel
      : { ...copy.channel, delivered: copy.channel.delivered + by, acked: copy.channel.acked + by },
})

/** The complete state as it would be shown; a log that is not observed is not put together. */
const viewOf = ({ state, past }: Nearby): Json => {
  const json = stateJsonOf(state)
  if (Object.keys(past).length === 0) return json
  const pairs = Object.fromEntries(
    pairsOf(state).map((pair) => {
      const piece = past[pair.id]
      const shown = json.pairs[pair.id]
      return [pair.id, piece === undefined ? shown : wholePair(pair, shown as unknown as JsonObject, piece)]
    }),
  )
  return { ...json, pairs } as unknown as Json
}

type JsonObject = { readonly [field: string]: Json }

const wholePair = (pair: Pair, shown: JsonObject, piece: Past): object => {
  const { observed, copies, ...rest } = shown
  return {
    ...rest,
    copies: Object.fromEntries(
      pair.copies.map((copy) => {
        const json = (copies as JsonObject)[copy.id] as JsonObject
        return [copy.id, hasLog(copy) ? wholeCopy(copy, json, piece) : json]
      }),
    ),
    get observed() {
      return [...entriesOf(piece), ...later(observed as readonly EntryJson[], piece)]
    },
  }
}

const wholeCopy = (copy: Copy, { log, ...rest }: JsonObject, piece: Past): object => {
  const { released, channel } = counted(copy, piece.length, copy.log)
  return {
    ...rest,
    released,
    ...channel,
    get log() {
      return [...entriesOf(piece), ...later(log as readonly EntryJson[], piece)]
    },
  }
}

type EntryJson = readonly [number, number]

/** The entries that come after what was put aside. */
const later = (entries: readonly EntryJson[], { length }: Past): readonly EntryJson[] =>
  entries.map(([generation, index]) => [generation, index + length])

const entriesOf = (past: Past): readonly EntryJson[] => {
  const pieces: (readonly Authored[])[] = []
  for (let at: Past | null = past; at !== null; at = at.before) pieces.push(at.authors)
  return pieces
    .reverse()
    .flat()
    .flatMap(({ generation, entries }) => Array.from({ length: entries }, () => generation))
    .map((generation, n) => [generation, n + 1])
}
