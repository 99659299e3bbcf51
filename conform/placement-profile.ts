import type { Config } from "../model/config.ts"
import type { Action, Kind } from "../model/action.ts"
import type { GuardId } from "../model/guard-id.ts"
import type { CopyId, HostId, LinkId } from "../model/ids.ts"
import { linkBetween } from "../model/ids.ts"
import type { Pair } from "../model/pair.ts"
import { refusalOf } from "../model/refusals.ts"
import type { State } from "../model/state.ts"
import { step } from "../model/step.ts"
import { protocolOf } from "../model/core.ts"
import type { StateJson } from "../traces/state-json.ts"
import { stateLines } from "../traces/state-text.ts"
import { fieldsOf, value } from "./observation.ts"
import type { AskedAction, Profile } from "./profile.ts"

/** The host that was last named in answer to a question. */
export type Placed = { readonly host: HostId | null }

/** The kinds that ask for a host. */
export const questionKinds = ["SpawnSecondary", "PowerOn", "Migrate"] as const

/**
 * Placement alone: each action is a question, with the whole state in which it is asked, and every eligible host is
 * a right answer. Nothing is kept from one question to the next.
 */
export const placementProfile: Profile<Placed> = {
  name: "placement",
  kinds: questionKinds,
  schema: fieldsOf({ host: value }),
  initial: () => ({ host: null }),
  step: (config, _placed, question) => {
    const hosts = question["host"] === undefined ? hostsOf(config) : [question["host"] as HostId]
    const protocol = protocolOf(config)
    let guard = "unknown"
    for (const host of hosts) {
      const outcome = step(protocol, stateOf(config, question), actionOf(question, host))
      if (outcome.tag === "next") return { tag: "next", state: { host } }
      guard = outcome.guard
    }
    return { tag: "refused", guard }
  },
  matching: (config, _placed, question) => hostsOf(config).map((host) => ({ ...question, host })),
  enabled: () => [],
  view: ({ host }) => ({ host }),
  key: ({ host }) => String(host),
  changes: (_before, { host }) => [`${host} is a right answer`],
  mayRefuse: () => true,
  refusal: (kind, guard) => refusalOf(kind as Kind, guard as GuardId),
  background: (config, question) => [
    "the hosts, by the model:",
    ...hostsOf(config).map((host) => `  ${host}  ${eligibilityText(config, question, host)}`),
    "asked in the state:",
    ...stateLines(stateOf(config, question)).map((line) => `  ${line}`),
  ],
}

/** Whether a host is a right answer to a question, and if not, why. */
const eligibilityText = (config: Config, question: AskedAction, host: HostId): string => {
  const outcome = step(protocolOf(config), stateOf(config, question), actionOf(question, host))
  return outcome.tag === "next"
    ? "right"
    : `wrong, guard ${outcome.guard}: ${refusalOf(question.kind as Kind, outcome.guard)}`
}

const hostsOf = ({ hosts }: Config): readonly HostId[] => hosts.map(({ id }) => id)

const actionOf = ({ state: _, ...question }: AskedAction, host: HostId): Action =>
  ({ ...question, host }) as unknown as Action

const states = new WeakMap<object, State>()

/** The state in a question. Questions are asked of every host: what was read of one is kept. */
const stateOf = (config: Config, question: AskedAction): State => {
  const json = question["state"] as unknown as StateJson
  const before = states.get(json)
  if (before !== undefined) return before
  const state = stateOfJson(config, json)
  states.set(json, state)
  return state
}

const linkOf = ([a, b]: readonly [HostId, HostId]): LinkId => linkBetween(a, b)

/** A complete state as the model has it. What is not shown and decides no placement is as at the start. */
const stateOfJson = (
  { rules }: Config,
  { hosts, cut, exposed = [], rules: inForce = [], pairs }: StateJson,
): State => ({
  hosts,
  cut: cut.map(linkOf),
  exposed: exposed.map(linkOf),
  rules: rules.map((_, n) => inForce.includes(n + 1)),
  pairs: Object.fromEntries(
    Object.entries(pairs).map(([id, pair]) => [
      id,
      {
        id: id as Pair["id"],
        ft: pair.ft,
        power: pair.power,
        registered: pair.registered,
        reason: null,
        lock: pair.lock,
        copies: Object.entries(pair.copies).map(([copyId, { peer, delivered, acked, log, ...copy }]) => ({
          id: copyId as CopyId,
          ...copy,
          log: log.map(([generation, index]) => ({ generation, index })),
          channel: peer === undefined ? null : { peer, delivered: delivered ?? 0, acked: acked ?? 0 },
        })),
        started: Math.max(0, ...Object.keys(pair.copies).map((copyId) => Number(copyId.split(".")[1]))),
        interventions: 0,
        observed: pair.observed.map(([generation, index]) => ({ generation, index })),
      },
    ]),
  ),
  faults: 0,
})
