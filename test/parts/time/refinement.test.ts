import { describe, expect, it } from "vitest"
import { coreKinds, timedKinds, type Kind } from "../../../model/action.ts"
import { ruled } from "../../../model/change.ts"
import type { Bounds } from "../../../model/config.ts"
import { protocolOf } from "../../../model/core.ts"
import { identity } from "../../../model/identity.ts"
import type { Time } from "../../../model/parts/time/parameters.ts"
import type { Change, Protocol } from "../../../model/protocol.ts"
import { pairsOf, withPair, type State } from "../../../model/state.ts"
import { enumerate } from "../../enumerate.ts"
import { base, timedIn } from "./clusters.ts"

// Without its clocks, a run in which time passes is one of the core, and time forbids nothing but what comes too early.

/** So late are messages that any copy may suspect any other, and HA does not wait. */
const lateMessages: Time = { ...base, delayMax: 5, haDelay: 0 }

describe("a cluster in which time passes, without its clocks", () => {
  it("with messages as late as can be, up to generation 4: the 2,455 states of the core with free suspicion", () => {
    const core = reached(suspectingFreely(protocolOf(untimed({ generations: 4 }))), coreKinds)
    const erased = reached(protocolOf(timedIn(lateMessages, { generations: 4 })), timedKinds)

    expect(core.size).toBe(2455)
    expect(missing(core, erased)).toEqual([])
    expect(missing(erased, core)).toEqual([])
  }, 60_000)

  it.each([
    [1, 0, 3, 10_475],
    [1, 1, 2, 31_561],
  ])(
    "the same already before the first tick, faults %i, log %i, up to generation %i: %i states",
    (faults, log, generations, size) => {
      const bounds = { faults, log, generations }

      const core = reached(suspectingFreely(protocolOf(untimed(bounds))), coreKinds)
      const erased = reached(protocolOf(timedIn(lateMessages, bounds)), coreKinds)

      expect(core.size).toBe(size)
      expect(missing(core, erased)).toEqual([])
      expect(missing(erased, core)).toEqual([])
    },
    60_000,
  )

  it.each([
    [1, 0, 768, 768],
    [1, 1, 5230, 5230],
    [2, 0, 8580, 9846],
  ])(
    "without false alarms, faults %i, log %i: %i of the %i states of the core",
    (faults, log, size, ofCore) => {
      const core = reached(protocolOf(untimed({ faults, log })), coreKinds)
      const erased = reached(protocolOf(timedIn(base, { faults, log })), timedKinds)

      expect([erased.size, core.size]).toEqual([size, ofCore])
      expect(missing(erased, core)).toEqual([])
    },
    60_000,
  )
})

// Helpers

/** The same cluster in which no time passes. */
function untimed(bounds: Partial<Bounds>) {
  const { time: _, ...config } = timedIn(base, bounds)
  return config
}

/** The protocol in which no suspicion costs a fault. */
const suspectingFreely: Change = ruled("Suspect", (suspect) => ({ ...suspect, isFault: () => false }))

/** The identities of all states that are reached, without their clocks. */
function reached(protocol: Protocol, among: readonly Kind[]): Set<string> {
  const names = new Set<string>()
  enumerate(protocol, among, undefined, (state) => names.add(identity(erased(state))))
  return names
}

/** What is in the one set and not in the other. */
const missing = (one: Set<string>, other: Set<string>): readonly string[] =>
  [...one].filter((name) => !other.has(name))

function erased(state: State): State {
  return pairsOf(state).reduce(
    (so, { haWait: _, ...pair }) =>
      withPair(so, {
        ...pair,
        copies: pair.copies.map(
          ({ watch: _w, heartbeatSilence: _h, logSilence: _l, obligation: _o, ...copy }) => copy,
        ),
      }),
    state,
  )
}
