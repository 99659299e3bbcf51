import { alphabet, type Action } from "../model/action.ts"
import type { CopyId, PairId } from "../model/ids.ts"
import type { Pair } from "../model/pair.ts"
import { pairsOf, type State } from "../model/state.ts"
import { leaderOf, reportedState } from "./evidence.ts"
import { carriedOn, type Carried, type Ghost } from "./ghost.ts"
import type { Step } from "./step.ts"

/** What a run has been, pair by pair, as far as a property or a witness needs it and the state does not say. */
export type History = Readonly<Record<PairId, PairHistory>>

/**
 * One pair's past.
 *
 * Shape  `spurious`: the copies that suspected without justification. `failedOver`: whether a Secondary has won
 *        since power-on. `faultsWhenProtected`: the count of faults when the pair was last *running*, with only its two
 *        copies and in a cluster without damage, and no operator has acted since; else null. `recorded`: the
 *        longest log since the last boot. `acked`: what the last Primary in lockstep knew to be acknowledged. `ghosts`: what
 *        some of those that look at the run need beside.
 */
export type PairHistory = {
  readonly spurious: readonly CopyId[]
  readonly failedOver: boolean
  readonly faultsWhenProtected: number | null
  readonly recorded: number
  readonly acked: number
  readonly ghosts: readonly Carried[]
}

const nothingYet: PairHistory = {
  spurious: [],
  failedOver: false,
  faultsWhenProtected: null,
  recorded: 0,
  acked: 0,
  ghosts: [],
}

/** The history of a run that has not begun, and that carries these ghosts. */
export const noHistory = (state: State, ghosts: readonly Ghost[] = []): History => {
  const begun: PairHistory = {
    ...nothingYet,
    ghosts: ghosts.map((ghost) => ({ ghost, value: ghost.begins })),
  }
  return Object.fromEntries(pairsOf(state).map(({ id }): [PairId, PairHistory] => [id, begun]))
}

/** The history after one step more, as far as its ghosts go; the rest stays as it is. */
export const carryOn = (history: History, step: Step): History =>
  Object.fromEntries(
    pairsOf(step.after).map((pair): [PairId, PairHistory] => {
      const past = history[pair.id] as PairHistory
      return [pair.id, { ...past, ghosts: ghostsAfter(past, step, pair) }]
    }),
  )

const ghostsAfter = ({ ghosts }: PairHistory, step: Step, pair: Pair): PairHistory["ghosts"] =>
  ghosts.map((carried) =>
    carriedOn(carried, { step, before: step.before.pairs[pair.id] as Pair, after: pair }),
  )

/** What a history carries, by which runs are told apart that have come to one state. */
export const ghostKeyOf = (history: History, state: State): string =>
  pairsOf(state)
    .map((pair) =>
      (history[pair.id] as PairHistory).ghosts.map(({ ghost, value }) => ghost.key(value, pair)).join("/"),
    )
    .join("|")

/** The history after one step more. */
export const remember = (history: History, step: Step): History => {
  const isUndamaged = undamaged(step.after)
  const isOperators = alphabet[step.action.kind].actor === "operator"
  let longer = history
  for (const pair of pairsOf(step.after)) {
    const past = history[pair.id] as PairHistory
    const isUndamagedRunning = isUndamaged && pair.copies.length === 2 && reportedState(pair) === "running"
    const isChanged = step.before.pairs[pair.id] !== pair
    const isHaunted = past.ghosts.length > 0
    if (
      !isChanged &&
      !isUndamagedRunning &&
      !isHaunted &&
      !(isOperators && past.faultsWhenProtected !== null)
    )
      continue
    longer = { ...longer, [pair.id]: rememberOfPair(past, step, pair, isUndamagedRunning, isOperators) }
  }
  return longer
}

const rememberOfPair = (
  past: PairHistory,
  step: Step,
  pair: Pair,
  isUndamagedRunning: boolean,
  isOperators: boolean,
): PairHistory => {
  const { action } = step
  const boots = (action.kind === "PowerOn" || action.kind === "HaRestart") && action.pair === pair.id
  const primary = leaderOf(pair)
  return {
    spurious: isSpurious(step) && isCopyOf(pair, action) ? [...past.spurious, action.copy] : past.spurious,
    failedOver: action.kind === "PowerOn" && boots ? false : past.failedOver || isFailover(step, pair),
    faultsWhenProtected: isUndamagedRunning
      ? step.after.faults
      : isOperators
        ? null
        : past.faultsWhenProtected,
    recorded: Math.max(boots ? 0 : past.recorded, ...pair.copies.map((copy) => copy.log.length)),
    acked: primary?.phase === "lockstep" ? (primary.channel?.acked ?? 0) : past.acked,
    ghosts: ghostsAfter(past, step, pair),
  }
}

/** Whether the step is a suspicion that cost a fault. */
const isSpurious = ({ before, action, after }: Step): boolean =>
  action.kind === "Suspect" && after.faults > before.faults

/** Whether in this step a Secondary of the pair wins the lock. */
const isFailover = ({ before, action }: Step, after: Pair): boolean =>
  action.kind === "TryLock" &&
  after.lock.holder === action.copy &&
  before.pairs[after.id]?.copies.some((copy) => copy.id === action.copy && copy.role === "secondary") === true

const isCopyOf = (pair: Pair, action: Action): action is Action<"Suspect"> =>
  "copy" in action && action.copy.startsWith(`${pair.id}.`)

/** Whether every host is up with its storage, and no link is cut, or others can listen on it. */
const undamaged = (state: State): boolean =>
  state.cut.length === 0 &&
  state.exposed.length === 0 &&
  Object.values(state.hosts).every(({ up, storage }) => up && storage)
