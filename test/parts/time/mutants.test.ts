import { describe, expect, it } from "vitest"
import { timedKinds } from "../../../model/action.ts"
import type { Config } from "../../../model/config.ts"
import { protocolOf } from "../../../model/core.ts"
import { matching } from "../../../properties/catalogue.ts"
import { modelSweep } from "../../../properties/explore/model-sweep.ts"
import { kindsWith, mutated, scopeFor } from "../../../properties/mutants/mutant.ts"
import { timeMutants } from "../../../properties/mutants/time.ts"
import { base, guarded, timedIn } from "./clusters.ts"

/** How a mutant is caught: in which cluster, by what, and after how many actions at least, as another explorer counted them. */
type Catch = readonly [name: string, config: Config, kills: Readonly<Record<string, number>>]

const inB = timedIn(base, { faults: 1 })
const inG = timedIn(guarded, { faults: 1 })

const catches: readonly Catch[] = [
  ["HeartbeatOnly", inB, { L5a: 7, L5b: 10 }],
  ["SilenceOnly", inB, { L5a: 6 }],
  ["BothDetectorsNeeded", inB, { L5a: 6 }],
  ["HeartbeatCountsAsLog", inB, { L5b: 10, L5e: 12 }],
  ["NoGoLiveWait", inG, { S3b: 7 }],
  ["ContenderAcks", inG, { S3b: 11 }],
  ["WaitTooShort", inG, { S3b: 10 }],
  ["WaitsForHeartbeatTimeout", inG, { S3b: 10 }],
  ["WaitsOutOwnTimeout", timedWith({ silence: [4, 2], goLiveDelay: 5 }), { S3b: 10 }],
  ["RolesMixedUp", timedWith({ silence: [3, 5], goLiveDelay: 4 }), { S3b: 11 }],
  ["DriftForgotten", timedWith({ silence: [4, 3], driftEvery: 4, goLiveDelay: 8 }), { S3b: 10 }],
  ["DelayForgotten", timedWith({ delayMax: 1, goLiveDelay: 5 }), { S3b: 11 }],
  ["MigrateResetsClocks", inG, { S3b: 12 }],
  ["FooledByFormerSecondary", inB, { S3a: 14, L5c: 15 }],
  ["LockNotUrgent", inB, { L5f: 5, L5b: 11 }],
  ["PrimaryWaitsToo", inG, { L5f: 5 }],
  ["SyncHasNoTimeout", inB, { L5a: 6, L5c: 13 }],
  ["NoUrgency", inB, { L5f: 5, L5a: 6 }],
  ["SyncingIsSilent", timedIn({ ...base, syncMax: 3 }), { TIME1: 7, S18: 8 }],
  ["IdleGuestSilent", timedIn(base), { TIME1: 8, S18: 9 }],
  ["DelayReachesTimeout", timedIn(guarded), { TIME1: 4, S18: 5, S3b: 6 }],
  ["AgesAddUp", timedIn(base, { faults: 2 }), { TIME2: 10 }],
  ["HaImpatient", inB, { TIME3: 3 }],
]

/** What no other explorer has counted. */
const ownCatches: readonly Catch[] = [
  ["SilenceOnly", inB, { L5d: 10 }],
  ["LockNotUrgent", inB, { L5d: 10 }],
  ["DeadlineBeforeDelay", inG, { TIME0: 4 }],
]

const every = [...catches, ...ownCatches].flatMap(([name, config, kills]) =>
  Object.entries(kills).map(([id, steps]) => [name, id, steps, config] as const),
)

describe("a mutant of time is caught", () => {
  it.each(every)("%s: by %s, after %i actions and no fewer", (name, id, steps, config) => {
    const mutant = mutantNamed(name)

    const { violation } = modelSweep(mutated(mutant)(config), kindsWith(mutant), matching([id]), Infinity)

    expect(violation?.why).toBe(id)
    expect(violation?.path.moves).toHaveLength(steps)
  })

  it("by what it says, in the scope that it names", () => {
    const named = timeMutants.flatMap((mutant) =>
      Object.entries(mutant.killedBy).map(([id, steps]) => [mutant.name, id, steps, scopeFor(mutant, id)]),
    )

    const order = (all: readonly (readonly unknown[])[]): readonly string[] =>
      all.map((each) => JSON.stringify(each.slice(0, 3))).toSorted()
    expect(order(named)).toEqual(order(every))
    expect(new Set(named.map(([name, , , scope]) => JSON.stringify([name, scope])))).toEqual(
      new Set(every.map(([name, , , config]) => JSON.stringify([name, config]))),
    )
  })
})

describe("the protocol of time violates none of what its mutants break", () => {
  it.each([
    ["B", inB, ["S3a", "TIME*", "L5a", "L5f", "S18"]],
    ["B", inB, ["L5b"]],
    ["B", inB, ["L5c"]],
    ["B", inB, ["L5d"]],
    ["B", inB, ["L5e"]],
    ["G", inG, ["S3b", "TIME*", "L5a", "L5f", "S18"]],
  ] as const)("in %s", (_name, config, ids) => {
    const { end, violation } = modelSweep(protocolOf(config), timedKinds, matching(ids), Infinity)

    expect([end, violation]).toEqual(["complete", null])
  })
})

// Helpers

function mutantNamed(name: string) {
  const found = timeMutants.find((mutant) => mutant.name === name)
  if (found === undefined) throw new Error(`there is no mutant ${name}`)
  return found
}

function timedWith({
  silence: [primary, secondary] = [3, 3],
  ...others
}: Partial<typeof base> & { readonly silence?: readonly [number, number] }): Config {
  return timedIn({ ...base, silenceTimeout: { primary, secondary }, ...others }, { faults: 1 })
}
