import { describe, expect, it } from "vitest"
import { coreKinds, kinds } from "../../model/action.ts"
import { plainConfig, type Config } from "../../model/config.ts"
import { conform, type ConformSpec } from "../../conform/campaign.ts"
import type { Scope } from "../../conform/case-source.ts"
import { connectionOf } from "../../conform/connection.ts"
import { pairCases } from "../../conform/pair-cases.ts"
import { pairProfile } from "../../conform/pair-profile.ts"
import type { AskBody, Peer } from "../../conform/peer.ts"
import { tourOf } from "../../conform/tour.ts"
import type { Hello } from "../../conform/wire.ts"
import { hello, peerOf } from "./model-peer.ts"

// Who tells nothing of whatever is asked is not asked everything; who tells something, however late, is.

describe("an implementation that skips all it is asked", () => {
  it("is asked a part of each scope and of the random cases, and no more", async () => {
    const { cases, tally, isToured, stopped } = await conformWith(() => false, { runs: 2_000 })

    expect({ isToured, stopped, reported: tally.taken + tally.refused }).toEqual({
      isToured: false,
      stopped: "untold",
      reported: 0,
    })
    expect(cases.scopes).toBeGreaterThan(1)
    expect(cases.scopes).toBeLessThan(allOf(coreKinds) / 2)
    expect(cases.random).toBe(100)
  })

  it("is asked everything that was picked, where that leaves out a kind that it declares", async () => {
    const { cases, stopped } = await conformWith(() => false, { actions: kinds })

    expect({ scopes: cases.scopes, stopped }).toEqual({ scopes: allOf(kinds), stopped: "done" })
  })
})

describe("an implementation that has only some clusters, and says so when it is asked an action", () => {
  it("is asked everything, where the last scope is the first that it has", async () => {
    const { cases, scopes, isToured, stopped } = await conformWith(({ hosts }) => hosts.length === 3)

    expect({ scopes: cases.scopes, isToured, stopped }).toEqual({
      scopes: allOf(coreKinds),
      isToured: true,
      stopped: "done",
    })
    expect(scopes.map(({ transitions: { covered } }) => covered > 0)).toEqual([false, true])
  })

  it("is asked everything, where no scope is one that it has, but random cases are", async () => {
    const { cases, isToured, stopped } = await conformWith(({ hosts }) => hosts.length === 1, { runs: 120 })

    expect({ cases, isToured, stopped }).toEqual({
      cases: { named: 0, scopes: allOf(coreKinds), random: 120 },
      isToured: true,
      stopped: "done",
    })
  })
})

describe("an implementation that never knows whether it was done", () => {
  it("is asked everything, as it may have been", async () => {
    const error = { code: "timeout", text: "no answer", definite: false }

    const { stopped, beyond } = await conformWith(() => false, { fitting: 1 }, { ok: false, error })

    expect({ stopped, isBeyond: beyond.length > 0 }).toEqual({ stopped: "done", isBeyond: true })
  })
})

// Helpers

const scopeOf = (name: string, hosts: number): Scope => ({
  name,
  says: `${hosts} hosts`,
  config: plainConfig(hosts, 1, { log: 0, faults: 1, generations: 2, powerOffUpTo: 0, fencesUpTo: 0 }),
  kinds: coreKinds,
  refusals: "all",
})

const two: typeof pairCases = { ...pairCases, scopes: [scopeOf("two", 2), scopeOf("three", 3)] }

/** How many cases both scopes have, of these kinds. */
function allOf(these: readonly string[]): number {
  const ground = { profile: pairProfile(), caseSource: two, kinds: these }
  return two.scopes.reduce((sum, scope) => sum + [...tourOf(ground, scope)].length, 0)
}

/** How it is asked: how many random cases, of which kinds it declares, and how many model states may fit at once. */
type Asked = { readonly runs: number; readonly actions: readonly string[]; readonly fitting: number }

/** The model in place of an implementation, which answers so to every action in a cluster that it does not have. */
function conformWith(
  has: (config: Config) => boolean,
  { runs = 0, actions = coreKinds, fitting = 100 }: Partial<Asked> = {},
  otherwise: object = { skipped: "not here" },
) {
  const inner = peerOf(null)
  let config: Config | null = null
  const peer: Peer = {
    ...inner,
    ask: async (bodies: readonly AskBody[]) => {
      const replies = []
      for (const body of bodies) {
        if (body.op === "reset") config = body["config"] as Config
        const isThere = body.op !== "apply" || (config !== null && has(config))
        replies.push(...(isThere ? await inner.ask([body]) : [{ line: "", json: { seq: 1, ...otherwise } }]))
      }
      return replies
    },
  }
  const spec: ConformSpec = {
    named: [],
    runs,
    seed: "7",
    config: null,
    isPicked: () => true,
    isKnown: () => false,
    until: Infinity,
  }
  const declared: Hello = { ...hello, actions: actions as Hello["actions"] }
  const start = () => Promise.resolve(peer)
  return conform(connectionOf(start, { peer, hello: declared }, pairProfile(), fitting), two, spec)
}
