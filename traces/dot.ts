import { describe } from "../model/action.ts"
import { ftState } from "../model/ft-state.ts"
import { identity } from "../model/identity.ts"
import { initial, pairsOf, type State } from "../model/state.ts"
import { successors } from "../model/step.ts"
import { modelOf, type Scope } from "../properties/explore/scope.ts"
import { writeAtomically } from "./atomic-file.ts"
import { BadInput } from "./bad-input.ts"

/** How many states a drawing may have: beyond this it is unreadable. */
const statesMax = 2000

/**
 * Writes the state graph of a small scope, for Graphviz. Throws BadInput if it is too large to be read, and
 * CannotWrite.
 */
export const writeDot = (file: string, scope: Scope): void => {
  const { config, among } = scope
  const protocol = modelOf(scope)
  const numbers = new Map<string, number>()
  const states: State[] = []
  const numberOf = (state: State): number => {
    const key = identity(state)
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, states.length)
    states.push(state)
    return states.length - 1
  }
  numberOf(initial(config))
  const edges: string[] = []
  for (let n = 0; n < states.length; n += 1) {
    if (states.length > statesMax)
      throw new BadInput({
        message: `--dot ${file}: the scope has more than ${statesMax} states: expected a smaller one`,
      })
    for (const { action, state } of successors(protocol, states[n] as State, among))
      edges.push(`  s${n} -> s${numberOf(state)} [label="${describe(action)}"]`)
  }
  const nodes = states.map((state, n) => `  s${n} [label="${labelOf(state)}"]`)
  writeAtomically(file, ["digraph ftpair {", "  node [shape=box]", ...nodes, ...edges, "}", ""].join("\n"))
}

/** Each pair's FT state, the lock's generation, and its copies. */
const labelOf = (state: State): string =>
  pairsOf(state)
    .map((pair) => {
      const copies = pair.copies.map(
        ({ host, phase, role, generation }) => `${host} ${role} ${phase} ${generation}`,
      )
      return [`${pair.id} ${ftState(pair)}, lock ${pair.lock.generation}`, ...copies].join("\\n")
    })
    .join("\\n")
