import * as Effect from "effect/Effect"
import { catalogue } from "../../properties/catalogue.ts"
import { readsMore } from "../../properties/distinctions.ts"
import { explore, type Explored } from "../../properties/explore/explore.ts"
import type { Scope } from "../../properties/explore/scope.ts"
import { missingIn, watchedIn } from "../../properties/explore/vacuity.ts"
import type { PinnedScope } from "../../properties/explore/pinned.ts"

/** How a scope was counted again, and everything that is not as pinned; nothing, if all is. */
type Recount = { readonly plain: Explored; readonly wrong: readonly string[] }

/** What is checked in every scope: properties that do not depend on the past or distinguish states that are the same. */
const properties = catalogue
  .map(({ id }) => id)
  .filter((id) => !["S19", "L0"].includes(id) && !readsMore([id]))

/**
 * Counts a scope again: as it is; by symmetry, where the states that are met must stand for as many; and with
 * the reduction, for its verdict alone.
 */
export const recount = async (pinned: PinnedScope, workers: number): Promise<Recount> => {
  const run = (symmetry: boolean, reduction: boolean): Promise<Explored> => {
    const { config, among } = pinned
    const scope: Scope = { config, among, mutant: null, properties, symmetry, reduction }
    return Effect.runPromise(
      explore({
        scope,
        engine: "packed",
        liveness: false,
        weighs: false,
        statesMax: Infinity,
        fingerprint: false,
        workers,
      }),
    )
  }
  const plain = await run(false, false)
  const symmetric = await run(true, false)
  const reduced = await run(true, true)
  const wrong = [
    ...differing("states", plain.states, pinned.states),
    ...differing("transitions", plain.transitions, pinned.transitions),
    ...differing("depth", plain.depth, pinned.depth),
    ...differing("states by symmetry", symmetric.standsFor, pinned.states),
    ...differing("depth by symmetry", symmetric.depth, pinned.depth),
    ...differing("never seen", unseenIn(plain), [...new Set(pinned.never)].sort().join(", ")),
    ...missingIn(reduced.scope, reduced, { named: [], required: [] }).map(
      (name) => `reduced: ${name} never seen`,
    ),
    ...[plain, symmetric, reduced].flatMap(({ end, violations }) =>
      end === "complete" && violations.length === 0
        ? []
        : [`${end}: ${violations.map(({ property }) => property).join(", ")}`],
    ),
  ]
  return { plain, wrong }
}

const unseenIn = ({ scope, kinds, witnessedAt }: Explored): string =>
  [
    ...Object.entries(kinds).flatMap(([kind, { generated }]) => (generated === 0 ? [kind] : [])),
    ...watchedIn(scope).filter((witness) => witnessedAt[witness] === null),
  ]
    .sort()
    .join(", ")

const differing = <A extends number | string>(what: string, counted: A, pinned: A): readonly string[] =>
  counted === pinned ? [] : [`${what}: counted ${counted}, and pinned are ${pinned}`]
