import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  copyEnds,
  copyMoves,
  copyStarts,
  place,
  placementIndex,
  setExposure,
  setFt,
  setHost,
  setLink,
  setRule,
  takes,
  whyNone,
  type PlacementIndex,
} from "../../../impl/placement/placement-index.ts"
import {
  plainHost,
  plainPair,
  unbounded,
  type AffinityRule,
  type Config,
  type HostConfig,
  type PairConfig,
} from "../../../model/config.ts"
import type { Copy } from "../../../model/copy.ts"
import { protocolOf } from "../../../model/core.ts"
import type { Host } from "../../../model/host.ts"
import { endsOf, linkBetween, type HostId, type PairId } from "../../../model/ids.ts"
import { copyOn, type Pair } from "../../../model/pair.ts"
import { ineligible, type Ineligible } from "../../../model/placement.ts"
import { referenceHost } from "../../../model/policy.ts"
import { initial, pairsOf, withHost, withPair, type State } from "../../../model/state.ts"
import { booted, clusterOf, hindrances } from "../../fixtures.ts"

/** What happens to a cluster. */
const kinds = [
  "starts",
  "respawns",
  "ends",
  "moves",
  "fails",
  "recovers",
  "loses storage",
  "regains storage",
  "enters maintenance",
  "leaves maintenance",
  "is cut off",
  "is reconnected",
  "is exposed",
  "is secured",
  "loses FT",
  "has FT",
  "comes into force",
  "is out of force",
] as const

type Kind = (typeof kinds)[number]

// The index is compared with the model's policy, which looks at every host and recounts what runs on it.

describe("the placement index", () => {
  it("answers as the reference policy does, after whatever events were reported to it", () => {
    fc.assert(
      fc.property(arbitraryHistory, (history) => {
        expect(disagreement(history)).toBeNull()
      }),
      { numRuns: 120 },
    )
  })

  it("defends itself against the end of a copy that never started", () => {
    const index = placementIndex(clusterOf([{}]))

    expect(() => {
      copyEnds(index, 0, 0)
    }).toThrow("defect")
  })
})

describe("the comparison finds an index wrong", () => {
  it.each(kinds)("that is not notified when something %s", (untold) => {
    expect(isFoundWrong({ untold })).toBe(true)
  })

  it.each([
    ["rules", withRules(() => [])],
    ["`should` rules", withRules((rules) => rules.filter(({ type }) => type === "must"))],
    ["which are in force", withRules((rules) => rules.map((rule) => ({ ...rule, active: true })))],
    ["groups", onHosts({ groups: [] })],
    ["limits on copies", onHosts({ ftVmsMax: 0 })],
    ["limits on vCPUs", onHosts({ ftVcpusMax: 0 })],
    ["which hosts can encrypt", onHosts({ ftEncryption: true })],
    ["which hosts cannot encrypt", onHosts({ ftEncryption: false })],
    ["pairs that must be encrypted", onPairs({ encryption: "opportunistic" })],
    [
      "pairs that are never encrypted",
      onPairs({ encryption: "opportunistic" }, ({ encryption }) => encryption === "disabled"),
    ],
    ["sites", onPairs({ metro: null })],
    ["pairs without FT", onPairs({ ft: "enabled" })],
    ["pairs whose FT is suspended", onPairs({ ft: "notConfigured" }, ({ ft }) => ft === "disabled")],
    ["links that are exposed at first", (config: Config): Config => ({ ...config, exposed: [] })],
    [
      "sizes",
      (config: Config): Config => ({ ...config, pairs: config.pairs.map((pair) => ({ ...pair, vcpus: 1 })) }),
    ],
  ])("that does not know of %s", (_what, seen) => {
    expect(isFoundWrong({ seen })).toBe(true)
  })
})

// Histories.

/** Something that happens, its operands numbers that are taken modulo what there is. */
type Happening = {
  readonly kind: Kind
  readonly pair: number
  readonly host: number
  readonly other: number
}

type History = { readonly config: Config; readonly happenings: readonly Happening[] }

const hostChanges: Partial<Record<Kind, Partial<Host>>> = {
  fails: { up: false },
  recovers: { up: true },
  "loses storage": { storage: false },
  "regains storage": { storage: true },
  "enters maintenance": { maintenance: true },
  "leaves maintenance": { maintenance: false },
}

const arbitraryGroups = fc.subarray(["a", "b", "c"])

const arbitraryRule = (pairs: number): fc.Arbitrary<AffinityRule> =>
  fc.record({
    pairs: fc.subarray(
      Array.from({ length: pairs }, (_, n): PairId => `p${BigInt(n + 1)}`),
      { minLength: 1 },
    ),
    type: fc.constantFrom("must", "should"),
    run: fc.constantFrom("on", "not-on"),
    group: fc.constantFrom("a", "b", "c"),
    active: fc.constantFrom(true, true, true, false),
  })

const arbitraryPair = fc.record({
  vcpus: fc.constantFrom(1, 2, 4),
  ft: fc.constantFrom("enabled", "enabled", "enabled", "disabled", "notConfigured"),
  encryption: fc.constantFrom("opportunistic", "required", "disabled"),
  metro: fc.constantFrom(null, null, "a", "b"),
})

const arbitraryCluster = fc
  .record({
    hosts: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 17, max: 40 })),
    pairs: fc.integer({ min: 1, max: 8 }),
  })
  .chain(({ hosts, pairs }) =>
    fc.record({
      hosts: fc.array(
        fc.record({
          ftVmsMax: fc.constantFrom(0, 1, 2, 4),
          ftVcpusMax: fc.constantFrom(0, 2, 5, 8),
          groups: arbitraryGroups,
          ftEncryption: fc.boolean(),
        }),
        { minLength: hosts, maxLength: hosts },
      ),
      pairs: fc.array(arbitraryPair, { minLength: pairs, maxLength: pairs }),
      exposed: fc.constantFrom(0, 0, 1, 2),
      rules: fc.array(arbitraryRule(pairs), { maxLength: 4 }),
    }),
  )
  .map(({ hosts, pairs, exposed, rules }): Config => ({
    hosts: hosts.map((host, n) => ({ id: `h${BigInt(n + 1)}`, ...plainHost, ...host })),
    pairs: pairs.map((pair, n) => ({
      id: `p${BigInt(n + 1)}`,
      ...plainPair,
      ...pair,
      registered: { primary: "h1", secondary: "h1" },
    })),
    policy: "any",
    exposed: Array.from({ length: Math.min(exposed, hosts.length - 1) }, (_, n) =>
      linkBetween("h1", `h${BigInt(n + 2)}`),
    ),
    rules,
    bounds: unbounded,
  }))

const arbitraryHistory: fc.Arbitrary<History> = fc.record({
  config: arbitraryCluster,
  happenings: fc.array(
    fc.record({
      kind: fc.oneof(
        { weight: 1, arbitrary: fc.constantFrom("starts", "respawns", "respawns") },
        { weight: 1, arbitrary: fc.constantFrom(...kinds) },
      ),
      pair: fc.nat(63),
      host: fc.nat(63),
      other: fc.nat(63),
    }),
    { maxLength: 40, size: "max" },
  ),
})

// What happens, and what the index is called for it.

/** The state after something has happened, and how the index is notified; it is the same state where that cannot be. */
type Event = { readonly after: State; readonly tell: (index: PlacementIndex) => void }

function happen(config: Config, state: State, { kind, pair, host, other }: Happening): Event {
  const hosts = config.hosts.length
  const change = hostChanges[kind]
  if (change !== undefined)
    return {
      after: withHost(state, idOf(config, host % hosts), change),
      tell: (index) => {
        setHost(index, host % hosts, change)
      },
    }
  if (kind in linkChanges) return happenToLink(config, state, kind as LinkChange, host, other)
  if (kind === "comes into force" || kind === "is out of force")
    return happenToRule(config, state, kind === "comes into force", host)
  return happenToPair(config, state, kind, pair % config.pairs.length, host, other % hosts)
}

/** What happens to a link: which of them change, to what, and how the index is notified. */
const linkChanges = {
  "is cut off": {
    among: "cut",
    to: true,
    tell: (index, a, b) => {
      setLink(index, a, b, "cut")
    },
  },
  "is reconnected": {
    among: "cut",
    to: false,
    tell: (index, a, b) => {
      setLink(index, a, b, "restored")
    },
  },
  "is exposed": {
    among: "exposed",
    to: true,
    tell: (index, a, b) => {
      setExposure(index, a, b, "exposed")
    },
  },
  "is secured": {
    among: "exposed",
    to: false,
    tell: (index, a, b) => {
      setExposure(index, a, b, "private")
    },
  },
} as const satisfies {
  [K in Kind]?: {
    readonly among: "cut" | "exposed"
    readonly to: boolean
    readonly tell: (index: PlacementIndex, a: number, b: number) => void
  }
}

type LinkChange = keyof typeof linkChanges

function happenToLink(config: Config, state: State, change: LinkChange, host: number, other: number): Event {
  const { among, to, tell } = linkChanges[change]
  const links = state[among]
  const [a, b] = to
    ? [idOf(config, host), idOf(config, other)]
    : endsOf(links[host % Math.max(1, links.length)] ?? "h1-h1")
  if (a === b) return nothing(state)
  const link = linkBetween(a, b)
  const others = links.filter((each) => each !== link)
  return {
    after: { ...state, [among]: to ? [...others, link] : others },
    tell: (index) => {
      tell(index, numberOf(a), numberOf(b))
    },
  }
}

function happenToRule(config: Config, state: State, inForce: boolean, which: number): Event {
  if (config.rules.length === 0) return nothing(state)
  const n = which % config.rules.length
  return {
    after: { ...state, rules: state.rules.map((was, each) => (each === n ? inForce : was)) },
    tell: (index) => {
      setRule(index, n, inForce ? "active" : "inactive")
    },
  }
}

function happenToPair(config: Config, state: State, kind: Kind, n: number, which: number, to: number): Event {
  const pair = pairsOf(state)[n] as Pair
  const copy = pair.copies[which % Math.max(1, pair.copies.length)]
  const others = pair.copies.filter((each) => each !== copy)
  const target = kind === "respawns" ? placeFor(config, state, pair) : to
  const isFree = target !== null && copyOn(pair, idOf(config, target)) === null
  if ((kind === "starts" || kind === "respawns") && isFree)
    return {
      after: withPair(state, { ...pair, copies: [...pair.copies, copyAt(idOf(config, target))] }),
      tell: (index) => {
        copyStarts(index, n, target)
      },
    }
  if (kind === "loses FT" || kind === "has FT") {
    const ft = kind === "loses FT" ? "notConfigured" : "configured"
    return {
      after: withPair(state, { ...pair, ft: ft === "configured" ? "enabled" : ft }),
      tell: (index) => {
        setFt(index, n, ft)
      },
    }
  }
  if (kind === "ends" && copy !== undefined)
    return {
      after: withPair(state, { ...pair, copies: others }),
      tell: (index) => {
        copyEnds(index, n, numberOf(copy.host))
      },
    }
  if (kind === "moves" && copy !== undefined && isFree)
    return {
      after: withPair(state, { ...pair, copies: [...others, { ...copy, host: idOf(config, target) }] }),
      tell: (index) => {
        copyMoves(index, n, numberOf(copy.host), target)
      },
    }
  return nothing(state)
}

// The comparison.

/** What is not reported to the index, and how it sees the configuration. */
type Flaw = { readonly untold?: Kind; readonly seen?: (config: Config) => Config }

/** Whether some history is found in which an index with that flaw answers wrongly. */
function isFoundWrong(flaw: Flaw): boolean {
  const isRight = fc.property(arbitraryHistory, (history) => disagreement(history, flaw) === null)
  return fc.check(isRight, { numRuns: 5_000, endOnFailure: true }).failed
}

/** The first answer in which index and model differ after some happening; null if there is none. */
function disagreement(
  { config, happenings }: History,
  { untold, seen = (so) => so }: Flaw = {},
): string | null {
  const index = placementIndex(seen(config))
  let state = initial(config)
  for (const happening of happenings) {
    const { after, tell } = happen(config, state, happening)
    if (happening.kind !== untold) tell(index)
    state = after
    for (const pair of pairsOf(state))
      for (const end of new Set([null, pair.copies[0]?.host ?? null, idOf(config, happening.other)])) {
        const expected = answerOfModel(config, state, pair, end)
        const answer = answerOfIndex(config, index, pair.id, end)
        if (answer !== expected) return `${pair.id} beside ${end}: ${answer}, and not ${expected}`
      }
  }
  return null
}

/** Where a copy goes, or why nowhere, and every host that could take it. */
function answerOfModel(config: Config, state: State, pair: Pair, otherEnd: HostId | null): string {
  const protocol = protocolOf(config)
  const whys = config.hosts.map(({ id }) => ineligible(protocol, state, pair, id, otherEnd))
  const nearest = whys.reduce((best, why) => (ladder.indexOf(why) > ladder.indexOf(best) ? why : best))
  return `${referenceHost(protocol, state, pair, otherEnd) ?? nearest} of ${hostsWhere(config, (n) => whys[n] === null)}`
}

function answerOfIndex(config: Config, index: PlacementIndex, pair: PairId, otherEnd: HostId | null): string {
  const n = numberOf(pair)
  const end = otherEnd === null ? null : numberOf(otherEnd)
  const host = place(index, n, end)
  const chosen = host === null ? whyNone(index, n, end) : idOf(config, host)
  return `${chosen} of ${hostsWhere(config, (each) => takes(index, n, each, end))}`
}

/** Why a host is not eligible, from what is asked first to what is asked last. */
const ladder: readonly (Ineligible | null)[] = [...hindrances, null]

// Helpers

function hostsWhere(config: Config, holds: (n: number) => boolean): string {
  return config.hosts.flatMap(({ id }, n) => (holds(n) ? [id] : [])).join(" ")
}

/** The host of that number, modulo how many there are. */
function idOf(config: Config, n: number): HostId {
  return (config.hosts[n % config.hosts.length] as Config["hosts"][number]).id
}

function numberOf(id: HostId | PairId): number {
  return Number(id.slice(1)) - 1
}

function placeFor(config: Config, state: State, pair: Pair): number | null {
  const host = referenceHost(protocolOf(config), state, pair, pair.copies[0]?.host ?? null)
  return host === null ? null : numberOf(host)
}

function nothing(state: State): Event {
  return { after: state, tell: () => undefined }
}

/** A copy, of which nothing counts but where it is. */
function copyAt(host: HostId): Copy {
  return booted("p1.1", host)
}

function onHosts(change: Partial<HostConfig>): (config: Config) => Config {
  return (config) => ({ ...config, hosts: config.hosts.map((host) => ({ ...host, ...change })) })
}

function onPairs(
  change: Partial<PairConfig>,
  which: (pair: PairConfig) => boolean = () => true,
): (config: Config) => Config {
  return (config) => ({
    ...config,
    pairs: config.pairs.map((pair) => (which(pair) ? { ...pair, ...change } : pair)),
  })
}

function withRules(
  change: (rules: readonly AffinityRule[]) => readonly AffinityRule[],
): (config: Config) => Config {
  return (config) => ({ ...config, rules: change(config.rules) })
}
