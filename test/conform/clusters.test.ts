import { describe, expect, it } from "vitest"
import type { Config } from "../../model/config.ts"
import { plainConfig } from "../../model/config.ts"
import { lockKinds } from "../../conform/lock-model.ts"
import { conform, type ConformSpec } from "../../conform/campaign.ts"
import { connectionOf } from "../../conform/connection.ts"
import { inProcess } from "../../conform/in-process.ts"
import { lockProfile } from "../../conform/lock-profile.ts"
import { lockCases } from "../../conform/lock-cases.ts"
import { pairCases } from "../../conform/pair-cases.ts"
import type { AskBody, Peer, Reply } from "../../conform/peer.ts"
import type { Case } from "../../conform/case-source.ts"
import type { Hello } from "../../conform/wire.ts"
import { connectedTo, hello, peerOf } from "./model-peer.ts"

describe("a cluster that the implementation does not have", () => {
  it.each([
    ["skipped", 1, { skipped: "one pair only" }],
    ["skipped", 100, { skipped: "one pair only" }],
    [
      "answered with an error",
      1,
      { ok: false, error: { code: "not-supported", text: "one pair only", definite: true } },
    ],
    ["refused", 1, { ok: true, refused: "one pair only" }],
    ["refused", 100, { ok: true, refused: "one pair only" }],
  ])("%s, with a window of %i: nothing but the reset is asked of it", async (_how, window, answer) => {
    const { peer, asked } = simplePeer(answer)
    const connection = connectedTo(peer, { window })

    const tags: string[] = []
    for await (const { outcome } of connection.run(cases)) tags.push(outcome.tag)
    const trial = await connection.trial(plainConfig(3, 2), powerOn)
    const paced = await connection.trial(plainConfig(3, 2), powerOn, 1)

    const there = "refused" in answer ? "broken" : "skipped"
    expect(tags).toEqual(["fits", there, "fits", there])
    expect([trial.tag, paced.tag]).toEqual([there, there])
    expect(asked).toEqual([])
  })
})

describe("random cases", () => {
  it("are drawn in clusters of the sort that the implementation has, and can be drawn again by their paths", async () => {
    const { peer } = simplePeer({ skipped: "one pair only" })
    const connection = connectedTo(peer, { window: 100 })

    const { cases, skipped, failed } = await conform(connection, pairCases, { ...spec, runs: 80 })

    expect(failed).toEqual([])
    expect(cases.random).toBeGreaterThanOrEqual(78)
    expect(skipped.length).toBeLessThan(60)
    expect(new Set(skipped.map(({ why }) => why))).toEqual(new Set(["one pair only"]))
  })

  it("are as many as asked for where all clusters are there, and few are wasted where none is", async () => {
    const all = await conform(connectedTo(peerOf(null)), pairCases, { ...spec, runs: 20 })
    const none = await conform(connectedTo(simplePeer({ skipped: "none" }, 9).peer), pairCases, {
      ...spec,
      runs: 20,
    })

    expect([all.cases.random, all.skipped.length]).toEqual([20, 0])
    expect(none.cases.random).toBe(0)
    expect(none.skipped.length).toBeLessThanOrEqual(60)
  })

  it("can be asked by name alone, whatever the seed", async () => {
    const name = { seed: "77", n: 3, redraw: 2 }
    const asked: string[] = []
    const connection = connectedTo(peerOf(null))
    const noting = {
      ...connection,
      run: (cases: Iterable<Case | null>) =>
        connection.run(
          [...cases].map((each) => {
            if (each !== null) asked.push(each.path)
            return each
          }),
        ),
    }

    await conform(noting, pairCases, { ...spec, runs: 5, isPicked: () => false, drawn: [name] })

    expect(asked).toEqual(["random/77/3+2"])
  })
})

describe("what the small scopes promise", () => {
  const lockHello: Partial<Hello> = {
    profile: "lock",
    actions: lockKinds,
    observes: ["hosts", "lock", "copies"],
  }
  const lockOf = (more: Partial<Hello>) => {
    const greeting = { ...hello, ...lockHello, ...more }
    const peer = inProcess(lockProfile, lockProfile.schema, greeting)
    return connectionOf(() => Promise.resolve(peer), { peer, hello: greeting }, lockProfile, 1_000)
  }

  it("is covered and seen by whoever takes all that is asked", async () => {
    const { scopes, isToured, unseen, untaken } = await conform(lockOf({}), lockCases, {
      ...spec,
      inScope: () => true,
      runs: 0,
    })

    expect(isToured).toBe(true)
    expect([unseen, untaken]).toEqual([[], []])
    for (const { transitions, refusals } of scopes) {
      expect(transitions.covered).toBe(transitions.all)
      expect(refusals.covered).toBe(refusals.all)
    }
  })

  it("is missed where actions are not taken, and these are named", async () => {
    const actions = lockKinds.filter((kind) => kind !== "Contend") as unknown as Hello["actions"]

    const { unseen, untaken } = await conform(lockOf({ actions }), lockCases, {
      ...spec,
      inScope: () => true,
      runs: 0,
    })

    expect(unseen).toEqual(lockCases.promised([]))
    expect(untaken).toEqual(["Contend", "TryLock"])
  })

  it("is what the model shows with the kinds that are declared", async () => {
    const actions = ["Contend", "TryLock"] as unknown as Hello["actions"]
    const asked = { ...spec, inScope: () => true, runs: 0 }

    const { unseen, witnesses } = await conform(lockOf({ actions }), lockCases, asked)

    expect(unseen).toEqual([])
    expect(Object.keys(witnesses).length).toBeGreaterThan(0)
    expect(Object.keys(witnesses).length).toBeLessThan(lockCases.promised([]).length)
  })

  it("is due of a declared kind that is always skipped, and is not of a pair's cluster that is not there", async () => {
    const kinds = ["PowerOn", "SpawnSecondary", "FailHost"] as const
    const actions = kinds as unknown as Hello["actions"]
    const asked = { ...spec, inScope: () => true, runs: 0 }
    const { peer } = simplePeer({ skipped: "one pair only" })
    const skipping: Peer = {
      ...peer,
      ask: (bodies) => Promise.all(bodies.map((body) => skippingFailures(peer, body))),
    }

    const all = await conform(connectedTo(peer, { actions }), pairCases, asked)
    const some = await conform(connectedTo(skipping, { actions }), pairCases, asked)

    expect([all.isToured, all.unseen]).toEqual([true, []])
    expect([some.isToured, some.untaken.includes("FailHost")]).toEqual([true, true])
    expect(some.unseen).not.toEqual([])
  })

  it("is not covered where some are left out", async () => {
    const { isToured, scopes } = await conform(lockOf({}), lockCases, {
      ...spec,
      inScope: (name) => name === "one-contender",
      runs: 0,
    })

    expect(scopes.map(({ name }) => name)).toEqual(["one-contender"])
    expect(isToured).toBe(false)
  })

  it("is not asked of a part of them", async () => {
    const { isToured } = await conform(lockOf({}), lockCases, {
      ...spec,
      inScope: () => true,
      isPicked: (path) => path.startsWith("scopes/one-contender/"),
      runs: 0,
    })

    expect(isToured).toBe(false)
  })
})

// Helpers

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

const powerOn = [
  { kind: "PowerOn", pair: "p1", host: "h1" },
  { kind: "PowerOff", pair: "p1" },
]

const cases: readonly Case[] = [1, 2, 1, 3].map((pairs, n) => ({
  path: `given/${n}`,
  config: plainConfig(3, pairs),
  actions: powerOn,
}))

/** What is answered by who never lets a host fail. */
const skippingFailures = async (peer: Peer, body: AskBody): Promise<Reply> => {
  const { kind } = (body["action"] ?? { kind: "" }) as { readonly kind: string }
  if (kind !== "FailHost") return (await peer.ask([body]))[0] as Reply
  const json = { seq: 1, skipped: "not built yet" }
  return { line: JSON.stringify(json), json }
}

/** An implementation of one pair; what it is asked in a cluster that it does not have. */
const simplePeer = (
  answer: object,
  pairs = 1,
): { readonly peer: Peer; readonly asked: readonly AskBody[] } => {
  const inner = peerOf(null)
  const asked: AskBody[] = []
  let isHere = true
  const replyTo = async (body: AskBody): Promise<Reply> => {
    if (body.op === "reset") isHere = (body["config"] as Config).pairs.length === pairs
    if (isHere) return (await inner.ask([body]))[0] as Reply
    if (body.op === "apply") asked.push(body)
    return { line: JSON.stringify({ seq: 1, ...answer }), json: { seq: 1, ...answer } }
  }
  return {
    asked,
    peer: {
      ...inner,
      ask: async (bodies) => {
        const replies: Reply[] = []
        for (const body of bodies) replies.push(await replyTo(body))
        return replies
      },
    },
  }
}
