import { atlasOf, movesOf, refusalsIn, type Atlas, type Place, type TourGround } from "./atlas.ts"
import { memo } from "./memo.ts"
import type { AskedAction } from "./profile.ts"
import type { Case, Scope } from "./case-source.ts"
import { surveyCases } from "./survey.ts"

/** About how many actions a case of a tour asks: it ends with the state in which this number is reached. */
const asksMax = 400

const tours = memo<{ readonly cases: Case[]; readonly more: Iterator<Case> }>()

/**
 * A transition tour: cases that together take every transition of a small cluster, and ask everything that is refused
 * there. A case goes on to the nearest transition that was not taken yet; where none is within reach, a new case begins
 * at the start. Where no question depends on the one before, the tour is simply all questions. Cases are made on
 * demand, and only once.
 */
export function* tourOf<S>(ground: TourGround<S>, scope: Scope): Generator<Case> {
  const fresh = ground.caseSource.survey === undefined ? legsOf : surveyCases
  const tour = tours(scope, ground.kinds, () => ({ cases: [], more: fresh(ground, scope) }))
  for (let n = 0; ; n += 1) {
    const next = tour.cases[n] === undefined ? tour.more.next() : null
    if (next?.done === true) return
    if (next !== null) tour.cases.push(next.value)
    yield tour.cases[n] as Case
  }
}

/** What a tour still has to cover. */
type Ledger = {
  readonly atlas: Atlas
  readonly taken: Set<string>
  readonly open: number[]
  readonly visited: Set<Place>
  readonly refused: Set<string>
}

function* legsOf<S>(ground: TourGround<S>, scope: Scope): Generator<Case> {
  const atlas = atlasOf(ground, scope)
  const open = [...atlas.places.values()].map(({ exits }) => exits.size)
  const ledger: Ledger = { atlas, taken: new Set(), open, visited: new Set(), refused: new Set() }
  for (let number = 1; ; number += 1) {
    const actions = legOf(ground, scope, ledger, number)
    if (actions.length === 0) return
    yield { path: `scopes/${scope.name}/${number}`, config: scope.config, actions }
  }
}

/** One case: from the start as far as there is something left to do. Hosts that look alike take turns. */
const legOf = <S>(
  ground: TourGround<S>,
  scope: Scope,
  { atlas, taken, open, visited, refused }: Ledger,
  number: number,
): readonly AskedAction[] => {
  const actions: AskedAction[] = []
  let place = atlas.start
  let state = ground.profile.initial(scope.config)
  let route: string[] = []
  for (;;) {
    if (!visited.has(place))
      for (const { action, key } of refusalsIn(ground, scope, place, state)) {
        const name = scope.refusals === "all" ? key : `${key} ${ground.caseSource.concerned(state, action)}`
        if (refused.has(name)) continue
        refused.add(name)
        actions.push(action)
      }
    visited.add(place)
    if (actions.length >= asksMax) return actions
    if (route.length === 0) route = routeFrom(place, open, taken)
    const label = route.shift()
    if (label === undefined) return actions
    const moves = movesOf(ground, scope, state, label)
    const move = moves[number % moves.length]
    if (move === undefined)
      throw new Error(`defect: ${label} is in the atlas of ${scope.name}, and is not taken`)
    const exit = `${place.number} ${label}`
    if (!taken.has(exit)) open[place.number] = (open[place.number] as number) - 1
    taken.add(exit)
    actions.push(move.action)
    state = move.state
    place = place.exits.get(label) as Place
  }
}

/** The way to the nearest transition that was not taken yet, with it; empty if none is within reach. */
const routeFrom = (from: Place, open: readonly number[], taken: ReadonlySet<string>): string[] => {
  const isMet = new Uint8Array(open.length)
  const met: Met[] = [{ place: from, before: null, label: "" }]
  isMet[from.number] = 1
  for (const at of met) {
    const { place } = at
    if ((open[place.number] as number) > 0) {
      const last = [...place.exits.keys()].find((label) => !taken.has(`${place.number} ${label}`)) as string
      return [...labelsTo(at), last]
    }
    for (const [label, next] of place.exits) {
      if (isMet[next.number] === 1) continue
      isMet[next.number] = 1
      met.push({ place: next, before: at, label })
    }
  }
  return []
}

/** A state that a search has met, and from where it came there. */
type Met = { readonly place: Place; readonly before: Met | null; readonly label: string }

const labelsTo = (met: Met): string[] => {
  const labels: string[] = []
  for (let at = met; at.before !== null; at = at.before) labels.unshift(at.label)
  return labels
}
