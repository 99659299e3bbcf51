import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { isCore, kinds } from "../../model/action.ts"
import { plainConfig } from "../../model/config.ts"
import { protocolOf } from "../../model/core.ts"
import { refusals } from "../../model/refusals.ts"
import { initial, type State } from "../../model/state.ts"
import { candidates, step, successors } from "../../model/step.ts"
import { base, timedIn } from "../parts/time/clusters.ts"
import { choicesIn } from "../../traces/choices.ts"

const protocol = protocolOf(plainConfig(3, 2, { faults: 3 }))

describe("choicesIn, in every state that a run reaches", () => {
  it("sorts each action that could be tried as the rules do, with the sentence of its guard", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 25, size: "max" }), (choices) => {
        const state = walked(choices)

        const { enabled, refused } = choicesIn(protocol, state)

        const asked = kinds.filter(isCore).flatMap((kind) => candidates(state, kind))
        expect(enabled.length + refused.length).toBe(asked.length)
        for (const { action } of enabled) expect(step(protocol, state, action).tag).toBe("next")
        for (const { action, guard, sentence } of refused) {
          expect(step(protocol, state, action)).toEqual({ tag: "refused", guard })
          expect(sentence).toBe(refusals[action.kind][guard])
        }
      }),
      { numRuns: 40 },
    )
  })

  it("has the kinds of a part where it is on", () => {
    const { enabled, refused } = choicesIn(protocolOf(timedIn(base)), initial(timedIn(base)))

    expect([...enabled, ...refused].filter(({ action }) => action.kind === "Tick")).toEqual([
      { action: { kind: "Tick" }, actor: "time", changes: [] },
    ])
  })
})

// Helpers

const walked = (choices: readonly number[]): State => {
  let state = initial(protocol.config)
  for (const choice of choices) {
    const allowed = successors(protocol, state)
    state = allowed[choice % allowed.length]?.state ?? state
  }
  return state
}
