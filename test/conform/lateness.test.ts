import { describe, expect, it } from "vitest"
import type { State } from "../../model/state.ts"
import { shrinkingUntil } from "../../cli/conform-failure.ts"
import { coreScope } from "../../properties/mutants/mutant.ts"
import { conform, type FailedCase } from "../../conform/campaign.ts"
import type { Connection } from "../../conform/connection.ts"
import { pairCases } from "../../conform/pair-cases.ts"
import { shrink, type Shrunk } from "../../conform/shrink.ts"
import { connectedTo, peerOf } from "./model-peer.ts"

describe("shrinking that is late", () => {
  it("before it begins tries nothing, and tells the failure as it was found", async () => {
    const found = await firstFailure()
    const asked: unknown[] = []
    const connection = counted(wrong(), asked)

    const shrunk = await shrinkLate(connection, found, () => true)

    expect(asked).toEqual([])
    expect(shrunk).toMatchObject({ steadiness: { tag: "seen once" }, minimality: "found", cut: "time" })
    expect(shrunk.actions).toHaveLength(found.outcome.tag === "diverged" ? found.outcome.step : 0)
  })

  it("ends at any moment with the next answer, with what it has so far", async () => {
    const found = await firstFailure()
    const all: unknown[] = []
    const whole = await shrinkLate(counted(wrong(), all), found, () => false)
    expect(whole.cut).toBeNull()

    let lengths: readonly number[] = []
    for (let after = 1; after < all.length; after += Math.ceil(all.length / 12)) {
      const asked: unknown[] = []
      const connection = counted(wrong(), asked)

      const shrunk = await shrinkLate(connection, found, () => asked.length >= after)

      // Two batches of cases may be on their way.
      expect(asked.length).toBeLessThanOrEqual(after + 16)
      expect(shrunk).toMatchObject({ minimality: "found", cut: "time" })
      lengths = [...lengths, shrunk.actions.length]
    }
    expect(lengths).toEqual(lengths.toSorted((a, b) => b - a))
    expect(lengths.at(-1)).toBe(whole.actions.length)
  })

  it("has five seconds where the time of the run is up, and else what is left of it", () => {
    expect([100_000, 11_000, 9_000, Infinity].map((until) => shrinkingUntil(until, 10_000))).toEqual([
      100_000,
      15_000,
      15_000,
      Infinity,
    ])
  })
})

// Helpers

const wrong = (): Connection<State> => connectedTo(peerOf("SecondarySkipsLock"))

const firstFailure = async (): Promise<FailedCase<State>> => {
  const { failed } = await conform(wrong(), pairCases, {
    named: [],
    runs: 3_000,
    seed: "7",
    config: coreScope,
    isPicked: () => true,
    isKnown: () => false,
    until: Infinity,
  })
  return failed[0] as FailedCase<State>
}

const shrinkLate = async (
  connection: Connection<State>,
  { case: each, outcome }: FailedCase<State>,
  isLate: () => boolean,
): Promise<Shrunk<State>> => (await shrink(connection, pairCases, each, outcome, isLate)) as Shrunk<State>

/** The connection, whose outcomes are noted as they come. */
const counted = (connection: Connection<State>, outcomes: unknown[]): Connection<State> => ({
  ...connection,
  trial: async (config, actions) => {
    const outcome = await connection.trial(config, actions)
    outcomes.push(outcome)
    return outcome
  },
  run: async function* (cases) {
    for await (const each of connection.run(cases)) {
      outcomes.push(each)
      yield each
    }
  },
})
