import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { ftKinds } from "../../../model/action.ts"
import { codeOf } from "../../../impl/engine/action-code.ts"
import { engineOf } from "../../../impl/engine/engine.ts"
import { layoutOf } from "../../../impl/engine/layout.ts"
import { sinceProtected, singleFaultHistoryOf } from "../../../impl/engine/single-fault.ts"
import { plainConfig } from "../../../model/config.ts"
import { protocolOf } from "../../../model/core.ts"
import { initial, type State } from "../../../model/state.ts"
import { successors, type Successor } from "../../../model/step.ts"
import { noHistory, remember, type History } from "../../../properties/history.ts"

describe("the single-fault history", () => {
  it("is the model's, after every step of a run", () => {
    const met = new Map<string, number>()
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 40, maxLength: 120, size: "max" }), (choices) => {
        let state = initial(config)
        let history = noHistory(state)
        const { machine, view, step } = engineOf(layoutOf(config, { singleFault: true }))
        const { historyIn } = singleFaultHistoryOf(view)
        for (const choice of choices) {
          const next = chosen(successors(protocol, state), choice)
          const code = next === null ? null : codeOf(view.layout, state, next.action)
          if (next === null || code === null) break
          step(code.kind, code.a, code.b)
          machine.commit()
          const before = sinceIn(state, history)
          history = remember(history, { before: state, action: next.action, after: next.state })
          state = next.state
          const change = `${before} ${sinceIn(state, history)}`
          met.set(change, (met.get(change) ?? 0) + 1)

          expect(historyIn(0)).toBe(sinceIn(state, history))
        }
      }),
      { numRuns: 150, endOnFailure: true },
    )

    expect([...met.keys()].sort()).toEqual(["0 0", "0 1", "1 0", "1 1", "1 2", "2 0", "2 1", "2 2"])
  })
})

// Helpers

const config = plainConfig(3, 1, { log: 2 })
const protocol = protocolOf(config)

/** A successor: most often one of the protocol's own, so that the pair comes to run. */
const chosen = (all: readonly Successor[], choice: number): Successor | null => {
  const calm = all.filter(({ action }) => !rare.has(action.kind))
  const among = choice % 8 === 0 || calm.length === 0 ? all : calm
  return among[Math.floor(choice / 8) % Math.max(1, among.length)] ?? null
}

const rare: ReadonlySet<string> = new Set(
  ["FailHost", "LoseStorage", "CutLink", "CrashCopy", "Suspect", "PowerOff", "Migrate", "SyncLost"].concat([
    "EnterMaintenance",
    "ExitMaintenance",
    "TestFailover",
    "TestRestartSecondary",
    "AbandonSync",
    ...ftKinds,
  ]),
)

/** How the pair stands to single faults, by what the history says. */
const sinceIn = (state: State, history: History): number => {
  const since = history["p1"]?.faultsWhenProtected ?? null
  if (since === null || state.faults > since + 1) return sinceProtected.unprotected
  return state.faults === since ? sinceProtected.noFault : sinceProtected.oneFault
}
