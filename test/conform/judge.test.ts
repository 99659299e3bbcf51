import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { plainConfig, unbounded } from "../../model/config.ts"
import { kinds } from "../../model/action.ts"
import { drawnCase } from "../../conform/draw.ts"
import { AdapterFault } from "../../conform/fault.ts"
import { lockProfile } from "../../conform/lock-profile.ts"
import { lockCases } from "../../conform/lock-cases.ts"
import { observed, pathsOf, project, type Json, type ObservationSchema } from "../../conform/observation.ts"
import { pairProfile } from "../../conform/pair-profile.ts"
import { pairCases } from "../../conform/pair-cases.ts"
import type { Reply } from "../../conform/peer.ts"
import type { AskedAction, Profile } from "../../conform/profile.ts"
import type { Case, CaseSource } from "../../conform/case-source.ts"
import { judgeCase, type CaseResult } from "../../conform/session.ts"
import { openKinds } from "../../conform/wire.ts"
import { hello } from "./model-peer.ts"

const pair = { profile: pairProfile(), caseSource: pairCases, kinds }
const lock = { profile: lockProfile, caseSource: lockCases, kinds: lockProfile.kinds }

describe("what the model itself answers", () => {
  it.each([["pair"], ["lock"]] as const)("always fits, whatever of it is shown: %s", (name) => {
    fc.assert(
      fc.property(fc.nat(), arbitraryPaths(name), fc.infiniteStream(fc.nat()), (n, paths, dice) => {
        withGround(name, (ground) => {
          const schema = schemaOf(ground.profile, paths)
          const { config, actions } = caseNumbered(ground, n)
          const replies = repliesOf(ground.profile, config, actions, schema).map((reply) =>
            blurred(reply, dice),
          )

          const result = judge(ground.profile, paths, { config, actions }, replies)

          expect(result.tag).toBe("fits")
        })
      }),
      { numRuns: 40 },
    )
  })

  it.each([["pair"], ["lock"]] as const)("fits where some of it fails, definitely or not: %s", (name) => {
    fc.assert(
      fc.property(fc.nat(), fc.infiniteStream(fc.nat(99)), (n, dice) => {
        withGround(name, ({ profile, caseSource, kinds }) => {
          const { config, actions } = caseNumbered({ profile, caseSource, kinds }, n)
          const replies = failingNowAndThen(profile, config, actions.slice(0, 40), dice)

          const result = judge(profile, pathsOf(profile.schema), { config, actions }, replies)

          expect(result.tag).toBe("fits")
        })
      }),
      { numRuns: 40 },
    )
  })

  it("fits where it chooses the hosts, and is not asked for any", () => {
    fc.assert(
      fc.property(fc.nat(), (n) => {
        const { config, actions } = caseNumbered(pair, n)
        const chosen = actions.filter(
          (action, i) => !isOpen(action) || isTaken(pair.profile, config, actions, i),
        )
        const replies = repliesOf(pair.profile, config, chosen, pair.profile.schema)
        const open = chosen.map((action) => (isOpen(action) ? withoutHost(action) : action))

        expect(
          judge(pair.profile, pathsOf(pair.profile.schema), { config, actions: open }, replies).tag,
        ).toBe("fits")
      }),
      { numRuns: 25 },
    )
  })

  it("fits where some kinds happen unasked", () => {
    const silent = ["BeginLockstep", "JoinLockstep", "AbandonSync", "SyncLost"]
    fc.assert(
      fc.property(fc.nat(), (n) => {
        const { config, actions } = caseNumbered(pair, n)
        const replies = repliesOf(pair.profile, config, actions, pair.profile.schema)
        const isTold = actions.map(({ kind }) => !silent.includes(kind))

        const result = judge(
          pair.profile,
          pathsOf(pair.profile.schema),
          { config, actions: actions.filter((_, i) => isTold[i]) },
          replies.filter((_, i) => i === 0 || isTold[i - 1]),
          silent,
        )

        expect(result.tag).toBe("fits")
      }),
      { numRuns: 25 },
    )
  })

  it.each([["pair"], ["lock"]] as const)(
    "fits no more with one value changed, where all is seen: %s",
    (name) => {
      fc.assert(
        fc.property(fc.nat(), fc.nat(), fc.nat(), (n, which, where) => {
          withGround(name, ({ profile, caseSource, kinds }) => {
            const { config, actions } = caseNumbered({ profile, caseSource, kinds }, n)
            const replies = repliesOf(profile, config, actions, profile.schema)
            const at = which % replies.length

            const wrong = replies.with(
              at,
              replyOf({ ...replies[at]?.json, state: altered(stateIn(replies[at]), where) }),
            )

            expect(verdictOf(() => judge(profile, pathsOf(profile.schema), { config, actions }, wrong))).toBe(
              at,
            )
          })
        }),
        { numRuns: 60 },
      )
    },
  )

  it.each([["pair"], ["lock"]] as const)("fits no more with one answer turned round: %s", (name) => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (n, which) => {
        withGround(name, ({ profile, caseSource, kinds }) => {
          const { config, actions } = caseNumbered({ profile, caseSource, kinds }, n)
          fc.pre(actions.length > 0)
          const replies = repliesOf(profile, config, actions, profile.schema)
          const at = 1 + (which % actions.length)

          const wrong = replies.with(at, replyOf(turnedRound(replies[at]?.json ?? {})))

          expect(verdictOf(() => judge(profile, pathsOf(profile.schema), { config, actions }, wrong))).toBe(
            at,
          )
        })
      }),
      { numRuns: 40 },
    )
  })
})

describe("the steps that are known for sure", () => {
  const powerOn: AskedAction = { kind: "PowerOn", pair: "p1", host: "h1" }
  const powerOff: AskedAction = { kind: "PowerOff", pair: "p1" }
  const done = { ok: true, state: {} }

  it.each<readonly [string, readonly Reply["json"][], readonly string[]]>([
    ["all of them, where every answer is definite", [done, done, done], ["PowerOn", "PowerOff", "PowerOn"]],
    ["none after an answer that was not", [errorOf(false), done, done], []],
    ["those before it", [done, errorOf(false), done], ["PowerOn"]],
    ["but what was not done", [errorOf(true), done], ["PowerOn"]],
  ])("are %s, though one state may fit again", (_which, answers, known) => {
    const asked = answers.length === 2 ? [powerOn, powerOn] : [powerOn, powerOff, powerOn]
    const replies = [done, ...answers].map(replyOf)

    const result = judge(pair.profile, [], { config: plainConfig(2, 1), actions: asked }, replies)

    const steps = result.tag === "fits" ? result.steps : null
    expect(steps?.map(({ action }) => action.kind)).toEqual(known)
  })

  it("say which host was chosen where that was left open, and shows", () => {
    const open = (kind: string, more: object): AskedAction => ({ kind, ...more })
    const actions = [open("PowerOn", { pair: "p1" }), open("SpawnSecondary", { copy: "p1.1" })]
    const config = plainConfig(3, 1)
    const chosen = [powerOn, { kind: "SpawnSecondary", copy: "p1.1", host: "h3" }]
    const replies = repliesOf(pair.profile, config, chosen, pair.profile.schema)

    const result = judge(pair.profile, ["*"], { config, actions }, replies)

    expect(result.tag === "fits" ? result.steps.map(({ action }) => action) : null).toEqual(chosen)
  })

  it("are none where something may have happened unasked", () => {
    const config = plainConfig(2, 1)
    const actions = [powerOn, powerOff]
    const replies = repliesOf(pair.profile, config, actions, pair.profile.schema)
    const [reported, silently] = [[], ["FailHost"]].map((silent) =>
      judge(pair.profile, ["*"], { config, actions }, replies, silent),
    )

    expect(
      [reported, silently].map((result) => (result?.tag === "fits" ? result.steps.length : null)),
    ).toEqual([2, 0])
  })
})

describe("an answer that breaks the wire", () => {
  it("is reported with the answers before it, and itself", () => {
    const config = plainConfig(2, 1)
    const actions = ["h1", "h2"].map((host): AskedAction => ({ kind: "FailHost", host }))
    const replies = [
      { ok: true, state: {} },
      { ok: true, state: {} },
      { ok: true, mood: "good" },
    ].map(replyOf)
    let fault: unknown = null

    try {
      judge(pair.profile, [], { config, actions }, replies)
    } catch (error) {
      fault = error
    }

    expect(fault).toBeInstanceOf(AdapterFault)
    expect(fault).toMatchObject({ code: "malformed", replies })
  })
})

describe("a copy that is not shown", () => {
  it.each([[[]], [["CutLink"]]])("is a difference, though some happen unasked: %j", (silent) => {
    const answers = [{ ok: true, state: { pairs: { p1: { copies: {} } } } }]
    const replies = [...answers, ...answers].map(replyOf)
    const actions = [{ kind: "PowerOn", pair: "p1", host: "h1" }]

    const result = judge(
      pair.profile,
      ["pairs.*.copies.*.phase"],
      { config: plainConfig(2, 1), actions },
      replies,
      silent,
    )

    expect(result).toMatchObject({ tag: "diverged", step: 1 })
  })
})

describe("the tally", () => {
  it("counts the answers to actions, by what they were", () => {
    const config = plainConfig(2, 1)
    const powerOn: AskedAction = { kind: "PowerOn", pair: "p1", host: "h1" }
    const replies = [
      { ok: true, state: {} },
      { ok: true, state: {} },
      { ok: true, refused: "power" },
      { skipped: "not now" },
      errorOf(true),
      errorOf(false),
    ].map(replyOf)

    const result = judge(
      pair.profile,
      [],
      { config, actions: Array.from({ length: 5 }, () => powerOn) },
      replies,
    )

    expect(result).toMatchObject({
      tag: "fits",
      tally: { taken: 1, refused: 1, skipped: 1, errors: 1, unsure: 1 },
    })
  })

  it.each([[{ skipped: "three hosts only" }], [errorOf(true, "three hosts only")]])(
    "counts all as skipped where the cluster is not had: %j",
    (answer) => {
      const actions: readonly AskedAction[] = [{ kind: "PowerOn", pair: "p1", host: "h1" }]
      const replies = [answer, answer].map(replyOf)

      const result = judge(pair.profile, [], { config: plainConfig(2, 1), actions }, replies)

      expect(result).toMatchObject({ tag: "skipped", why: "three hosts only", tally: { skipped: 1 } })
    },
  )
})

// Helpers

type GroundOf<S> = {
  readonly profile: Profile<S>
  readonly caseSource: CaseSource<S>
  readonly kinds: readonly string[]
}

function withGround<A>(name: "pair" | "lock", use: <S>(ground: GroundOf<S>) => A): A {
  return name === "pair" ? use(pair) : use(lock)
}

const arbitraryPaths = (name: "pair" | "lock"): fc.Arbitrary<readonly string[]> =>
  fc.subarray([...withGround(name, ({ profile }) => pathsOf(profile.schema))])

const caseNumbered = <S>(ground: GroundOf<S>, n: number): Case =>
  drawnCase(ground, { seed: "5", n: 1 + (n % 10_000), redraw: 0 })

const schemaOf = <S>(profile: Profile<S>, paths: readonly string[]): ObservationSchema =>
  observed(profile.schema, paths) as ObservationSchema

const replyOf = (json: Reply["json"]): Reply => ({ line: JSON.stringify(json), json: { seq: 1, ...json } })

function errorOf(definite: boolean, text = "too late"): Reply["json"] {
  return { ok: false, error: { code: definite ? "abort" : "timeout", text, definite } }
}

/** What the model answers to a reset and to actions, cut down to an observation schema. */
const repliesOf = <S>(
  profile: Profile<S>,
  config: Case["config"],
  actions: readonly AskedAction[],
  schema: ObservationSchema,
): readonly Reply[] => {
  let state = profile.initial(config)
  const shown = (): Json => project(schema, profile.view(state))
  const replies = [replyOf({ ok: true, state: shown() })]
  for (const action of actions) {
    const outcome = profile.step(config, state, action)
    if (outcome.tag === "next") state = outcome.state
    const refused = outcome.tag === "refused" ? { refused: outcome.guard } : {}
    replies.push(replyOf({ ok: true, ...refused, state: shown() }))
  }
  return replies
}

/** The same, but that some actions fail: for certain, and then they are not taken, or not, and then they may be. */
const failingNowAndThen = <S>(
  profile: Profile<S>,
  config: Case["config"],
  actions: readonly AskedAction[],
  dice: Iterator<number>,
): readonly Reply[] => {
  let state = profile.initial(config)
  const replies = [replyOf({ ok: true, state: profile.view(state) })]
  for (const action of actions) {
    const luck = dice.next().value as number
    const outcome = profile.step({ ...config, bounds: unbounded }, state, action)
    const isDone = luck >= 16 || (luck >= 8 && luck % 2 === 0)
    if (isDone && outcome.tag === "next") state = outcome.state
    const refused = outcome.tag === "refused" ? { refused: outcome.guard } : {}
    if (luck < 4) replies.push(replyOf({ skipped: "no time for it" }))
    else if (luck < 16) replies.push(replyOf(errorOf(luck < 8)))
    else replies.push(replyOf({ ok: true, ...refused, state: profile.view(state) }))
  }
  return replies
}

const judge = <S>(
  profile: Profile<S>,
  observes: readonly string[],
  { config, actions }: Pick<Case, "config" | "actions">,
  replies: readonly Reply[],
  silent: readonly string[] = [],
): CaseResult<S> =>
  judgeCase(
    {
      hello: { ...hello, profile: profile.name, observes, silent: silent as never },
      profile,
      schema: schemaOf(profile, observes),
      candidatesMax: 5_000,
    },
    config,
    actions,
    replies,
  )

/** At which answer a run is found not to fit: as a difference or as what is no answer at all. */
const verdictOf = <S>(judged: () => CaseResult<S>): number | string => {
  try {
    const result = judged()
    return result.tag === "diverged" ? result.step : result.tag
  } catch (error) {
    if (!(error instanceof AdapterFault)) throw error
    const [, step] = /the answer to action (\d+)/.exec(error.message) ?? []
    return error.message.includes("the answer to reset") ? 0 : Number(step)
  }
}

const isOpen = ({ kind }: AskedAction): boolean => (openKinds as readonly string[]).includes(kind)

const withoutHost = ({ host: _, ...open }: AskedAction): AskedAction => ({ ...open, kind: open.kind })

const isTaken = <S>(
  profile: Profile<S>,
  config: Case["config"],
  actions: readonly AskedAction[],
  n: number,
): boolean => {
  let state = profile.initial(config)
  for (const [i, action] of actions.entries()) {
    const outcome = profile.step(config, state, action)
    if (i === n) return outcome.tag === "next"
    if (outcome.tag === "next") state = outcome.state
  }
  return false
}

const stateIn = (reply: Reply | undefined): Json => reply?.json["state"] as Json

/** An answer with some values that are not known this time. */
const blurred = ({ json }: Reply, dice: Iterator<number>): Reply => {
  const blur = (part: Json): Json => {
    if ((dice.next().value as number) % 12 === 0) return { "#ignore": true }
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part
    return Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, blur(inner as Json)]))
  }
  return replyOf({ ...json, state: blur(json["state"] as Json) })
}

/** A state with one of its values changed, whichever. */
const altered = (state: Json, where: number): Json => {
  const places = leavesOf(state, [])
  const place = places[where % places.length] ?? []
  const change = (part: Json, [first, ...rest]: readonly string[]): Json =>
    first === undefined
      ? another(part)
      : { ...(part as object), [first]: change((part as Record<string, Json>)[first] as Json, rest) }
  return change(state, place)
}

const leavesOf = (part: Json, at: readonly string[]): readonly (readonly string[])[] =>
  typeof part !== "object" || part === null || Array.isArray(part)
    ? [at]
    : Object.entries(part).flatMap(([name, inner]) => leavesOf(inner as Json, [...at, name]))

const another = (json: Json): Json => {
  if (typeof json === "boolean") return !json
  if (typeof json === "number") return json + 1
  if (typeof json === "string") return `${json}9`
  return Array.isArray(json) ? [...(json as readonly Json[]), [99, 0]] : "p1.99"
}

const turnedRound = ({ refused, ...answer }: Reply["json"]): Reply["json"] =>
  refused === undefined ? { ...answer, refused: "no reason" } : answer
