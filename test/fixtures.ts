import * as fc from "fast-check"
import { expect, it } from "vitest"
import {
  alphabet,
  coreKinds,
  describe as written,
  isCore,
  kinds,
  kindsOf,
  plainKinds,
  type Action,
  type CoreKind,
  type Kind,
} from "../model/action.ts"
import { plainConfig, type AffinityRule, type Bounds, type Config, type HostConfig } from "../model/config.ts"
import type { Copy } from "../model/copy.ts"
import { protocolOf } from "../model/core.ts"
import type { Host } from "../model/host.ts"
import type { CopyId, HostId, LinkId, PairId } from "../model/ids.ts"
import type { Log } from "../model/log.ts"
import type { GuardId } from "../model/guard-id.ts"
import type { Pair } from "../model/pair.ts"
import { guardIdsOf } from "../model/rule.ts"
import type { Rule, Rules } from "../model/protocol.ts"
import { coreRules } from "../model/rules/table.ts"
import { initial, pairOf, pairsOf, running, withHost, withPair, type State } from "../model/state.ts"
import { step, successors } from "../model/step.ts"
import { kindsWith, mutated, type Mutant } from "../properties/mutants/mutant.ts"
import { base } from "./parts/time/clusters.ts"

// Clusters.

/** Three plain hosts and one pair, without bounds: the cluster of most tests. */
export const three: Config = plainConfig(3, 1)

/** The same, within bounds. */
export const bounded = (bounds: Partial<Bounds>): Config => plainConfig(3, 1, bounds)

/** As many hosts as are described, plain where nothing is said, with `pairs` one-vCPU pairs. */
export const clusterOf = (
  hosts: readonly Partial<Omit<HostConfig, "id">>[],
  {
    pairs = 1,
    rules = [],
    bounds = {},
  }: Partial<{ pairs: number; rules: readonly AffinityRule[]; bounds: Partial<Bounds> }> = {},
): Config => {
  const plain = plainConfig(hosts.length, pairs, bounds)
  return { ...plain, rules, hosts: plain.hosts.map((host, i) => ({ ...host, ...hosts[i] })) }
}

/** A copy as it boots where the world has seen nothing, at generation 1. */
export function booted(id: CopyId, host: HostId): Copy {
  return {
    id,
    host,
    role: "primary",
    phase: "live",
    generation: 1,
    log: [],
    released: 0,
    channel: null,
  }
}

/** The cluster, with FT not configured for one of its pairs. */
export const withoutFt = (config: Config, id: PairId): Config => ({
  ...config,
  pairs: config.pairs.map((pair) =>
    pair.id === id ? { ...pair, ft: "notConfigured", registered: { primary: "h1", secondary: null } } : pair,
  ),
})

/** A rule in force on p1: `p1 must not-on a`. */
export const ruleOnP1 = (
  type: AffinityRule["type"],
  run: AffinityRule["run"],
  group: string,
): AffinityRule => ({
  pairs: ["p1"],
  type,
  run,
  group,
  active: true,
})

// Schedules, written as actions are described: `PowerOn(p1,h1) SpawnSecondary(p1.1,h2)`. The first four below go
// on one from the other, and the last two from the fourth.

/** p1.1 is live on h1, without a Secondary. */
export const alone = "PowerOn(p1,h1)"
/** p1.2 is syncing on h2. */
export const starting = `${alone} SpawnSecondary(p1.1,h2)`
/** p1.1 is in lockstep and withholds outputs; p1.2 has not joined yet. */
export const withholding = `${starting} BeginLockstep(p1.1)`
/** Both are in lockstep: the pair is protected. */
export const toRunning = `${withholding} JoinLockstep(p1.2)`
/** p1.2 has suspected without cause and won the lock; p1.1 is a stale Primary, and has not noticed. */
export const overtaken = `${toRunning} Suspect(p1.2) TryLock(p1.2)`
/** h1 has failed under the running pair, and p1.2 has taken over. */
export const failedOver = `${toRunning} FailHost(h1) Suspect(p1.2) TryLock(p1.2)`

/** The actions of a schedule. */
export const schedule = (text: string): readonly Action[] =>
  text
    .trim()
    .split(/\s+(?![^(]*\))/)
    .filter((word) => word !== "")
    .map(act)

/** The action that is written. */
export const act = (text: string): Action => {
  const [, kind, operands] = /^(\w+)(?:\((.+)\))?$/.exec(text) ?? []
  const words = operands?.split(",").map((operand) => operand.trim()) ?? []
  if (!kinds.includes(kind as Kind)) throw new Error(`not an action: ${text}`)
  return { kind, ...operandsFor(kind as Kind, words) } as Action
}

/** The state in which schedules end, one after the other. A refusal on the way is a mistake of the test. */
export const reach = (config: Config, ...schedules: readonly string[]): State =>
  reachFrom(config, initial(config), ...schedules)

/** The same, from another state. */
export const reachFrom = (config: Config, from: State, ...schedules: readonly string[]): State => {
  const protocol = protocolOf(config)
  return schedule(schedules.join(" ")).reduce((state, action) => {
    const outcome = step(protocol, state, action)
    if (outcome.tag === "refused") throw new Error(`${written(action)} is refused: ${outcome.guard}`)
    return outcome.state
  }, from)
}

// States.

/** What is different in a state, by the id of what it concerns. A copy that is null halts; one that is new starts. */
export type Changes = {
  readonly [host: HostId]: Partial<Host>
  readonly [pair: PairId]: Partial<Pair>
  readonly [copy: CopyId]: Partial<Copy> | null
  readonly faults?: number
  readonly cut?: readonly LinkId[]
  readonly exposed?: readonly LinkId[]
  readonly rules?: readonly boolean[]
}

/** The state with something changed by hand: what a step should lead to, or what no run leads to. */
export const changed = (
  state: State,
  {
    faults = state.faults,
    cut = state.cut,
    exposed = state.exposed,
    rules = state.rules,
    ...changes
  }: Changes,
): State =>
  Object.entries(changes).reduce(
    (so, [id, change]) => {
      if (id.startsWith("h")) return withHost(so, id as HostId, change as Partial<Host>)
      if (!id.includes("."))
        return withPair(so, { ...pairOf(so, id as PairId), ...(change as Partial<Pair>) })
      return withCopyChanged(so, id as CopyId, change as Partial<Copy> | null)
    },
    { ...state, faults, cut, exposed, rules },
  )

/** The state with one copy changed by hand; null makes it halt, and a copy that does not run starts. */
export const withCopyChanged = (state: State, id: CopyId, change: Partial<Copy> | null): State => {
  const pair = pairsOf(state).find((each) => id.startsWith(`${each.id}.`)) as Pair
  const others = pair.copies.filter((copy) => copy.id !== id)
  const isNew = others.length === pair.copies.length
  const copies = isNew
    ? [...pair.copies, change as Copy]
    : change === null
      ? others
      : pair.copies.map((copy) => (copy.id === id ? { ...copy, ...change } : copy))
  return withPair(state, { ...pair, copies })
}

/** A log, its entries written as generation and index: `1.1 1.2 2.3`. */
export const logOf = (text: string): Log =>
  text.split(" ").map((entry) => {
    const [generation, index] = entry.split(".").map(Number)
    return { generation: generation ?? 0, index: index ?? 0 }
  })

/** The pair p1. */
export const p1 = (state: State): Pair => pairOf(state, "p1")

/** A copy that must be running. */
export const copyOf = (state: State, id: CopyId): Copy => {
  const found = running(state, id)
  if (found === null) throw new Error(`${id} does not run`)
  return found.copy
}

// Ladders: what a rule refuses, from its first guard to its last.

/** A guard, the situation in which it refuses, how that comes about, what is asked, and where if not in `three`. */
type Rung = readonly [guard: GuardId, situation: string, at: string | State, asked: string, config?: Config]

/**
 * Guards that a rule declares and that no state can meet. A Primary is started only where no copy of its pair
 * may run, so the target, which has storage, runs none; and at the start there is no other end to reach. A pair that requires
 * encryption logs to no host that cannot encrypt.
 */
const unreachableGuards: Partial<Record<Kind, readonly GuardId[]>> = {
  PowerOn: ["anti-affinity", "unreachable", "confidential", "metro"],
  HaRestart: ["anti-affinity", "unreachable", "confidential", "metro"],
  SpawnSecondary: ["encryption"],
}

/** The kinds that the bounds of an exploration may refuse too, after all guards of the rule. */
const boundedKinds: readonly Kind[] = [
  ...kindsOf("fault"),
  "Suspect",
  "TryLock",
  "Record",
  "HaRestart",
  "PowerOff",
  "TurnOffFT",
  "SuspendFT",
  "TestFailover",
  "TestRestartSecondary",
]

/** The rules with every part on. */
export const rulesWithParts = (): Rules => protocolOf({ ...three, time: base }).rules

/** All by which an action of this kind may be refused where no part is on but its own, in the order in which it is checked. */
export const refusingGuards = (kind: Kind): readonly GuardId[] => {
  const ofRule = guardIdsOf(isCore(kind) ? coreRules[kind] : (rulesWithParts()[kind] as Rule))
  return boundedKinds.includes(kind) ? [...ofRule, "bound"] : ofRule
}

/** The guards that parts put into the rule of a kind. */
export const guardsOfParts = (kind: Kind): readonly GuardId[] =>
  guardIdsOf(rulesWithParts()[kind] as Rule).filter((id) => !refusingGuards(kind).includes(id))

/** Tests that `kind` is refused on each rung, and that it has these guards, in this order. */
export const itRefuses = (kind: Kind, ladder: readonly Rung[]): void => {
  const rungs = ladder.map(
    ([guard, situation, at, asked, config = three]) => [guard, situation, at, act(asked), config] as const,
  )

  it.each(rungs)("refuses with `%s` %s", (guard, _situation, at, action, config) => {
    const state = typeof at === "string" ? reach(config, at) : at

    const outcome = step(protocolOf(config), state, action)

    expect(action.kind).toBe(kind)
    expect(outcome).toEqual({ tag: "refused", guard })
  })

  it("has these guards and no others, in this order", () => {
    const climbed = new Set(ladder.map(([guard]) => guard))

    const declared = refusingGuards(kind).filter((guard) => !unreachableGuards[kind]?.includes(guard))

    expect([...climbed]).toEqual(declared)
  })
}

/** Why a host can take no copy, from what is asked first to what is asked last. */
export const hindrances = [
  "storage",
  "maintenance",
  "anti-affinity",
  "unreachable",
  "confidential",
  "metro",
  "rule",
  "encryption",
  "limits",
] as const

type Hindrance = (typeof hindrances)[number]

type PlacementRung = readonly [Hindrance, situation: string, at: State, asked: string, config: Config]

/**
 * Rungs for an action that places a copy of p1 on h3 after `prefix`: at first everything speaks against h3;
 * each rung repairs one thing, and meets the next. `among` leaves out what cannot speak against it.
 */
export const placementRungs = (
  prefix: string,
  asked: string,
  among: readonly Hindrance[] = hindrances.filter((hindrance) => hindrance !== "encryption"),
): readonly PlacementRung[] =>
  among.map((hindrance, i): PlacementRung => {
    const left = new Set(among.slice(i))
    const able = { ftEncryption: true, groups: ["site"] }
    const cluster = clusterOf([able, able, { ftVmsMax: 1, groups: ["site", "a"] }], {
      pairs: 2,
      rules: left.has("rule") ? [ruleOnP1("must", "not-on", "a")] : [],
    })
    const config: Config = {
      ...cluster,
      pairs: cluster.pairs.map((pair) =>
        pair.id === "p1"
          ? {
              ...pair,
              metro: left.has("metro") ? "site" : null,
              encryption: left.has("encryption") ? "required" : "opportunistic",
            }
          : pair,
      ),
    }
    const before = { ...config, pairs: cluster.pairs }
    const state = changed(reach(before, prefix, "PowerOn(p2,h3)"), {
      h3: { storage: !left.has("storage"), maintenance: left.has("maintenance") },
      ...(left.has("anti-affinity") ? { "p1.9": staleOnH3 } : {}),
      ...(left.has("unreachable") ? { cut: ["h1-h3", "h2-h3"] } : {}),
      ...(left.has("confidential") ? { exposed: ["h1-h3", "h2-h3"] } : {}),
    })
    return [hindrance, sayingOf[hindrance], state, asked, config]
  })

const sayingOf: Readonly<Record<Hindrance, string>> = {
  storage: "where the target has no storage",
  maintenance: "where the target is in maintenance",
  "anti-affinity": "where the target runs a copy of the pair, if only a stale one",
  unreachable: "where the link from the target to the other end is cut",
  confidential: "where others can listen on the link from the target to the other end",
  metro: "where the target is on the other end's side of the metro group",
  rule: "where a `must` rule bars the target",
  encryption: "where the target cannot encrypt, and the pair requires it",
  limits: "where the target is full",
}

const staleOnH3: Copy = {
  ...booted("p1.9", "h3"),
  role: "secondary",
  phase: "contending",
  generation: 0,
}

// Mutants.

/** The kinds of action whose rule the mutant changes. */
export const kindsChangedBy = (mutant: Mutant): readonly Kind[] => {
  const { rules } = mutated(mutant)(three)
  return kinds.filter((kind) => rules[kind] !== coreRules[kind as CoreKind])
}

/** The core's kinds, those whose rule the mutant changes, and what they need to happen at all. */
export const kindsAbout = (mutant: Mutant): readonly Kind[] => {
  const operations = kindsWith(mutant).filter((kind) => !plainKinds.includes(kind))
  return [...new Set([...coreKinds, ...kindsChangedBy(mutant), ...(mutant.about ?? []), ...operations])]
}

// Random runs.

/** The states of a run in a cluster, one after the other. */
type Walk = { readonly config: Config; readonly states: readonly State[] }

/**
 * Runs in drawn clusters. Each number picks among what is then enabled, three times in four among what the
 * protocol and the power switch may do, or else nothing would ever run for long.
 */
export const arbitraryWalk = (configs: fc.Arbitrary<Config>): fc.Arbitrary<Walk> =>
  fc.tuple(configs, fc.array(fc.nat(), { size: "+1" })).map(([config, choices]) => {
    const protocol = protocolOf(config)
    const states = [initial(config)]
    for (const choice of choices) {
      const state = states.at(-1) as State
      const usual = successors(protocol, state, usualKinds)
      const open = choice % 4 > 0 && usual.length > 0 ? usual : successors(protocol, state)
      const chosen = open[Math.floor(choice / 4) % open.length]
      if (chosen === undefined) break
      states.push(chosen.state)
    }
    return { config, states }
  })

// Helpers

const usualKinds: readonly Kind[] = [...kindsOf("protocol"), "PowerOn"]

/** What actions of a kind may say beside what they name. */
const details: Partial<Record<Kind, string>> = { CrashCopy: "reason", SuspendFT: "copy", TurnOffFT: "copy" }

const operandsFor = (kind: Kind, words: readonly string[]): object => {
  const detail = details[kind]
  const names: readonly string[] = [...alphabet[kind].over, ...(detail === undefined ? [] : [detail])]
  return Object.fromEntries(words.map((word, n) => [names[n], operandNamed(names[n] ?? "", word)])) as object
}

const operandNamed = (name: string, word: string): unknown => {
  switch (name) {
    case "hosts":
      return word.split("-")
    case "rule":
      return Number(word)
    default:
      return word
  }
}
