import { describe, expect, it } from "vitest"
import { plainConfig } from "../../model/config.ts"
import type { State } from "../../model/state.ts"
import { shrinkingUntil } from "../../cli/conform/failure.ts"
import { coreScope } from "../../properties/mutants/mutant.ts"
import { conform, type FailedCase } from "../../conform/campaign.ts"
import { connectionOf, type Connection } from "../../conform/connection.ts"
import { pairCases } from "../../conform/pair-cases.ts"
import { pairProfile } from "../../conform/pair-profile.ts"
import type { AskBody, Peer } from "../../conform/peer.ts"
import { shrink, type Shrunk } from "../../conform/shrink.ts"
import { firstFailure, randomCases } from "./first-failure.ts"
import { connectedTo, hello, peerOf } from "./model-peer.ts"

describe("shrinking that is late", () => {
  it("before it begins tries nothing, and reports the failure as it was found", async () => {
    const found = await firstFailure(wrong())
    const asked: unknown[] = []
    const connection = counted(wrong(), asked)

    const shrunk = await shrinkLate(connection, found, () => true)

    expect(asked).toEqual([])
    expect(shrunk).toMatchObject({ steadiness: { tag: "seen once" }, minimality: "found", cut: "time" })
    expect(shrunk.actions).toHaveLength(found.outcome.tag === "diverged" ? found.outcome.step : 0)
  })

  it("in its first run reports the failure as seen once, not as one that comes and goes", async () => {
    const found = await firstFailure(wrong())
    const asked: AskBody[] = []
    const connection = connectedTo(recorded(peerOf("SecondarySkipsLock"), asked))

    const shrunk = await shrinkLate(connection, found, () => asked.length >= 2)

    expect(shrunk).toMatchObject({ steadiness: { tag: "seen once" }, cut: "time" })
  })

  it("ends at any moment with the next answer, with what it has so far", async () => {
    const found = await firstFailure(wrong())
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

describe("a case that is being asked when the time is up", () => {
  const actions = Array.from({ length: 40 }, () => ({ kind: "PowerOn", pair: "p1", host: "h1" }))

  it.for([1, 4])("is cut, after the asks that are on their way, where %i may wait", async (window) => {
    const asked: AskBody[] = []
    const connection = connectedTo(recorded(peerOf(null), asked), { window })

    const outcome = await connection.trial(plainConfig(2, 1), actions, 0, () => asked.length >= 10)

    expect(outcome.tag).toBe("cut")
    expect(asked.length).toBeLessThan(10 + window)
  })

  it("has failed all the same, if what was answered by then does not fit", async () => {
    const asked: AskBody[] = []
    const { case: found, outcome: first } = await firstFailure(wrong())
    const connection = connectedTo(recorded(peerOf("SecondarySkipsLock"), asked))

    const outcome = await connection.trial(
      found.config,
      [...found.actions, ...actions],
      0,
      () => asked.length > found.actions.length,
    )

    expect(outcome).toMatchObject({ tag: "diverged", step: first.tag === "diverged" ? first.step : 0 })
    expect(asked.length).toBeLessThan(found.actions.length + actions.length)
  })

  it("is neither counted as run nor takes a scope for gone through", async () => {
    const asked: AskBody[] = []
    const connection = connectedTo(recorded(peerOf(null), asked))

    const { cases, isToured, stopped } = await conform(connection, pairCases, {
      ...randomCases(coreScope),
      config: null,
      isStopped: () => asked.length >= 30,
    })

    expect({ cases, isToured, stopped }).toEqual({
      cases: { named: 0, scopes: 0, random: 0 },
      isToured: false,
      stopped: "interrupted",
    })
  })

  it("gives way while it is judged, and is judged no further", async () => {
    let heard = false
    const profile = pairProfile()
    const peer = peerOf(null)
    const connection = connectionOf(
      () => Promise.resolve(peer),
      { peer, hello },
      {
        ...profile,
        step: (...asked) => {
          busy(10)
          return profile.step(...asked)
        },
      },
      10_000,
    )
    setTimeout(() => {
      heard = true
    }, 0)

    const outcome = await connection.trial(plainConfig(2, 1), actions, 0, () => heard)

    expect(outcome.tag).toBe("cut")
  })
})

// Helpers

/** An implementation, whose asks are noted as they come. */
const recorded = (inner: Peer, asked: AskBody[]): Peer => ({
  ...inner,
  ask: (bodies) => {
    asked.push(...bodies)
    return inner.ask(bodies)
  },
})

const busy = (milliseconds: number): void => {
  const until = performance.now() + milliseconds
  while (performance.now() < until);
}

const wrong = (): Connection<State> => connectedTo(peerOf("SecondarySkipsLock"))

const shrinkLate = async (
  connection: Connection<State>,
  { case: each, outcome }: FailedCase<State>,
  isLate: () => boolean,
): Promise<Shrunk<State>> => shrink(connection, pairCases, each, outcome, isLate)

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
