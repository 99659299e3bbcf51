import { describe, expect, it } from "vitest"
import { timedKinds, type Kind } from "../../../model/action.ts"
import type { Bounds } from "../../../model/config.ts"
import { ruled } from "../../../model/change.ts"
import { protocolOf } from "../../../model/core.ts"
import type { Time } from "../../../model/parts/time/parameters.ts"
import type { Change, Protocol } from "../../../model/protocol.ts"
import type { State } from "../../../model/state.ts"
import type { OfCopy } from "../../../model/subject.ts"
import { enumerate } from "../../enumerate.ts"
import { base, guarded, migratingKinds, timedIn } from "./clusters.ts"
import { rows } from "./rows.ts"

describe("the state space of a cluster in which time passes, with three hosts and one pair", () => {
  it.each(rows)(
    "faults: %i, entries in a log: %i, power-off up to generation %i, %s",
    (faults, log, powerOffUpTo, _what, time, ...counts) => {
      expect(countsOf(time, { faults, log, powerOffUpTo })).toEqual(counts)
    },
    60_000,
  )

  it("has false alarms where messages may be as late as the timeout is long", () => {
    expect(countsOf({ ...base, delayMax: 2 }, { generations: 3 })).toEqual([12_430, 33_844, 7303, 23])
  })

  it("is larger where copies migrate", () => {
    const protocol = protocolOf(timedIn(guarded, { faults: 1 }))

    expect(countsIn(protocol, migratingKinds)).toEqual([3038, 7180, 1564, 19])
  })

  it("is what one explorer found that let a Secondary migrate which has lost its Primary, where the model does, too", () => {
    const protocol = protocolOf(timedIn(guarded, { faults: 1 }))

    expect(countsIn(migratingAlone(protocol), migratingKinds)).toEqual([3344, 8260, 1684, 19])
  })
})

// Helpers

function countsOf(time: Time, bounds: Partial<Bounds>): readonly number[] {
  return countsIn(protocolOf(timedIn(time, bounds)), timedKinds)
}

/** States, transitions, ticks among these, and depth. */
function countsIn(protocol: Protocol, among: readonly Kind[]): readonly number[] {
  let ticks = 0
  const { states, transitions, depth } = enumerate(protocol, among, undefined, (_state, reached) => {
    ticks += reached.filter(({ action }) => action.kind === "Tick").length
  })
  return [states, transitions, ticks, depth]
}

/** The guard `peer` of `Migrate` passes a Secondary in lockstep that no Primary in lockstep has as peer. */
const migratingAlone: Change = ruled("Migrate", (migrate) => ({
  ...migrate,
  guards: migrate.guards.map((guard) =>
    "find" in guard && guard.id === "peer"
      ? {
          id: guard.id,
          find: (about: never, state: State, protocol: Protocol) => {
            const { copy } = about as OfCopy
            return (
              guard.find(about, state, protocol) ??
              (copy.role === "secondary" ? { ...(about as object), otherEnd: null } : null)
            )
          },
        }
      : guard,
  ),
}))
