import { kinds, type Action } from "../../model/action.ts"
import type { Config } from "../../model/config.ts"
import type { Protocol } from "../../model/protocol.ts"
import { initial, type State } from "../../model/state.ts"
import { codeOf } from "../../impl/engine/action-code.ts"
import { engineOf } from "../../impl/engine/engine.ts"
import { layoutOf, wholly } from "../../impl/engine/layout.ts"
import { monitorOf } from "../../properties/packed/monitor.ts"
import { pack } from "../../impl/engine/pack.ts"
import { idsIn, union } from "../../properties/packed/property-set.ts"
import { effects } from "../../properties/effects.ts"
import { modelSweep } from "../../properties/explore/model-sweep.ts"

// How a property notices a change to the rules: in the model as it explores, and in the monitor of packed states.

type Move = { readonly action: Action; readonly state: State }

/** A shortest run that violates the property. */
export function violationOf(id: string, protocol: Protocol) {
  const { violation } = modelSweep(
    protocol,
    kinds,
    effects.filter((each) => each.id === id),
    20_000,
  )
  const moves = violation?.path.moves.map(({ action, state: { state } }): Move => ({ action, state }))
  return { found: violation?.why ?? null, start: initial(protocol.config), moves: moves ?? [] }
}

/** What the monitor of packed states makes of a step, however it came about. */
export function toldByMonitor(config: Config, before: State, { action, state }: Move): readonly string[] {
  const roomy = {
    ...config,
    bounds: { ...config.bounds, faults: config.bounds.faults + 3, log: config.bounds.log + 1 },
  }
  const engine = engineOf(layoutOf(roomy, wholly))
  const monitor = monitorOf(engine)
  const code = codeOf(engine.layout, before, action)
  if (code === null) throw new Error("the step was taken by a copy that is not there")
  pack(engine.view, before)
  monitor.begin()
  pack(engine.view, state)
  return idsIn(union(monitor.ofStep(code.kind, code.a, code.b), monitor.ofState()))
}
