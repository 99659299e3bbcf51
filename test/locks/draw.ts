import * as fc from "fast-check"
import type { CopyId } from "../../model/ids.ts"
import { hostOf, type Action, type Schedule } from "./action.ts"

/** Draws schedules from a seed: one copy tries first, and then anything may happen to any of three. */
export const drawn = (seed: number, count: number, { ttl, canCut }: Terms): readonly Schedule[] =>
  fc.sample(schedules({ ttl, canCut }), { seed, numRuns: count })

/** What a schedule may be made of: waits about as long as `ttl`, and cuts where there is a connection. */
type Terms = { readonly ttl: number; readonly canCut: boolean }

const schedules = ({ ttl, canCut }: Terms): fc.Arbitrary<Schedule> => {
  const copy = fc.constantFrom<CopyId[]>("p1.1", "p1.1", "p1.2", "p1.2", "p1.3")
  const of = (kind: "TryLock" | "Ask" | "Write" | "Work" | "Release"): fc.Arbitrary<Action> =>
    copy.map((copy) => ({ kind, copy }))
  const at = (kind: "Pause" | "Resume" | "FailHost" | "Silence" | "Cut"): fc.Arbitrary<Action> =>
    copy.map((copy) => ({ kind, host: hostOf(copy) }))
  const race = fc.shuffledSubarray<CopyId>(["p1.1", "p1.2", "p1.3"], { minLength: 2 })
  const action = fc.oneof(
    { weight: 3, arbitrary: of("TryLock") },
    { weight: 4, arbitrary: of("Write") },
    { weight: 2, arbitrary: of("Work") },
    { weight: 1, arbitrary: of("Ask") },
    { weight: 1, arbitrary: of("Release") },
    { weight: 1, arbitrary: race.map((copies): Action => ({ kind: "Race", copies: copies.toSorted() })) },
    { weight: 4, arbitrary: at("Pause") },
    { weight: 4, arbitrary: at("Resume") },
    { weight: 1, arbitrary: at("FailHost") },
    { weight: 1, arbitrary: at("Silence") },
    { weight: canCut ? 1 : 0, arbitrary: at("Cut") },
    {
      weight: 2,
      arbitrary: fc.constantFrom<Action[]>(
        { kind: "Advance", ms: ttl / 2 },
        { kind: "Advance", ms: 1.5 * ttl },
      ),
    },
  )
  const first: Action = { kind: "TryLock", copy: "p1.1" }
  return fc
    .array(action, { minLength: 5, maxLength: 9, size: "max" })
    .map((rest): Schedule => [first, ...rest])
    .filter((schedule) => schedule.filter(({ kind }) => kind === "TryLock" || kind === "Race").length <= 3)
}
