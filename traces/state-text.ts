import type { Copy } from "../model/copy.ts"
import type { Log } from "../model/log.ts"
import type { Pair } from "../model/pair.ts"
import { hostIdsOf, hostOf, pairsOf, type State } from "../model/state.ts"
import { ftStateText, holderText } from "./diff.ts"

/** A state in words: a line for each host, for the links that are cut or exposed, for each rule, each pair and each copy. */
export const stateLines = (state: State): readonly string[] => [
  ...hostIdsOf(state).map((id) => {
    const { up, storage, maintenance } = hostOf(state, id)
    return [
      `${id} ${up ? "up" : "down"}`,
      ...(storage ? [] : ["no storage"]),
      ...(maintenance ? ["in maintenance"] : []),
    ].join(", ")
  }),
  ...state.cut.map((link) => `link ${link} cut`),
  ...state.exposed.map((link) => `link ${link} exposed`),
  ...state.rules.map((isInForce, n) => `rule ${n + 1} ${isInForce ? "in force" : "out of force"}`),
  ...pairsOf(state).flatMap((pair) => [pairText(pair), ...pair.copies.map((copy) => `  ${copyText(copy)}`)]),
]

const pairText = (pair: Pair): string =>
  [
    `${pair.id} ${pair.power}, ${ftStateText(pair)}`,
    `lock at generation ${pair.lock.generation}, held by ${holderText(pair.lock)}`,
    `registered on ${pair.registered.primary} and ${pair.registered.secondary}`,
    `the world has seen ${logText(pair.observed)}`,
  ].join("; ")

const copyText = ({ id, host, role, phase, generation, log, released, channel, ...others }: Copy): string =>
  [
    `${id} on ${host}: ${role} ${phase}, generation ${generation}`,
    `log ${logText(log)}`,
    `released ${released}`,
    ...(channel === null
      ? []
      : [`peer ${channel.peer}, delivered ${channel.delivered}, acked ${channel.acked}`]),
    ...Object.entries(others as Readonly<Record<string, unknown>>).map(
      ([name, value]) => `${name} ${String(value)}`,
    ),
  ].join("; ")

/** The entries by generation and index; a long log by its ends. */
const logText = (log: Log): string => {
  const names = log.map(({ generation, index }) => `${generation}.${index}`)
  if (names.length === 0) return "nothing"
  return names.length > 8 ? `${names[0]} … ${names.at(-1)} (${names.length})` : names.join(" ")
}
