import type { Kind } from "../../model/action.ts"
import type { Config } from "../../model/config.ts"
import type { Copy } from "../../model/copy.ts"
import type { CopyId, HostId } from "../../model/ids.ts"
import type { Pair } from "../../model/pair.ts"
import type { State } from "../../model/state.ts"
import { couldTake } from "../eligibility.ts"
import { copyNamed, withStorage } from "../evidence.ts"
import type { GhostIn, PairMove } from "../ghost.ts"
import { detectorsOf } from "./bounds.ts"
import { counted, timedGhost, type Timed } from "./counters.ts"
import { heardBy, isChannelSilent, isHostSilent, isListening } from "./silence.ts"

/** What an operator does that takes a copy from its partner. */
const takesApart: readonly Kind[] = ["TestFailover", "TestRestartSecondary", "SuspendFT", "TurnOffFT"]

/** Whether an operator has done anything of the sort. */
export const hasBeenTested: GhostIn<boolean> = timedGhost(() => ({
  id: "tested",
  begins: false,
  after: (tested, { step }) => tested || takesApart.includes(step.action.kind),
  key: (tested) => (tested ? "1" : "0"),
}))

/** How long a copy has heard nothing: of the host that it watches, and over its channel. */
type Silence = { readonly watched: HostId | null; readonly heartbeats: number; readonly log: number }
type Silences = Readonly<Partial<Record<CopyId, Silence>>>

/** The silence that each copy has had at its source since it listens to whom it does, up to what a detector needs. */
export const silences: GhostIn<Silences> = timedGhost((timed) => ({
  id: "silences",
  begins: {},
  after: (known, move) =>
    Object.fromEntries(
      move.after.copies.map((copy) => [copy.id, silenceAfter(timed, move, copy, known[copy.id])]),
    ),
  key: (known, { copies }) =>
    copies
      .map(({ id, host }) => {
        const { watched, heartbeats, log } = known[id] ?? nothingHeard
        return `${host}<${watched ?? ""}:${heartbeats},${log}`
      })
      .sort()
      .join(),
}))

const nothingHeard: Silence = { watched: null, heartbeats: 0, log: 0 }

const silenceAfter = (timed: Timed, move: PairMove, copy: Copy, known: Silence = nothingHeard): Silence => {
  const { step, before, after } = move
  if (!isListening(copy)) return nothingHeard
  const earlier = copyNamed(before, copy.id)
  const watched = heardBy(after, copy)?.host ?? known.watched
  if (earlier === null || !isAsBefore(earlier, copy)) return { watched, heartbeats: 0, log: 0 }
  if (step.action.kind !== "Tick") return { ...known, watched }
  const { heartbeats, log } = detectorsOf(timed.times)[copy.role]
  const isUnheard = watched !== null && isHostSilent(step.before, watched, copy.host)
  return {
    watched,
    heartbeats: isUnheard ? counted(move, known.heartbeats, heartbeats.least) : 0,
    log: isChannelSilent(timed.config, step.before, before, earlier)
      ? counted(move, known.log, log.least)
      : 0,
  }
}

/** Whether a copy is in the same phase and role, with the same peer or with that one gone. */
const isAsBefore = (earlier: Copy, copy: Copy): boolean =>
  earlier.phase === copy.phase &&
  earlier.role === copy.role &&
  (earlier.channel === null) === (copy.channel === null) &&
  (copy.channel?.peer === "gone" || earlier.channel?.peer === copy.channel?.peer)

/** For how many ticks on end HA could have restarted a pair, up to what it must wait. */
export const restartable: GhostIn<number> = timedGhost(({ config, bounds }) => ({
  id: "restartable",
  begins: 0,
  after: (ticks, move) => {
    const { step, before } = move
    const { action } = step
    const isOver = action.kind === "PowerOff" || action.kind === "HaRestart"
    if (isOver && action.pair === before.id) return 0
    if (action.kind !== "Tick") return ticks
    return mayBeRestarted(config, step.before, before) ? counted(move, ticks, bounds.haLeast) : 0
  },
  key: String,
}))

/** Whether a pair is on, no copy of it has storage, and a host could take one. */
export const mayBeRestarted = (config: Config, state: State, pair: Pair): boolean =>
  pair.power === "on" &&
  pair.lock.generation < config.bounds.generations &&
  pair.copies.every(({ host }) => !withStorage(state, host)) &&
  config.hosts.some(({ id }) => couldTake(config, state, pair.id, id, null))
