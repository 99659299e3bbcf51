import { coreKinds, kinds } from "../model/action.ts"
import type { Scope } from "../properties/explore/scope.ts"

/** A scope in a few words. */
export const scopeWords = ({ config, among, mutant, symmetry, reduction }: Scope): string => {
  const { hosts, pairs, rules, bounds } = config
  const upTo = (bound: number): string => (bound === Infinity ? "any" : bound === 0 ? "none" : `≤ ${bound}`)
  const actions =
    among.length === kinds.length
      ? "all actions"
      : among === coreKinds
        ? "core actions"
        : `${among.length} kinds of action`
  const fences = among.includes("TestFailover") || among.includes("TestRestartSecondary")
  return [
    `${hosts.length} ${hosts.length === 1 ? "host" : "hosts"}`,
    `${pairs.length} ${pairs.length === 1 ? "pair" : "pairs"}`,
    ...(rules.length === 0 ? [] : [`${rules.length} ${rules.length === 1 ? "rule" : "rules"}`]),
    `log ≤ ${bounds.log}`,
    `generations ≤ ${bounds.generations}`,
    `faults ≤ ${bounds.faults}`,
    `power-off at generation ${upTo(bounds.powerOffUpTo)}`,
    ...(fences ? [`tests at generation ${upTo(bounds.fencesUpTo)}`] : []),
    actions,
    ...(mutant === null ? [] : [`mutant ${mutant}`]),
    ...(symmetry ? ["up to symmetry"] : []),
    ...(reduction ? ["reduced"] : []),
  ].join(", ")
}
