import { describe, expect, it } from "vitest"
import { enumerate } from "../../../properties/explore/enumerate.ts"
import { neededFairness, suffixOf } from "../../../properties/explore/fairness.ts"
import { marked } from "../../../properties/explore/graph.ts"
import type { System } from "../../../properties/explore/system.ts"
import { named } from "./named.ts"
import {
  isConsistent,
  isSettled,
  sorted,
  sortedByPhase,
  twoPhaseCommit,
  type CommitAction,
  type CommitKind,
} from "./two-phase-commit.ts"

describe("two-phase commit", () => {
  // TLC's figures for TwoPhase.cfg in tlaplus/Examples: 288 distinct, 1,146 in all with the initial one, 11 levels.
  it("has the published 288 states, 1,145 transitions and depth 10 with 3 managers", () => {
    const { end, states, transitions, depth } = enumerate(twoPhaseCommit(3))

    expect({ end, states, transitions, depth }).toEqual({
      end: "complete",
      states: 288,
      transitions: 1_145,
      depth: 10,
    })
  })

  it("has the published 8,832 states with 5 managers", () => {
    const { end, states, transitions } = enumerate(twoPhaseCommit(5))

    expect({ end, states, transitions }).toEqual({ end: "complete", states: 8_832, transitions: 58_145 })
  })

  it.each([1, 2, 3, 4])("has 4ⁿ + 2ⁿ + 6ⁿ states with %i managers", (n) => {
    expect(enumerate(twoPhaseCommit(n)).states).toBe(4 ** n + 2 ** n + 6 ** n)
  })

  it("has 314 states with 5 managers that are interchangeable, and as many orders to find them in", () => {
    const symmetric = twoPhaseCommit(5, sorted)

    const counts = [enumerate(symmetric).states, depthFirst(symmetric)]

    // Multisets of 5 from the 4, 2 and 6 things that a manager can be, before a decision, committed and aborted.
    expect(choose(8, 3) + choose(6, 1) + choose(10, 5)).toBe(314)
    expect(counts).toEqual([314, 314])
  })

  it("has 314 classes by the least of all 120 orders of each of its states, too", () => {
    const orders = permutations([0, 1, 2, 3, 4])
    const classes = new Set<string>()
    const { end } = enumerate(twoPhaseCommit(5), {
      always: ({ decision, managers }) => {
        const names = managers.map(
          ({ phase, hasSent, isHeard }) => `${phase}${Number(hasSent)}${Number(isHeard)}`,
        )
        const ways = orders.map((order) => order.map((i) => names[i]).join())
        classes.add(decision + ways.reduce((least, way) => (way < least ? way : least)))
        return null
      },
    })

    expect([end, classes.size]).toEqual(["complete", 314])
  })

  it("has Stateright's 665 with 5 managers by the order of their phases, depth first as Stateright goes", () => {
    expect(depthFirst(twoPhaseCommit(5, sortedByPhase))).toBe(665)
  })

  it("has 508 by that order breadth first, as one class may have several representatives: 1,092 in all", () => {
    const all = new Set<string>()
    const symmetric = twoPhaseCommit(5, sortedByPhase)
    enumerate(twoPhaseCommit(5), { always: (state) => (all.add(symmetric.key(state)), null) })

    expect([enumerate(symmetric).states, all.size]).toEqual([508, 1_092])
  })

  it("is consistent, and deadlocks nowhere but where it has all been decided", () => {
    const { violation, deadlocks } = enumerate(twoPhaseCommit(4), {
      always: (state) => (isConsistent(state) ? null : "one has committed and one aborted"),
    })

    expect({ violation, deadlocks }).toEqual({ violation: null, deadlocks: 0 })
  })

  it("counts its actions by kind, as many generated as there are transitions", () => {
    const { kinds, states, transitions } = enumerate(twoPhaseCommit(3), { kindOf: ({ kind }) => kind })

    const counts = Object.values(kinds)
    expect(Object.keys(kinds).sort()).toEqual([...commitKinds].sort())
    expect(counts.reduce((sum, { generated }) => sum + generated, 0)).toBe(transitions)
    expect(counts.reduce((sum, { distinct }) => sum + distinct, 0)).toBe(states - 1)
    expect(kinds["TmCommit"]).toEqual({ distinct: 1, generated: 1 })
  })

  it("settles in the end, for which it needs what cannot be undone: a decision, and its messages", () => {
    const { graph, states, labels } = named(twoPhaseCommit(3), {
      labelOf: ({ kind, manager }) => `${kind} ${manager ?? ""}`,
      isFair: () => true,
    })

    const { lasso, needs } = neededFairness(
      suffixOf(graph),
      marked(states, isSettled),
      (label) => labels[label]?.split(" ")[0] ?? "",
    )

    expect(lasso).toBeNull()
    expect(needs.map(({ group }) => group)).toEqual(["RmRcvAbortMsg", "RmRcvCommitMsg", "TmAbort"])
  })
})

// Helpers

const commitKinds: readonly CommitKind[] = [
  "TmCommit",
  "TmAbort",
  "TmRcvPrepared",
  "RmPrepare",
  "RmChooseToAbort",
  "RmRcvCommitMsg",
  "RmRcvAbortMsg",
]

/** How many keys a search with a stack comes across: it goes on from the state found last, under whatever key. */
const depthFirst = <S>({ starts, successors, key }: System<S, CommitAction>): number => {
  const seen = new Set(starts.map(key))
  const stack = [...starts]
  for (let state = stack.pop(); state !== undefined; state = stack.pop())
    for (const next of successors(state)) {
      if (seen.has(key(next.state))) continue
      seen.add(key(next.state))
      stack.push(next.state)
    }
  return seen.size
}

const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k)

const permutations = (numbers: readonly number[]): readonly (readonly number[])[] =>
  numbers.length === 0
    ? [[]]
    : numbers.flatMap((first, i) => permutations(numbers.toSpliced(i, 1)).map((rest) => [first, ...rest]))
