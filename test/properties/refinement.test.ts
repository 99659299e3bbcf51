import { describe, expect, it } from "vitest"
import { kinds, type Action } from "../../model/action.ts"
import type { Bookkeeping } from "../../model/bookkeeping.ts"
import { protocolOf } from "../../model/core.ts"
import type { Change } from "../../model/protocol.ts"
import { engineOf } from "../../impl/engine/engine.ts"
import { layoutOf, wholly } from "../../impl/engine/layout.ts"
import { indexedMutations } from "../../impl/engine/mutations/logging.ts"
import { ruled } from "../../model/change.ts"
import { plainConfig, type Config } from "../../model/config.ts"
import { mutantNamed } from "../../properties/mutants/catalogue.ts"
import { mutated } from "../../properties/mutants/mutant.ts"
import { divergenceIn, differentialPairOf, refinement, type Divergence } from "../../properties/refinement.ts"
import { corpusFolder } from "../../traces/package.ts"
import { readStory, type Story } from "../../traces/read.ts"
import { protocolOfStory, replay } from "../../traces/replay.ts"
import { filesIn } from "../../traces/store.ts"
import { base, timedIn } from "../parts/time/clusters.ts"
import { alone, clusterOf, reach, ruleOnP1, three, toRunning } from "../fixtures.ts"

describe("a refusal for another reason", () => {
  it.each(kinds)("is a difference: %s", (kind) => {
    const mistaken = ruled(kind, (rule) => ({
      ...rule,
      guards: rule.guards.map((guard) => ({ ...guard, id: guard.id === "copy" ? "needed" : "copy" })),
    }))

    const divergence =
      divergenceAfter(mistaken, toRunning) ??
      divergenceAfter(mistaken, damaged, half) ??
      divergenceAfter(mistaken, standing, timedIn(base))

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

describe("an entry out of its place, for which the engine has none,", () => {
  it.each(indexedRuns().map((story) => [story.mutant, story] as const))(
    "is a difference, and no defect, where the model alone is the mutant %s",
    (_mutant, story) => {
      const protocolIn = protocolOfStory(story)

      const { violations, refusal } = replay(
        protocolIn(story.config),
        [refinement(protocolIn, null)],
        story.actions,
      )

      expect(violations.map(({ property }) => property.id)).toEqual(["R1"])
      expect(refusal).toBeNull()
    },
  )

  it("is reported where it comes about, and the run goes on", () => {
    const mutant = mutated(mutantNamed("IndexFromZero"))
    const record: Action = { kind: "Record", copy: "p1.1" }
    const actions: readonly Action[] = [{ kind: "PowerOn", pair: "p1", host: "h1" }, record, record]

    const { violations, states } = replay(mutant(plainConfig(2, 1)), [refinement(mutant, null)], actions)

    expect(states).toHaveLength(4)
    expect(violations).toMatchObject([{ step: 2, why: expect.stringContaining("Record(p1.1): ") as string }])
  })
})

// Helpers

/** The runs of the corpus whose mutants put entries out of their places. */
function indexedRuns(): readonly Story[] {
  return filesIn(corpusFolder, ".itf.json")
    .map(readStory)
    .filter(({ mutant }) => mutant !== null && indexedMutations.includes(mutant))
}

/** What is not refused where all is well is refused here. */
const damaged = "FailHost(h3) CutLink(h1-h2)"

/** Time stands still until a Secondary is started. */
const standing = "PowerOn(p1,h1) Tick"

/** One rule is in force and one is not, and one link is not private. */
const half: Config = {
  ...clusterOf([{ groups: ["a"] }, {}, {}], {
    rules: [ruleOnP1("must", "on", "a"), { ...ruleOnP1("must", "not-on", "a"), active: false }],
  }),
  exposed: ["h1-h2"],
}

const divergenceAfter = (change: Change, way: string, config = three): Divergence | null =>
  divergenceIn(
    differentialPairOf(change(protocolOf(config)), engineOf(layoutOf(config, wholly))),
    reach(config, way),
  )
