import { describe, expect, it } from "vitest"
import { plainConfig } from "../../model/config.ts"
import { Asker } from "../../conform/asker.ts"
import type { Case } from "../../conform/case-source.ts"
import { AdapterFault } from "../../conform/fault.ts"
import type { AskBody, Peer, Reply } from "../../conform/peer.ts"
import { hello } from "./model-peer.ts"

describe("the asks that are on their way at once", () => {
  it("become twice as many after each batch that was answered soon, as far as the window goes", async () => {
    expect(await sizesAfter({ window: 100, batches: 7 })).toEqual([16, 32, 64, 128, 256, 400, 400])
    expect(await sizesAfter({ window: 4, batches: 3 })).toEqual([16, 32, 32])
  })

  it.each([
    ["late", { millis: 251 }],
    ["by heavy answers", { weight: 5 * 1024 * 1024 }],
  ])("become half as many after each that was answered %s, but eight at the least", async (_how, slow) => {
    expect(await sizesAfter({ window: 100, batches: 4, begin: 40, ...slow })).toEqual([20, 10, 8, 8])
  })
})

describe("the answers to cases", () => {
  it.each([1, 2, 100])("are each to its own, where %i asks may wait", async (window) => {
    const { asker } = askerOf({ window })
    const cases = [caseOf(2, 3), caseOf(3, 0), caseOf(2, 1), caseOf(4, 2)]

    const replies = await answersOf(asker.ask(cases, never))

    expect(replies.map((each) => each.map(({ line }) => line))).toEqual([
      ["reset 2", "2.0", "2.1", "2.2"],
      ["reset 3"],
      ["reset 2", "2.0"],
      ["reset 4", "4.0", "4.1"],
    ])
  })

  it.each([1, 100])("end with a reset that is refused, where %i asks may wait", async (window) => {
    const { asker, asked } = askerOf({ window, refusing: 3 })

    const replies = await answersOf(asker.ask([caseOf(2, 1), caseOf(3, 2), caseOf(4, 1)], never))

    expect(replies.map(({ length }) => length)).toEqual([2, 1, 2])
    expect(asked.filter(({ op }) => op === "apply")).toHaveLength(2)
  })

  it("one by one end with a reset that is refused, too, and where it is late", async () => {
    const refused = askerOf({ refusing: 2 })
    const late = askerOf({})

    expect(await answersOf(refused.asker.slowly(caseOf(2, 3), 0, never))).toHaveLength(1)
    expect(await answersOf(late.asker.slowly(caseOf(2, 3), 0, () => late.asked.length > 1))).toHaveLength(2)
  })

  it("end, case by case, where it is late", async () => {
    const { asker, asked } = askerOf({})

    const replies = await answersOf(asker.ask([caseOf(2, 1), caseOf(3, 1)], () => asked.length > 1))

    expect(replies.map(({ length }) => length)).toEqual([2])
  })

  it("are too heavy where all together weigh more than states do", async () => {
    const { asker } = askerOf({ weight: 10 * 1024 * 1024 })

    const fault = await asker.ask([caseOf(2, 30)], never)

    expect(fault).toMatchObject({ code: "too-long" })
  })
})

describe("a fault", () => {
  it.each<readonly [string, (asker: Asker) => Promise<unknown>]>([
    ["case by case", (asker) => asker.ask([caseOf(2, 20)], never)],
    ["one by one", (asker) => asker.slowly(caseOf(2, 20), 0, never)],
  ])("comes with all that was answered before it: %s", async (_how, asking) => {
    const { asker } = askerOf({ breaking: 12 })

    const fault = (await asking(asker)) as AdapterFault

    expect(fault).toBeInstanceOf(AdapterFault)
    expect(fault.replies?.slice(0, 3).map(({ line }) => line)).toEqual(["reset 2", "2.0", "2.1"])
    expect(fault.replies).toHaveLength(11)
  })

  it("has the implementation closed, and another greeted, before anything more is asked", async () => {
    const { asker, asked, events } = askerOf({ breaking: 1 })

    await asker.ask([caseOf(2, 1)], never)
    expect(events).toEqual([])
    asked.length = 0
    const replies = await answersOf(asker.ask([caseOf(2, 1)], never))

    expect(events).toEqual(["closed", "started"])
    expect(asked.map(({ op }) => op)).toEqual(["hello", "reset", "apply"])
    expect(replies).toHaveLength(1)
  })

  it("instead of leave has the implementation closed all the same", async () => {
    const { asker, events } = askerOf({ breaking: 1 })

    await expect(asker.close()).rejects.toThrow(AdapterFault)

    expect(events).toEqual(["closed"])
  })
})

// Helpers

type Ways = {
  readonly window?: number
  /** The size of the clusters that it refuses. */
  readonly refusing?: number
  /** Which ask it breaks the wire at, the first time. */
  readonly breaking?: number
  readonly weight?: number
  readonly millis?: number
}

const never = (): boolean => false

/** An asker of an implementation whose answers say to what they are: the size of the cluster, and the number of the action. */
function askerOf({ window = 1, refusing, breaking, weight = 0, millis = 0 }: Ways) {
  const asked: AskBody[] = []
  const events: string[] = []
  let [isToBreak, hosts, now] = [breaking !== undefined, 0, 0]

  const answer = (body: AskBody): Reply => {
    if (body.op === "hello") return { line: "hello", json: hello }
    if (body.op === "bye") return { line: "bye", json: { seq: 1, ok: true } }
    if (body.op !== "reset") return { line: `${hosts}.${numberIn(body)}`, json: { ok: true }, weight }
    hosts = (body["config"] as { hosts: readonly unknown[] }).hosts.length
    const refused = hosts === refusing ? { refused: "limit" } : {}
    return { line: `reset ${hosts}`, json: { ok: true, ...refused }, weight }
  }
  const peer: Peer = {
    ask: (bodies) => {
      now += millis
      const replies: Reply[] = []
      for (const body of bodies) {
        asked.push(body)
        if (isToBreak && asked.length === breaking) {
          isToBreak = false
          const fault = { code: "crashed", detail: "", line: null, log: "", replies } as const
          return Promise.reject(new AdapterFault(fault))
        }
        replies.push(answer(body))
      }
      return Promise.resolve(replies)
    },
    setWindow: () => {},
    close: () => {
      events.push("closed")
      return Promise.resolve()
    },
  }
  const start = (): Promise<Peer> => {
    events.push("started")
    return Promise.resolve(peer)
  }
  return { asker: new Asker(start, { peer, hello: { ...hello, window } }, () => now), asked, events }
}

const numberIn = ({ action }: AskBody): string => (action as { readonly kind: string }).kind

/** A case in a cluster of so many hosts, of so many actions, each called by its number. */
function caseOf(hosts: number, length: number): Case {
  const actions = Array.from({ length }, (_, n) => ({ kind: String(n) }))
  return { path: "", config: plainConfig(hosts, 1), actions }
}

async function answersOf<A>(asked: Promise<A | AdapterFault>): Promise<A> {
  const replies = await asked
  if (replies instanceof AdapterFault) throw replies
  return replies
}

/** How many asks are on their way after each of so many batches. */
async function sizesAfter({
  batches,
  begin,
  ...ways
}: Ways & { readonly batches: number; readonly begin?: number }): Promise<readonly number[]> {
  const { asker } = askerOf(ways)
  if (begin !== undefined) asker.asksMax = begin
  const sizes: number[] = []
  for (let n = 0; n < batches; n += 1) {
    await answersOf(asker.ask([caseOf(2, 0)], never))
    sizes.push(asker.asksMax)
  }
  return sizes
}
