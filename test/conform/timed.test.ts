import { describe, expect, it } from "vitest"
import { kinds, timedKinds } from "../../model/action.ts"
import { plainConfig, unbounded, type Config } from "../../model/config.ts"
import { protocolOf } from "../../model/core.ts"
import type { ProtocolOf } from "../../model/protocol.ts"
import type { State } from "../../model/state.ts"
import { mutantNamed } from "../../properties/mutants/catalogue.ts"
import { mutated } from "../../properties/mutants/mutant.ts"
import { timeMutants } from "../../properties/mutants/time.ts"
import { witnesses } from "../../properties/witnesses.ts"
import { atlasOf, kindsIn } from "../../conform/atlas.ts"
import { conform, type ConformSpec } from "../../conform/campaign.ts"
import type { Case, Scope } from "../../conform/case-source.ts"
import { drawnCase } from "../../conform/draw.ts"
import { inProcess } from "../../conform/in-process.ts"
import { misfit, observed, project, type ObservationSchema } from "../../conform/observation.ts"
import { pairCases } from "../../conform/pair-cases.ts"
import { pairProfile } from "../../conform/pair-profile.ts"
import type { AskedAction } from "../../conform/profile.ts"
import { sortOf } from "../../conform/sort.ts"
import { isOffered } from "../../conform/times.ts"
import { tourOf } from "../../conform/tour.ts"
import type { Hello } from "../../conform/wire.ts"
import { connectedTo, hello, peerOf, statesOf } from "./model-peer.ts"

// What is asked where time passes, and of whom.

const profile = pairProfile()
const ground = { profile, caseSource: pairCases, kinds }
const scopes = pairCases.scopes.filter(({ config }) => config.time !== undefined)
const timeless = kinds.filter((kind) => kind !== "Tick")

/** All that can be shown but watches and clocks. */
const allButClocks = [
  "*",
  "!pairs.*.haWait",
  ...["watch", "heartbeatSilence", "logSilence", "obligation"].map((field) => `!pairs.*.copies.*.${field}`),
]

/** Of each small cluster in which time passes, how many states it has, and mutants that it finds by what is taken and refused. */
const found: Readonly<Record<string, readonly [states: number, ...mutants: readonly string[]]>> = {
  ticks: [27, "NoUrgency", "DelayReachesTimeout"],
  alarms: [
    ...([245, "HeartbeatOnly", "HeartbeatCountsAsLog", "LockNotUrgent", "FooledByFormerSecondary"] as const),
    ...["WaitTooShort", "WaitsForHeartbeatTimeout", "WaitsOutOwnTimeout", "DriftForgotten"],
    ...["DelayForgotten", "SyncHasNoTimeout", "IdleGuestSilent"],
  ],
  silence: [
    ...([
      512,
      "SilenceOnly",
      "BothDetectorsNeeded",
      "ContenderAcks",
      "SyncingIsSilent",
      "HaImpatient",
    ] as const),
    "MigrateResetsClocks",
  ],
  link: [276, "AgesAddUp"],
  inexact: [906, "NoGoLiveWait", "PrimaryWaitsToo", "DeadlineBeforeDelay", "RolesMixedUp"],
}

describe("a small cluster in which time passes", () => {
  it.each(scopes)(
    "$name, asks what is too early and what time stands still for, and nothing that bounds decide",
    (scope) => {
      const cases = [...tourOf(ground, scope)]
      const guards = new Set(cases.flatMap(guardsIn))

      expect(atlasOf(ground, scope).places.size).toBe(found[scope.name]?.[0])
      expect(["early", "due", "bound"].filter((guard) => guards.has(guard))).toEqual(
        scope.name === "alarms" ? ["due"] : ["early", "due"],
      )
      expect(cases.some((each) => differs(each, protocolOf, ["*"]))).toBe(false)
    },
  )

  it.each(
    Object.entries(found).flatMap(([name, [, ...mutants]]) =>
      mutants.map((mutant) => [name, mutant] as const),
    ),
  )("%s, finds %s though no clock is shown", (name, mutant) => {
    const cases = [...tourOf(ground, scopeNamed(name))]

    expect(cases.some((each) => differs(each, mutated(mutantNamed(mutant)), allButClocks))).toBe(true)
  })

  it("finds, with all of the others, each mutant of time", () => {
    const all = Object.values(found).flatMap(([, ...mutants]) => mutants)

    expect(all.toSorted()).toEqual(timeMutants.map(({ name }) => name).toSorted())
  })

  it("shows, with all of the others, the witnesses of time that are promised, and no other", () => {
    const seen = new Set<string>()
    for (const each of scopes.flatMap((scope) => [...tourOf(ground, scope)])) {
      const states = statesOf(profile, each.config, each.actions)
      const steps = each.actions.flatMap((action, n) => {
        const [before, after] = [states[n] as State, states[n + 1] as State]
        const isTaken = profile.step(each.config, before, action).tag === "next"
        return isTaken ? [{ isTaken, before, action, after } as const] : []
      })
      for (const id of pairCases.witnessesIn(each.config, steps)) seen.add(id)
    }
    const ofTime = witnesses.filter(({ part }) => part === "time").map(({ id }) => id)

    expect(ofTime.filter((id) => seen.has(id))).toEqual(
      pairCases.promised(kinds).filter((id) => ofTime.includes(id)),
    )
    expect(pairCases.promised(timeless).filter((id) => ofTime.includes(id))).toEqual([])
  })
})

describe("an implementation that lets no time pass", () => {
  it("is asked in no cluster that has time, and has been through all there are for it", async () => {
    const small = { ...pairCases, scopes: [scopeNamed("ticks"), scopeNamed("room")] }
    const named: readonly Case[] = [{ path: "timed", config: scopeNamed("ticks").config, actions: [] }]
    const asked = { ...spec, named, inScope: () => true }

    const without = await conform(connectedTo(peerOf(null), { actions: timeless as never }), small, asked)
    const timed = await conform(connectedTo(peerOf(null)), small, asked)

    expect(without).toMatchObject({ isToured: true, lacking: ["timed"], stopped: "done" })
    expect(without.scopes.map(({ name }) => name)).toEqual(["room"])
    expect(timed).toMatchObject({ isToured: true, lacking: [], stopped: "done" })
    expect(timed.scopes.map(({ name }) => name)).toEqual(["ticks", "room"])
  })

  it("is drawn no such cluster either, where one that does is in about a sixth of the cases", () => {
    const drawn = (among: readonly string[]) =>
      Array.from({ length: 120 }, (_, n) =>
        drawnCase({ ...ground, kinds: among }, { seed: "3", n: n + 1, redraw: 0 }),
      ).filter(({ config }) => config.time !== undefined)

    expect(drawn(timeless)).toEqual([])
    expect(drawn(kinds).length).toBeGreaterThan(10)
    expect(drawn(kinds).length).toBeLessThan(40)
    expect(
      drawn(kinds)
        .flatMap(({ actions }) => actions)
        .some(({ kind }) => kind === "Tick"),
    ).toBe(true)
  })

  it.each([
    [undefined, [], true],
    [scopes[0]?.config.time, timeless, false],
    [scopes[0]?.config.time, ["Tick"], true],
  ] as const)("%#", (time, among, expected) => {
    const config: Config = time === undefined ? plainConfig(2, 1) : { ...plainConfig(2, 1), time }

    expect(isOffered(config, among)).toBe(expected)
  })
})

describe("an implementation that shows no clocks", () => {
  it("is judged by what it takes and refuses", async () => {
    const schema = observed(profile.schema, allButClocks) as ObservationSchema
    const greeting: Hello = { ...hello, observes: allButClocks }
    const driven = (protocolIn: ProtocolOf) =>
      conform(connectedTo(inProcess(pairProfile(protocolIn), schema, greeting), greeting), pairCases, {
        ...spec,
        inScope: (name) => name === "ticks",
      })

    const right = await driven(protocolOf)
    const { failed } = await driven(mutated(mutantNamed("NoUrgency")))

    expect(right).toMatchObject({ failed: [], stopped: "done" })
    expect(right.scopes[0]?.refusals).toEqual({ covered: 912, all: 912 })
    expect(failed.map(({ outcome }) => outcome)).toMatchObject([
      { tag: "diverged", frontier: [{ why: { tag: "refused", guard: "due" } }] },
    ])
  })
})

describe("a tick", () => {
  it("that bounds alone let pass is beyond them: without them the lock must be tried", () => {
    const { config } = scopeNamed("alarms")
    const bounded: Config = { ...config, bounds: { ...config.bounds, generations: 1 } }
    const tick: AskedAction = { kind: "Tick" }
    const contending = statesOf(profile, bounded, [...protect, { kind: "Suspect", copy: "p1.2" }]).at(
      -1,
    ) as State

    expect(profile.step(bounded, contending, tick)).toEqual({ tag: "refused", guard: "bound" })
    expect(profile.step({ ...bounded, bounds: unbounded }, contending, tick).tag).toBe("next")
  })

  it("is of a sort by the clocks that run", () => {
    const { config } = scopeNamed("silence")
    const [before, ...after] = statesOf(profile, config, [
      ...protect,
      { kind: "FailHost", host: "h1" },
      { kind: "Tick" },
    ]).slice(-3)

    expect([before, ...after].map((state) => sortOf(state as State, { kind: "Tick" }, null))).toEqual([
      "Tick taken primary lockstep+secondary lockstep",
      "Tick taken secondary lockstep",
      "Tick taken secondary lockstep unheard silent",
    ])
  })

  it("is asked where a cluster has time, and refused as unknown elsewhere", () => {
    const config = plainConfig(2, 1)

    expect(profile.step(config, profile.initial(config), { kind: "Tick" })).toEqual({
      tag: "refused",
      guard: "unknown",
    })
    expect(kindsIn(ground, scopeNamed("inexact"))).toEqual(timedKinds)
  })
})

// Helpers

const protect: readonly AskedAction[] = [
  { kind: "PowerOn", pair: "p1", host: "h1" },
  { kind: "SpawnSecondary", copy: "p1.1", host: "h2" },
  { kind: "BeginLockstep", copy: "p1.1" },
  { kind: "JoinLockstep", copy: "p1.2" },
]

const spec: ConformSpec = {
  named: [],
  runs: 0,
  seed: "7",
  config: null,
  isPicked: () => true,
  isKnown: () => false,
  until: Infinity,
}

function scopeNamed(name: string): Scope {
  return pairCases.scopes.find((scope) => scope.name === name) as Scope
}

/** By which guards the actions of a case are refused. */
function guardsIn({ config, actions }: Case): readonly string[] {
  const states = statesOf(profile, config, actions)
  return actions.flatMap((action, n) => {
    const outcome = profile.step(config, states[n] as State, action)
    return outcome.tag === "refused" ? [outcome.guard] : []
  })
}

/** Whether a protocol that knows no bounds shows something else than the model in a case, or refuses where that does not. */
function differs({ config, actions }: Case, protocolIn: ProtocolOf, observes: readonly string[]): boolean {
  const other = pairProfile(protocolIn)
  const schema = observed(profile.schema, observes) as ObservationSchema
  const free: Config = { ...config, bounds: unbounded }
  let state = profile.initial(config)
  let theirs = other.initial(free)
  for (const action of actions) {
    const expected = profile.step(config, state, action)
    const shown = other.step(free, theirs, action)
    if (shown.tag !== expected.tag) return true
    if (expected.tag === "refused" || shown.tag === "refused") continue
    if (isShownOtherwise(schema, other.view(shown.state), profile.view(expected.state))) return true
    state = expected.state
    theirs = shown.state
  }
  return false
}

/** Whether what shows of one state by a schema is not what shows of another. */
function isShownOtherwise(
  schema: ObservationSchema,
  shown: Parameters<typeof misfit>[2],
  expected: typeof shown,
): boolean {
  return misfit(schema, true, project(schema, shown), expected) !== null
}
