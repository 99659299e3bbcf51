import { coreKinds, kinds, plainKinds, timedKinds } from "../../model/action.ts"
import { counted } from "../../properties/amount.ts"
import type { Scope } from "../../properties/explore/scope.ts"

/** A scope in a few words. */
export const scopeWords = ({ config, among, mutant, symmetry, reduction }: Scope): string => {
  const { hosts, pairs, rules, bounds } = config
  const upTo = (what: string, bound: number): string =>
    bound === 0
      ? `no ${what}`
      : `${what} at ${bound === Infinity ? "any generation" : `generations ≤ ${bound}`}`
  const actions =
    among.length === kinds.length
      ? "all actions"
      : among === plainKinds
        ? "all actions but those on FT"
        : among === coreKinds
          ? "core actions"
          : among === timedKinds
            ? "core actions and time"
            : counted(among.length, "kind of action", "kinds of action")
  const fences = among.includes("TestFailover") || among.includes("TestRestartSecondary")
  return [
    counted(hosts.length, "host"),
    counted(pairs.length, "pair"),
    ...(rules.length === 0 ? [] : [counted(rules.length, "rule")]),
    `log ≤ ${bounds.log}`,
    `generations ≤ ${bounds.generations}`,
    `faults ≤ ${bounds.faults}`,
    upTo("power-off", bounds.powerOffUpTo),
    ...(fences ? [upTo("tests", bounds.fencesUpTo)] : []),
    actions,
    ...(mutant === null ? [] : [`mutant ${mutant}`]),
    ...(symmetry ? ["up to symmetry"] : []),
    ...(reduction ? ["reduced"] : []),
  ].join(", ")
}
