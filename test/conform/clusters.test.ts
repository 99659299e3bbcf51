import { describe, expect, it } from "vitest"
import type { Config } from "../../model/config.ts"
import { plainConfig } from "../../model/config.ts"
import type { AskBody, Peer, Reply } from "../../traces/conform/peer.ts"
import type { Case } from "../../traces/conform/repertoire.ts"
import { connectedTo, peerOf } from "./model-peer.ts"

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

// Helpers

const powerOn = [
  { kind: "PowerOn", pair: "p1", host: "h1" },
  { kind: "PowerOff", pair: "p1" },
]

const cases: readonly Case[] = [1, 2, 1, 3].map((pairs, n) => ({
  path: `given/${n}`,
  config: plainConfig(3, pairs),
  actions: powerOn,
}))

/** An implementation of one pair; what it is asked in a cluster that it does not have. */
const simplePeer = (answer: object): { readonly peer: Peer; readonly asked: readonly AskBody[] } => {
  const inner = peerOf(null)
  const asked: AskBody[] = []
  let isHere = true
  const replyTo = async (body: AskBody): Promise<Reply> => {
    if (body.op === "reset") isHere = (body["config"] as Config).pairs.length === 1
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
