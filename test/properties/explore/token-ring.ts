import type { System } from "../../../properties/explore/system.ts"

/**
 * Dijkstra, "Self-stabilizing systems in spite of distributed control" (1974), the ring of K-state machines: machine
 * 0 is privileged, and may count on, where it equals the last one; any other where it differs from the one before
 * it, which it then copies. It starts anyhow. Once one machine alone is privileged it stays so, one after the other.
 *
 * Shape  A state is what each machine counts, 0 to K - 1; an action, the machine that moves.
 */
export const tokenRing = (machines: number, k: number): System<readonly number[], number> => ({
  starts: Array.from({ length: k ** machines }, (_, code) =>
    Array.from({ length: machines }, (_machine, i) => Math.floor(code / k ** i) % k),
  ),
  successors: (state) =>
    privileged(state).map((machine) => ({
      action: machine,
      state: state.with(machine, machine === 0 ? (at(state, 0) + 1) % k : at(state, machine - 1)),
    })),
  key: (state) => state.join(),
})

/** The machines that may move. */
export const privileged = (state: readonly number[]): readonly number[] =>
  [...state.keys()].filter((machine) =>
    machine === 0 ? at(state, 0) === at(state, -1) : at(state, machine) !== at(state, machine - 1),
  )

const at = (state: readonly number[], machine: number): number => state.at(machine) as number
