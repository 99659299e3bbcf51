import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { coreKinds } from "../../../model/action.ts"
import type { Config } from "../../../model/config.ts"
import { identity, registrationsOf } from "../../../model/identity.ts"
import { initial, type State } from "../../../model/state.ts"
import { engineOf } from "../../../impl/engine/engine.ts"
import { layoutOf, type LayoutOptions } from "../../../impl/engine/layout.ts"
import { CapacityExceeded } from "../../../impl/engine/capacity.ts"
import { indexedMutations } from "../../../impl/engine/mutations/logging.ts"
import { pack, unpack } from "../../../impl/engine/pack.ts"
import { sinceProtected, singleFaultHistoryOf } from "../../../impl/engine/single-fault.ts"
import type { View } from "../../../impl/engine/view.ts"
import {
  bounded,
  changed,
  copyOf,
  logOf,
  overtaken,
  p1,
  reach,
  starting,
  three,
  toRunning,
} from "../../fixtures.ts"
import { arbitraryRun } from "../../properties/arbitrary/runs.ts"

describe("what is packed", () => {
  it("unpacks to the same state, on the way of random runs", () => {
    fc.assert(
      fc.property(arbitraryRun(), ({ config, states }) => {
        const view = viewFor(config)

        const unpacked = states.map((state) => identity(repacked(view, state)))

        expect(unpacked).toEqual(states.map(identity))
      }),
      { numRuns: 40 },
    )
  })

  it("unpacks to the same state where entries carry their index, whatever that is", () => {
    fc.assert(
      fc.property(arbitraryRun(indexedMutations), ({ config, states }) => {
        const view = viewFor(config, { indexed: true })

        const unpacked = states.map((state) => identity(repacked(view, state)))

        expect(unpacked).toEqual(states.map(identity))
      }),
      { numRuns: 40 },
    )
  })

  it("gives the same words again once it is unpacked and packed anew", () => {
    fc.assert(
      fc.property(arbitraryRun(), ({ config, states }) => {
        const view = viewFor(config)

        for (const state of states) {
          const words = keyOf(view, state)
          expect(keyOf(view, unpack(view))).toEqual(words)
        }
      }),
      { numRuns: 20 },
    )
  })

  it("gives other words for another state, and the same for the same", () => {
    fc.assert(
      fc.property(arbitraryRun(), ({ config, states }) => {
        const view = viewFor(config)
        const nameOf = (state: State): string => `${identity(state)};${registrationsOf(state)}`
        const words = new Map(states.map((state) => [nameOf(state), keyOf(view, state).join()]))

        expect(new Set(words.values()).size).toBe(words.size)
        for (const state of states) expect(keyOf(view, state).join()).toBe(words.get(nameOf(state)))
      }),
      { numRuns: 20 },
    )
  })

  it("leaves nothing of the state that the machine was at before", () => {
    const view = viewFor(three)
    const fresh = keyOf(view, initial(three))

    pack(view, changed(reach(three, overtaken, "Record(p1.2)"), { h1: { storage: false }, cut: ["h1-h3"] }))

    expect(keyOf(view, initial(three))).toEqual(fresh)
  })

  it("is where the machine stays: there is nothing to undo", () => {
    const view = viewFor(three)
    pack(view, reach(three, toRunning))

    view.machine.undo()

    expect(identity(unpack(view))).toBe(identity(reach(three, toRunning)))
  })

  it("keeps the count of interventions where the layout does", () => {
    const view = viewFor(bounded({ generations: 5 }), { interventions: true })

    const unpacked = repacked(view, reach(three, "PowerOn(p1,h1) PowerOff(p1) PowerOn(p1,h1) PowerOff(p1)"))

    expect(p1(unpacked).interventions).toBe(2)
  })

  it("keeps no count of interventions where the layout does not", () => {
    const unpacked = repacked(viewFor(three), reach(three, "PowerOn(p1,h1) PowerOff(p1)"))

    expect(p1(unpacked).interventions).toBe(0)
  })

  it("keeps a pair's single-fault history where the layout does", () => {
    const view = viewFor(three, { singleFault: true })

    pack(view, reach(three, toRunning), () => ({ sinceProtected: sinceProtected.oneFault }))

    expect(singleFaultHistoryOf(view).historyIn(0)).toBe(sinceProtected.oneFault)
  })
})

describe("what is not kept", () => {
  it("are the names of copies: each is called by the number of its host", () => {
    const state = reach(three, overtaken, "SpawnSecondary(p1.2,h3) CrashCopy(p1.1) CrashCopy(p1.2)")
    const restarted = reach(three, "PowerOn(p1,h3) SpawnSecondary(p1.1,h1)")

    expect(p1(state).copies.map(({ id }) => id)).toEqual(["p1.3"])
    expect(namesIn(repacked(viewFor(three), state))).toEqual({ h3: "p1.3" })
    expect(namesIn(restarted)).toEqual({ h3: "p1.1", h1: "p1.2" })
    expect(namesIn(repacked(viewFor(three), restarted))).toEqual({ h3: "p1.3", h1: "p1.1" })
  })

  it("are the names in the lock and in a channel: they follow those of the copies", () => {
    const state = reach(three, "PowerOn(p1,h3) SpawnSecondary(p1.1,h1)")

    const unpacked = repacked(viewFor(three), state)

    expect(p1(state).lock.holder).toBe("p1.1")
    expect(p1(unpacked).lock.holder).toBe("p1.3")
    expect(copyOf(state, "p1.1").channel?.peer).toBe("p1.2")
    expect(copyOf(unpacked, "p1.3").channel?.peer).toBe("p1.1")
  })

  it("are registrations and reasons: they are as at the start", () => {
    const state = changed(reach(three, toRunning), {
      p1: { registered: { primary: "h2", secondary: "h3" }, reason: "other" },
    })

    const unpacked = repacked(viewFor(three, { among: coreKinds }), state)

    expect(p1(unpacked).registered).toEqual({ primary: "h1", secondary: "h1" })
    expect(p1(unpacked).reason).toBeNull()
  })
})

describe("what does not fit is not packed", () => {
  it.each<[string, State, Config, RegExp]>([
    [
      "a second copy of the pair on one host",
      changed(reach(three, toRunning), { "p1.2": { host: "h1" } }),
      three,
      /one place for a copy of p1 on each host/,
    ],
    [
      "a log longer than the layout has room for",
      changed(reach(three, starting), { "p1.1": { log: logOf("1.1 1.2") } }),
      bounded({ log: 1 }),
      /log up to 1/,
    ],
    [
      "outputs more than the layout has room for",
      changed(reach(three, starting), { p1: { observed: logOf("1.1 1.2 1.3") } }),
      bounded({ log: 2 }),
      /log up to 2/,
    ],
    [
      "an entry that is out of its place",
      changed(reach(three, starting), { "p1.1": { log: logOf("1.1 1.3") } }),
      three,
      /entry 2 has index 3/,
    ],
    [
      "a lock beyond the bound of generations",
      changed(reach(three, starting), { p1: { lock: { generation: 7, holder: "p1.1" } } }),
      bounded({ generations: 5 }),
      /generations up to 5/,
    ],
    [
      "a Primary that is syncing",
      changed(reach(three, starting), { "p1.1": { phase: "syncing" } }),
      three,
      /no place for p1\.1, a syncing primary/,
    ],
    [
      "a live Secondary",
      changed(reach(three, starting), { "p1.2": { phase: "live" } }),
      three,
      /no place for p1\.2, a live secondary/,
    ],
    [
      "more faults than the layout has room for",
      { ...initial(three), faults: 4 },
      bounded({ faults: 3 }),
      /faults up to 3/,
    ],
  ])("%s", (_what, state, config, message) => {
    const view = viewFor(config)

    const packing = () => {
      pack(view, state)
    }

    expect(packing).toThrow(CapacityExceeded)
    expect(packing).toThrow(message)
  })

  it("but an entry out of its place is, where entries carry their index", () => {
    const state = changed(reach(three, starting), { "p1.1": { log: logOf("1.1 1.3") } })

    const unpacked = repacked(viewFor(three, { indexed: true }), state)

    expect(copyOf(unpacked, "p1.1").log).toEqual(logOf("1.1 1.3"))
  })
})

// Helpers

const viewFor = (config: Config, options: LayoutOptions = {}): View =>
  engineOf(layoutOf(config, options)).view

const repacked = (view: View, state: State): State => {
  pack(view, state)
  return unpack(view)
}

/** The words of a state, as they are stored. */
const keyOf = (view: View, state: State): Int32Array => {
  pack(view, state)
  return view.machine.key.slice(0, view.layout.words)
}

const namesIn = (state: State): Readonly<Record<string, string>> =>
  Object.fromEntries(p1(state).copies.map(({ host, id }) => [host, id]))
