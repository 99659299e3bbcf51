import { alphabet, kinds, type Action, type Kind } from "../../model/action.ts"
import { inOrder, linkBetween, pairIdOf, type CopyId, type HostId, type PairId } from "../../model/ids.ts"
import type { State } from "../../model/state.ts"
import type { Layout } from "./layout.ts"
import { crashNamed, crashNumber } from "./reasons.ts"

/** An action as the engine takes it: its kind's place in the alphabet, and what it names, or why a copy crashes. */
export type ActionCode = { readonly kind: number; readonly a: number; readonly b: number }

/** Every action that could be asked in some state of the layout, those of its kinds only. */
export const codesOf = ({ hosts, pairs, among }: Layout): readonly ActionCode[] =>
  among.flatMap((kind): readonly ActionCode[] => {
    const code = (a: number, b: number): ActionCode => ({ kind: kinds.indexOf(kind), a, b })
    switch (alphabet[kind].over) {
      case "copy":
        return upTo(hosts * pairs).map((slot) => code(slot, 0))
      case "pair":
        return upTo(pairs).map((pair) => code(pair, 0))
      case "host":
        return upTo(hosts).map((host) => code(host, 0))
      case "link":
        return upTo((hosts * (hosts - 1)) / 2).map((link) => code(link, 0))
      case "copy and host":
        return upTo(hosts * pairs).flatMap((slot) => upTo(hosts).map((host) => code(slot, host)))
      case "pair and host":
        return upTo(pairs).flatMap((pair) => upTo(hosts).map((host) => code(pair, host)))
    }
  })

/**
 * The action in the model's words. A slot is named by the copy that is there in `state`; where there is none, by
 * an id that no copy has.
 */
export const actionOf = ({ config, hosts }: Layout, state: State, { kind, a, b }: ActionCode): Action => {
  const name = kinds[kind] as Kind
  const host = (n: number): HostId => (config.hosts[n] as { id: HostId }).id
  const pair = (n: number): PairId => (config.pairs[n] as { id: PairId }).id
  const copy = (slot: number): CopyId => {
    const id = pair(Math.floor(slot / hosts))
    const there = state.pairs[id]?.copies.find((each) => each.host === host(slot % hosts))
    return there?.id ?? `${id}.0`
  }
  const action = (): object => {
    switch (alphabet[name].over) {
      case "copy":
        return { copy: copy(a), ...(name === "CrashCopy" ? crashNamed(b) : {}) }
      case "pair":
        return { pair: pair(a) }
      case "host":
        return { host: host(a) }
      case "link":
        return { hosts: linksOf(config.hosts.map(({ id }) => id))[a] }
      case "copy and host":
        return { copy: copy(a), host: host(b) }
      case "pair and host":
        return { pair: pair(a), host: host(b) }
    }
  }
  return { kind: name, ...action() } as Action
}

/** The action as the engine takes it in `state`; null if it names a copy that is not there. */
export const codeOf = ({ config, hosts }: Layout, state: State, action: Action): ActionCode | null => {
  const hostNumber = (id: HostId): number => config.hosts.findIndex((host) => host.id === id)
  const pairNumber = (id: PairId): number => config.pairs.findIndex((pair) => pair.id === id)
  const kind = kinds.indexOf(action.kind)
  const b =
    "host" in action ? hostNumber(action.host) : action.kind === "CrashCopy" ? crashNumber(action.reason) : 0
  if ("copy" in action) {
    const there = state.pairs[pairIdOf(action.copy)]?.copies.find(({ id }) => id === action.copy)
    if (there === undefined) return null
    return { kind, a: pairNumber(pairIdOf(action.copy)) * hosts + hostNumber(there.host), b }
  }
  if ("pair" in action) return { kind, a: pairNumber(action.pair), b }
  if ("hosts" in action) {
    const link = linkBetween(...action.hosts)
    return {
      kind,
      a: linksOf(config.hosts.map(({ id }) => id)).findIndex((each) => linkBetween(...each) === link),
      b: 0,
    }
  }
  return { kind, a: hostNumber(action.host), b: 0 }
}

const linksOf = (hosts: readonly HostId[]): readonly (readonly [HostId, HostId])[] =>
  hosts.flatMap((a, n) => hosts.slice(n + 1).map((b) => inOrder(a, b)))

const upTo = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i)
