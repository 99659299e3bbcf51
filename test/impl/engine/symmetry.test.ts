import { describe, expect, it } from "vitest"
import { coreKinds } from "../../../model/action.ts"
import { plainConfig, type AffinityRule, type Config } from "../../../model/config.ts"
import { linkBetween, type CopyId, type HostId, type LinkId, type PairId } from "../../../model/ids.ts"
import { identity } from "../../../model/identity.ts"
import type { Pair } from "../../../model/pair.ts"
import type { State } from "../../../model/state.ts"
import { engineOf, type Engine } from "../../../impl/engine/engine.ts"
import { layoutOf } from "../../../impl/engine/layout.ts"
import { pack, unpack } from "../../../impl/engine/pack.ts"
import { symmetryOf } from "../../../impl/engine/symmetry.ts"
import { changed, clusterOf, reach, toRunning } from "../../fixtures.ts"

const bounds = { log: 1, generations: 3, faults: 2, powerOffUpTo: 1, fencesUpTo: 0 }

/** Of the states of a scope, as many as are looked at: every n-th in the order in which they are found. */
const statesMax = 600

const clusters: readonly (readonly [name: string, config: Config, order: number])[] = [
  ["3 plain hosts", clusterOf([{}, {}, {}], { bounds }), 6],
  ["4 plain hosts", clusterOf([{}, {}, {}, {}], { bounds }), 24],
  ["2 hosts and 2 pairs", clusterOf([{}, {}], { pairs: 2, bounds }), 4],
  ["3 hosts and 2 pairs", clusterOf([{}, {}, {}], { pairs: 2, bounds }), 12],
  ["3 hosts, one with a limit of its own", clusterOf([{}, { ftVmsMax: 1 }, {}], { bounds }), 2],
  [
    "4 hosts, two and two in a group",
    clusterOf([{ groups: ["a"] }, {}, {}, { groups: ["a"] }], { bounds }),
    4,
  ],
]

describe.each(clusters)("in a cluster of %s,", (_name, config, order) => {
  const own = symmetriesOf(config)
  const { states, symmetry, at } = worldOf(config)

  it("there are as many symmetries as ways to exchange what is alike", () => {
    expect(own).toHaveLength(order)
    expect(symmetry.order).toBe(order)
  })

  it("all images of a state have one key", () => {
    const astray = states.filter((state) => {
      const keys = own.map((permutation) => canonicalOf(at, symmetry, imageOf(state, permutation)))
      return new Set(keys).size > 1
    })

    expect(astray.map(identity)).toEqual([])
  })

  it("states have one key only if they are images of one another", () => {
    const classes = new Map<string, string>()
    const astray = states.filter((state) => {
      const key = canonicalOf(at, symmetry, state)
      const least = leastOf(state, own)
      const known = classes.get(key) ?? least
      classes.set(key, known)
      return known !== least
    })

    expect(astray.map(identity)).toEqual([])
    expect(classes.size).toBeGreaterThan(1)
    expect(classes.size).toBeLessThan(states.length)
  })

  it("the key is that of an image", () => {
    const astray = states.filter((state) => {
      const images = own.map((permutation) => at(imageOf(state, permutation)))
      return !images.includes(canonicalOf(at, symmetry, state))
    })

    expect(astray.map(identity)).toEqual([])
  })

  it("a state stands for as many as it has images", () => {
    const astray = states.filter((state) => {
      const images = new Set(own.map((permutation) => identity(imageOf(state, permutation))))
      at(state)
      return symmetry.orbit() !== images.size
    })

    expect(astray.map(identity)).toEqual([])
  })
})

describe("what is not alike does not change places:", () => {
  it.each([
    ["hosts with other limits on VMs", clusterOf([{}, { ftVmsMax: 2 }], { bounds })],
    ["hosts with other limits on vCPUs", clusterOf([{}, { ftVcpusMax: 2 }], { bounds })],
    ["hosts of other groups", clusterOf([{ groups: ["a"] }, { groups: ["b"] }], { bounds })],
  ])("%s", (_name, config) => {
    const { symmetry, at } = worldOf(config)

    const first = canonicalOf(at, symmetry, reach(config, "PowerOn(p1,h1)"))
    const second = canonicalOf(at, symmetry, reach(config, "PowerOn(p1,h2)"))

    expect(symmetry.order).toBe(1)
    expect(first).not.toBe(second)
  })

  it.each([
    ["pairs under other rules", { rules: [ruleOn("p1")] }],
    ["pairs of which one is under a rule twice", { rules: [ruleOn("p1", "p2"), ruleOn("p2")] }],
  ])("%s", (_name, { rules }) => {
    const config = clusterOf([{}, {}], { pairs: 2, rules, bounds })
    const { symmetry, at } = worldOf(config)

    const first = canonicalOf(at, symmetry, reach(config, "PowerOn(p1,h1)"))
    const second = canonicalOf(at, symmetry, reach(config, "PowerOn(p2,h1)"))

    expect(symmetry.order).toBe(2)
    expect(first).not.toBe(second)
  })

  it("pairs of other sizes", () => {
    const plain = clusterOf([{}, {}], { pairs: 2, bounds })
    const config = { ...plain, pairs: plain.pairs.map((pair, n) => ({ ...pair, vcpus: 1 + n })) }
    const { symmetry, at } = worldOf(config)

    const first = canonicalOf(at, symmetry, reach(config, "PowerOn(p1,h1)"))
    const second = canonicalOf(at, symmetry, reach(config, "PowerOn(p2,h1)"))

    expect(symmetry.order).toBe(2)
    expect(first).not.toBe(second)
  })
})

describe("where more is alike than could change places in reasonable time", () => {
  it.each([
    ["8 hosts", plainConfig(8, 1, bounds), 120],
    ["2 hosts and 7 pairs", plainConfig(2, 7, bounds), 240],
    ["8 hosts and 8 pairs", plainConfig(8, 8, bounds), 720],
  ])("only some does: %s", (_name, config, most) => {
    const { order } = symmetryOf(engineOf(layoutOf(config, { among: coreKinds })).view)

    expect(order).toBe(most)
  })
})

describe("what is alike does:", () => {
  it("hosts whose groups are written in another order", () => {
    const config = clusterOf([{ groups: ["a", "b"] }, { groups: ["b", "a"] }], { bounds })

    expect(worldOf(config).symmetry.order).toBe(2)
  })

  it("pairs under the same rules", () => {
    const config = clusterOf([{}, {}], { pairs: 2, rules: [ruleOn("p1", "p2")], bounds })

    expect(worldOf(config).symmetry.order).toBe(4)
  })

  it("hosts in maintenance", () => {
    const config = clusterOf([{}, {}, {}], { pairs: 2, bounds })
    const { states, symmetry, at } = worldOf(
      config,
      layoutOf(config, { among: [...coreKinds, "EnterMaintenance"] }),
    )
    const [plain] = states as [State]
    const host = "h1" as HostId
    const maintained = { ...plain.hosts[host], maintenance: true } as State["hosts"][HostId]
    const state = { ...plain, hosts: { ...plain.hosts, [host]: maintained } }

    const images = symmetriesOf(config).map((permutation) => imageOf(state, permutation))
    const keys = new Set(images.map((image) => canonicalOf(at, symmetry, image)))

    expect(images.map(at)).toEqual(expect.arrayContaining([...keys]))
    expect(keys.size).toBe(1)
  })

  it("hosts by which the peer and the lock's holder are named", () => {
    const config = clusterOf([{}, {}, {}], { bounds })
    const { symmetry, at } = worldOf(config)

    const here = canonicalOf(at, symmetry, reach(config, toRunning))
    const there = canonicalOf(
      at,
      symmetry,
      reach(config, "PowerOn(p1,h3) SpawnSecondary(p1.1,h1) BeginLockstep(p1.1) JoinLockstep(p1.2)"),
    )

    expect(there).toBe(here)
  })
})

describe("where more is alike than is tried,", () => {
  const eightBounds = { log: 0, generations: 2, faults: 1, powerOffUpTo: 0, fencesUpTo: 0 }

  it.each([
    [
      "8 plain hosts and 2 pairs",
      clusterOf(
        Array.from({ length: 8 }, () => ({})),
        { pairs: 2, bounds: eightBounds },
      ),
    ],
    [
      "7 plain hosts and 2 of a group",
      clusterOf(
        Array.from({ length: 9 }, (_, n) => (n < 7 ? {} : { groups: ["b"] })),
        { bounds: eightBounds },
      ),
    ],
  ])("the key is still that of a state with as much in it: %s", (_name, config) => {
    const { states, symmetry, at, stateAt } = worldOf(config)

    const astray = states.filter((state) => {
      const representative = stateAt(canonicalOf(at, symmetry, state))
      return contentOf(representative) !== contentOf(state)
    })

    expect(astray.map(identity)).toEqual([])
  })
})

describe("where hosts, links and logs take several cells,", () => {
  const config = clusterOf(
    Array.from({ length: 40 }, (_, n) => (n < 37 ? { groups: [`g${n}`] } : {})),
    { bounds: { log: 40, generations: 3, faults: 4 } },
  )
  const log = Array.from({ length: 40 }, (_, n) => ({ generation: 1, index: n + 1 }))
  const withPlaces = ([a, b, c]: readonly [HostId, HostId, HostId]): State => {
    const state = changed(reach(config, `PowerOn(p1,${a}) SpawnSecondary(p1.1,${b})`), {
      cut: [linkBetween("h2", c), linkBetween(a, b)],
      p1: { observed: log },
      "p1.1": { log },
    })
    return { ...state, hosts: { ...state.hosts, [c]: { up: false, storage: false, maintenance: true } } }
  }

  it("the images of a state are those in which what is alike has changed places", () => {
    const { symmetry, at } = placedIn(engineOf(layoutOf(config)))
    const states = ordersOf<HostId>(["h38", "h39", "h40"]).map((order) =>
      withPlaces(order as readonly [HostId, HostId, HostId]),
    )
    const keys = states.map(at)

    at(states[0] as State)
    const images = states.map((_, n) => symmetry.image(n).join())

    expect(new Set(images)).toEqual(new Set(keys))
    expect(new Set(keys).size).toBe(symmetry.order)
    expect(new Set(states.map((state) => canonicalOf(at, symmetry, state))).size).toBe(1)
  })
})

// Helpers

/** New places: for each host, and for each pair, the one whose place it takes. */
type Permutation = {
  readonly hosts: ReadonlyMap<HostId, HostId>
  readonly pairs: ReadonlyMap<PairId, PairId>
}

/** The model's states of a scope, and an engine that can be put at one: `at` does, and tells its key. */
function worldOf(config: Config, layoutUsed = layoutOf(config, { among: coreKinds })) {
  const engine = engineOf(layoutUsed)
  const { machine, view, layout } = engine
  const keys = new Map<string, Int32Array>()
  const note = (): void => {
    const key = machine.key.slice(0, layout.words)
    if (!keys.has(key.join())) keys.set(key.join(), key)
  }
  note()
  for (const key of keys.values()) {
    if (keys.size > 40 * statesMax) break
    machine.load(key, 0)
    engine.expand(note)
  }
  const every = Math.ceil(keys.size / statesMax)
  const states = [...keys.values()]
    .filter((_, n) => n % every === 0)
    .map((key) => {
      machine.load(key, 0)
      return unpack(view)
    })
  return { states, ...placedIn(engine) }
}

/** An engine that can be put at a state, and its symmetry. */
function placedIn({ machine, view, layout }: Engine) {
  const at = (state: State): string => {
    pack(view, state)
    return machine.key.slice(0, layout.words).join()
  }
  const stateAt = (key: string): State => {
    machine.load(Int32Array.from(key.split(",").map(Number)), 0)
    return unpack(view)
  }
  return { at, stateAt, symmetry: symmetryOf(view) }
}

function canonicalOf(
  at: (state: State) => string,
  symmetry: ReturnType<typeof symmetryOf>,
  state: State,
): string {
  const { length } = at(state).split(",")
  return symmetry.canonical().slice(0, length).join()
}

/** Every way to exchange hosts of the same limits and groups, and pairs of the same size under the same rules. */
function symmetriesOf({ hosts, pairs, rules }: Config): readonly Permutation[] {
  const hostSignature = hosts.map(({ ftVmsMax, ftVcpusMax, groups }) =>
    [ftVmsMax, ftVcpusMax, ...groups.toSorted()].join(),
  )
  const pairSignature = pairs.map(({ id, vcpus }) =>
    [vcpus, ...rules.map((rule) => rule.pairs.includes(id))].join(),
  )
  const hostOrders = ordersOf(hosts.map(({ id }) => id)).filter((order) =>
    order.every((id, n) => hostSignature[hosts.findIndex((host) => host.id === id)] === hostSignature[n]),
  )
  const pairOrders = ordersOf(pairs.map(({ id }) => id)).filter((order) =>
    order.every((id, n) => pairSignature[pairs.findIndex((pair) => pair.id === id)] === pairSignature[n]),
  )
  return hostOrders.flatMap((hostOrder) =>
    pairOrders.map((pairOrder) => ({
      hosts: new Map(hosts.map(({ id }, n) => [id, hostOrder[n] as HostId])),
      pairs: new Map(pairs.map(({ id }, n) => [id, pairOrder[n] as PairId])),
    })),
  )
}

function ordersOf<A>(all: readonly A[]): readonly (readonly A[])[] {
  if (all.length <= 1) return [all]
  return all.flatMap((first, n) => ordersOf(all.toSpliced(n, 1)).map((rest) => [first, ...rest]))
}

/** The state with everything in its new place. */
function imageOf(state: State, { hosts, pairs }: Permutation): State {
  const host = (id: HostId): HostId => hosts.get(id) as HostId
  const imageOfPair = (pair: Pair): Pair => {
    const id = pairs.get(pair.id) as PairId
    const copy = (each: CopyId): CopyId => each.replace(/^p\d+/, id) as CopyId
    return {
      ...pair,
      id,
      lock: { ...pair.lock, holder: pair.lock.holder === null ? null : copy(pair.lock.holder) },
      copies: pair.copies.map((each) => ({
        ...each,
        id: copy(each.id),
        host: host(each.host),
        channel:
          each.channel === null || each.channel.peer === "gone"
            ? each.channel
            : { ...each.channel, peer: copy(each.channel.peer) },
      })),
    }
  }
  const imagesOfPairs = Object.values(state.pairs).map((pair) => imageOfPair(pair))
  return {
    ...state,
    hosts: Object.fromEntries(
      Object.keys(state.hosts).map((id) => {
        const [from] = [...hosts].find(([, to]) => to === id) as [HostId, HostId]
        return [id, state.hosts[from]]
      }),
    ) as State["hosts"],
    cut: state.cut
      .map((link): LinkId => {
        const [a, b] = link.split("-") as [HostId, HostId]
        return linkBetween(host(a), host(b))
      })
      .sort(),
    pairs: Object.fromEntries(
      Object.keys(state.pairs).map((id) => [id, imagesOfPairs.find((pair) => pair.id === id)]),
    ) as State["pairs"],
  }
}

/** The least identity among a state's images: that of all of them. */
function leastOf(state: State, permutations: readonly Permutation[]): string {
  return permutations.map((permutation) => identity(imageOf(state, permutation))).sort()[0] as string
}

/** What does not depend on which host, or which pair, is which: more than that images share. */
function contentOf({ hosts, cut, pairs, faults }: State): string {
  const contents = Object.values(pairs).map(({ power, lock, copies }) =>
    [
      power,
      lock.generation,
      lock.holder === null,
      ...copies.map(({ role, phase, generation }) => [role, phase, generation].join()).sort(),
    ].join(),
  )
  const down = Object.values(hosts).filter(({ up, storage }) => !up || !storage).length
  return [faults, cut.length, down, ...contents.sort()].join(";")
}

function ruleOn(...pairs: readonly PairId[]): AffinityRule {
  return { pairs, type: "should", run: "on", group: "a", active: true }
}
