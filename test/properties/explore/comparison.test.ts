import { describe, expect, it } from "vitest"
import { plainKinds } from "../../../model/action.ts"
import { plainConfig } from "../../../model/config.ts"
import { protocolOf } from "../../../model/core.ts"
import type { ProtocolOf } from "../../../model/protocol.ts"
import { comparing } from "../../../properties/explore/comparison.ts"
import type { Scope } from "../../../properties/explore/scope.ts"
import { finished } from "../../../properties/explore/turns.ts"
import { mutants } from "../../../properties/mutants/catalogue.ts"
import { coreScope, kindsWith, mutated } from "../../../properties/mutants/mutant.ts"
import { replay } from "../../../traces/replay.ts"

describe("an engine that is compared with the model", () => {
  it("differs in no state, where both are as written", () => {
    const { states, difference } = finished(comparing(scopeOf(protocolOf)))

    expect(difference).toBeNull()
    expect(states).toBe(500)
  })

  it("is compared in fewer states of a cluster whose states have more actions", () => {
    const large = plainConfig(8, 4, { log: 2, generations: 5, faults: 2 })

    expect(finished(comparing(scopeOf(protocolOf, large))).states).toBe(94)
  })

  it("differs, where the model alone was changed, for most changes, after a run that the model takes", () => {
    const unseen = mutants.filter((mutant) => {
      const scope = scopeOf(mutated(mutant), mutant.scope, kindsWith(mutant))
      const { difference } = finished(comparing(scope))
      if (difference === null) return true
      expect(replay(mutated(mutant)(scope.config), [], difference.actions).refusal).toBeNull()
      return false
    })

    // These show after longer runs: what `check` draws finds them.
    expect(unseen.map(({ name }) => name)).toEqual([
      "NoReRelease",
      "FenceNotTestAndSet",
      "ReorderChannel",
      "HaIgnoresStale",
      "HaFromEmpty",
      "RespawnFirst",
      "ExposedChannelStaysOpen",
      "GoLiveNeedsRule",
      "PowerOnStartsDisabled",
      "TestRestartHaltsSuccessor",
      "DeliverOverCutLink",
      "PowerOnWaitsForTheLost",
      "DeliverForgetsReleased",
      "SilenceOnly",
      "ContenderAcks",
      "RolesMixedUp",
      "FooledByFormerSecondary",
      "LockNotUrgent",
      "AgesAddUp",
    ])
  })
})

/** A scope whose model is this one, and whose engine is the protocol's. */
const scopeOf = (model: ProtocolOf, config = coreScope, among = plainKinds): Scope => ({
  config,
  among,
  mutant: null,
  properties: ["S1"],
  symmetry: true,
  reduction: false,
  sides: { model, mutation: null, indexed: false },
})
