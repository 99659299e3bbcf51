import { describe, expect, it } from "vitest"
import { plainConfig } from "../../model/config.ts"
import { mutantNamed } from "../../properties/mutants/catalogue.ts"
import { keepFailure } from "../../conform/artefact.ts"
import { conform, type FailedCase } from "../../conform/campaign.ts"
import type { Connection } from "../../conform/connection.ts"
import { inProcess } from "../../conform/in-process.ts"
import { pairProfile } from "../../conform/pair-profile.ts"
import { pairCases } from "../../conform/pair-cases.ts"
import type { Peer } from "../../conform/peer.ts"
import type { AskedAction } from "../../conform/profile.ts"
import { isFailing, probed, type Attempt } from "../../conform/attempt.ts"
import { AdapterFault } from "../../conform/fault.ts"
import { noAnswers } from "../../conform/session.ts"
import { narrowedRun, shorterRun, branchedRun } from "../../conform/shorter-run.ts"
import { shrink, type Shrunk } from "../../conform/shrink.ts"
import { pairsOf, type State } from "../../model/state.ts"
import { openKinds, type FaultCode, type Hello } from "../../conform/wire.ts"
import { readStory } from "../../traces/read.ts"
import { freshFolder } from "../cli/ftpair.ts"
import { firstFailure, randomCases } from "./first-failure.ts"
import { choosingPeerOf, connectedTo, hello, peerOf, statesOf } from "./model-peer.ts"

/** Some mutants of every sort whose fault shows soon in the plain cluster. */
const some = [
  "PrimarySkipsLock",
  "LockIgnoresGeneration",
  "WinWithoutBump",
  "TestFailoverFences",
  "IndexFromZero",
  "CountSentAsAcked",
  "LiveWithholds",
  "JoinBeforeWithhold",
  "OrphanSyncStays",
  "NeverRespawn",
  "SpawnIgnoresStaleCopy",
  "MigrateToPeersHost",
  "PowerOffWithoutFence",
  "HaNoBump",
]

describe("what shrinking makes of a difference that a random case has shown", () => {
  it.each(some.map((name) => [name, shortestOf(name)] as const))(
    "%s: no more than half as long again as the shortest violation, of %i actions",
    async (name, shortest) => {
      const connection = unhurried(peerOf(name))

      const shrunk = await shrunkOf(connection, await firstFailure(connection))

      expect(shrunk.actions.length).toBeLessThanOrEqual(1.5 * shortest)
      expect(shrunk.steadiness).toEqual({ tag: "deterministic", failures: 7, runs: 7 })
    },
  )

  it("is a case that fails by its last action, and would not without it", async () => {
    const connection = unhurried(peerOf("SecondarySkipsLock"))

    const { config, actions, outcome, minimality } = await shrunkOf(
      connection,
      await firstFailure(connection),
    )

    expect(outcome).toMatchObject({ tag: "diverged", step: actions.length })
    expect(minimality).toBe("shortest")
    expect(await connection.trial(config, actions)).toMatchObject({ tag: "diverged" })
    expect(await connection.trial(config, actions.slice(0, -1))).toMatchObject({ tag: "fits" })
  })

  it("is in a cluster with nothing that plays no part", async () => {
    const connection = unhurried(peerOf("SpawnIgnoresAntiAffinity"))

    const { config, actions } = await shrunkOf(connection, await firstFailure(connection, plainConfig(4, 2)))

    expect(actions.map(({ kind }) => kind)).toEqual(["PowerOn", "SpawnSecondary"])
    expect([config.hosts.length, config.pairs.length]).toEqual([2, 1])
  })

  it("asks nothing that the model refuses, but for what tells", async () => {
    const connection = unhurried(peerOf("SpawnIgnoresAntiAffinity"))
    const profile = pairProfile()

    const { config, actions } = await shrunkOf(connection, await firstFailure(connection))

    const states = statesOf(profile, config, actions)
    const refused = actions.filter(
      (action, n) => profile.step(config, states[n] as State, action).tag === "refused",
    )
    expect(refused).toEqual([actions.at(-1)])
  })

  it("is not said to be shortest where one action less is enough", async () => {
    const connection = unhurried(peerOf("SecondarySkipsLock"))
    const attempt = await attemptAt(connection, [
      { kind: "PowerOn", pair: "p1", host: "h1" },
      { kind: "SpawnSecondary", copy: "p1.1", host: "h2" },
      { kind: "BeginLockstep", copy: "p1.1" },
      { kind: "JoinLockstep", copy: "p1.2" },
      { kind: "Record", copy: "p1.1" },
      { kind: "Suspect", copy: "p1.2" },
    ])

    const way = await shorterRun(connection, pairCases, attempt.outcome, attempt)

    expect(way).toMatchObject({ outcome: { tag: "diverged" } })
  })
})

describe("a break of the wire", () => {
  const shrunkBy = (codeOf: (hosts: string) => FaultCode | null): Promise<Shrunk<State>> => {
    const config = plainConfig(8, 1)
    const brokenBy = (code: FaultCode) =>
      ({ tag: "broken", fault: faultOf(code), tally: noAnswers() }) as const
    const trial: Connection<State>["trial"] = (where, asked, pace = 0) => {
      const isMeant = pace === 0 && where.hosts.length === config.hosts.length
      const code = isMeant ? codeOf(asked.map(({ host }) => host as string).join(" ")) : null
      return Promise.resolve(code === null ? { tag: "fits", steps: [], tally: noAnswers() } : brokenBy(code))
    }
    const actions = config.hosts.map(({ id }) => ({ kind: "EnterMaintenance", host: id }))
    const connection = { ...connectedTo(peerOf(null)), trial }
    return shrink(connection, pairCases, { path: "drawn", config, actions }, brokenBy("crashed"))
  }
  const hostsOf = ({ actions }: Shrunk<State>): readonly unknown[] => actions.map(({ host }) => host)

  it("is shrunk until no action can go, though one can go only after another", async () => {
    const orders = ["h1 h2 h3 h4 h5 h6 h7 h8", "h2 h3 h4 h5 h6 h7 h8", "h2 h4 h5 h6 h7 h8", "h2 h4 h6 h7 h8"]

    const shrunk = await shrunkBy((hosts) => ([...orders, "h2 h4 h6 h8"].includes(hosts) ? "crashed" : null))

    expect(shrunk).toMatchObject({ steadiness: { tag: "time-dependent" }, minimality: "1-minimal" })
    expect(hostsOf(shrunk)).toEqual(["h2", "h4", "h6", "h8"])
  })

  it("is not taken for another one that fewer actions lead to", async () => {
    const shrunk = await shrunkBy((hosts) => (/h3.*h5/.test(hosts) ? "crashed" : "not-json"))

    expect(shrunk.outcome).toMatchObject({ tag: "broken", fault: { code: "crashed" } })
    expect(hostsOf(shrunk)).toEqual(["h3", "h5"])
  })
})

describe("a failure that shows itself only at a high generation", () => {
  it("is looked for by the kinds of action that are left", async () => {
    const connection = unhurried(refusingTrialsFrom(5))

    const way = await narrowedRun(connection, pairCases, await attemptAt(connection, long))

    expect(way?.probes.length).toBeLessThan(long.length)
    expect(new Set(way?.probes.map(({ action }) => action.kind))).toEqual(
      new Set(["PowerOn", "PowerOff", "SpawnSecondary", "BeginLockstep", "Suspect", "TryLock"]),
    )
    expect(await connection.trial(ofTwo, actionsOf(way))).toMatchObject({ tag: "diverged" })
  })

  it("is looked for by any kind shortly before its end", async () => {
    const connection = unhurried(refusingTrialsFrom(5))

    const way = await branchedRun(connection, pairCases, await attemptAt(connection, short))

    expect(actionsOf(way)).toEqual([
      ...short.slice(0, -4),
      { kind: "LoseStorage", host: "h1" },
      { kind: "RestoreStorage", host: "h1" },
      short.at(-1),
    ])
  })

  it("is not said to be shortest where there are too many shorter runs to try them all", async () => {
    const connection = unhurried(refusingTrialsFrom(9))
    const actions = trialAfter(8, "p1.9")

    const way = await shorterRun(
      connection,
      pairCases,
      (await attemptAt(connection, actions)).outcome,
      await attemptAt(connection, actions),
    )

    expect(way).toBe("unknown")
  })

  it("is said not to be as short as could be where all runs were spent", async () => {
    const hung = { tag: "broken", fault: faultOf("hung"), tally: noAnswers() } as const
    const connection = connectedTo(peerOf(null))
    const { trial } = connection
    const hanging: Connection<State> = {
      ...connection,
      trial: (config, actions) => (actions.length > 10 ? Promise.resolve(hung) : trial(config, actions)),
    }

    const shrunk = await shrink(hanging, pairCases, { path: "drawn", config: ofTwo, actions: long }, hung)

    expect(shrunk).toMatchObject({ minimality: "found", spent: true, trials: 6 })
  })
})

describe("an implementation that chooses the hosts itself", () => {
  it("conforms where it chooses as the model may", async () => {
    const connection = connectedTo(choosingPeerOf(null), { chooses: openKinds })

    const { failed, cases } = await conform(connection, pairCases, { ...randomCases(), runs: 60 })

    expect(failed).toEqual([])
    expect(cases.random).toBe(60)
  })

  it("is asked for none in what is shrunk, and its choices are kept", async ({ onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    const connection = unhurried(choosingPeerOf("SecondarySkipsLock"), { chooses: openKinds })

    const shrunk = await shrunkOf(connection, await firstFailure(connection))
    const file = keepFailure(
      folder,
      { ...connection, schema: connection.profile.schema },
      shrunk,
      "drawn",
      "command",
    )
    const { actions } = readStory(file)

    expect(shrunk.minimality).toBe("shortest")
    expect(shrunk.actions.filter(({ host }) => host !== undefined)).toEqual([])
    expect(actions.map(({ kind }) => kind)).toEqual(shrunk.actions.map(({ kind }) => kind))
    expect(actions.slice(0, 2)).toMatchObject([
      { kind: "PowerOn", host: "h2" },
      { kind: "SpawnSecondary", host: "h1" },
    ])
  })
})

describe("how steady a failure is", () => {
  const skipped: readonly AskedAction[] = [
    { kind: "PowerOn", pair: "p1", host: "h1" },
    { kind: "SpawnSecondary", copy: "p1.1", host: "h2" },
    { kind: "BeginLockstep", copy: "p1.1" },
    { kind: "CutLink", hosts: ["h1", "h2"] },
    { kind: "HealLink", hosts: ["h1", "h2"] },
    { kind: "JoinLockstep", copy: "p1.2" },
    { kind: "Suspect", copy: "p1.2" },
  ]

  it.each([
    ["now and then", "flaky", (resets: number) => resets % 3 === 0, 0],
    ["only if it is asked fast", "time-dependent", (_: number, isPaced: boolean) => !isPaced, 0],
    ["only if it is asked slowly", "time-dependent", (_: number, isPaced: boolean) => isPaced, 1],
    ["always", "deterministic", () => true, 0],
  ] as const)("%s: %s, and it is shrunk nevertheless", async (_when, tag, isWrong, pace) => {
    const connection = connectedTo(wrongWhen(isWrong))
    const case_ = { path: "drawn", config: plainConfig(3, 1), actions: skipped }
    const outcome = await failingOutcome(connection, skipped, pace)

    const shrunk = await shrink(connection, pairCases, case_, outcome)

    expect(shrunk.steadiness.tag).toBe(tag)
    expect(shrunk.actions.map(({ kind }) => kind)).toEqual([
      "PowerOn",
      "SpawnSecondary",
      "BeginLockstep",
      "JoinLockstep",
      "Suspect",
    ])
  })

  it("reports how often it has failed of how many runs", async () => {
    const connection = connectedTo(wrongWhen((resets) => resets % 3 === 0))
    const outcome = await failingOutcome(connection, skipped, 0)

    const case_ = { path: "drawn", config: plainConfig(3, 1), actions: skipped }
    const shrunk = await shrink(connection, pairCases, case_, outcome)

    expect(shrunk.steadiness).toEqual({ tag: "flaky", failures: 2, runs: 7 })
  })

  it.each([
    ["fast", 3],
    ["slow", 8],
  ])("is flaky where it fails in all runs but a %s one", async (_which, right) => {
    const connection = connectedTo(wrongWhen((resets) => resets !== right))
    const outcome = await failingOutcome(connection, skipped, 0)
    const case_ = { path: "drawn", config: plainConfig(3, 1), actions: skipped }

    const shrunk = await shrink(connection, pairCases, case_, outcome)

    expect(shrunk).toMatchObject({
      steadiness: { tag: "flaky", failures: 6, runs: 7 },
      minimality: "1-minimal",
    })
  })

  it("keeps a failure that never comes back as it was found, up to the action that showed it", async () => {
    const failing = connectedTo(wrongWhen(() => true))
    const outcome = await failingOutcome(failing, skipped, 0)
    const actions = [...skipped, { kind: "Record", copy: "p1.2" }]
    const case_ = { path: "drawn", config: plainConfig(3, 1), actions }

    const shrunk = await shrink(connectedTo(wrongWhen(() => false)), pairCases, case_, outcome)

    expect(shrunk).toMatchObject({ actions: skipped, minimality: "found", outcome })
    expect(shrunk.steadiness).toMatchObject({ tag: "flaky", failures: 1 })
  })
})

// Helpers

/** The length of the shortest run of a mutant that violates a property. */
function shortestOf(name: string): number {
  const lengths = Object.values(mutantNamed(name)?.killedBy ?? {}).filter((steps) => steps !== null)
  return Math.min(...lengths)
}

/** Asked slowly, the model answers as it does: nothing is waited for. */
const unhurried = (peer: Peer, more: Partial<Hello> = {}): Connection<State> => {
  const connection = connectedTo(peer, more)
  return { ...connection, trial: (config, actions) => connection.trial(config, actions) }
}

const shrunkOf = async (
  connection: Connection<State>,
  { case: each, outcome }: FailedCase<State>,
): Promise<Shrunk<State>> => shrink(connection, pairCases, each, outcome)

/**
 * A copy that asks no lock, in those runs that are identified by how many there were before, and by whether any time
 * passes between a reset and the first action.
 */
const wrongWhen = (isWrong: (resets: number, isPaced: boolean) => boolean): Peer => {
  const right = peerOf(null)
  const wrong = peerOf("SecondarySkipsLock")
  let resets = 0
  let isBegun = false
  let hasTimePassed = false
  let current = right
  return {
    ask: async (bodies) => {
      const replies = []
      for (const body of bodies) {
        if (body.op === "reset") {
          resets += 1
          isBegun = false
          hasTimePassed = false
          setImmediate(() => {
            hasTimePassed = true
          })
          await wrong.ask([body])
          replies.push(...(await right.ask([body])))
          continue
        }
        if (!isBegun) current = isWrong(resets, hasTimePassed) ? wrong : right
        isBegun = true
        replies.push(...(await current.ask([body])))
      }
      return replies
    },
    setWindow: () => {},
    close: () => Promise.resolve(),
  }
}

const ofTwo = plainConfig(2, 1)

/** So many times a pair is powered on and off, and each time the generation goes up. */
const cycles = (times: number): readonly AskedAction[] =>
  Array.from({ length: times }, () => [
    { kind: "PowerOn", pair: "p1", host: "h1" },
    { kind: "PowerOff", pair: "p1" },
  ]).flat()

/** A trial of a Primary after so many cycles, which have each started a copy. */
const trialAfter = (times: number, copy: string): readonly AskedAction[] => [
  ...cycles(times),
  { kind: "PowerOn", pair: "p1", host: "h1" },
  { kind: "SpawnSecondary", copy, host: "h2" },
  { kind: "BeginLockstep", copy },
  { kind: "Suspect", copy },
  { kind: "TryLock", copy },
]

const short = trialAfter(4, "p1.5")
const long = trialAfter(6, "p1.7")

const attemptAt = async (
  { trial }: Connection<State>,
  actions: readonly AskedAction[],
): Promise<Attempt<State>> => {
  const outcome = await trial(ofTwo, actions)
  if (!isFailing(outcome)) throw new Error("expected a failure")
  return { config: ofTwo, probes: probed(pairProfile(), ofTwo, actions), outcome }
}

const actionsOf = (way: Attempt<State> | null): readonly AskedAction[] =>
  (way?.probes ?? []).map(({ action }) => action)

const faultOf = (code: FaultCode): AdapterFault => new AdapterFault({ code, detail: "", line: null, log: "" })

/** The model, which refuses every trial from a generation on. */
const refusingTrialsFrom = (generation: number): Peer => {
  const profile = pairProfile()
  const step: typeof profile.step = (config, state, action) =>
    action.kind === "TryLock" && pairsOf(state).some(({ lock }) => lock.generation >= generation)
      ? { tag: "refused", guard: "phase" }
      : profile.step(config, state, action)
  return inProcess({ ...profile, step }, profile.schema, hello)
}

/** Tries until it fails. */
const failingOutcome = async (
  connection: Connection<State>,
  actions: readonly AskedAction[],
  pace: number,
): Promise<FailedCase<State>["outcome"]> => {
  for (;;) {
    const outcome = await connection.trial(plainConfig(3, 1), actions, pace)
    if (isFailing(outcome)) return outcome
  }
}
