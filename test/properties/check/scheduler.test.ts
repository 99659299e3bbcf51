import { describe, expect, it } from "vitest"
import { describe as written } from "../../../model/action.ts"
import { plainConfig, type Config } from "../../../model/config.ts"
import { protocolOf } from "../../../model/core.ts"
import { initial } from "../../../model/state.ts"
import { step } from "../../../model/step.ts"
import { dueIn, schedulers, turnsOf } from "../../../properties/check/scheduler.ts"
import { without } from "../../../properties/mutants/mutant.ts"
import { base } from "../../parts/time/clusters.ts"

describe("the turns", () => {
  it.each(schedulers.flatMap((scheduler) => [untimed, timed].map((config) => [scheduler, config] as const)))(
    "of %s leave nothing waiting for ever, time neither: in %j",
    (scheduler, config) => {
      const { due, taken } = turnsBy(scheduler, 60, config)

      const waits = new Map<string, number>()
      for (const [n, names] of due.entries()) {
        for (const name of [...waits.keys()]) if (!names.includes(name)) waits.delete(name)
        for (const name of names) waits.set(name, name === taken[n] ? 0 : (waits.get(name) ?? 0) + 1)
        expect(Math.max(...waits.values())).toBeLessThan(25)
      }
      expect(taken).toHaveLength(60)
    },
  )

  it.each([
    ["longest-waiting", ["Record(p1.1)", "SpawnSecondary(p1.1, h2)", "Record(p1.1)"]],
    ["newest-first", ["Record(p1.1)", "Record(p1.1)", "Record(p1.1)"]],
    ["undoing", ["SpawnSecondary(p1.1, h2)", "AbandonSync(p1.1)", "SyncLost(p1.2)"]],
  ] as const)("of %s are in its order", (scheduler, first) => {
    expect(turnsBy(scheduler, 3).taken).toEqual(first)
  })
})

// Helpers

const untimed = plainConfig(2, 1, { log: 60 })

const timed: Config = { ...untimed, time: base }

/** The turns of a live Primary that may give up each sync, and whose guest always has something to record. */
const turnsBy = (scheduler: (typeof schedulers)[number], length: number, config = untimed) => {
  const protocol = without("AbandonSync", "needed", "early")(protocolOf(config))
  const next = turnsOf({ scheduler, seed: 7 }, protocol)
  const on = step(protocol, initial(protocol.config), { kind: "PowerOn", pair: "p1", host: "h1" })
  if (on.tag === "refused") throw new Error(`it is refused: ${on.guard}`)
  let { state } = on
  const due: (readonly string[])[] = []
  const taken: string[] = []
  for (let now = 0; now < length; now += 1) {
    const turn = next(state, now)
    if (turn === null) break
    due.push(dueIn(protocol, state).map(({ action }) => written(action)))
    taken.push(written(turn.action))
    state = turn.state
  }
  return { due, taken }
}
