import { describe, expect, it } from "vitest"
import { coreKinds, ftKinds, kinds, plainKinds, type Action, type Kind } from "../../model/action.ts"
import { plainConfig, type Config } from "../../model/config.ts"
import { protocolOf } from "../../model/core.ts"
import type { Protocol } from "../../model/protocol.ts"
import { initial, pairsOf, type State } from "../../model/state.ts"
import { candidates, step } from "../../model/step.ts"
import { guardMutants, type GuardMutant } from "../../properties/mutants/guards.ts"
import type { Scope } from "../../conform/case-source.ts"
import { pairScopes } from "../../conform/pair-scopes.ts"
import { enumerate } from "../enumerate.ts"

const bounds = { generations: 2, powerOffUpTo: 1, fencesUpTo: 1 }
const placing: Config = {
  ...plainConfig(3, 2, { log: 0, generations: 2, faults: 1, powerOffUpTo: 0, fencesUpTo: 0 }),
  hosts: [
    { id: "h1", ftVmsMax: 1, ftVcpusMax: 0, groups: ["a"], ftEncryption: false },
    { id: "h2", ftVmsMax: 1, ftVcpusMax: 0, groups: [], ftEncryption: false },
    { id: "h3", ftVmsMax: 1, ftVcpusMax: 0, groups: ["a"], ftEncryption: false },
  ],
  rules: [{ pairs: ["p1"], type: "must", run: "on", group: "a", active: true }],
}

const unconfigured = (config: Config, pair: Config["pairs"][number]["id"]): Config => ({
  ...config,
  pairs: config.pairs.map((each) =>
    each.id === pair
      ? { ...each, ft: "notConfigured", registered: { primary: "h1", secondary: null } }
      : each,
  ),
})

/** On hosts of which only the first can encrypt. */
function requiring(config: Config): Config {
  return {
    ...config,
    hosts: config.hosts.map((host, n) => ({ ...host, ftEncryption: n === 0 })),
    pairs: config.pairs.map((pair) => ({ ...pair, encryption: "required" })),
  }
}

const small = plainConfig(3, 2, { log: 0, generations: 3, powerOffUpTo: 0, fencesUpTo: 1 })
const oneCopyEach: Config = { ...small, hosts: small.hosts.map((host) => ({ ...host, ftVmsMax: 1 })) }

/** Clusters, each with the kinds of action that are taken in it. */
const scopes: readonly { readonly config: Config; readonly among: readonly Kind[] }[] = [
  { config: plainConfig(3, 1, { ...bounds, log: 1, faults: 1 }), among: plainKinds },
  {
    config: plainConfig(2, 1, { generations: 3, powerOffUpTo: 2, fencesUpTo: 2, log: 0, faults: 2 }),
    among: plainKinds,
  },
  { config: placing, among: plainKinds },
  {
    config: {
      ...unconfigured(plainConfig(2, 1, { ...bounds, generations: 3, log: 0, faults: 1 }), "p1"),
      policy: "registered",
    },
    among: kinds,
  },
  {
    config: unconfigured({ ...oneCopyEach, bounds: { ...small.bounds, faults: 0 } }, "p2"),
    among: [...coreKinds, ...ftKinds],
  },
  {
    config: { ...oneCopyEach, policy: "reference", bounds: { ...small.bounds, faults: 1 } },
    among: coreKinds,
  },
  ...["rules", "sites", "privacy", "required"].map((name) => {
    const { config, kinds: among } = pairScopes.find((scope) => scope.name === name) as Scope
    return { config, among: [...(among as readonly Kind[]), "CrashCopy", "HaRestart", "TurnOnFT"] as const }
  }),
  {
    config: requiring(unconfigured(plainConfig(2, 1, { ...bounds, log: 0, faults: 0 }), "p1")),
    among: ["PowerOn", "TurnOnFT"],
  },
]

/** Guards that never refuse alone in a reachable state, and what implies them. A mutant without what implies one may need it. */
const implied: Readonly<Record<string, string>> = {
  "Record/4/storage": "what executes has storage (S22)",
  "Deliver/3/secondary-only": "only a Secondary is a Primary's peer",
  "Deliver/5/primary": "a Primary and its peer believe in one generation",
  "Ack/2/primary-only": "only a Primary has a channel",
  "Release/2/primary-only": "a Secondary has no channel, and so nothing to release",
  "Release/3/phase": "a contender has no channel, and so nothing to release",
  "Release/4/storage": "what executes has storage (S22)",
  "BeginLockstep/2/primary-only": "only a Primary is live",
  "SpawnSecondary/2/primary-only": "only a Primary is live",
  "SpawnSecondary/5/power": "a live copy's pair is on (S11)",
  "SpawnSecondary/14/encryption": "what the Primary would log to the target in clear is not confidential",
  "AbandonSync/2/primary-only": "only a Primary is live",
  "HaRestart/5/anti-affinity": "no copy is on a host with storage, and the target has storage",
  "HaRestart/6/unreachable": "a first copy has no other end",
  "HaRestart/7/confidential": "a first copy has no other end",
  "HaRestart/8/metro": "a first copy has no other end",
  "PowerOn/5/anti-affinity": "no copy is on a host with storage, and the target has storage",
  "PowerOn/6/unreachable": "a first copy has no other end",
  "PowerOn/7/confidential": "a first copy has no other end",
  "PowerOn/8/metro": "a first copy has no other end",
  "TurnOffFT/4/primary-only": "a Secondary does not execute as a Primary",
  "SuspendFT/4/primary-only": "a Secondary does not execute as a Primary",
  "TestRestartSecondary/4/storage": "what executes has storage (S22)",
  "Migrate/3/storage": "what executes has storage (S22)",
}

describe("the mutants that follow from the guards", () => {
  it("are one for each guard that decides, and leave out that guard alone", () => {
    const protocol = protocolOf(placing)
    const deciding = Object.values(protocol.rules).flatMap(({ kind, guards }) =>
      guards.flatMap((guard, n) => ("holds" in guard ? [{ kind, n, guard }] : [])),
    )
    const all = guardMutants(protocol)

    expect(all.length).toBe(deciding.length)
    deciding.forEach(({ kind, n, guard }, place) => {
      const { change, ...named } = all[place] as GuardMutant
      const before = protocol.rules[kind]?.guards as readonly object[]

      expect(named).toMatchObject({ kind, guard: guard.id })
      expect(change(protocol).rules[kind]?.guards).toEqual(before.filter((_, other) => other !== n))
    })
  })

  it("are distinguished from the protocol, each by an action that its guard alone refuses, but for guards that others imply", () => {
    const reported = scopes.reduce(
      (before, scope) => new Set([...before, ...toldIn(scope, before)]),
      new Set<string>(),
    )
    const all = guardMutants(protocolOf(placing)).map(({ name }) => name)

    expect(all.filter((name) => !reported.has(name))).toEqual(Object.keys(implied))
  })
})

/** The mutants that are told apart in a scope, but for those that were before. */
function toldIn({ config, among }: (typeof scopes)[number], before: ReadonlySet<string>): readonly string[] {
  const protocol = protocolOf(config)
  const left = new Map(
    guardMutants(protocol)
      .filter(({ name }) => !before.has(name))
      .map((mutant) => [mutant, mutant.change(protocol)]),
  )
  const reported: string[] = []
  enumerate(protocol, among, [initial(config)], (state) => {
    for (const [mutant, mutated] of left)
      if (tells(protocol, mutated, mutant, state)) {
        reported.push(mutant.name)
        left.delete(mutant)
      }
  })
  return reported
}

function tells(protocol: Protocol, mutated: Protocol, { kind, guard }: GuardMutant, state: State): boolean {
  return [...candidates(state, kind), ...naming(state, kind)].some((action) => {
    const outcome = step(protocol, state, action)
    return outcome.tag === "refused" && outcome.guard === guard && step(mutated, state, action).tag === "next"
  })
}

/** The operations on FT that ask any copy by name. */
function naming(state: State, kind: Kind): readonly Action[] {
  if (kind !== "SuspendFT" && kind !== "TurnOffFT") return []
  return pairsOf(state).flatMap(({ id, copies }) =>
    copies.map((copy): Action => ({ kind, pair: id, copy: copy.id })),
  )
}
