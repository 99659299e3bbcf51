import { describe, expect, it } from "vitest"
import { plainConfig } from "../../model/config.ts"
import { protocolOf } from "../../model/core.ts"
import type { State } from "../../model/state.ts"
import { describe as written, type Action } from "../../model/action.ts"
import { AdapterFault } from "../../conform/fault.ts"
import { episodesOf } from "../../conform/episodes.ts"
import { inProcess } from "../../conform/in-process.ts"
import { pairProfile } from "../../conform/pair-profile.ts"
import { pairCases } from "../../conform/pair-cases.ts"
import type { AskBody, Peer, Reply } from "../../conform/peer.ts"
import type { AskedAction } from "../../conform/profile.ts"
import type { Hello } from "../../conform/wire.ts"
import { isFailing, type Failing } from "../../conform/attempt.ts"
import { shrink, type Shrunk } from "../../conform/shrink.ts"
import { act } from "../fixtures.ts"
import { connectedTo, hello, peerOf } from "./model-peer.ts"
import { lateDelivery } from "./wrong-rules.ts"

describe("the episodes of a run", () => {
  it("are all of a copy, of a host, and a fault with its recovery, with what is between or without, the largest first", () => {
    const actions = asked(
      "PowerOn(p1,h1) FailHost(h3) SpawnSecondary(p1.1,h2) RecoverHost(h3) BeginLockstep(p1.1) JoinLockstep(p1.2)",
    )

    const episodes = episodesOf(
      actions,
      actions.map(() => true),
    )

    const sizes = episodes.map(({ length }) => length)
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a))
    expect(episodes).toEqual(
      expect.arrayContaining([
        [1, 3],
        [1, 2, 3],
        [2, 5],
        [2, 3, 4, 5],
        [0, 2, 4],
      ]),
    )
    expect(episodes.every(({ length }) => length > 1 && length < actions.length)).toBe(true)
  })
})

describe("a failing run with an episode that it does not need", () => {
  it("loses a failover, though whoever acts after it is another copy", async () => {
    const profile = pairProfile((config) => lateDelivery(protocolOf(config)))
    const actions = asked(
      "PowerOn(p1,h1) SpawnSecondary(p1.1,h2) BeginLockstep(p1.1) JoinLockstep(p1.2) Suspect(p1.2) TryLock(p1.2)",
      "SpawnSecondary(p1.2,h3) BeginLockstep(p1.2) JoinLockstep(p1.3) Record(p1.2) Suspect(p1.3) Deliver(p1.3)",
    )

    const few = { actions: [...new Set(actions.map(({ kind }) => kind))] as unknown as Hello["actions"] }
    const shrunk = await shrunkOf(inProcess(profile, profile.schema, hello), actions, few)

    expect(actions).toHaveLength(12)
    expect(shrunk.minimality).toBe("shortest")
    expect(shrunk.actions).toHaveLength(7)
    expect(wordsOf(shrunk).slice(-2)).toEqual(["Suspect(p1.2)", "Deliver(p1.2)"])
  })

  it("loses all faults of a host at once, where it does not fail without some of them", async () => {
    const actions = asked(
      "PowerOn(p1,h1) CutLink(h1-h3) SpawnSecondary(p1.1,h2) LoseStorage(h3) BeginLockstep(p1.1)",
      "FailHost(h3) JoinLockstep(p1.2) Record(p1.1)",
    )
    let resets = 0
    const isWrong = (before: readonly string[]): boolean =>
      resets % 3 !== 0 && before.includes("JoinLockstep") && before.filter(isFault).length % 3 === 0
    const peer = failingAtRecord(
      (before) => (isWrong(before) ? "diverged" : null),
      () => (resets += 1),
    )

    const shrunk = await shrunkOf(peer, actions)

    expect(shrunk.steadiness.tag).toBe("flaky")
    expect(wordsOf(shrunk)).toEqual([
      "PowerOn(p1, h1)",
      "SpawnSecondary(p1.1, h2)",
      "BeginLockstep(p1.1)",
      "JoinLockstep(p1.2)",
      "Record(p1.1)",
    ])
  })
})

describe("a failing run of which an action can only go once another has gone", () => {
  it("is 1-minimal where it is said to be, however often all of it must be gone through", async () => {
    const actions = asked(
      "PowerOn(p1,h1) CutLink(h1-h3) SpawnSecondary(p1.1,h2) LoseStorage(h3) BeginLockstep(p1.1)",
      "EnterMaintenance(h3) JoinLockstep(p1.2) FailHost(h3) Record(p1.1)",
    )
    const onH3 = ["CutLink", "LoseStorage", "EnterMaintenance", "FailHost"]
    const endsOf = onH3.map((_, n) => onH3.slice(n).join())
    let resets = 0
    const isWrong = (before: readonly string[]): boolean =>
      resets % 3 !== 0 &&
      before.includes("JoinLockstep") &&
      endsOf.includes(before.filter((kind) => onH3.includes(kind)).join())
    const peer = failingAtRecord(
      (before) => (isWrong(before) ? "diverged" : null),
      () => (resets += 1),
    )

    const { minimality, steadiness, actions: left } = await shrunkOf(peer, actions)

    expect([steadiness.tag, minimality]).toEqual(["flaky", "1-minimal"])
    expect(left.filter(({ kind }) => onH3.includes(kind)).map(({ kind }) => kind)).toEqual(["FailHost"])
  })
})

describe("a failure that becomes another once something is left out", () => {
  it.each([
    ["crashed", "not-json"],
    ["crashed", "diverged"],
    ["diverged", "crashed"],
  ] as const)("keeps what makes it the one that was found: %s, and not %s", async (first, other) => {
    const peer = failingAtRecord((before) => (before.includes("FailHost") ? first : other))

    const shrunk = await shrunkOf(peer, asked("PowerOn(p1,h1) FailHost(h3) Record(p1.1)"))

    expect(sortOf(shrunk.outcome)).toBe(first)
    expect(shrunk.actions.map(({ kind }) => kind)).toContain("FailHost")
  })
})

// Helpers

type Sort = "diverged" | "crashed" | "not-json"

const asked = (...schedules: readonly string[]): readonly AskedAction[] =>
  schedules.flatMap((text) => text.split(" ").map((word) => act(word) as unknown as AskedAction))

const isFault = (kind: string): boolean => ["CutLink", "LoseStorage", "FailHost"].includes(kind)

/** The model, which fails in some way when it is to record, by the kinds that were asked before. */
const failingAtRecord = (
  failing: (before: readonly string[]) => Sort | null,
  onReset: () => void = () => {},
): Peer => {
  const inner = peerOf(null)
  let before: string[] = []
  const replyTo = async (body: AskBody): Promise<Reply> => {
    const [reply] = (await inner.ask([body])) as readonly [Reply]
    if (body.op === "reset") {
      before = []
      onReset()
    }
    const { kind } = (body["action"] ?? { kind: body.op }) as AskedAction
    const sort = kind === "Record" ? failing(before) : null
    before.push(kind)
    if (sort === null) return reply
    if (sort !== "diverged") throw new AdapterFault({ code: sort, detail: "", line: null, log: "" })
    const json = { seq: 1, ok: true, refused: "not today" }
    return { line: JSON.stringify(json), json }
  }
  return {
    ...inner,
    ask: async (bodies) => {
      const replies: Reply[] = []
      for (const body of bodies) replies.push(await replyTo(body))
      return replies
    },
  }
}

/** What becomes of a case that fails. Asked slowly, it answers as it does: nothing is waited for. */
const shrunkOf = async (
  peer: Peer,
  actions: readonly AskedAction[],
  more: Partial<Hello> = {},
): Promise<Shrunk<State>> => {
  const hurried = connectedTo(peer, more)
  const connection: typeof hurried = {
    ...hurried,
    trial: (config, asks) => hurried.trial(config, asks),
  }
  const config = plainConfig(3, 1)
  const outcome = await failingOutcome()
  return shrink(connection, pairCases, { path: "drawn", config, actions }, outcome)

  async function failingOutcome(): Promise<Failing<State>> {
    for (;;) {
      const tried = await connection.trial(config, actions)
      if (isFailing(tried)) return tried
    }
  }
}

const sortOf = (outcome: Failing<State>): string =>
  outcome.tag === "broken" ? outcome.fault.code : outcome.tag

const wordsOf = ({ actions }: Shrunk<State>): readonly string[] =>
  actions.map((action) => written(action as unknown as Action))
