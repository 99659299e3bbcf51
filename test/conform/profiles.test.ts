import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { plainConfig } from "../../model/config.ts"
import {
  initialLock,
  lockKinds,
  lockStep,
  type LockAction,
  type LockState,
} from "../../conform/lock-model.ts"
import { guardIdsOf } from "../../model/rule.ts"
import { coreRules } from "../../model/rules/table.ts"
import { lockProfile } from "../../conform/lock-profile.ts"
import { pathsOf } from "../../conform/observation.ts"
import { placementCases } from "../../conform/placement-cases.ts"
import { placementProfile, questionKinds } from "../../conform/placement-profile.ts"
import { placementScopes } from "../../conform/placement-scopes.ts"

const [, lock = "", placement = ""] = readFileSync("docs/profiles.md", "utf8").split(
  /^## (?:lock|placement)$/m,
)

/** The rows of a section's tables, by what their first cell names. */
const rowsOf = (section: string): ReadonlyMap<string, string> =>
  new Map([...section.matchAll(/^\| `([^`]+)` +\|(.*)\|$/gm)].map(([, name = "", rest = ""]) => [name, rest]))

describe("the page of the profiles", () => {
  it("has every field of the lock, and every action with the guards that refuse it", () => {
    const rows = rowsOf(lock)
    const refusals = refusalsOfLock()

    expect([...rows.keys()]).toEqual(expect.arrayContaining([...pathsOf(lockProfile.schema), ...lockKinds]))
    for (const kind of lockKinds) {
      const reported = [
        ...(rows.get(kind) ?? "")
          .split("|")
          .slice(-1)
          .join("")
          .matchAll(/`([^`]+)`/g),
      ].map(([, name]) => name)
      expect({ kind, guards: reported.toSorted() }).toEqual({
        kind,
        guards: [...(refusals.get(kind) ?? [])].toSorted(),
      })
    }
    for (const guard of new Set([...refusals.values()].flatMap((guards) => [...guards])))
      expect(rows.has(guard)).toBe(true)
  })

  it("has every field of a placement, every question and every guard", () => {
    const guards = questionKinds.flatMap((kind) => guardIdsOf(coreRules[kind]))

    expect([...rowsOf(placement).keys()].toSorted()).toEqual(
      [...new Set([...pathsOf(placementProfile.schema), ...questionKinds, ...guards])].toSorted(),
    )
  })
})

describe("the questions of a placement", () => {
  it("are those that hosts decide: the guards that bar one are those of the page, without the first seven", () => {
    const guards = [...rowsOf(placement).keys()].slice(1 + questionKinds.length)
    const barring = placementScopes.flatMap((scope) =>
      (placementCases.survey?.(scope).questions ?? []).flatMap((question) =>
        placementProfile.matching(scope.config, { host: null }, question).flatMap((way) => {
          const outcome = placementProfile.step(scope.config, { host: null }, way)
          return outcome.tag === "refused" ? [outcome.guard] : []
        }),
      ),
    )

    expect(guards.slice(0, 7)).toEqual(["copy", "primary-only", "phase", "peer", "power", "may-run", "ft"])
    expect([...new Set(barring)].toSorted()).toEqual(guards.slice(7).toSorted())
  })
})

// Helpers

/** Which guards refuse each action of the lock, in every state that two hosts reach. */
function refusalsOfLock(): ReadonlyMap<string, ReadonlySet<string>> {
  const guards = new Map<string, Set<string>>(lockKinds.map((kind) => [kind, new Set()]))
  const first = initialLock(plainConfig(2, 1))
  const seen = new Map<string, LockState>([[JSON.stringify(first), first]])
  for (const state of seen.values())
    for (const action of actions) {
      const outcome = lockStep(state, action)
      if (outcome.tag === "refused") guards.get(action.kind)?.add(outcome.guard)
      else if (outcome.state.lock.generation <= 3) seen.set(JSON.stringify(outcome.state), outcome.state)
    }
  return guards
}

const actions: readonly LockAction[] = [
  ...(["p1.1", "p1.2", "p1.3"] as const).flatMap((copy): readonly LockAction[] => [
    { kind: "Contend", copy, generation: 1 },
    { kind: "Contend", copy, generation: 2 },
    { kind: "TryLock", copy },
  ]),
  ...(["h1", "h2", "h3"] as const).flatMap((host) =>
    (["FailHost", "LoseStorage", "RestoreStorage", "Pause", "Resume"] as const).map((kind) => ({
      kind,
      host,
    })),
  ),
  { kind: "Advance", ms: 1 },
]
