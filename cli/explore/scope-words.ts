import { isDeepStrictEqual } from "node:util"
import { coreKinds, kinds, kindsOf, plainKinds, type Kind } from "../../model/action.ts"
import { counted } from "../../properties/amount.ts"
import type { Quotient } from "../../impl/engine/quotient.ts"
import type { Scope } from "../../properties/explore/scope.ts"

/** A scope in a few words. */
export const scopeWords = ({ config, among, mutant, symmetry, reduction, quotient }: Scope): string => {
  const { hosts, pairs, rules, bounds } = config
  const upTo = (what: string, bound: number): string =>
    bound === 0
      ? `no ${what}`
      : `${what} at ${bound === Infinity ? "any generation" : `generations ≤ ${bound}`}`
  const fences = among.includes("TestFailover") || among.includes("TestRestartSecondary")
  return [
    counted(hosts.length, "host"),
    counted(pairs.length, "pair"),
    ...(rules.length === 0 ? [] : [counted(rules.length, "rule")]),
    ...(quotient === undefined
      ? [
          `log ≤ ${bounds.log}`,
          `generations ≤ ${bounds.generations}`,
          `faults ≤ ${bounds.faults}`,
          upTo("power-off", bounds.powerOffUpTo),
        ]
      : [quotientWords(quotient, bounds.log)]),
    ...(fences && quotient === undefined ? [upTo("fences", bounds.fencesUpTo)] : []),
    ...(config.time === undefined
      ? []
      : [among.some(isOfTime) ? "with time" : "with time that stands still"]),
    actionWords(among),
    ...(mutant === null ? [] : [`mutant ${mutant}`]),
    ...(symmetry ? ["up to symmetry"] : []),
    ...(reduction ? ["reduced"] : []),
  ].join(", ")
}

/** What is explored where nothing bounds a run. */
const quotientWords = ({ form, drops }: Quotient, window: number): string => {
  const generations = form === "bit" ? "generations as current or stale" : "generations by rank"
  return drops
    ? `no bounds: up to ${counted(window, "entry", "entries")} not done with everywhere, ${generations}`
    : `no bounds but log ≤ ${window}, ${generations}`
}

const isOfTime = (kind: Kind): boolean => kindsOf("time").includes(kind)

/** What may be done, but for the passing of time. */
const actionWords = (among: readonly Kind[]): string => {
  const done = among.some(isOfTime) ? among.filter((kind) => !isOfTime(kind)) : among
  if (among.length === kinds.length) return "all actions"
  if (among === plainKinds) return "all actions but those on FT"
  return isDeepStrictEqual(done, coreKinds)
    ? "core actions"
    : counted(done.length, "kind of action", "kinds of action")
}
