import { describe, expect, it } from "vitest"
import { plainConfig } from "../../model/config.ts"
import type { State } from "../../model/state.ts"
import {
  advance,
  firstCandidates,
  runOf,
  type Advance,
  type Candidate,
  type Observation,
  type Watch,
} from "../../conform/candidates.ts"
import { observed, type Json, type ObservationSchema } from "../../conform/observation.ts"
import { pairProfile } from "../../conform/pair-profile.ts"
import type { AskedAction } from "../../conform/profile.ts"

describe("the model states that fit", () => {
  it("are the initial one at first", () => {
    expect(firstCandidates(watch)).toEqual([{ state: profile.initial(config), way: null, ticks: 0 }])
  })

  it("follow an action that is taken, where the model takes it", () => {
    const [only, ...others] = after(done(powerOn))

    expect(others).toEqual([])
    expect(shownBy(only)).toMatchObject({ pairs: { p1: { power: "on" } } })
  })

  it("stay as they are where the model refuses too", () => {
    expect(after(refused(spawnOn("h1"))).map(shownBy)).toEqual(firstCandidates(watch).map(shownBy))
  })

  it("stay as they are after what was certainly not done, refused or not", () => {
    for (const action of [powerOn, spawnOn("h1")])
      expect(after({ action, answered: "not-done", shown: undefined }).map(shownBy)).toEqual(
        firstCandidates(watch).map(shownBy),
      )
  })

  it("go both ways after what may have been done, and only one where that cannot be", () => {
    expect(after(unsure(powerOn)).map(powerOf)).toEqual(["off", "on"])
    expect(after(unsure(spawnOn("h1"))).map(powerOf)).toEqual(["off"])
  })

  it("are distinguished again by the next thing that is seen", () => {
    expect(after(unsure(powerOn), refused(powerOn)).map(powerOf)).toEqual(["on"])
    expect(after(unsure(powerOn), done(powerOn)).map(powerOf)).toEqual(["on"])
    const failed = after(unsure(powerOn), { ...done(failHost), shown: showing({ power: "off" }) })
    expect(failed.map(powerOf)).toEqual(["off"])
  })

  it("are each kept once, whatever the ways to them", () => {
    const twice = after(unsure(failHost), unsure(failHost))

    expect(twice.map((candidate) => runOf(candidate).length)).toEqual([0, 1])
  })

  it("are all that an open choice may have come to", () => {
    const open = after(done(powerOn), done({ kind: "SpawnSecondary", copy: "p1.1" }))

    expect(open.map((candidate) => runOf(candidate).at(-1)?.action["host"])).toEqual(["h2", "h3"])
  })

  it("are what a choice may have been, as far as it shows", () => {
    const chosen = { kind: "SpawnSecondary", copy: "p1.1" }
    const shown = { pairs: { p1: { copies: { "p1.1": on("h1"), "p1.2": on("h3") } } } }
    const hosts = observing(["pairs.*.copies.*.host"])

    const open = follow(hosts, done(powerOn), { ...done(chosen), shown })

    expect(candidatesOf(open).map((candidate) => runOf(candidate).at(-1)?.action["host"])).toEqual(["h3"])
  })

  it("are refused an open choice if there is none", () => {
    const alone = { ...watch, config: plainConfig(1, 1) }
    const open = { kind: "SpawnSecondary", copy: "p1.1" }

    expect(follow(alone, done(powerOn), refused(open))).toMatchObject({ tag: "fits" })
    expect(follow(alone, done(powerOn), done(open))).toMatchObject({ tag: "misfit" })
    expect(follow(watch, done(powerOn), refused(open))).toMatchObject({ tag: "misfit" })
  })

  it("have taken any number of silent actions, or none, before what is seen", () => {
    const silently = { ...watch, silent: new Set(["BeginLockstep", "JoinLockstep"]) }
    const spawned = [done(powerOn), done(spawnOn("h2"))]

    const seen = candidatesOf(follow(silently, ...spawned, done({ kind: "Suspect", copy: "p1.2" })))

    expect(runOf(seen[0] as Candidate<State>).map(({ action, silent }) => [action.kind, silent])).toEqual([
      ["PowerOn", false],
      ["SpawnSecondary", false],
      ["BeginLockstep", true],
      ["JoinLockstep", true],
      ["Suspect", false],
    ])
    expect(follow(watch, ...spawned, done({ kind: "Suspect", copy: "p1.2" }))).toMatchObject({
      tag: "misfit",
    })
  })

  it("have taken them before a state is shown too, with an action or without", () => {
    const silently = { ...observing(["pairs.*.copies.*.phase"]), silent: new Set(["BeginLockstep"]) }
    const shown = {
      pairs: { p1: { copies: { "p1.1": { phase: "lockstep" }, "p1.2": { phase: "syncing" } } } },
    }
    const unseen = { ...done(spawnOn("h2")), shown: undefined }

    expect(follow(silently, done(powerOn), { ...unseen, shown }).tag).toBe("fits")
    expect(follow(silently, done(powerOn), unseen, { ...unseen, action: null, shown }).tag).toBe("fits")
  })

  it("may not have taken a kind that is not silent", () => {
    const silently = { ...watch, silent: new Set(["JoinLockstep"]) }

    expect(
      follow(silently, done(powerOn), done(spawnOn("h2")), done({ kind: "Suspect", copy: "p1.2" })).tag,
    ).toBe("misfit")
  })
})

describe("the frontier", () => {
  it("reports the guard by which the model refuses what was taken", () => {
    expect(whyOf(follow(watch, done(powerOn), done(spawnOn("h1"))))).toEqual([
      { tag: "refused", guard: "anti-affinity" },
    ])
  })

  it("reports that the model takes what was refused", () => {
    const ruledOut = follow(watch, refused(powerOn))

    expect(ruledOut).toMatchObject({ tag: "misfit", frontier: [{ action: powerOn, why: { tag: "taken" } }] })
  })

  it("reports the field that differs, what the model has and what was shown", () => {
    const power = observing(["pairs.*.power"])

    expect(whyOf(follow(power, { ...done(powerOn), shown: showing({ power: "off" }) }))).toEqual([
      { tag: "differs", at: "pairs.p1.power", expected: "on", shown: "off" },
    ])
  })

  it("names each model state that had fitted, with what rules it out", () => {
    const power = observing(["pairs.*.power"])
    const shown = showing({ power: "off" })

    expect(
      whyOf(follow(power, unsure(powerOn), { ...done(powerOff), shown: showing({ power: "on" }) })),
    ).toEqual([
      { tag: "refused", guard: "power" },
      { tag: "differs", at: "pairs.p1.power", expected: "off", shown: "on" },
    ])
    expect(whyOf(follow(power, unsure(powerOn), { ...done(powerOn), shown }))).toHaveLength(2)
  })
})

describe("what is shown", () => {
  it("must be all that is observed, where it is followed strictly", () => {
    const power = observing(["pairs.*.power", "cut"])

    expect(follow(power, { ...done(powerOn), shown: showing({ power: "on" }) })).toEqual({
      tag: "broken",
      code: "left-out",
      at: "cut",
    })
    expect(
      follow({ ...power, strictly: false }, { ...done(powerOn), shown: showing({ power: "on" }) }).tag,
    ).toBe("fits")
  })

  it("may be nothing else", () => {
    const power = observing(["pairs.*.power"])
    const shown = { ...showing({ power: "on" }), cut: [] }

    expect(follow(power, { ...done(powerOn), shown })).toEqual({
      tag: "broken",
      code: "undeclared",
      at: "cut",
    })
  })

  it("may be left open, one value or a whole part of the state", () => {
    const parts = observing(["pairs.*.power", "pairs.*.lock", "hosts"])
    const shown = {
      hosts: ignored,
      pairs: { p1: { power: ignored, lock: { generation: 1, holder: ignored } } },
    }

    expect(follow(parts, { ...done(powerOn), shown }).tag).toBe("fits")
    expect(follow(parts, { ...done(powerOn), shown: { hosts: ignored, pairs: ignored } }).tag).toBe("fits")
    const wrong = { ...shown, pairs: { p1: { power: ignored, lock: { generation: 2, holder: ignored } } } }
    expect(whyOf(follow(parts, { ...done(powerOn), shown: wrong }))).toMatchObject([
      { at: "pairs.p1.lock.generation" },
    ])
  })
})

describe("too many model states", () => {
  it("are given up: by indefinite answers, by open choices and by silent actions", () => {
    const few = { ...watch, candidatesMax: 1 }

    expect(follow(few, unsure(powerOn))).toMatchObject({ tag: "beyond" })
    expect(
      follow(
        { ...watch, candidatesMax: 2 },
        done(powerOn),
        unsure(failHost),
        done({ kind: "SpawnSecondary", copy: "p1.1" }),
      ),
    ).toMatchObject({ tag: "beyond" })
    expect(follow({ ...few, silent: new Set(["FailHost"]) }, done(powerOn))).toMatchObject({ tag: "beyond" })
  })

  it("are given up, however many are allowed, where silence makes their logs longer and longer", () => {
    const silent = { ...watch, candidatesMax: 1_000_000, silent: new Set(["Record"]) }

    const end = follow(silent, done(powerOn), { action: null, answered: "done", shown: {} })

    expect(end).toMatchObject({ tag: "beyond", by: "length" })
  })

  it("are given up where one action may mean far too much", () => {
    const [few, many] = [50_000, 50_001].map((ways) => {
      const meant = Array<AskedAction>(ways).fill(powerOff)
      return follow({ ...watch, profile: { ...profile, matching: () => meant } }, unsure(powerOff))
    })

    expect(few?.tag).toBe("fits")
    expect(many?.tag).toBe("beyond")
  })

  it("are no trouble up to the bound itself", () => {
    expect(follow({ ...watch, candidatesMax: 2 }, unsure(powerOn)).tag).toBe("fits")
  })
})

// Helpers

const profile = pairProfile()

const config = plainConfig(3, 1)

const observing = (paths: readonly string[]): Watch<State> => ({
  profile,
  config,
  schema: observed(profile.schema, paths) as ObservationSchema,
  strictly: true,
  silent: new Set(),
  candidatesMax: 1000,
})

const watch = observing([])

const powerOn: AskedAction = { kind: "PowerOn", pair: "p1", host: "h1" }

const powerOff: AskedAction = { kind: "PowerOff", pair: "p1" }

const failHost: AskedAction = { kind: "FailHost", host: "h2" }

const spawnOn = (host: string): AskedAction => ({ kind: "SpawnSecondary", copy: "p1.1", host })

const done = (action: AskedAction): Observation => ({ action, answered: "done", shown: undefined })

const refused = (action: AskedAction): Observation => ({ action, answered: "refused", shown: undefined })

const unsure = (action: AskedAction): Observation => ({ action, answered: "unsure", shown: undefined })

const ignored = { "#ignore": true }

const showing = (p1: Json): { readonly pairs: Json } => ({ pairs: { p1 } })

const on = (host: string): Json => ({ host })

/** What comes of the last of some observations, where all before it fit. */
const follow = (by: Watch<State>, ...observations: readonly Observation[]): Advance<State> => {
  let result: Advance<State> = { tag: "fits", candidates: firstCandidates(by) }
  for (const observation of observations) {
    expect(result.tag).toBe("fits")
    result = advance(by, candidatesOf(result), observation)
  }
  return result
}

const candidatesOf = (result: Advance<State>): readonly Candidate<State>[] =>
  result.tag === "fits" ? result.candidates : []

/** The candidates after observations that show nothing, but where it is said what; by the power of the pair if so. */
const after = (...observations: readonly Observation[]): readonly Candidate<State>[] => {
  const shows = observations.some(({ shown }) => shown !== undefined)
  return candidatesOf(follow(shows ? observing(["pairs.*.power"]) : watch, ...observations))
}

const shownBy = (candidate: Candidate<State> | undefined): Json =>
  candidate === undefined ? null : profile.view(candidate.state)

const powerOf = ({ state }: Candidate<State>): string | undefined => state.pairs["p1"]?.power

const whyOf = (result: Advance<State>): readonly unknown[] =>
  result.tag === "misfit" ? result.frontier.map(({ why }) => why) : [result]
