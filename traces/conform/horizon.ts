import type { Copy } from "../../model/copy.ts"
import type { PairId } from "../../model/ids.ts"
import { prefix, type Log } from "../../model/log.ts"
import type { Pair } from "../../model/pair.ts"
import { pairsOf, withPair, type State } from "../../model/state.ts"
import { stateJsonOf } from "../state-json.ts"
import type { Json } from "./observation.ts"
import type { Profile } from "./profile.ts"

/**
 * A state without the beginnings of its logs: what every copy of a pair has recorded and released, and the world has
 * seen, is counted and put aside, since no rule will look at it again. What goes on for a million actions is followed
 * as fast at its end as at its start.
 *
 * Shape  `state` has logs and counts that begin where the `past` of their pair ends.
 */
export type Nearby = { readonly state: State; readonly past: Readonly<Partial<Record<PairId, Past>>> }

/** What was put aside of a pair's logs: the same of all, in pieces, the latest first. */
type Past = { readonly length: number; readonly entries: Log; readonly before: Past | null }

/** How many entries are put aside at once, at the least. */
const pieceMin = 64

/** The same protocol, with the beginnings of logs put aside. */
export const withHorizon = (profile: Profile<State>): Profile<Nearby> => ({
  ...profile,
  initial: (config) => ({ state: profile.initial(config), past: {} }),
  step: (config, nearby, action) => {
    const outcome = profile.step(config, nearby.state, action)
    return outcome.tag === "refused"
      ? outcome
      : { tag: "next", state: trimmed({ ...nearby, state: outcome.state }) }
  },
  matching: (config, { state }, action) => profile.matching(config, state, action),
  enabled: (config, { state }, kinds) => profile.enabled(config, state, kinds),
  view: viewOf,
  key: ({ state, past }) =>
    `${profile.key(state)}${Object.values(past)
      .map((each) => each?.length)
      .join()}`,
  changes: (before, after) => profile.changes(before.state, after.state),
})

const trimmed = (nearby: Nearby): Nearby => {
  if (pairsOf(nearby.state).every(({ observed }) => observed.length < pieceMin)) return nearby
  let { state, past } = nearby
  for (const pair of pairsOf(nearby.state)) {
    const common = commonTo(pair)
    if (common < pieceMin) continue
    const before = past[pair.id] ?? null
    past = {
      ...past,
      [pair.id]: { length: (before?.length ?? 0) + common, entries: prefix(pair.observed, common), before },
    }
    state = withPair(state, shortened(pair, common))
  }
  return state === nearby.state ? nearby : { state, past }
}

/** How many entries every copy has, knows to be with its peer, and has released. */
const commonTo = ({ observed, copies }: Pair): number => {
  return Math.min(observed.length, ...copies.filter(hasLog).flatMap(countsOf))
}

/** A copy that still synchronises has nothing yet, and counts from the start. */
const hasLog = ({ phase }: Copy): boolean => phase !== "syncing"

const countsOf = ({ log, released, channel, phase }: Copy): readonly number[] =>
  channel !== null && phase === "lockstep"
    ? [log.length, released, channel.delivered, channel.acked]
    : [log.length, released]

const shortened = (pair: Pair, by: number): Pair => ({
  ...pair,
  observed: from(pair.observed, by),
  copies: pair.copies.map((copy) => (hasLog(copy) ? counted(copy, -by, from(copy.log, by)) : copy)),
})

/** What is left of a log without its first entries, which are counted anew. */
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

/** The complete state as it would be shown; a log that nobody looks at is not put together. */
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
  const pieces: Log[] = []
  for (let at: Past | null = past; at !== null; at = at.before) pieces.push(at.entries)
  return pieces
    .reverse()
    .flat()
    .map(({ generation }, n) => [generation, n + 1])
}
