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
import { base, guarded, timedIn } from "./clusters.ts"

// The counts agree with those of two independent explorers. One changes only with the rule that moved it.

type Row = readonly [
  faults: number,
  log: number,
  powerOffUpTo: number,
  what: string,
  time: Time,
  states: number,
  transitions: number,
  ticks: number,
  depth: number,
]

const delayed: Time = { ...base, delayMax: 1, goLiveDelay: 5 }
const uneven: Time = {
  ...base,
  heartbeatTimeout: { primary: 3, secondary: 2 },
  silenceTimeout: { primary: 4, secondary: 2 },
  goLiveDelay: 5,
  lockMax: 2,
  respawnMax: 2,
  syncMax: 3,
  haDelay: 3,
}
const drifting: Time = {
  ...base,
  silenceTimeout: { primary: 4, secondary: 3 },
  driftEvery: 4,
  goLiveDelay: 8,
}

const rows: readonly Row[] = [
  [0, 0, 0, "B", base, 37, 61, 22, 4],
  [0, 1, 0, "B", base, 139, 295, 88, 6],
  [1, 0, 0, "B", base, 2306, 5083, 1141, 14],
  [1, 1, 0, "B", base, 15_638, 42_195, 7257, 17],
  [2, 0, 0, "B", base, 38_409, 116_085, 18_075, 22],
  [1, 0, 1, "B", base, 5497, 13_496, 2828, 16],
  [1, 0, 0, "G", guarded, 2402, 5017, 1297, 18],
  [1, 0, 1, "G", guarded, 5977, 14_222, 3404, 20],
  [2, 0, 0, "G", guarded, 44_715, 129_675, 23_901, 26],
  [1, 0, 0, "B with delays", delayed, 3659, 8602, 2062, 18],
  [1, 0, 0, "the same with a long period of the log", { ...delayed, logPeriod: 2 }, 3659, 8776, 2062, 18],
  [1, 0, 0, "B with drift", drifting, 4131, 9659, 2408, 23],
  [1, 0, 0, "timeouts by role", uneven, 3540, 8285, 2495, 20],
]

const migrating: readonly Kind[] = [...timedKinds, "Migrate"]

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

    expect(countsIn(protocol, migrating)).toEqual([3038, 7180, 1564, 19])
  })

  it("is what one explorer found that let a Secondary migrate which has lost its Primary, where the model does, too", () => {
    const protocol = protocolOf(timedIn(guarded, { faults: 1 }))

    expect(countsIn(migratingAlone(protocol), migrating)).toEqual([3344, 8260, 1684, 19])
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
