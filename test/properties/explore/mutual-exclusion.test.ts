import { describe, expect, it } from "vitest"
import { enumerate } from "../../../properties/explore/enumerate.ts"
import { neededFairness, suffixOf, type NeededFairness } from "../../../properties/explore/fairness.ts"
import { marked } from "../../../properties/explore/graph.ts"
import type { System } from "../../../properties/explore/system.ts"
import { bareLock, peterson, type Sharing, type SharingAction } from "./mutual-exclusion.ts"
import { named } from "./named.ts"

describe("mutual exclusion", () => {
  it.each([
    ["Peterson's algorithm", peterson],
    ["a bare lock", bareLock],
  ])("is what %s gives, without a deadlock", (_name, system) => {
    const { end, deadlocks } = enumerate(system, {
      always: ({ at }) => (at[0] === "critical" && at[1] === "critical" ? "both are in" : null),
    })

    expect({ end, deadlocks }).toEqual({ end: "complete", deadlocks: 0 })
  })

  it("starves nobody by Peterson's algorithm, if what each process has begun is fair", () => {
    const { lasso, needs } = starvation(peterson)

    expect(lasso).toBeNull()
    expect(needs.map(({ group }) => group)).toEqual(["enter 0", "enter 1", "leave 1", "yield 0", "yield 1"])
  })

  it("may starve a process by a bare lock, which is free again and again, and not for good", () => {
    const { lasso, labels, actions } = starvation(bareLock)

    const way = lasso?.loop.map((edge) => written(actions[edge] as SharingAction))
    const entering = lasso?.fairness.find(({ label }) => labels[label] === "enter 0")
    expect(way).toEqual(["ask 1", "enter 1", "leave 1"])
    expect(entering).toMatchObject({ enabled: "sometimes", taken: false })
  })
})

// Helpers

const written = ({ kind, process }: SharingAction): string => `${kind} ${process}`

type Answer = NeededFairness & {
  readonly labels: readonly string[]
  readonly actions: readonly SharingAction[]
}

/** Whether process 0 may want to enter and never do so: a loop in which it is on its way all the time. */
const starvation = (system: System<Sharing, SharingAction>): Answer => {
  const { graph, states, labels, actions } = named(system, {
    labelOf: written,
    isFair: ({ kind }) => kind !== "ask",
  })
  const onItsWay = marked(states, ({ at }) => at[0] === "flagged" || at[0] === "waiting")
  const suffix = suffixOf(graph, onItsWay)
  const found = neededFairness(suffix, new Uint8Array(states.length), (label) => labels[label] ?? "")
  return { ...found, labels, actions }
}
