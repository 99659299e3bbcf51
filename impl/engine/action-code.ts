import { alphabet, kinds, type Action, type Kind } from "../../model/action.ts"
import { inOrder, linkBetween, pairIdOf, type HostId, type PairId } from "../../model/ids.ts"
import type { Copy } from "../../model/copy.ts"
import type { OperandName, Operands } from "../../model/operand.ts"
import type { State } from "../../model/state.ts"
import type { Layout } from "./layout.ts"
import { crashNamed, crashNumber } from "./reasons.ts"

/** An action as the engine takes it: its kind's place in the alphabet, and what it names, or why a copy crashes. */
export type ActionCode = { readonly kind: number; readonly a: number; readonly b: number }

/** What an action names has two numbers at the most. */
type Over = readonly [OperandName, "host"?]

/** How many operands of each sort a layout has: a copy is named by its slot. */
export const rangesOf = ({
  hosts,
  pairs,
}: Pick<Layout, "hosts" | "pairs">): Readonly<Record<OperandName, number>> => ({
  copy: hosts * pairs,
  pair: pairs,
  host: hosts,
  hosts: (hosts * (hosts - 1)) / 2,
})

/** Every action that could be tried in some state of the layout, of its kinds only. */
export const codesOf = (layout: Layout): readonly ActionCode[] => {
  const ranges = rangesOf(layout)
  return layout.among.flatMap((kind): readonly ActionCode[] => {
    const [first, second]: Over = alphabet[kind].over
    return upTo(ranges[first]).flatMap((a) =>
      upTo(second === undefined ? 1 : ranges[second]).map((b) => ({ kind: kinds.indexOf(kind), a, b })),
    )
  })
}

/**
 * The action in the model's words. A slot is named by the copy that is there in `state`; where there is none, by
 * an id that no copy has.
 */
export const actionOf = (layout: Layout, state: State, { kind, a, b }: ActionCode): Action => {
  const name = kinds[kind] as Kind
  const { value } = namesIn(layout, state)
  const [first, second]: Over = alphabet[name].over
  return {
    kind: name,
    [first]: value[first](a),
    ...(second === undefined ? {} : { [second]: value[second](b) }),
    ...(name === "CrashCopy" ? crashNamed(b) : {}),
  } as Action
}

/** The action as the engine takes it in `state`; null if it names a copy that is not there. */
export const codeOf = (layout: Layout, state: State, action: Action): ActionCode | null => {
  const { number } = namesIn(layout, state)
  const [a = 0, b = action.kind === "CrashCopy" ? crashNumber(action.reason) : 0] = alphabet[
    action.kind
  ].over.map((name) => number[name](action[name as never]))
  return a < 0 ? null : { kind: kinds.indexOf(action.kind), a, b }
}

/** Operands by number and back, in a state; -1 for what is not there. */
const namesIn = (
  { config, hosts }: Layout,
  state: State,
): { readonly value: Values; readonly number: Numbers } => {
  const hostIds = config.hosts.map(({ id }) => id)
  const pairIds = config.pairs.map(({ id }) => id)
  const host = (n: number): HostId => hostIds[n] as HostId
  const pair = (n: number): PairId => pairIds[n] as PairId
  const links = linksOf(hostIds)
  const copiesOf = (id: PairId): readonly Copy[] => state.pairs[id]?.copies ?? []
  return {
    value: {
      host,
      pair,
      hosts: (n) => links[n] as Operands["hosts"],
      copy: (slot) => {
        const id = pair(Math.floor(slot / hosts))
        return copiesOf(id).find((copy) => copy.host === host(slot % hosts))?.id ?? `${id}.0`
      },
    },
    number: {
      host: (id) => hostIds.indexOf(id),
      pair: (id) => pairIds.indexOf(id),
      hosts: (ends) => links.findIndex((link) => linkBetween(...link) === linkBetween(...ends)),
      copy: (id) => {
        const of = pairIdOf(id)
        const there = copiesOf(of).find((copy) => copy.id === id)
        return there === undefined ? -1 : pairIds.indexOf(of) * hosts + hostIds.indexOf(there.host)
      },
    },
  }
}

type Values = { readonly [N in OperandName]: (n: number) => Operands[N] }
type Numbers = { readonly [N in OperandName]: (value: Operands[N]) => number }

const linksOf = (hosts: readonly HostId[]): readonly Operands["hosts"][] =>
  hosts.flatMap((a, n) => hosts.slice(n + 1).map((b) => inOrder(a, b)))

const upTo = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i)
