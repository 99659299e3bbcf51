import { describe, expect, it } from "vitest"
import { kinds } from "../../model/action.ts"
import { protocolOf } from "../../model/core.ts"
import { conform } from "../../conform/campaign.ts"
import { inProcess } from "../../conform/in-process.ts"
import { pairProfile } from "../../conform/pair-profile.ts"
import { pairCases } from "../../conform/pair-cases.ts"
import { shrink } from "../../conform/shrink.ts"
import { connectedTo, hello } from "./model-peer.ts"
import { lateDelivery, staleAcknowledgement } from "./wrong-rules.ts"

describe("a bug that no stored run was made for is found in a small scope, and made as short as it can be:", () => {
  it.each([
    ["a contending Secondary takes entries", lateDelivery, "respawn", 7],
    ["a stale Primary takes all for acknowledged", staleAcknowledgement, "two-entries", 10],
  ])("%s", async (_what, wrong, scope, shortest) => {
    const profile = pairProfile((config) => wrong(protocolOf(config)))
    const connection = connectedTo(inProcess(profile, profile.schema, hello))
    const unhurried: typeof connection = {
      ...connection,
      trial: (config, actions) => connection.trial(config, actions),
    }

    const { failed } = await conform(unhurried, pairCases, {
      named: [],
      runs: 0,
      seed: "1",
      config: null,
      inScope: (name) => name === scope,
      isPicked: () => true,
      isKnown: () => false,
      until: Infinity,
    })
    const found = failed[0]
    const shrunk = found === undefined ? null : await shrink(unhurried, pairCases, found.case, found.outcome)

    expect(failed).toHaveLength(1)
    expect(shrunk?.actions).toHaveLength(shortest)
    expect(shrunk?.actions.every(({ kind }) => (kinds as readonly string[]).includes(kind))).toBe(true)
  })
})
