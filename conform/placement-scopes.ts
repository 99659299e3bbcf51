import type { Kind } from "../model/action.ts"
import { plainConfig, type Config, type HostConfig } from "../model/config.ts"
import { identity } from "../model/identity.ts"
import { initial, type State } from "../model/state.ts"
import { successors } from "../model/step.ts"
import { protocolOf } from "../model/core.ts"
import type { Scope } from "./case-source.ts"
import { pairScopes } from "./pair-scopes.ts"

/** What is done to bring a cluster into its states: a failover places nothing. */
const kindsDone: readonly Kind[] = [
  ...(["PowerOn", "SpawnSecondary", "BeginLockstep", "JoinLockstep", "Migrate"] as const),
  ...(["FailHost", "CutLink", "LoseStorage", "CrashCopy"] as const),
]

/** The small clusters of a pair in which placements are asked for too, by the names that they have here. */
const ofPair = {
  switched: pairScope("rules"),
  sites: pairScope("sites"),
  policy: pairScope("policy"),
  room: pairScope("room"),
  privacy: pairScope("privacy"),
  required: pairScope("required"),
}

/** Small clusters, in each state of which the placement of everything is asked. */
export const placementScopes: readonly Scope[] = [
  scope(
    "outages",
    "3 hosts, 1 pair, without rules; maintenance, and one fault",
    plainConfig(3, 1, bounds(1)),
  ),
  scope("rules", "4 hosts, 1 pair; must, should and inactive rules; one fault", ruled()),
  scope("unplaceable", "3 hosts, 1 pair; two must rules that leave no host", barred()),
  scope("limits", "3 hosts, 2 pairs of one and two vCPUs; limits of VMs, of vCPUs, and none", limited()),
  ...Object.entries(ofPair).map(([name, { says, config }]) => scope(name, says, config)),
]

/** What is done in the clusters in which that is not the same. */
const kindsDoneIn: { readonly [scope: string]: readonly Kind[] | undefined } = {
  outages: [...kindsDone, "EnterMaintenance"],
  ...Object.fromEntries(Object.entries(ofPair).map(([name, { kinds }]) => [name, kinds as readonly Kind[]])),
}

const states = new WeakMap<Scope, readonly State[]>()

/** Every state of a scope, the nearest to the start first; made once. */
export const statesOf = (scope: Scope): readonly State[] => {
  const made = states.get(scope) ?? reachableIn(scope)
  states.set(scope, made)
  return made
}

const reachableIn = ({ name, config }: Scope): readonly State[] => {
  const kinds = kindsDoneIn[name] ?? kindsDone
  const protocol = protocolOf(config)
  const reached = [initial(config)]
  const seen = new Set(reached.map(identity))
  for (const state of reached)
    for (const { state: next } of successors(protocol, state, kinds)) {
      const key = identity(next)
      if (seen.has(key)) continue
      seen.add(key)
      reached.push(next)
    }
  return reached
}

function pairScope(name: string): Scope {
  return pairScopes.find((each) => each.name === name) as Scope
}

function scope(name: string, says: string, config: Config): Scope {
  return { name, says, config, kinds: null, refusals: "all" }
}

function bounds(faults: number): Config["bounds"] {
  return { log: 0, faults, generations: 2, powerOffUpTo: 0, fencesUpTo: 0 }
}

function withHosts(config: Config, change: (n: number) => Partial<HostConfig>): Config {
  return { ...config, hosts: config.hosts.map((host, n) => ({ ...host, ...change(n) })) }
}

function ruled(): Config {
  const plain = withHosts(plainConfig(4, 1, bounds(1)), (n) => ({
    groups: [n < 3 ? "a" : "b", `only-${n + 1}`],
  }))
  const rule = { pairs: ["p1"], active: true } as const
  return {
    ...plain,
    rules: [
      { ...rule, type: "must", run: "on", group: "a" },
      { ...rule, type: "must", run: "not-on", group: "only-1" },
      { ...rule, type: "should", run: "on", group: "b" },
      { ...rule, type: "must", run: "on", group: "b", active: false },
    ],
  }
}

function barred(): Config {
  const plain = withHosts(plainConfig(3, 1, bounds(0)), (n) => ({ groups: [n === 0 ? "a" : "b"] }))
  const rule = { pairs: ["p1"], type: "must", run: "on", active: true } as const
  return {
    ...plain,
    rules: [
      { ...rule, group: "a" },
      { ...rule, group: "b" },
    ],
  }
}

function limited(): Config {
  const limits = [
    { ftVmsMax: 1, ftVcpusMax: 8 },
    { ftVmsMax: 4, ftVcpusMax: 2 },
    { ftVmsMax: 0, ftVcpusMax: 0 },
  ]
  const plain = withHosts(plainConfig(3, 2, bounds(0)), (n) => limits[n] ?? {})
  return { ...plain, pairs: plain.pairs.map((pair, n) => ({ ...pair, vcpus: n + 1 })) }
}
