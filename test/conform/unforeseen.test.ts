import { describe, expect, it } from "vitest"
import { kinds } from "../../model/action.ts"
import { next, refused } from "../../model/outcome.ts"
import { peerOf as endOf, withCopy } from "../../model/pair.ts"
import { running, withPair } from "../../model/state.ts"
import { rules, type Rules } from "../../model/step.ts"
import { conform } from "../../traces/conform/campaign.ts"
import { inProcess } from "../../traces/conform/in-process.ts"
import { pairProfile } from "../../traces/conform/pair-profile.ts"
import { pairRepertoire } from "../../traces/conform/pair-repertoire.ts"
import { shrink } from "../../traces/conform/shrink.ts"
import { connectedTo, hello } from "./model-peer.ts"

// Bugs that no mutant of the catalogue has, so that no stored run was made for them.

/** A contending Secondary still takes entries. */
const lateDelivery: Rules = {
  ...rules,
  Deliver: {
    ...rules.Deliver,
    apply: (config, state, action) => {
      const found = running(state, action.copy)
      if (found?.copy.phase !== "contending" || found.copy.role !== "secondary")
        return rules.Deliver.apply(config, state, action)
      const before = withPair(state, withCopy(found.pair, { ...found.copy, phase: "lockstep" }))
      const outcome = rules.Deliver.apply(config, before, action)
      const after = outcome.tag === "next" ? running(outcome.state, action.copy) : null
      if (outcome.tag === "refused" || after === null) return refused("phase")
      return next(withPair(outcome.state, withCopy(after.pair, { ...after.copy, phase: "contending" })))
    },
  },
}

/** A stale Primary takes all for acknowledged once its Secondary went live. */
const staleAcknowledgement: Rules = {
  ...rules,
  Ack: {
    ...rules.Ack,
    apply: (config, state, action) => {
      const outcome = rules.Ack.apply(config, state, action)
      const after = outcome.tag === "next" ? running(outcome.state, action.copy) : null
      if (outcome.tag === "refused" || after === null) return outcome
      const { pair, copy } = after
      if (copy.channel === null || endOf(pair, copy)?.phase !== "live") return outcome
      const channel = { ...copy.channel, acked: copy.log.length }
      return next(withPair(outcome.state, withCopy(pair, { ...copy, channel })))
    },
  },
}

describe("a bug that no stored run was made for is found in a small scope, and made as short as it can be:", () => {
  it.each([
    ["a contending Secondary takes entries", lateDelivery, "respawn", 7],
    ["a stale Primary takes all for acknowledged", staleAcknowledgement, "two-entries", 10],
  ])("%s", async (_what, wrong, scope, shortest) => {
    const profile = pairProfile(wrong)
    const connection = connectedTo(inProcess(profile, profile.sight, hello))
    const unhurried: typeof connection = {
      ...connection,
      trial: (config, actions) => connection.trial(config, actions),
    }

    const { failed } = await conform(unhurried, pairRepertoire, {
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
    const shrunk =
      found === undefined ? null : await shrink(unhurried, pairRepertoire, found.case, found.outcome)

    expect(failed).toHaveLength(1)
    expect(shrunk?.actions).toHaveLength(shortest)
    expect(shrunk?.actions.every(({ kind }) => (kinds as readonly string[]).includes(kind))).toBe(true)
  })
})
