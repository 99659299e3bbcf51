import { alphabet, kinds, type Action, type Kind } from "../model/action.ts"
import type { GuardId } from "../model/guard-id.ts"
import { inOrder as ends, type HostId } from "../model/ids.ts"
import { refusalOf } from "../model/refusals.ts"
import { guardIdsOf } from "../model/rule.ts"
import { initial, pairsOf, type State } from "../model/state.ts"
import { candidates, step } from "../model/step.ts"
import { protocolOf } from "../model/core.ts"
import { isUnbounded, unbounded, type Config } from "../model/config.ts"
import type { Outcome } from "../model/outcome.ts"
import type { Protocol, ProtocolOf } from "../model/protocol.ts"
import { changesOf } from "../traces/diff.ts"
import { stateJsonOf } from "../traces/state-json.ts"
import type { AskedAction, Profile } from "./profile.ts"
import { stateSchema } from "./state-schema.ts"

/** The whole protocol, or a mutant of it that stands in for an implementation. */
export const pairProfile = (protocolIn: ProtocolOf = protocolOf): Profile<State> => {
  const protocolFor = kept(protocolIn)
  const withoutBounds = kept((config) => protocolIn({ ...config, bounds: unbounded }))
  return {
    name: "pair",
    kinds,
    schema: stateSchema,
    initial,
    step: (config, state, action) => {
      const protocol = protocolFor(config)
      const ways = isOpen(action) ? waysToFill(state, action) : [action]
      let outcome: Outcome = { tag: "refused", guard: "unknown" }
      for (const way of ways) {
        outcome = step(protocol, state, way as unknown as Action)
        if (outcome.tag === "next") break
      }
      return action.kind === "Tick" && !isUnbounded(config.bounds)
        ? whereAlike(outcome, step(withoutBounds(config), state, { kind: "Tick" }))
        : outcome
    },
    matching: (_config, state, action) => (isOpen(action) ? waysToFill(state, action) : [action]),
    enabled: (config, state, among) => {
      const protocol = protocolFor(config)
      return [...among].flatMap((kind) =>
        candidates(state, kind as Kind)
          .filter((action) => step(protocol, state, action).tag === "next")
          .map((action) => action as unknown as AskedAction),
      )
    },
    view: (state) => stateJsonOf(state),
    key: keyOf,
    changes: changesOf,
    mayRefuse: (config, kind, guard) => {
      const rule = protocolFor(config).rules[kind as Kind]
      return !isOfRule(guard) || rule === undefined || guardIdsOf(rule).includes(guard)
    },
    refusal: (kind, guard) => refusalOf(kind as Kind, guard as GuardId),
    background: () => [],
  }
}

/** Whether a guard stands in rules; what is `unknown`, or beyond the `bound`, is so of any kind. */
const isOfRule = (guard: string): guard is GuardId => guard !== "unknown" && guard !== "bound"

/** The protocol of each configuration, made once. */
const kept = (protocolIn: ProtocolOf): ProtocolOf => {
  const made = new WeakMap<Config, Protocol>()
  return (config) => {
    const protocol = made.get(config) ?? protocolIn(config)
    made.set(config, protocol)
    return protocol
  }
}

/**
 * What a tick comes to within bounds, where it is the same without them. An implementation knows of none: what only they keep from
 * being due, or from being possible at all, is beyond them.
 */
const whereAlike = (within: Outcome, without: Outcome): Outcome => {
  const isAlike =
    within.tag === "next" && without.tag === "next"
      ? keyOf(within.state) === keyOf(without.state)
      : within.tag === without.tag
  return isAlike ? within : { tag: "refused", guard: "bound" }
}

const isOpen = (action: AskedAction): boolean => {
  for (const operand of operandsOf(action)) if (action[operand] === undefined) return true
  return false
}

/** What a complete action of the kind names; of a kind that there is not, nothing. */
const operandsOf = ({ kind }: AskedAction): readonly string[] => overByKind.get(kind) ?? []

const overByKind: ReadonlyMap<string, readonly string[]> = new Map(
  kinds.map((kind) => [kind, alphabet[kind].over]),
)

/** Every action of the kind that names what the open one names. */
const waysToFill = (state: State, open: AskedAction): readonly AskedAction[] =>
  candidates(state, open.kind as Kind)
    .map((action): AskedAction => ({ ...action, ...("reason" in open ? { reason: open["reason"] } : {}) }))
    .filter((action) =>
      operandsOf(open).every(
        (operand) =>
          open[operand] === undefined || JSON.stringify(open[operand]) === JSON.stringify(action[operand]),
      ),
    )

/** What is shown of a state, and how many copies have ever started: nothing else decides what it may do next. */
const keyOf = (state: State): string =>
  `${JSON.stringify(stateJsonOf(state))}${pairsOf(state)
    .map(({ started }) => started)
    .join()}`

/** The action with the hosts of its link in the order in which the model writes them. */
export const inOrder = (action: AskedAction): AskedAction => {
  const hosts = action["hosts"]
  if (!Array.isArray(hosts)) return action
  const [a, b] = hosts as [HostId, HostId]
  return { ...action, hosts: [...ends(a, b)] }
}
