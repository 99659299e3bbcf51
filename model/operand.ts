import type { Role } from "./copy.ts"
import { linkBetween, pairIdOf, type CopyId, type HostId, type PairId } from "./ids.ts"
import { copyIdsOf, hostIdsOf, linksOf, pairIdsOf, type State } from "./state.ts"

/** What an action may name beside its kind: the name of an operand is that of the action's field. */
export type Operands = {
  readonly copy: CopyId
  readonly pair: PairId
  readonly host: HostId
  /** Which of its two registrations is meant. */
  readonly role: Role
  /** An affinity rule, by its place in the configuration, from 1. */
  readonly rule: number
  /** A link, by the two hosts that it connects. */
  readonly hosts: readonly [HostId, HostId]
}

export type OperandName = keyof Operands

/**
 * One sort of operand.
 *
 * Shape  `all` are those that a state has, in order. `isKnown` says whether one is of this cluster: a copy is, if its pair
 *        is, whether it runs or not. `word` is how people write it.
 */
type Operand<A> = {
  readonly all: (state: State) => readonly A[]
  readonly isKnown: (state: State, value: A) => boolean
  readonly word: (value: A) => string
}

const roles: readonly Role[] = ["primary", "secondary"]

const itself = (name: string): string => name

const isHost = (state: State, id: HostId): boolean => state.hosts[id] !== undefined

const isPair = (state: State, id: PairId): boolean => state.pairs[id] !== undefined

/** Every sort of operand, in the order in which an action names them. */
export const operands: { readonly [N in OperandName]: Operand<Operands[N]> } = {
  pair: { all: pairIdsOf, isKnown: isPair, word: itself },
  copy: {
    all: copyIdsOf,
    isKnown: (state, copy) => isPair(state, pairIdOf(copy)),
    word: itself,
  },
  role: { all: () => roles, isKnown: (_state, role) => roles.includes(role), word: itself },
  host: { all: hostIdsOf, isKnown: isHost, word: itself },
  rule: {
    all: ({ rules }) => rules.map((_, n) => n + 1),
    isKnown: ({ rules }, rule) => Number.isInteger(rule) && rule >= 1 && rule <= rules.length,
    word: String,
  },
  hosts: {
    all: linksOf,
    isKnown: (state, [a, b]) => a !== b && isHost(state, a) && isHost(state, b),
    word: ([a, b]) => linkBetween(a, b),
  },
}

/** What an action names, as people write it. */
export const operandWords = (action: object): readonly string[] =>
  names.flatMap((name) => {
    const value = (action as Partial<Operands>)[name]
    return value === undefined ? [] : [operands[name].word(value as never)]
  })

const names = Object.keys(operands) as readonly OperandName[]

/** What there is to name in a state: a list for each sort of operand, made on first use. */
export type Named = (name: OperandName) => readonly unknown[]

export const namedIn = (state: State): Named => {
  const lists: { [N in OperandName]?: readonly unknown[] } = {}
  return (name) => (lists[name] ??= operands[name].all(state))
}
