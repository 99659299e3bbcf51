import { describe, expect, it } from "vitest"
import { coreKinds, describe as written, type Kind } from "../../../model/action.ts"
import { plainConfig, unbounded } from "../../../model/config.ts"
import { protocolOf } from "../../../model/core.ts"
import { identity } from "../../../model/identity.ts"
import { initial, pairsOf, type State } from "../../../model/state.ts"
import { successors } from "../../../model/step.ts"
import type { Quotient } from "../../../impl/engine/quotient.ts"
import { formOf, sharedIn } from "../../../properties/quotient/form.ts"
import { enumerate } from "../../enumerate.ts"

const bit: Quotient = { form: "bit", drops: true }
const ranks: Quotient = { form: "ranks", drops: true }

describe("the forms of the states of every run", () => {
  it.each([
    [2, ranks, 0, 660, 5_016, 11],
    [2, bit, 0, 620, 4_688, 10],
    [2, ranks, 1, 5_624, 46_022, 20],
    [2, bit, 1, 2_924, 23_898, 19],
  ])("of %i hosts, %j, window %i: %i, with %i steps, in %i", (hosts, quotient, window, ...counts) => {
    const [states, transitions, depth] = counts

    expect(formsOf(hosts, quotient, window)).toEqual({ states, transitions, depth })
  })
})

describe("what a state leads to", () => {
  it.each([
    ["ranks", ranks, coreKinds],
    ["bit", bit, coreKinds],
    ["ranks, with every entry kept", { form: "ranks", drops: false }, coreKinds],
    ["bit, with operators at work", bit, [...coreKinds, "Migrate", "TestFailover", "TestRestartSecondary"]],
  ] satisfies [string, Quotient, readonly Kind[]][])("is told by its form: %s", (_name, quotient, among) => {
    expect(firstDifference((state) => formOf(quotient, state), quotient, among)).toBeNull()
  })
})

// Helpers

/** How many forms there are without bounds, but for a window of entries that are not done with everywhere. */
function formsOf(hosts: number, quotient: Quotient, window: number): ReturnType<typeof enumerate> {
  const protocol = protocolOf(plainConfig(hosts, 1, { ...unbounded, log: window }))
  const seen = new Set<string>()
  const start = formOf(quotient, initial(protocol.config))
  let level = [start]
  seen.add(identity(start))
  const counts = { states: 1, transitions: 0, depth: -1 }
  while (level.length > 0) {
    counts.depth += 1
    const next: State[] = []
    for (const state of level)
      for (const { state: reached } of successors(protocol, state, coreKinds)) {
        counts.transitions += 1
        const form = formOf(quotient, reached)
        if (seen.has(identity(form))) continue
        seen.add(identity(form))
        next.push(form)
      }
    level = next
  }
  return { ...counts, states: seen.size }
}

/** Where the steps from a state and those from its form differ, in the states of a bounded scope of two hosts. */
function firstDifference(
  form: (state: State) => State,
  { drops }: Quotient,
  among: readonly Kind[],
): string | null {
  const bounds = { faults: 1, log: 2, generations: 3, powerOffUpTo: 1, fencesUpTo: 1 }
  const window = 2
  const raw = protocolOf(plainConfig(2, 1, unbounded))
  const windowed = protocolOf(plainConfig(2, 1, { ...unbounded, log: window }))
  let difference: string | null = null
  enumerate(protocolOf(plainConfig(2, 1, bounds)), among, undefined, (state) => {
    if (difference !== null) return
    const isBeyond = (copy: string): boolean =>
      pairsOf(state).some((pair) => {
        const log = pair.copies.find(({ id }) => id === copy)?.log ?? []
        return log.length - (drops ? sharedIn(pair) : 0) >= window
      })
    const ofState = successors(raw, state, among)
      .filter(({ action }) => action.kind !== "Record" || !isBeyond(action.copy))
      .map(({ action, state: next }) => `${written(action)} ${identity(form(next))}`)
    const ofForm = successors(windowed, form(state), among).map(
      ({ action, state: next }) => `${written(action)} ${identity(form(next))}`,
    )
    const [here] = ofState.filter((each) => !ofForm.includes(each))
    const [there] = ofForm.filter((each) => !ofState.includes(each))
    if (here !== undefined || there !== undefined) difference = `${identity(state)}: ${here} / ${there}`
  })
  return difference
}
