import { describe, expect, it } from "vitest"
import { kinds } from "../../model/action.ts"
import type { Bookkeeping } from "../../model/bookkeeping.ts"
import { protocolOf } from "../../model/core.ts"
import type { Change } from "../../model/protocol.ts"
import { engineOf } from "../../impl/engine/engine.ts"
import { layoutOf, wholly } from "../../impl/engine/layout.ts"
import { ruled } from "../../model/change.ts"

import { divergenceIn, differentialPairOf, type Divergence } from "../../properties/refinement.ts"
import { alone, reach, three, toRunning } from "../fixtures.ts"

describe("a refusal for another reason", () => {
  it.each(kinds)("is a difference: %s", (kind) => {
    const mistaken = ruled(kind, (rule) => ({
      ...rule,
      guards: rule.guards.map((guard) => ({ ...guard, id: guard.id === "copy" ? "needed" : "copy" })),
    }))

    const divergence = divergenceAfter(mistaken, toRunning) ?? divergenceAfter(mistaken, damaged)

    expect(divergence?.action?.kind).toBe(kind)
  })
})

describe("what no guard reads", () => {
  it.each<readonly [string, (books: Bookkeeping) => Bookkeeping]>([
    [
      "a registration",
      (books) => ({
        ...books,
        registered: (before, action, after) =>
          action.kind === "Record"
            ? { primary: "h3", secondary: "h2" }
            : books.registered(before, action, after),
      }),
    ],
    [
      "the count of interventions",
      (books) => ({
        ...books,
        interventions: (before, action, after) =>
          books.interventions(before, action, after) + (action.kind === "Record" ? 1 : 0),
      }),
    ],
  ])("is compared all the same: %s", (_what, change) => {
    const divergence = divergenceAfter(
      (protocol) => ({ ...protocol, bookkeeping: change(protocol.bookkeeping) }),
      alone,
    )

    expect(divergence?.action?.kind).toBe("Record")
  })
})

// Helpers

/** What is not refused where all is well is refused here. */
const damaged = "FailHost(h3) CutLink(h1-h2)"

const divergenceAfter = (change: Change, way: string): Divergence | null =>
  divergenceIn(
    differentialPairOf(change(protocolOf(three)), engineOf(layoutOf(three, wholly))),
    reach(three, way),
  )
