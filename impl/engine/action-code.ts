import { alphabet, kinds, subjectOf, type Action, type Kind } from "../../model/action.ts"
import { inOrder, linkBetween, pairIdOf, type HostId, type PairId } from "../../model/ids.ts"
import type { Copy } from "../../model/copy.ts"
import type { KindEntry } from "../../model/kind.ts"
import type { OperandName, Operands } from "../../model/operand.ts"
import type { State } from "../../model/state.ts"
import type { Layout } from "./layout.ts"
import { crashNamed, crashNumber } from "./reasons.ts"

/** An action as the engine takes it: its kind's place in the alphabet, and what it names, or why a copy crashes. */
export type ActionCode = { readonly kind: number; readonly a: number; readonly b: number }

/** How many operands of each sort a layout has: a copy is named by its slot. What names nothing has one number all the same. */
export const rangesOf = ({
  hosts,
  pairs,
  config,
}: Pick<Layout, "hosts" | "pairs" | "config">): Readonly<Record<OperandName | "nothing", number>> => ({
  nothing: 1,
  copy: hosts * pairs,
  pair: pairs,
  host: hosts,
  role: roles.length,
  rule: config.rules.length,
  hosts: (hosts * (hosts - 1)) / 2,
})

const roles = ["primary", "secondary"] as const

/** The operations that may name who is asked. */
const asksCopy: readonly Kind[] = ["SuspendFT", "TurnOffFT"]

/** How many second numbers a kind has: one for each host, for each role's hosts, or for nobody and each copy that may be asked. */
export const secondsOf = (layout: Pick<Layout, "hosts">, kind: Kind): number => {
  const { over }: KindEntry = alphabet[kind]
  if (asksCopy.includes(kind)) return layout.hosts + 1
  if (over[1] === undefined) return 1
  return over[1] === "role" ? roles.length * layout.hosts : layout.hosts
}

/** Every action that could be tried in some state of the layout, of its kinds only. */
export const codesOf = (layout: Layout): readonly ActionCode[] => {
  const ranges = rangesOf(layout)
  return layout.among.flatMap((kind): readonly ActionCode[] =>
    upTo(ranges[subjectOf(kind)]).flatMap((a) =>
      upTo(secondsOf(layout, kind)).map((b) => ({ kind: kinds.indexOf(kind), a, b })),
    ),
  )
}

/**
 * The action in the model's words. A slot is named by the copy that is there in `state`; where there is none, by
 * an id that no copy has.
 */
export const actionOf = (layout: Layout, state: State, { kind, a, b }: ActionCode): Action => {
  const name = kinds[kind] as Kind
  const subject = subjectOf(name)
  if (subject === "nothing") return { kind: name } as Action
  const { value } = namesIn(layout, state)
  return { kind: name, [subject]: value[subject](a), ...restOf(layout, name, value, a, b) } as Action
}

/** What the second number says. */
const restOf = ({ hosts }: Layout, kind: Kind, value: Values, a: number, b: number): object => {
  const { over }: KindEntry = alphabet[kind]
  if (kind === "CrashCopy") return crashNamed(b)
  if (asksCopy.includes(kind)) return b === 0 ? {} : { copy: value.copy(a * hosts + b - 1) }
  if (over[1] === undefined) return {}
  if (over[1] === "host") return { host: value.host(b) }
  return { role: value.role(Math.floor(b / hosts)), host: value.host(b % hosts) }
}

/** The action as the engine takes it in `state`; null if it names a copy that is not there. */
export const codeOf = (layout: Layout, state: State, action: Action): ActionCode | null => {
  const { number } = namesIn(layout, state)
  const subject = subjectOf(action.kind)
  const a = subject === "nothing" ? 0 : number[subject](action[subject as never])
  const b = secondOf(layout, number, action)
  return a < 0 || b < 0 ? null : { kind: kinds.indexOf(action.kind), a, b }
}

const secondOf = ({ hosts }: Layout, number: Numbers, action: Action): number => {
  switch (action.kind) {
    case "CrashCopy":
      return crashNumber(action.reason)
    case "SuspendFT":
    case "TurnOffFT": {
      if (action.copy === undefined) return 0
      const slot = pairIdOf(action.copy) === action.pair ? number.copy(action.copy) : -1
      return slot < 0 ? -1 : 1 + (slot % hosts)
    }
    case "Register":
      return number.role(action.role) * hosts + number.host(action.host)
    default:
      return "host" in action && subjectOf(action.kind) !== "host" ? number.host(action.host) : 0
  }
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
      role: (n) => roles[n] as Operands["role"],
      rule: (n) => n + 1,
      pair,
      hosts: (n) => links[n] as Operands["hosts"],
      copy: (slot) => {
        const id = pair(Math.floor(slot / hosts))
        return copiesOf(id).find((copy) => copy.host === host(slot % hosts))?.id ?? `${id}.0`
      },
    },
    number: {
      host: (id) => hostIds.indexOf(id),
      role: (role) => roles.indexOf(role),
      rule: (rule) => (rule <= config.rules.length ? rule - 1 : -1),
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
