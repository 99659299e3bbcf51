import * as fc from "fast-check"
import { alphabet, kinds, kindsOf, type Action, type Kind } from "../../../model/action.ts"
import type { Config } from "../../../model/config.ts"
import type { OperandName } from "../../../model/operand.ts"
import { pairOf, pairsOf, type State } from "../../../model/state.ts"

/** Something to ask: what kind, and of what. `far` draws among all, else among few, so that they meet. */
export type Ask = {
  readonly usual: boolean
  readonly far: boolean
  readonly kind: number
  readonly a: number
  readonly b: number
}

const arbitraryAsk: fc.Arbitrary<Ask> = fc.record({
  usual: fc.constantFrom(true, true, true, true, true, true, false),
  far: fc.constantFrom(false, false, false, true),
  kind: fc.nat(10_000),
  a: fc.nat(10_000),
  b: fc.nat(10_000),
})

/** What is asked in one state after the other; the first that is allowed is taken. */
export const arbitraryAsks = fc.array(fc.array(arbitraryAsk, { minLength: 10, maxLength: 10 }), {
  minLength: 40,
  maxLength: 90,
  size: "max",
})

const usualKinds: readonly Kind[] = [...kindsOf("protocol"), ...kindsOf("recovery"), "PowerOn"]

/** The action that is asked; null where it would be one of a copy, and none runs. */
export const actionAsked = (config: Config, state: State, { usual, far, kind, a, b }: Ask): Action | null => {
  const name = pick(usual ? usualKinds : kinds, kind)
  const hosts = far ? config.hosts : outermost(config.hosts)
  const pairs = far ? config.pairs : outermost(config.pairs)
  const copies = (far ? pairsOf(state) : pairs.map(({ id }) => pairOf(state, id))).flatMap((pair) =>
    pair.copies.map(({ id }) => id),
  )
  const host = pick(hosts, b).id
  const { rules } = config
  const values = {
    copy: copies.length === 0 ? null : pick(copies, a),
    pair: pick(pairs, a).id,
    host,
    role: a % 2 === 0 ? ("primary" as const) : ("secondary" as const),
    hosts: pick(hosts, a).id === host ? null : [host, pick(hosts, a).id],
    rule: rules.length === 0 ? null : (a % rules.length) + 1,
  }
  const { over }: { readonly over: readonly OperandName[] } = alphabet[name]
  return over.some((each) => values[each] === null)
    ? null
    : ({ kind: name, ...Object.fromEntries(over.map((each) => [each, values[each]])) } as Action)
}

/** The first two and the last two: where there are many, they are far apart in the layout. */
const outermost = <A>(all: readonly A[]): readonly A[] =>
  all.length <= 4 ? all : [...all.slice(0, 2), ...all.slice(-2)]

const pick = <A>(all: readonly A[], n: number): A => all[n % all.length] as A

// Planted faults.
