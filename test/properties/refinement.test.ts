import { describe, expect, it } from "vitest"
import { kinds, type Kind } from "../../model/action.ts"
import { refused } from "../../model/outcome.ts"
import type { Pair } from "../../model/pair.ts"
import type { Rule } from "../../model/rule.ts"
import { pairOf, withPair } from "../../model/state.ts"
import { rules, type Rules } from "../../model/step.ts"
import { engineOf } from "../../impl/engine/engine.ts"
import { layoutOf, wholly } from "../../impl/engine/layout.ts"
import { divergenceIn, twinsOf, type Divergence } from "../../properties/refinement.ts"
import { alone, reach, three, toRunning } from "../fixtures.ts"

describe("a refusal for another reason", () => {
  it.each(kinds)("is a difference: %s", (kind) => {
    const { serves, guards, apply } = rules[kind] as Rule<Kind>
    const mistaken: Rule<Kind> = {
      serves,
      guards,
      apply: (config, state, action) => {
        const outcome = apply(config, state, action)
        return outcome.tag === "refused" ? refused(outcome.guard === "copy" ? "needed" : "copy") : outcome
      },
    }
    const table: Rules = { ...rules, [kind]: mistaken }

    const divergence = divergenceAfter(table, toRunning) ?? divergenceAfter(table, damaged)

    expect(divergence?.action?.kind).toBe(kind)
  })
})

describe("what no guard reads", () => {
  it.each([
    ["a registration", (pair: Pair): Pair => ({ ...pair, registered: { primary: "h3", secondary: "h2" } })],
    [
      "the count of interventions",
      (pair: Pair): Pair => ({ ...pair, interventions: pair.interventions + 1 }),
    ],
  ] as const)("is compared all the same: %s", (_what, change) => {
    const mistaken: Rule<"Record"> = {
      ...rules.Record,
      apply: (config, state, action) => {
        const outcome = rules.Record.apply(config, state, action)
        return outcome.tag === "next"
          ? { ...outcome, state: withPair(outcome.state, change(pairOf(outcome.state, "p1"))) }
          : outcome
      },
    }

    const divergence = divergenceAfter({ ...rules, Record: mistaken }, alone)

    expect(divergence?.action?.kind).toBe("Record")
  })
})

// Helpers

/** What is not refused where all is well is refused here. */
const damaged = "FailHost(h3) CutLink(h1-h2)"

const divergenceAfter = (table: Rules, way: string): Divergence | null =>
  divergenceIn(twinsOf(table, engineOf(layoutOf(three, wholly))), reach(three, way))
