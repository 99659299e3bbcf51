import { describe, expect, it } from "vitest"
import { describe as written, type Action } from "../../../model/action.ts"
import { withdrawing } from "../../../model/change.ts"
import { plainConfig, type Config } from "../../../model/config.ts"
import { isSame } from "../../../model/identity.ts"
import { initial } from "../../../model/state.ts"
import { step } from "../../../model/step.ts"
import { catalogue, matching } from "../../../properties/catalogue.ts"
import { begin, observe, type Judge, type Run } from "../../../properties/check/run.ts"
import { shortestFrom, type Found } from "../../../properties/check/search.ts"
import { mutantNamed } from "../../../properties/mutants/catalogue.ts"
import { mutated } from "../../../properties/mutants/mutant.ts"
import type { QuiescentPair, PairStep, Property } from "../../../properties/property.ts"

describe("shortestFrom", () => {
  it("finds the violation of two steps, with the way to it", () => {
    const judge = judging("SpawnIgnoresAntiAffinity")

    const found = shortestFrom(judge, startOf(judge), 5, 10_000)

    expect(wayOf(found)).toEqual(["PowerOn(p1, h1)", "SpawnSecondary(p1.1, h1)"])
    expect(found).toMatchObject({ violation: { property: { id: "S7" }, step: 2 } })
  })

  it("finds it within two steps, and not within one", () => {
    const judge = judging("SpawnIgnoresAntiAffinity")

    expect(wayOf(shortestFrom(judge, startOf(judge), 2, 10_000))).toHaveLength(2)
    expect(shortestFrom(judge, startOf(judge), 1, 10_000)).toBe("none")
  })

  it("finds what is violated in a quiescent state", () => {
    const judge = judging("LiveWithholds", plainConfig(1, 1, { log: 1 }))

    const found = shortestFrom(judge, startOf(judge), 3, 10_000)

    expect(wayOf(found)).toEqual(["PowerOn(p1, h1)", "Record(p1.1)"])
    expect(found).toMatchObject({ violation: { property: { id: "L4" }, step: 2 } })
  })

  it("goes on from a given schedule, and counts from the beginning", () => {
    const judge = judging("SpawnIgnoresAntiAffinity")
    const start = after(judge, [{ kind: "PowerOn", pair: "p1", host: "h2" }])

    const found = shortestFrom(judge, start, 1, 10_000)

    expect(wayOf(found)).toEqual(["PowerOn(p1, h2)", "SpawnSecondary(p1.1, h2)"])
    expect(found).toMatchObject({ violation: { step: 2 } })
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

  it.each([0, null])(
    "tells runs apart by the faults when a pair was protected: %s, where the states are the same",
    (faults) => {
      const found = foundBy(plainConfig(3, 1, { log: 0, faults: 1 }), {
        ...made,
        onStep: ({ step: { action }, before, history }) =>
          action.kind === "HealLink" &&
          before.copies.length === 2 &&
          before.copies.every(({ phase }) => phase === "lockstep") &&
          history.faultsWhenProtected === faults
            ? "it heals"
            : null,
      })

      expect(found).toHaveLength(6)
      expect(found.at(-1)).toMatch(/^HealLink/)
    },
  )

  it.each(["h1", "h2"])(
    "tells states apart by where a pair is registered, where S29 is checked: on %s",
    (host) => {
      const found = foundBy(plainConfig(2, 1, { log: 0, faults: 0 }), {
        ...made,
        id: "S29",
        onStep: ({ step: { action }, before }) =>
          action.kind === "PowerOn" && before.lock.generation > 1 && before.registered.primary === host
            ? "it is powered on again"
            : null,
      })

      expect(found.slice(0, 2)).toEqual([`PowerOn(p1, ${host})`, "PowerOff(p1)"])
      expect(found).toHaveLength(3)
    },
  )

  it.each([0, 1])("tells states apart by how often operators have intervened: %i times", (times) => {
    const config = plainConfig(2, 1, { log: 0, faults: 2 })
    const restarted = after(judging(null, config), [
      { kind: "PowerOn", pair: "p1", host: "h1" },
      { kind: "FailHost", host: "h1" },
      { kind: "RecoverHost", host: "h1" },
      { kind: "HaRestart", pair: "p1", host: "h1" },
    ])

    const found = foundBy(config, {
      ...made,
      onStep: ({ step: { action, before: state }, before: { interventions } }) =>
        action.kind === "FailHost" && isSame(state, restarted.state) && interventions === times
          ? "it fails"
          : null,
    })

    expect(found.at(-1)).toMatch(/^FailHost/)
    expect(found.filter((action) => action.startsWith("PowerOff"))).toHaveLength(times)
  })

  it("finds what is violated where the initial state is quiescent", () => {
    const judge = judging("LiveWithholds", plainConfig(1, 1, { log: 1 }))
    const start = after(judge, [
      { kind: "PowerOn", pair: "p1", host: "h1" },
      { kind: "Record", copy: "p1.1" },
    ])

    expect(shortestFrom(judge, start, 3, 10_000)).toMatchObject({
      violation: { property: { id: "L4" }, step: 2 },
    })
  })

  it.each([
    ["in a step", "onStep"],
    ["in a quiescent state", "whenQuiescent"],
  ] as const)(
    "finds, of what is violated soonest, what comes first in the judge's order: %s",
    (_how, when) => {
      const onHost = (host: string): Property => ({
        ...made,
        id: host,
        [when]: (seen: PairStep | QuiescentPair) =>
          ("after" in seen ? seen.after : seen.pair).copies.some((copy) => copy.host === host)
            ? `on ${host}`
            : null,
      })
      const properties = ["h2", "h1"].map(onHost)
      const judge = { ...judging(null, plainConfig(2, 1, { log: 0, faults: 0 })), properties }
      const idle = { ...judge, protocol: withdrawing("SpawnSecondary")(judge.protocol) }

      expect(wayOf(shortestFrom(idle, startOf(idle), 3, 10_000))).toEqual(["PowerOn(p1, h2)"])
    },
  )

  it("says that it does not know once it has seen too many states", () => {
    const judge = judging(null)

    expect(shortestFrom(judge, startOf(judge), 100, 50)).toBe("unknown")
  })
})

// Helpers

/** A property of a step, but for what it asks. */
const made: Property = {
  id: "made",
  name: "Made",
  family: "safety",
  statement: "A step is never taken.",
  why: "It can be distinguished from the run that came before.",
  checks: [],
  witness: "",
}

/** A shortest run that violates the property, in words. */
const foundBy = (config: Config, property: Property): readonly string[] => {
  const judge = { ...judging(null, config), properties: [property] }
  return wayOf(shortestFrom(judge, startOf(judge), 6, 10_000))
}

const two = plainConfig(2, 1, { log: 1 })

const judging = (mutant: string | null, config = two): Judge => ({
  protocol: mutated(mutantNamed(mutant ?? ""))(config),
  properties: catalogue,
  witnesses: [],
})

const startOf = (judge: Judge): Run => begin(judge, initial(judge.protocol.config))

const after = (judge: Judge, actions: readonly Action[]): Run =>
  actions.reduce((run, action) => {
    const outcome = step(judge.protocol, run.state, action)
    if (outcome.tag === "refused") throw new Error(`${written(action)} is refused: ${outcome.guard}`)
    return observe(judge, run, { action, state: outcome.state })
  }, startOf(judge))

/** The actions of what was found, in words; what was said instead, if nothing was. */
const wayOf = (found: Found): readonly string[] =>
  typeof found === "string" ? [found] : found.actions.map(written)
