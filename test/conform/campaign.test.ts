import { describe, expect, it } from "vitest"
import { coreKinds } from "../../model/action.ts"
import { plainConfig } from "../../model/config.ts"
import type { State } from "../../model/state.ts"
import { conform, type Conformance, type ConformSpec } from "../../conform/campaign.ts"
import { repliesOf } from "../../conform/attempt.ts"
import { connectionOf, type Connection } from "../../conform/connection.ts"
import { pairProfile } from "../../conform/pair-profile.ts"
import { pairCases } from "../../conform/pair-cases.ts"
import { AdapterFault } from "../../conform/fault.ts"
import type { AskBody, Peer } from "../../conform/peer.ts"
import type { AskedAction } from "../../conform/profile.ts"
import type { Case } from "../../conform/case-source.ts"
import type { Hello } from "../../conform/wire.ts"
import { connectedTo, hello, peerOf } from "./model-peer.ts"

describe("a failure that is known", () => {
  it("ends nothing: what comes after it is run all the same", async () => {
    const isKnown = (): boolean => true
    const config = plainConfig(2, 1)

    const { cases, known, failed, stopped } = await conform(connectedTo(peerOf(wrong)), pairCases, {
      ...spec,
      named: [failing("a"), failing("b"), holding("c")],
      config,
      runs: 8,
      isKnown,
    })

    expect(known.slice(0, 2)).toEqual(["a", "b"])
    expect(known.filter((path) => path.startsWith("random/")).length).toBeGreaterThan(1)
    expect({ cases, failed, stopped }).toEqual({
      cases: { named: 3, scopes: 0, random: 8 },
      failed: [],
      stopped: "done",
    })
  })

  it("in a small scope does not end that, nor leave out the random cases", async () => {
    const asked: ConformSpec = { ...spec, inScope: () => true, runs: 2 }
    const right = await conform(connectedTo(peerOf(null)), small, asked)

    const { cases, known, failed, isToured } = await conform(connectedTo(peerOf(wrong)), small, {
      ...asked,
      isKnown: (path) => path.startsWith("scopes/") || path.startsWith("random/"),
    })

    expect(known.length).toBeGreaterThan(1)
    expect({ cases, failed, isToured }).toEqual({ cases: right.cases, failed: [], isToured: true })
  })

  it("hides none that is not: of these, random cases end with the first", async () => {
    const { known, failed, stopped, cases } = await conform(connectedTo(peerOf(wrong)), pairCases, {
      ...spec,
      named: [failing("a")],
      config: plainConfig(2, 1),
      runs: 300,
      isKnown: (path) => path === "a",
    })

    expect(known).toEqual(["a"])
    expect(failed).toHaveLength(1)
    expect(failed[0]?.case.path).toBe(`random/7/${cases.random}`)
    expect(stopped).toBe("failed")
  })

  it("is no reason to leave off where an implementation hangs in it, however often", async () => {
    const { cases, known, failed, stopped } = await conform(hangingAt("Suspect"), pairCases, {
      ...spec,
      named: [...["a", "b", "c", "d"].map(failing), holding("e")],
      config: plainConfig(1, 1),
      runs: 3,
      isKnown: (path) => path !== "e",
    })

    expect(known.slice(0, 4)).toEqual(["a", "b", "c", "d"])
    expect({ cases, failed, stopped }).toEqual({
      cases: { named: 5, scopes: 0, random: 3 },
      failed: [],
      stopped: "done",
    })
  })

  it("is healed where it fails no more", async () => {
    const { known, healed, failed } = await conform(connectedTo(peerOf(null)), pairCases, {
      ...spec,
      named: [failing("a"), holding("b")],
      isKnown: (path) => path === "a",
    })

    expect({ known, healed, failed }).toEqual({ known: [], healed: ["a"], failed: [] })
  })
})

describe("a failure of a named case", () => {
  it("ends no named case, and leaves out the random ones", async () => {
    const { cases, failed, stopped } = await conform(connectedTo(peerOf(wrong)), pairCases, {
      ...spec,
      named: [failing("a"), holding("b"), failing("c")],
      config: plainConfig(2, 1),
      runs: 30,
    })

    expect(cases).toEqual({ named: 3, scopes: 0, random: 0 })
    expect(failed.map(({ case: { path } }) => path)).toEqual(["a", "c"])
    expect(stopped).toBe("failed")
  })
})

describe("answers that take much memory", () => {
  it("are kept for the first failures, and not for those after", async () => {
    const inner = peerOf("SecondarySkipsLock")
    const peer: Peer = {
      ...inner,
      ask: async (bodies) => (await inner.ask(bodies)).map((reply) => ({ ...reply, weight: 500_000 })),
    }
    const named = Array.from({ length: 6 }, (_, n) => failing(`failing ${n}`))

    const { failed } = await conform(connectedTo(peer), pairCases, { ...spec, named })

    expect(failed.map(({ outcome }) => repliesOf(outcome).length)).toEqual([6, 6, 0, 0, 0, 0])
  })

  it("break the wire, where a case has more of them than states can weigh", async () => {
    const inner = peerOf(null)
    const peer: Peer = {
      ...inner,
      ask: async (bodies) => (await inner.ask(bodies)).map((reply) => ({ ...reply, weight: 4_500_000 })),
    }

    const outcome = await connectedTo(peer).trial(plainConfig(2, 1), protect)

    expect(outcome).toMatchObject({
      tag: "broken",
      fault: { code: "too-long", detail: "4 answers in a row take more memory than states do" },
    })
  })
})

describe("a small scope", () => {
  it.each([
    ["is toured where all of it was asked", () => true, 0, true],
    ["is not where a case was left out", (path: string) => path !== "scopes/small/2", 0, false],
    ["is not where there was no time", () => true, -1, false],
  ] as const)("%s", async (_what, isPicked, time, expected) => {
    const until = time < 0 ? -Infinity : Infinity

    const { isToured, stopped, failed } = await conform(connectedTo(peerOf(null)), small, {
      ...spec,
      inScope: () => true,
      isPicked,
      until,
    })

    expect({ isToured, stopped, failed }).toEqual({
      isToured: expected,
      stopped: time < 0 ? "time" : "done",
      failed: [],
    })
  })
})

describe("an implementation that hangs", () => {
  it("is not waited for more than three times", async () => {
    const { cases, failed, stopped } = await conform(hangingAt("Suspect"), pairCases, {
      ...spec,
      named: [holding("a"), ...["b", "c", "d", "e"].map(failing)],
    })

    expect(cases).toEqual({ named: 4, scopes: 0, random: 0 })
    expect(failed.map(({ case: { path } }) => path)).toEqual(["b", "c", "d"])
    expect(stopped).toBe("failed")
  })
})

describe("a random case in a huge cluster", () => {
  it("is drawn no further once nobody waits any more: that is heard meanwhile", async () => {
    let isStopped = false
    setTimeout(() => {
      isStopped = true
    })

    const result = await conform(connectedTo(peerOf(null)), pairCases, {
      ...spec,
      runs: 3,
      config: plainConfig(200, 200),
      isStopped: () => isStopped,
    })

    expect(result).toMatchObject({ cases: { named: 0, scopes: 0, random: 0 }, stopped: "interrupted" })
  })

  it("is drawn no further once the time is up", async () => {
    const asked = { ...spec, runs: 3, config: plainConfig(200, 200), until: performance.now() + 200 }

    const result = await conform(connectedTo(peerOf(null)), pairCases, asked)

    expect(result).toMatchObject({ cases: { named: 0, scopes: 0, random: 0 }, stopped: "time" })
  })
})

describe("a case that was given up", () => {
  it("is reported, wherever it came from, and neither failed nor healed", async () => {
    const reported = await conformUnsurely({
      ...spec,
      named: [holding("a"), failing("b")],
      config: plainConfig(2, 1),
      runs: 3,
      isKnown: () => true,
    })

    expect(reported.beyond).toEqual(["a", "b", "random/7/1", "random/7/2", "random/7/3"])
    expect(reported).toMatchObject({ failed: [], known: [], healed: [], witnesses: {}, stopped: "done" })
  })
})

describe("a case that needs a kind which the implementation does not have", () => {
  it("is reported as lacking, and not run", async () => {
    const actions = hello.actions.filter((kind) => kind !== "Suspect") as unknown as Hello["actions"]

    const { lacking, cases, failed, untaken } = await conform(
      connectedTo(peerOf(wrong), { actions }),
      pairCases,
      { ...spec, named: [failing("a"), holding("b")] },
    )

    expect({ lacking, failed, named: cases.named }).toEqual({ lacking: ["a"], failed: [], named: 1 })
    expect(untaken).toContain("Suspect")
    expect(untaken).not.toContain("PowerOn")
  })
})

// Helpers

const wrong = "SecondarySkipsLock"

/** With one scope only, in which a suspicion is the one fault. */
const small: typeof pairCases = {
  ...pairCases,
  scopes: [
    {
      name: "small",
      says: "2 hosts, 1 pair, no entry, 1 fault; core",
      config: plainConfig(2, 1, { log: 0, faults: 1, generations: 2, powerOffUpTo: 0, fencesUpTo: 0 }),
      kinds: coreKinds,
      refusals: "all",
    },
  ],
}

const spec: ConformSpec = {
  named: [],
  runs: 0,
  seed: "7",
  config: null,
  inScope: () => false,
  isPicked: () => true,
  isKnown: () => false,
  until: Infinity,
}

const protect: readonly AskedAction[] = [
  { kind: "PowerOn", pair: "p1", host: "h1" },
  { kind: "SpawnSecondary", copy: "p1.1", host: "h2" },
  { kind: "BeginLockstep", copy: "p1.1" },
  { kind: "JoinLockstep", copy: "p1.2" },
]

const holding = (path: string): Case => ({ path, config: plainConfig(2, 1), actions: protect })

const failing = (path: string): Case => ({
  ...holding(path),
  actions: [...protect, { kind: "Suspect", copy: "p1.2" }],
})

/** An implementation that never answers to a kind of action. */
const hangingAt = (kind: string): Connection<State> => {
  const inner = peerOf(null)
  const peer: Peer = {
    ...inner,
    ask: (bodies: readonly AskBody[]) =>
      bodies.some(({ action }) => (action as AskedAction | undefined)?.kind === kind)
        ? Promise.reject(new AdapterFault({ code: "hung", detail: "", line: null, log: "" }))
        : inner.ask(bodies),
  }
  return connectedTo(peer)
}

/** Of an implementation that cannot tell whether anything was done; of two states already it is too much. */
const conformUnsurely = (asked: ConformSpec): Promise<Conformance<State>> => {
  const inner = peerOf(null)
  const unsure = { ok: false, error: { code: "timeout", text: "no answer", definite: false } }
  const peer: Peer = {
    ...inner,
    ask: async (bodies: readonly AskBody[]) => {
      const replies = await inner.ask(bodies)
      return replies.map((reply, n) =>
        bodies[n]?.op === "apply" ? { line: "", json: { seq: 1, ...unsure } } : reply,
      )
    },
  }
  return conform(
    connectionOf(() => Promise.resolve(peer), { peer, hello }, pairProfile(), 1),
    pairCases,
    asked,
  )
}
