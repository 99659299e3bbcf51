import { alphabet, type Action } from "../../model/action.ts"
import type { Config } from "../../model/config.ts"
import type { HostId } from "../../model/ids.ts"
import type { Pair } from "../../model/pair.ts"
import type { State } from "../../model/state.ts"
import { couldTake, isReadable } from "../eligibility.ts"
import { copyAt, farEnd, leaderOf, linked, reportedState } from "../evidence.ts"
import type { GhostIn, PairMove } from "../ghost.ts"
import type { Misfortune, Recovery } from "./bounds.ts"
import { counted, timedGhost, type Timed } from "./counters.ts"

/**
 * One fault after which a pair has not yet recovered that was running, of two copies, in a cluster without damage.
 *
 * Shape  `what` it has befallen: the pair, or something elsewhere. `isPassing`: it may go unheard by the heartbeats, or something
 *        has been undone since. `ticks` since it, `hasLived`: whether a copy has been live again.
 */
export type Since = {
  readonly what: Misfortune | "elsewhere"
  readonly isPassing: boolean
  readonly ticks: number
  readonly hasLived: boolean
}

/** Null where there was no such fault, or it is over: the pair is running again, or something else has happened, or nothing is promised. */
export const sinceFault: GhostIn<Since | null> = timedGhost((timed) => ({
  id: "since-fault",
  begins: null,
  after: (since, move) => {
    const { step, before } = move
    const isFault = step.after.faults > step.before.faults
    if (isFault) return isSound(step.before, before) ? settled(timed, move, begun(timed.config, move)) : null
    const { actor } = alphabet[step.action.kind]
    if (since === null || actor === "operator") return null
    const isPassing = since.isPassing || actor === "recovery"
    const ticks = counted(move, since.ticks, boundOf(timed, { ...since, isPassing }).running + 1)
    return settled(timed, move, { ...since, isPassing, ticks })
  },
  key: (since) =>
    since === null ? "" : `${since.what} ${since.ticks} ${since.isPassing ? 1 : 0}${since.hasLived ? 1 : 0}`,
}))

/** What recovery is promised after a fault; of one elsewhere, none is needed. */
export const boundOf = ({ bounds }: Timed, { what, isPassing }: Since): Recovery =>
  what === "elsewhere" ? { live: 0, running: 0 } : (isPassing ? bounds.afterPassing : bounds.after)[what]

/** Whether a pair is running, nothing is damaged, and no copy still counts a silence that is over. */
const isSound = (state: State, pair: Pair): boolean =>
  reportedState(pair) === "running" &&
  pair.copies.length === 2 &&
  pair.copies.every(({ heartbeatSilence = 0, logSilence = 0 }) => heartbeatSilence + logSilence === 0) &&
  state.cut.length === 0 &&
  state.exposed.length === 0 &&
  Object.values(state.hosts).every(({ up, storage }) => up && storage)

const begun = (config: Config, { step, before }: PairMove): Since => ({
  what: whatIsBefallen(config, step.action, step.after, before),
  isPassing: step.action.kind === "ExposeLink",
  ticks: 0,
  hasLived: false,
})

/** What of a running pair a fault befalls. */
const whatIsBefallen = (config: Config, action: Action, after: State, pair: Pair): Since["what"] => {
  const primary = leaderOf(pair)
  const secondary = primary === null ? null : farEnd(pair, primary)
  if (primary === null || secondary === null) return "elsewhere"
  const onHost = (host: HostId, either: readonly [Misfortune, Misfortune]): Since["what"] =>
    host === primary.host ? either[0] : host === secondary.host ? either[1] : "elsewhere"
  switch (action.kind) {
    case "FailHost":
      return onHost(action.host, ["primaryHost", "secondaryHost"])
    case "LoseStorage":
      return onHost(action.host, ["primaryCopy", "secondaryCopy"])
    case "CrashCopy":
      if (action.copy === primary.id) return "primaryCopy"
      return action.copy === secondary.id ? "secondaryCopy" : "elsewhere"
    default:
      return isHearing(config, after, pair.id, primary.host, secondary.host) ? "elsewhere" : "link"
  }
}

const isHearing = (config: Config, state: State, pair: Pair["id"], a: HostId, b: HostId): boolean =>
  linked(state, a, b) && !isReadable(config, state, pair, a, b)

/** The same as long as the pair has not recovered, and has where to. */
const settled = ({ config }: Timed, { step, after: pair }: PairMove, since: Since): Since | null => {
  const { after: state } = step
  if (since.what === "elsewhere") return since
  if (pair.power === "off" || pair.lock.generation >= config.bounds.generations) return null
  const primary = leaderOf(pair)
  const hasLived = since.hasLived || primary?.phase === "live"
  if (reportedState(pair) === "running") {
    const secondary = primary === null ? null : farEnd(pair, primary)
    const isWell =
      primary !== null &&
      secondary !== null &&
      isHearing(config, state, pair.id, primary.host, secondary.host)
    // Who has been silent may still be suspected until a tick finds that he is heard.
    return isWell && (hasLived || step.action.kind === "Tick") ? null : since
  }
  return hasLived && !hasRoom(config, state, pair) ? null : { ...since, hasLived }
}

/** Whether a host without a copy of the pair could take a Secondary, or one is on its way. */
const hasRoom = (config: Config, state: State, pair: Pair): boolean => {
  const primary = leaderOf(pair)
  if (primary === null || farEnd(pair, primary) !== null) return true
  return config.hosts.some(
    ({ id }) => copyAt(pair, id) === null && couldTake(config, state, pair.id, id, primary.host),
  )
}
