import { isExecutingPrimary } from "../copy.ts"
import { isOff, isOn, noCopyMayRun } from "../guards.ts"
import { advanced } from "../lock.ts"
import { eligible, noOtherEnd } from "../placement.ts"
import { isPicked, isPickedAtPowerOn, isRegisteredFirst } from "../policy.ts"
import { rule } from "../rule.ts"
import { withPair } from "../state.ts"
import { thePair, thePairAndHost } from "../subject.ts"

/**
 * The operator powers the pair on. All copies are looked at, stale ones too: a stale Primary may yet release
 * what its Secondary acknowledged, and a boot from what the world saw does not have that.
 */
export const powerOn = rule("PowerOn", ["FT-01", "FT-10", "FT-13"], thePairAndHost)
  .when(isOff, noCopyMayRun, ...eligible(noOtherEnd), isRegisteredFirst, isPickedAtPowerOn)
  .effect(({ pair, host }, state, { lifecycle }) =>
    withPair(state, lifecycle.boots({ ...pair, power: "on" }, host, pair.lock.generation)),
  )

/** Fence first: the lock is advanced, and the Primary of the old generation halts with it. Others find out by themselves. */
export const powerOff = rule("PowerOff", ["FT-01", "FT-11"], thePair)
  .when(isOn)
  .effect(({ pair }, state, { lifecycle }) => {
    const { generation } = pair.lock
    const stopped = lifecycle.halts(
      pair,
      (copy) => isExecutingPrimary(copy) && copy.generation === generation,
    )
    return withPair(state, { ...stopped, power: "off", lock: advanced(pair.lock, null) })
  })

/**
 * No copy can go on: every copy is on a host without storage, or there is none. The VM is started afresh from what the
 * world has seen; what was recorded and never released is gone. It takes the lock by test-and-set, so that a copy that
 * still waits for its storage has lost.
 */
export const haRestart = rule("HaRestart", ["FT-10", "FT-11", "FT-12"], thePairAndHost)
  .when(isOn, noCopyMayRun, ...eligible(noOtherEnd), isPicked(noOtherEnd))
  .effect(({ pair, host }, state, { lifecycle }) =>
    withPair(state, lifecycle.boots(pair, host, pair.lock.generation + 1)),
  )
