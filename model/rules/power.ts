import type { HostId } from "../ids.ts"
import { advanced } from "../lock.ts"
import { isExecutingPrimary } from "../copy.ts"
import { next, refused } from "../outcome.ts"
import { nextCopyId, without, withNewCopy, type Pair } from "../pair.ts"
import { ineligible } from "../placement.ts"
import { rule } from "../rule.ts"
import { hasStorage, pairOf, withPair, type State } from "../state.ts"

/**
 * The operator powers the pair on. All copies are looked at, stale ones too: a stale Primary may yet release
 * what its Secondary acknowledged, and a boot from what the world saw does not have that.
 */
export const powerOn = rule("PowerOn", {
  serves: ["FT-01", "FT-10", "FT-13"],
  guards: ["power", "may-run", "storage", "maintenance", "anti-affinity", "unreachable", "rule", "limits"],
  apply: (config, state, action) => {
    const pair = pairOf(state, action.pair)
    if (pair.power === "on") return refused("power")
    if (someCopyMayRun(state, pair)) return refused("may-run")
    const reason = ineligible(config, state, pair, action.host, null)
    if (reason !== null) return refused(reason)

    return next(withPair(state, booted({ ...pair, power: "on" }, action.host, pair.lock.generation)))
  },
})

/** Fence first: the lock is advanced, and the Primary of the old generation halts with it. Others find out by themselves. */
export const powerOff = rule("PowerOff", {
  serves: ["FT-01", "FT-11"],
  guards: ["power", "bound"],
  apply: (config, state, action) => {
    const pair = pairOf(state, action.pair)
    if (pair.power === "off") return refused("power")
    const { generation } = pair.lock
    if (generation > config.bounds.powerOffUpTo || generation >= config.bounds.generations)
      return refused("bound")

    const stopped = without(pair, (copy) => isExecutingPrimary(copy) && copy.generation === generation)
    const lock = advanced(pair.lock, null)
    return next(withPair(state, { ...stopped, power: "off", lock, interventions: pair.interventions + 1 }))
  },
})

/**
 * Nobody can go on: every copy is on a host without storage, or there is none. The VM is started afresh from
 * what the world has seen; what was recorded and never released is gone. It takes the lock by test-and-set,
 * so that a copy that still waits for its storage has lost.
 */
export const haRestart = rule("HaRestart", {
  serves: ["FT-10", "FT-11", "FT-12"],
  guards: [
    "power",
    "may-run",
    "storage",
    "maintenance",
    "anti-affinity",
    "unreachable",
    "rule",
    "limits",
    "bound",
  ],
  apply: (config, state, action) => {
    const pair = pairOf(state, action.pair)
    if (pair.power === "off") return refused("power")
    if (someCopyMayRun(state, pair)) return refused("may-run")
    const reason = ineligible(config, state, pair, action.host, null)
    if (reason !== null) return refused(reason)
    if (pair.lock.generation >= config.bounds.generations) return refused("bound")

    return next(withPair(state, booted(pair, action.host, pair.lock.generation + 1)))
  },
})

/** Whether some copy of the pair, stale or not, is on a host with storage. */
export const someCopyMayRun = (state: State, pair: Pair): boolean =>
  pair.copies.some((copy) => hasStorage(state, copy.host))

/** The pair with a new copy, live on `host` and holding the lock at `generation`, booted from what the world saw. */
export const booted = (pair: Pair, host: HostId, generation: number): Pair =>
  withNewCopy(
    {
      ...pair,
      lock: { generation, holder: nextCopyId(pair) },
      registered: { ...pair.registered, primary: host },
    },
    {
      host,
      role: "primary",
      phase: "live",
      generation,
      log: pair.observed,
      released: pair.observed.length,
      channel: null,
    },
  )
