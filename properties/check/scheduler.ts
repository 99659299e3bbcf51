import { describe, kinds, type Kind } from "../../model/action.ts"
import { isSame } from "../../model/identity.ts"
import type { State } from "../../model/state.ts"
import { fairlyEnabled, type Successor } from "../../model/step.ts"
import type { Protocol } from "../../model/protocol.ts"
import { nextFair } from "./quiescence.ts"

/**
 * In which order the protocol's actions get their turn once it is left to itself. Each order is weakly fair: an action
 * that stays enabled is taken eventually. What holds of one of them may fail under another.
 *
 * Shape  `in-turn`: kind after kind; `longest-waiting`: what has been enabled longest; `random`; `newest-first`: what
 *        has just become possible; `undoing`: what takes progress back, before what makes it.
 */
type Scheduler = (typeof schedulers)[number]

export const schedulers = ["in-turn", "longest-waiting", "random", "newest-first", "undoing"] as const

/** A scheduler as drawn for one run; `seed` is what `random` draws from. */
export type Turns = { readonly scheduler: Scheduler; readonly seed: number }

/** The simplest: what a run is shrunk towards. */
export const inTurn: Turns = { scheduler: "in-turn", seed: 0 }

/** How many steps an action waits at the most before it comes first, in number. */
const patience = 12

/** What takes back what others have begun, the gravest first; the rest in the order of the alphabet. */
const undoing: readonly Kind[] = [
  "AbandonSync",
  "SyncLost",
  "Suspect",
  "TryLock",
  "HaRestart",
  "SpawnSecondary",
]

const undoingRank: Readonly<Record<Kind, number>> = Object.fromEntries(
  kinds.map((kind, n) => [kind, undoing.includes(kind) ? undoing.indexOf(kind) : undoing.length + n]),
) as Record<Kind, number>

/**
 * Whose turn it is: called for each state in the order in which they are reached, `now` from 0. Null where the cluster
 * is quiescent.
 */
export const turnsOf = (
  { scheduler, seed }: Turns,
  protocol: Protocol,
): ((state: State, now: number) => Successor | null) => {
  if (scheduler === "in-turn") {
    const lastTaken = new Map<string, number>()
    return (state, now) => nextFair(protocol, state, lastTaken, now)
  }
  let since: ReadonlyMap<string, number> = new Map()
  return (state, now) => {
    const due = dueIn(protocol, state)
    if (due.length === 0) return null
    const names = due.map(({ action }) => describe(action))
    since = new Map(names.map((name) => [name, since.get(name) ?? now]))
    const waits = names.map((name) => now - (since.get(name) as number))
    const oldest = waits.indexOf(Math.max(...waits))
    const chosen =
      (waits[oldest] as number) > patience ? oldest : chosenBy(scheduler, seed, due, waits, oldest, now)
    since = new Map([...since].filter(([name]) => name !== names[chosen]))
    return due[chosen] as Successor
  }
}

const chosenBy = (
  scheduler: Exclude<Scheduler, "in-turn">,
  seed: number,
  due: readonly Successor[],
  waits: readonly number[],
  oldest: number,
  now: number,
): number => {
  switch (scheduler) {
    case "longest-waiting":
      return oldest
    case "random":
      return mixed(seed, now) % due.length
    case "newest-first":
      return waits.indexOf(Math.min(...waits))
    case "undoing": {
      const ranks = due.map(({ action }) => undoingRank[action.kind])
      return ranks.indexOf(Math.min(...ranks))
    }
  }
}

/** The enabled, weakly fair actions that change a state. */
export const dueIn = (protocol: Protocol, state: State): readonly Successor[] =>
  fairlyEnabled(protocol, state).filter((successor) => !isSame(successor.state, state))

/** A number that looks random, of two. */
const mixed = (seed: number, n: number): number => {
  let x = Math.imul(seed ^ Math.imul(n + 1, 0x9e3779b1), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return (x ^ (x >>> 16)) >>> 0
}
