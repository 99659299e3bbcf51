import type { Config } from "../../model/config.ts"
import { protocolOf } from "../../model/core.ts"
import { initial, type State } from "../../model/state.ts"
import { step } from "../../model/step.ts"
import { noHistory, type PairHistory } from "../../properties/history.ts"
import type { PairStep } from "../../properties/property.ts"
import { act, changed, p1, type Changes } from "../fixtures.ts"

/** A step as p1 sees it: what the protocol answers, or nothing where it refuses, and then some change by hand. */
export const taken = (
  config: Config,
  before: State,
  asked: string,
  change: Changes = {},
  past: Partial<PairHistory> = {},
): PairStep => {
  const action = act(asked)
  const outcome = step(protocolOf(config), before, action)
  const after = changed(outcome.tag === "next" ? outcome.state : before, change)
  const history = { ...noHistory(initial(config))["p1"], ...past } as PairHistory
  return { config, step: { before, action, after }, before: p1(before), after: p1(after), history }
}
