import { describe, expect, it } from "vitest"
import { plainConfig } from "../../model/config.ts"
import type { Case } from "../../conform/case-source.ts"
import type { Connection } from "../../conform/connection.ts"
import { AdapterFault } from "../../conform/fault.ts"
import type { AskBody, Peer } from "../../conform/peer.ts"
import type { State } from "../../model/state.ts"
import { connectedTo, peerOf } from "./model-peer.ts"

describe("a batch that breaks the wire", () => {
  it("is blamed on its first case that does not differ, where none of them breaks it alone", async () => {
    const cases = [differing("a"), fitting("b"), fitting("c")]

    const outcomes = await outcomesOf(connectedTo(breaking(), { window: 100 }), cases)

    expect(outcomes).toEqual([
      ["a", "diverged"],
      ["b", "broken"],
      ["c", "fits"],
    ])
  })

  it("is asked case by case up to the one that breaks it, and nothing after that is left out", async () => {
    const peer = breaking((bodies) => bodies.some(({ action }) => isAction(action, "FailHost")))
    const cases = [fitting("a"), fatal("b"), fitting("c"), fatal("d"), differing("e")]

    const outcomes = await outcomesOf(connectedTo(peer, { window: 100 }), cases)

    expect(outcomes).toEqual([
      ["a", "fits"],
      ["b", "broken"],
      ["c", "fits"],
      ["d", "broken"],
      ["e", "diverged"],
    ])
  })
})

describe("an implementation that has broken the wire", () => {
  it("is greeted anew before it is asked anything more, and its leave is not asked for", async () => {
    const ops: string[] = []
    const peer = breaking((bodies) => {
      ops.push(...bodies.map(({ op }) => op))
      return bodies.some(({ action }) => isAction(action, "FailHost"))
    })
    const connection = connectedTo(peer)

    for (const { config, actions } of [fatal("a"), fitting("b"), fatal("c")])
      await connection.trial(config, actions)
    await connection.close()

    expect(ops.filter((op) => op !== "apply")).toEqual(["reset", "hello", "reset", "reset"])
  })
})

describe("leave that is not taken as it should be", () => {
  it("is reported as a fault", async () => {
    const connection = connectedTo(breaking((bodies) => bodies.some(({ op }) => op === "bye")))

    await expect(connection.close()).rejects.toThrow(AdapterFault)
  })
})

// Helpers

const config = plainConfig(2, 1)
const boot = { kind: "PowerOn", pair: "p1", host: "h1" } as const

const fitting = (path: string): Case => ({ path, config, actions: [boot] })
const fatal = (path: string): Case => ({ path, config, actions: [boot, { kind: "FailHost", host: "h2" }] })
/** A case in which the implementation below has something wrong. */
const differing = (path: string): Case => ({
  path,
  config,
  actions: [
    boot,
    { kind: "SpawnSecondary", copy: "p1.1", host: "h2" },
    { kind: "BeginLockstep", copy: "p1.1" },
    { kind: "JoinLockstep", copy: "p1.2" },
    { kind: "Suspect", copy: "p1.2" },
  ],
})

const isAction = (action: unknown, kind: string): boolean =>
  (action as { kind?: string } | undefined)?.kind === kind

/** An implementation with one thing wrong, which breaks the wire where `isBreak` says: the first time that it is asked much. */
const breaking = (
  isBreak: (bodies: readonly AskBody[]) => boolean = firstOf((bodies) => bodies.length > 5),
): Peer => {
  const inner = peerOf("SecondarySkipsLock")
  return {
    ...inner,
    ask: (bodies) =>
      isBreak(bodies)
        ? Promise.reject(new AdapterFault({ code: "crashed", detail: "", line: null, log: "" }))
        : inner.ask(bodies),
  }
}

const firstOf = <A>(isMeant: (value: A) => boolean): ((value: A) => boolean) => {
  let isOver = false
  return (value) => {
    const isFirst = !isOver && isMeant(value)
    isOver ||= isFirst
    return isFirst
  }
}

const outcomesOf = async (
  connection: Connection<State>,
  cases: readonly Case[],
): Promise<readonly (readonly [path: string, tag: string])[]> => {
  const outcomes: (readonly [string, string])[] = []
  for await (const { case: each, outcome } of connection.run(cases)) outcomes.push([each.path, outcome.tag])
  return outcomes
}
