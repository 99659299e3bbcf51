import type { Kind } from "../../../model/action.ts"
import type { Config } from "../../../model/config.ts"
import type { Copy } from "../../../model/copy.ts"
import { protocolOf } from "../../../model/core.ts"
import type { CopyId } from "../../../model/ids.ts"
import type { Pair } from "../../../model/pair.ts"
import { initial, pairsOf, type State } from "../../../model/state.ts"
import { successors } from "../../../model/step.ts"

/** What the search has found, and how fast. */
type NaiveFigures = {
  readonly states: number
  readonly transitions: number
  readonly depth: number
  readonly seconds: number
  readonly statesPerSecond: number
}

/**
 * The search that one writes first: breadth first over the model's states, a `Map` from the JSON of a state to its
 * depth. States are distinguished as by `identity`, and so the counts are those of the other searches.
 */
export const searchNaively = (config: Config, among: readonly Kind[]): NaiveFigures => {
  const start = performance.now()
  const protocol = protocolOf(config)
  const first = initial(config)
  const depths = new Map([[keyOf(first), 0]])
  const queue: [State, number][] = [[first, 0]]
  let transitions = 0
  let deepest = 0
  for (const [state, depth] of queue)
    for (const { state: next } of successors(protocol, state, among)) {
      transitions += 1
      const key = keyOf(next)
      if (depths.has(key)) continue
      depths.set(key, depth + 1)
      queue.push([next, depth + 1])
      deepest = depth + 1
    }
  const seconds = (performance.now() - start) / 1000
  return {
    states: depths.size,
    transitions,
    depth: deepest,
    seconds,
    statesPerSecond: depths.size / seconds,
  }
}

const keyOf = (state: State): string =>
  JSON.stringify({
    hosts: state.hosts,
    cut: state.cut,
    faults: state.faults,
    pairs: pairsOf(state).map(plain),
  })

/** The pair as it counts: copies named by their hosts and in that order, and nothing that no guard reads. */
const plain = (pair: Pair) => {
  const hostOf = (id: CopyId) => pair.copies.find((copy) => copy.id === id)?.host ?? "gone"
  const plainCopy = ({ id: _, channel, ...copy }: Copy) => ({
    ...copy,
    channel:
      channel === null || channel.peer === "gone" ? channel : { ...channel, peer: hostOf(channel.peer) },
  })
  return {
    power: pair.power,
    generation: pair.lock.generation,
    holder: pair.lock.holder === null ? null : hostOf(pair.lock.holder),
    observed: pair.observed,
    copies: pair.copies.map(plainCopy).sort((a, b) => (a.host < b.host ? -1 : 1)),
  }
}
