import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { describe as inWords, type Action } from "../../model/action.ts"
import { plainConfig, type Config } from "../../model/config.ts"
import { protocolOf } from "../../model/core.ts"
import { identity } from "../../model/identity.ts"
import { initial, type State } from "../../model/state.ts"
import { step, successors } from "../../model/step.ts"
import { timelineText, type TimelineOptions } from "../../traces/timeline.ts"

describe("timelineText draws a run", () => {
  it("in which a host fails, and the Secondary takes over", () => {
    const drawn = draw(plainConfig(3, 1), [
      ...running,
      { kind: "FailHost", host: "h1" },
      { kind: "Suspect", copy: "p1.2" },
      { kind: "TryLock", copy: "p1.2" },
      { kind: "SpawnSecondary", copy: "p1.2", host: "h3" },
    ])

    expect(drawn).toEqual([
      "step  action                    h1                              h2                        h3                     lock             FT state, cut links",
      "   0                            ·                               ·                         ·                      p1 g1 by nobody  p1 enabled",
      "   1  PowerOn(p1, h1)           P p1.1 g1 live 0/0              ·                         ·                      p1 g1 by p1.1    p1 needSecondary (initializing)",
      "   2  SpawnSecondary(p1.1, h2)  P p1.1 g1 live 0/0 →p1.2        S p1.2 g1 syncing 0/0     ·                                       p1 starting",
      "   3  BeginLockstep(p1.1)       P p1.1 g1 lockstep 0/0/0 →p1.2  │                         ·",
      "   4  JoinLockstep(p1.2)        │                               S p1.2 g1 lockstep 0/0    ·                                       p1 running",
      "   5  FailHost(h1)              ✗ down                          │                         ·                      p1 g1 by nobody  p1 needSecondary (lostConnection)",
      "   6  Suspect(p1.2)             ✗                               S p1.2 g1 contending 0/0  ·",
      "   7  TryLock(p1.2)             ✗                               P p1.2 g2 live 0/0        ·                      p1 g2 by p1.2",
      "   8  SpawnSecondary(p1.2, h3)  ✗                               P p1.2 g2 live 0/0 →p1.3  S p1.3 g2 syncing 0/0                   p1 starting",
      "",
      legend,
    ])
  })

  it("in which both halves of a pair race for the lock across a cut link", () => {
    const drawn = draw(
      plainConfig(3, 1),
      [
        ...running,
        { kind: "Record", copy: "p1.1" },
        { kind: "Deliver", copy: "p1.2" },
        { kind: "CutLink", hosts: ["h2", "h1"] },
        { kind: "Ack", copy: "p1.1" },
        { kind: "Suspect", copy: "p1.2" },
        { kind: "Suspect", copy: "p1.1" },
        { kind: "TryLock", copy: "p1.2" },
        { kind: "TryLock", copy: "p1.1" },
        { kind: "Release", copy: "p1.2" },
        { kind: "SpawnSecondary", copy: "p1.2", host: "h3" },
        { kind: "HealLink", hosts: ["h1", "h2"] },
      ],
      new Map([
        [11, "p1.2 has won the lock,\nand p1.1 will find out by itself"],
        [12, "p1.1 has lost"],
      ]),
    )

    expect(drawn).toEqual([
      "step  action                    h1                              h2                        h3                     lock             FT state, cut links",
      "   0                            ·                               ·                         ·                      p1 g1 by nobody  p1 enabled",
      "   1  PowerOn(p1, h1)           P p1.1 g1 live 0/0              ·                         ·                      p1 g1 by p1.1    p1 needSecondary (initializing)",
      "   2  SpawnSecondary(p1.1, h2)  P p1.1 g1 live 0/0 →p1.2        S p1.2 g1 syncing 0/0     ·                                       p1 starting",
      "   3  BeginLockstep(p1.1)       P p1.1 g1 lockstep 0/0/0 →p1.2  │                         ·",
      "   4  JoinLockstep(p1.2)        │                               S p1.2 g1 lockstep 0/0    ·                                       p1 running",
      "   5  Record(p1.1)              P p1.1 g1 lockstep 1/0/0 →p1.2  │                         ·",
      "   6  Deliver(p1.2)             │                               S p1.2 g1 lockstep 1/0    ·",
      "   7  CutLink(h1-h2)            │                               │                         ·                                       cut h1-h2",
      "   8  Ack(p1.1)                 P p1.1 g1 lockstep 1/1/0 →p1.2  │                         ·",
      "   9  Suspect(p1.2)             │                               S p1.2 g1 contending 1/0  ·                                       p1 needSecondary (lostConnection)",
      "  10  Suspect(p1.1)             P p1.1 g1 contending 1/0        │                         ·",
      "  11  TryLock(p1.2)             │                               P p1.2 g2 live 1/0        ·                      p1 g2 by p1.2",
      "   !  p1.2 has won the lock,",
      "   !  and p1.1 will find out by itself",
      "  12  TryLock(p1.1)             ·                               │                         ·",
      "   !  p1.1 has lost",
      "  13  Release(p1.2)             ·                               P p1.2 g2 live 1/1        ·",
      "  14  SpawnSecondary(p1.2, h3)  ·                               P p1.2 g2 live 1/1 →p1.3  S p1.3 g2 syncing 0/0                   p1 starting",
      "  15  HealLink(h1-h2)           ·                               │                         │                                       no link cut",
      "",
      legend,
    ])
  })

  it("with several pairs on a host, and what is wrong with the hosts", () => {
    const drawn = draw(plainConfig(4, 2), [
      { kind: "EnterMaintenance", host: "h4" },
      ...running,
      { kind: "PowerOn", pair: "p2", host: "h2" },
      { kind: "LoseStorage", host: "h2" },
      { kind: "FailHost", host: "h2" },
      { kind: "CrashCopy", copy: "p1.1" },
      { kind: "RecoverHost", host: "h2" },
      { kind: "CutLink", hosts: ["h2", "h3"] },
      { kind: "CutLink", hosts: ["h1", "h3"] },
    ])

    expect(drawn).toEqual([
      "step  action                    h1                              h2                                                              h3  h4           lock                              FT state, cut links",
      "   0                            ·                               ·                                                               ·   ·            p1 g1 by nobody, p2 g1 by nobody  p1 enabled, p2 enabled",
      "   1  EnterMaintenance(h4)      ·                               ·                                                               ·   maintenance",
      "   2  PowerOn(p1, h1)           P p1.1 g1 live 0/0              ·                                                               ·   │            p1 g1 by p1.1                     p1 needSecondary (initializing)",
      "   3  SpawnSecondary(p1.1, h2)  P p1.1 g1 live 0/0 →p1.2        S p1.2 g1 syncing 0/0                                           ·   │                                              p1 starting",
      "   4  BeginLockstep(p1.1)       P p1.1 g1 lockstep 0/0/0 →p1.2  │                                                               ·   │",
      "   5  JoinLockstep(p1.2)        │                               S p1.2 g1 lockstep 0/0                                          ·   │                                              p1 running",
      "   6  PowerOn(p2, h2)           │                               S p1.2 g1 lockstep 0/0, P p2.1 g1 live 0/0                      ·   │            p2 g1 by p2.1                     p2 needSecondary (initializing)",
      "   7  LoseStorage(h2)           │                               no storage, S p1.2 g1 contending 0/0, P p2.1 g1 contending 0/0  ·   │                                              p1 needSecondary (partialHardwareFailure)",
      "   8  FailHost(h2)              P p1.1 g1 lockstep 0/0/0 →gone  ✗ down, no storage                                              ·   │            p2 g1 by nobody",
      "   9  CrashCopy(p1.1)           ·                               ✗                                                               ·   │            p1 g1 by nobody",
      "  10  RecoverHost(h2)           ·                               no storage                                                      ·   │",
      "  11  CutLink(h2-h3)            ·                               │                                                               ·   │                                              cut h2-h3",
      "  12  CutLink(h1-h3)            ·                               │                                                               ·   │                                              cut h1-h3 h2-h3",
      "",
      legend,
    ])
  })
})

describe("timelineText draws in a narrow space", () => {
  it("a run with the words of its cells broken, and what else is new in lines of its own", () => {
    const [config, actions] = [plainConfig(3, 1), [...running, { kind: "FailHost", host: "h1" } as const]]

    expect(draw(config, actions, new Map([[5, "the note"]]), { width: 64, steps: [3, 5] })).toEqual([
      "step  action               h1           h2           h3",
      "   3  BeginLockstep(p1.1)  P p1.1 g1    S p1.2 g1    ·",
      "                           lockstep     syncing 0/0",
      "                           0/0/0 →p1.2",
      "   =  p1 starting, the lock g1 by p1.1",
      "   4  JoinLockstep(p1.2)   │            S p1.2 g1    ·",
      "                                        lockstep",
      "                                        0/0",
      "   =  p1 running",
      "   5  FailHost(h1)         ✗ down       │            ·",
      "   =  p1 needSecondary (lostConnection), the lock g1 by nobody",
      "   !  the note",
      "",
      "P primary, S secondary; g1 the generation it believes in; 3/1",
      "entries/released, 3/2/1 entries/acknowledged/released; →p1.2 its",
      "peer; │ as before, · nothing, ✗ down; = what else is new",
    ])
  })

  it("several pairs one after the other, each with the steps that concern it", () => {
    const drawn = draw(
      plainConfig(2, 2),
      [...running, { kind: "PowerOn", pair: "p2", host: "h2" }],
      undefined,
      {
        width: 60,
      },
    )

    const [first, second] = [drawn.indexOf("p1"), drawn.indexOf("p2")]
    expect(first).toBe(0)
    expect(numbersIn(drawn.slice(first, second))).toEqual([0, 1, 2, 3, 4])
    expect(numbersIn(drawn.slice(second))).toEqual([0, 5])
  })
})

describe("timelineText draws only", () => {
  it("the pair that is asked for", () => {
    const drawn = draw(
      plainConfig(2, 2),
      [...running, { kind: "PowerOn", pair: "p2", host: "h2" }],
      undefined,
      {
        pairs: ["p2"],
      },
    )

    expect(numbersIn(drawn)).toEqual([0, 5])
    expect(drawn.slice(0, 3).join("\n")).not.toContain("p1")
  })

  it("the steps that are asked for, the first of them in full", () => {
    const drawn = draw(plainConfig(2, 1), running, undefined, { steps: [3, 4] })

    expect(numbersIn(drawn)).toEqual([3, 4])
    expect(drawn[1]).toMatch(/P p1\.1 g1 lockstep 0\/0\/0 →p1\.2 +S p1\.2 g1 syncing 0\/0 +p1 g1 by p1\.1/)
  })
})

describe("timelineText draws a run that goes in a circle", () => {
  const cutAndHealed: readonly Action[] = [
    { kind: "PowerOn", pair: "p1", host: "h1" },
    { kind: "CutLink", hosts: ["h1", "h2"] },
    { kind: "HealLink", hosts: ["h1", "h2"] },
    { kind: "CutLink", hosts: ["h1", "h2"] },
    { kind: "HealLink", hosts: ["h1", "h2"] },
  ]

  it.each([Infinity, 55])("with its stem and its loop, in a width of %s", (width) => {
    const drawn = draw(plainConfig(2, 1), cutAndHealed, undefined, { loop: 1, width })

    const marks = drawn.flatMap((line) => /^ *(([┌│└] )?\d+) /.exec(line)?.[1] ?? [])
    expect(marks).toEqual(["0", "1", "┌ 2", "│ 3", "│ 4", "└ 5"])
    expect(drawn.join(" ").replaceAll(/ +/g, " ")).toMatch(
      / 1 PowerOn.* ↺ here the stem ends and the loop begins: steps 2 to 5, again and again/,
    )
    expect(drawn).toContain("   ↺  back to the state after step 1")
  })

  it("of one state only: it is quiescent", () => {
    const drawn = draw(plainConfig(2, 1), running, undefined, { loop: 4 })

    expect(drawn).toContain("   ↺  quiescent: no enabled, weakly fair action changes anything")
    expect(numbersIn(drawn)).toEqual([0, 1, 2, 3, 4])
  })
})

describe("timelineText, of any run of the protocol", () => {
  it("has a line for each state and for each line of a note, and no trailing spaces", () => {
    fc.assert(
      fc.property(arbitraryRun, fc.nat(20), ({ config, states, actions }, noted) => {
        const notes = new Map([[noted, "first\nsecond"]])
        const lines = timelineText(config, states, actions, notes).split("\n")

        expect(lines.length).toBe(states.length + (noted < states.length ? 2 : 0) + 3)
        for (const line of lines) expect(line).toBe(line.trimEnd())
      }),
    )
  })

  it("is never wider than it may be, whatever the run, and leaves no step out", () => {
    fc.assert(
      fc.property(
        arbitraryRun,
        fc.integer({ min: 40, max: 200 }),
        fc.nat(30),
        ({ config, states, actions }, width, loop) => {
          const notes = new Map([[1, "a note ".repeat(40)]])
          const options = { width, loop: loop < states.length ? loop : null }
          const lines = timelineText(config, states, actions, notes, options).split("\n")

          expect(lines.filter((line) => line.length > width)).toEqual([])
          expect(new Set(numbersIn(lines))).toEqual(new Set(states.keys()))
        },
      ),
      { numRuns: 50 },
    )
  })

  it("begins every host's cells in the column of its name", () => {
    fc.assert(
      fc.property(arbitraryRun, ({ config, states, actions }) => {
        const [header = "", ...lines] = timelineText(config, states, actions).split("\n").slice(0, -2)

        for (const { id } of config.hosts) {
          const column = header.indexOf(` ${id} `) + 1
          for (const line of lines) expect(line.slice(column - 2, column + 1)).toMatch(/^ {2}\S$/)
        }
      }),
    )
  })

  it("shows every step that leads to another state", () => {
    fc.assert(
      fc.property(arbitraryRun, ({ config, states, actions }) => {
        actions.forEach((action, n) => {
          const [before, after] = [states[n] as State, states[n + 1] as State]
          if (identity(before) === identity(after)) return
          const drawn = rowsOf(timelineText(config, [before, after], [action]))
          const still = rowsOf(timelineText(config, [before, before], [action]))
          expect(drawn.at(-1)).not.toBe(still.at(-1))
        })
      }),
    )
  })
})

// Helpers

/** p1 in lockstep: p1.1 is its Primary on h1, p1.2 its Secondary on h2. */
const running: readonly Action[] = [
  { kind: "PowerOn", pair: "p1", host: "h1" },
  { kind: "SpawnSecondary", copy: "p1.1", host: "h2" },
  { kind: "BeginLockstep", copy: "p1.1" },
  { kind: "JoinLockstep", copy: "p1.2" },
]

const legend =
  "P primary, S secondary; g1 the generation it believes in; 3/1 entries/released, 3/2/1 entries/acknowledged/released; →p1.2 its peer; │ as before, · nothing, ✗ down"

/** The timeline of a run, line by line. */
const draw = (
  config: Config,
  actions: readonly Action[],
  notes?: ReadonlyMap<number, string>,
  options?: TimelineOptions,
): readonly string[] => {
  const protocol = protocolOf(config)
  const states = [initial(config)]
  for (const action of actions) {
    const outcome = step(protocol, states.at(-1) as State, action)
    if (outcome.tag === "refused")
      throw new Error(`defect: ${inWords(action)} is refused by ${outcome.guard}`)
    states.push(outcome.state)
  }
  return timelineText(config, states, actions, notes, options).split("\n")
}

/** The lines of the table, each with single spaces only: what is said, without its widths. */
const rowsOf = (drawn: string): readonly string[] =>
  drawn
    .split("\n")
    .slice(0, -2)
    .map((line) => line.replace(/ +/g, " "))

/** The numbers of the steps that are drawn, in their order. */
const numbersIn = (drawn: readonly string[]): readonly number[] =>
  drawn.flatMap((line) => (/^ *(?:[┌│└] )?(\d+)(?: |$)/.exec(line)?.slice(1) ?? []).map(Number))

type Drawable = {
  readonly config: Config
  readonly states: readonly State[]
  readonly actions: readonly Action[]
}

/** Runs of the protocol on two to eight hosts: the n-th number picks among what the n-th state allows. */
const arbitraryRun: fc.Arbitrary<Drawable> = fc
  .tuple(
    fc.integer({ min: 2, max: 8 }),
    fc.integer({ min: 1, max: 3 }),
    fc.array(fc.nat(), { maxLength: 30, size: "max" }),
  )
  .map(([hosts, pairs, choices]) => walk(plainConfig(hosts, pairs), choices))

const walk = (config: Config, choices: readonly number[]): Drawable => {
  const protocol = protocolOf(config)
  const states = [initial(config)]
  const actions: Action[] = []
  for (const choice of choices) {
    const allowed = successors(protocol, states.at(-1) as State)
    const chosen = allowed[choice % allowed.length]
    if (chosen === undefined) break
    states.push(chosen.state)
    actions.push(chosen.action)
  }
  return { config, states, actions }
}
