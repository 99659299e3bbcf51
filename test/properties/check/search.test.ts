import { describe, expect, it } from "vitest"
import { describe as written, type Action } from "../../../model/action.ts"
import { plainConfig } from "../../../model/config.ts"
import { initial } from "../../../model/state.ts"
import { step } from "../../../model/step.ts"
import { catalogue, matching } from "../../../properties/catalogue.ts"
import { begin, observe, type Judge, type Run } from "../../../properties/check/run.ts"
import { shortestFrom, type Found } from "../../../properties/check/search.ts"
import { mutantNamed } from "../../../properties/mutants/catalogue.ts"
import { mutated } from "../../../properties/mutants/mutant.ts"

describe("shortestFrom", () => {
  it("finds the breach of two steps, with the way to it", () => {
    const judge = judging("SpawnIgnoresAntiAffinity")

    const found = shortestFrom(judge, startOf(judge), 5, 10_000)

    expect(wayOf(found)).toEqual(["PowerOn(p1, h1)", "SpawnSecondary(p1.1, h1)"])
    expect(found).toMatchObject({ breach: { property: { id: "S7" }, step: 2 } })
  })

  it("finds it within two steps, and not within one", () => {
    const judge = judging("SpawnIgnoresAntiAffinity")

    expect(wayOf(shortestFrom(judge, startOf(judge), 2, 10_000))).toHaveLength(2)
    expect(shortestFrom(judge, startOf(judge), 1, 10_000)).toBe("none")
  })

  it("finds what is breached by being at rest", () => {
    const judge = judging("LiveWithholds", plainConfig(1, 1, { log: 1 }))

    const found = shortestFrom(judge, startOf(judge), 3, 10_000)

    expect(wayOf(found)).toEqual(["PowerOn(p1, h1)", "Record(p1.1)"])
    expect(found).toMatchObject({ breach: { property: { id: "L4" }, step: 2 } })
  })

  it("goes on from where it is told to, and counts from the beginning", () => {
    const judge = judging("SpawnIgnoresAntiAffinity")
    const start = after(judge, [{ kind: "PowerOn", pair: "p1", host: "h2" }])

    const found = shortestFrom(judge, start, 1, 10_000)

    expect(wayOf(found)).toEqual(["PowerOn(p1, h2)", "SpawnSecondary(p1.1, h2)"])
    expect(found).toMatchObject({ breach: { step: 2 } })
  })

  it("says that there is none where it has seen everything", () => {
    const tiny = plainConfig(2, 1, { log: 0, generations: 2, faults: 0, powerOffUpTo: 0 })
    const judge = judging(null, tiny)

    expect(shortestFrom(judge, startOf(judge), 100, 10_000)).toBe("none")
  })

  it("says that there is none of what is not asked", () => {
    const judge = { ...judging("SpawnIgnoresAntiAffinity"), properties: matching(["S10"]) }

    expect(shortestFrom(judge, startOf(judge), 3, 10_000)).toBe("none")
  })

  it("says that it does not know once it has seen too many states", () => {
    const judge = judging(null)

    expect(shortestFrom(judge, startOf(judge), 100, 50)).toBe("unknown")
  })
})

// Helpers

const two = plainConfig(2, 1, { log: 1 })

const judging = (mutant: string | null, config = two): Judge => ({
  protocol: mutated(mutantNamed(mutant ?? ""))(config),
  properties: catalogue,
  witnesses: [],
})

const startOf = ({ protocol }: Judge): Run => begin(initial(protocol.config))

const after = (judge: Judge, actions: readonly Action[]): Run =>
  actions.reduce((run, action) => {
    const outcome = step(judge.protocol, run.state, action)
    if (outcome.tag === "refused") throw new Error(`${written(action)} is refused: ${outcome.guard}`)
    return observe(judge, run, { action, state: outcome.state })
  }, startOf(judge))

/** The actions of what was found, in words; what was said instead, if nothing was. */
const wayOf = (found: Found): readonly string[] =>
  typeof found === "string" ? [found] : found.actions.map(written)
