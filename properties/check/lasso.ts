import { alphabet, type Action } from "../../model/action.ts"
import { identity } from "../../model/identity.ts"
import { running, type State } from "../../model/state.ts"
import type { Protocol } from "../../model/protocol.ts"
import { dueIn } from "./scheduler.ts"

/** Watches a run for the moment from which it may go round for ever. */
type Rounds = {
  /** Takes the state in which the run begins, or goes on after an action that is not weakly fair. */
  readonly begin: (state: State) => void
  /** Takes a step; answers with how many steps the round has that it closes, or null if it closes none. */
  readonly after: (action: Action, state: State) => number | null
}

/**
 * A run that comes back to a state can do the same again, and so for ever. Weak fairness allows that if no action is
 * enabled all the way round and never taken. An action is known by its place: copies are replaced on the way.
 */
export const roundsOf = (protocol: Protocol): Rounds => {
  let states: State[] = []
  let taken: string[] = []
  let visits = new Map<string, number[]>()
  const visit = (state: State): readonly number[] => {
    const name = identity(state)
    const before = visits.get(name) ?? []
    visits.set(name, [...before, states.length])
    states.push(state)
    return before
  }
  const begin = (state: State): void => {
    states = []
    taken = []
    visits = new Map()
    visit(state)
  }
  const isFair = (from: number): boolean => {
    const done = new Set(taken.slice(from))
    const [first, ...others] = states.slice(from, -1)
    if (first === undefined) return false
    let waiting = placesOf(protocol, first).filter((place) => !done.has(place))
    for (const state of others) {
      if (waiting.length === 0) return true
      const due = new Set(placesOf(protocol, state))
      waiting = waiting.filter((place) => due.has(place))
    }
    return waiting.length === 0
  }
  const after = (action: Action, state: State): number | null => {
    const before = states.at(-1)
    if (
      before === undefined ||
      !["protocol", "time"].includes(alphabet[action.kind].actor) ||
      before.faults !== state.faults
    ) {
      begin(state)
      return null
    }
    taken.push(placeOf(before, action))
    const from = visit(state).findLast((number) => isFair(number))
    return from === undefined ? null : states.length - 1 - from
  }
  return { begin, after }
}

const placesOf = (protocol: Protocol, state: State): readonly string[] =>
  dueIn(protocol, state).map(({ action }) => placeOf(state, action))

/** The action by what it names, a copy by its pair and its host. */
const placeOf = (state: State, action: Action): string => {
  const { kind, ...named } = action
  const found = "copy" in action ? running(state, action.copy) : null
  return JSON.stringify([kind, found === null ? named : { ...named, copy: [found.pair.id, found.copy.host] }])
}
