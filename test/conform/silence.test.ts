import { describe, expect, it } from "vitest"
import { plainConfig } from "../../model/config.ts"
import { lockKinds } from "../../conform/lock-model.ts"
import { withCompaction } from "../../conform/compaction.ts"
import { lockProfile } from "../../conform/lock-profile.ts"
import type { Json } from "../../conform/observation.ts"
import { pairProfile } from "../../conform/pair-profile.ts"
import type { AskedAction, Profile } from "../../conform/profile.ts"
import { follower } from "../../conform/validate.ts"

const crash = { kind: "CrashCopy", copy: "p1.2" }
const showing = (reason: string): Json => ({ pairs: { p1: { reason } } })

/** For each kind, what comes before, and a state that only it can have brought about. */
const unheard: Readonly<Record<string, { readonly before: readonly AskedAction[]; readonly after: Json }>> = {
  Contend: { before: [], after: belief("contending", 1) },
  TryLock: { before: [{ kind: "Contend", copy: "p1.1", generation: 1 }], after: belief("holds", 2) },
  Pause: { before: [], after: host({ paused: true }) },
  Resume: { before: [{ kind: "Pause", host: "h1" }], after: host({ paused: false }) },
  LoseStorage: { before: [], after: host({ storage: false }) },
  RestoreStorage: { before: [{ kind: "LoseStorage", host: "h1" }], after: host({ storage: true }) },
  FailHost: { before: [], after: host({ up: false }) },
}

describe("a crash whose reason is not reported", () => {
  it.each([
    ["divergence", "accepted"],
    ["checkpointError", "accepted"],
    ["other", "accepted"],
    ["lostConnection", "rejected"],
    ["userAction", "rejected"],
  ])("may have had each that a crash can have: %s is %s", (reason, verdict) => {
    expect(verdictOn(paired, [crash, showing(reason)])).toBe(verdict)
  })

  it.each(["divergence", "checkpointError", "other", "lostConnection"])(
    "may have happened in silence, for any: %s",
    (reason) => {
      expect(verdictOn(paired, [showing(reason)], { silent: ["CrashCopy"] })).toBe("accepted")
      expect(verdictOn(paired, [showing("userAction")], { silent: ["CrashCopy"] })).toBe("rejected")
    },
  )

  it("of a Primary may have none of its own too", () => {
    const lost = { kind: "CrashCopy", copy: "p1.1" }

    expect(verdictOn(paired, [lost, showing("lostConnection")])).toBe("accepted")
    expect(verdictOn(paired, [lost, showing("divergence")])).toBe("accepted")
  })

  it("has one reason only, whenever that is shown", () => {
    const later = [crash, { kind: "Record", copy: "p1.1" }]

    expect(verdictOn(paired, [...later, showing("divergence"), showing("divergence")])).toBe("accepted")
    expect(verdictOn(paired, [...later, showing("divergence"), showing("other")])).toBe("rejected")
  })

  it("has the reason that is reported, if one is", () => {
    const reported = { ...crash, reason: "checkpointError" }

    expect(verdictOn(paired, [reported, showing("checkpointError")])).toBe("accepted")
    expect(verdictOn(paired, [reported, showing("divergence")])).toBe("rejected")
  })

  it.each([
    [["pairs.*.state"], 1],
    [["*", "!pairs.*.reason"], 1],
    [["pairs.*.reason"], 3],
    [null, 3],
  ])("is followed as many ways as can be seen: of %j, %i", (observes, most) => {
    const log = followed(withCompaction(pairProfile()), { observes })

    for (const line of [...paired, crash]) log(line)

    expect(log(null)?.most).toBe(most)
  })
})

describe("in a log of the lock", () => {
  it("every kind but time is tried", () => {
    expect([...Object.keys(unheard), "Advance"].sort()).toEqual([...lockKinds].sort())
  })

  it.each(Object.entries(unheard))("%s may happen in silence", (kind, { before, after }) => {
    expect(verdictOn(before, [after], { profile: lockProfile })).toBe("rejected")
    expect(verdictOn(before, [after], { profile: lockProfile, silent: [kind] })).toBe("accepted")
  })

  it("what happens in silence is what may happen, and nothing else", () => {
    const held = { lock: { generation: 2, holder: "p1.1" } }

    expect(verdictOn([], [held], { profile: lockProfile, silent: ["TryLock"] })).toBe("rejected")
    expect(verdictOn([tried], [held], { profile: lockProfile, silent: ["Contend"] })).toBe("accepted")
    expect(verdictOn([], [belief("contending", 2)], { profile: lockProfile, silent: ["Contend"] })).toBe(
      "rejected",
    )
  })
})

// Helpers

const paired: readonly AskedAction[] = [
  { kind: "PowerOn", pair: "p1", host: "h1" },
  { kind: "SpawnSecondary", copy: "p1.1", host: "h2" },
  { kind: "BeginLockstep", copy: "p1.1" },
  { kind: "JoinLockstep", copy: "p1.2" },
]

const tried: AskedAction = { kind: "TryLock", copy: "p1.1" }

function belief(what: string, generation: number): Json {
  return { copies: { "p1.1": { belief: what, generation } } }
}

function host(flag: object): Json {
  return { hosts: { h1: flag } } as Json
}

type Reading<S> = {
  readonly profile?: Profile<S>
  readonly silent?: readonly string[]
  readonly observes?: readonly string[] | null
}

/** Takes the lines of a log, actions and states, one by one; null is its end. */
function followed<S>(profile: Profile<S>, { silent = [], observes = null }: Reading<S>) {
  const log = follower("the log", profile, {
    config: plainConfig(3, 1),
    observes,
    silent,
    candidatesMax: 500,
  })
  let number = 0
  return (line: AskedAction | Json) => {
    number += 1
    if (line === null) return log.end()
    const isAction = typeof line === "object" && "kind" in line
    return log.take({
      number,
      action: isAction ? (line as AskedAction) : null,
      state: isAction ? undefined : line,
    })
  }
}

function verdictOn<S>(
  before: readonly AskedAction[],
  lines: readonly (AskedAction | Json)[],
  reading: Reading<S> = {},
): string | undefined {
  const log = followed(
    (reading.profile ?? withCompaction(pairProfile())) as Profile<unknown>,
    reading as Reading<unknown>,
  )
  for (const line of [...before, ...lines]) {
    const wrong = log(line)
    if (wrong !== null) return wrong.tag
  }
  return log(null)?.tag
}
