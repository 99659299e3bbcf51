import { coreKinds, kinds, type Kind } from "../../model/action.ts"
import type { Exploration, Explored } from "../../properties/explore/explore.ts"
import { runConfigOf } from "../../properties/explore/scope.ts"
import { jsonOfConfig } from "../../traces/config.ts"
import { packageVersion } from "../../traces/package.ts"
import { quoted } from "../report.ts"
import type { ExploreFlags } from "./flags.ts"
import type { Judgement } from "./report.ts"
import { assuranceOf, wordOf } from "./verdict.ts"

/** The command again, as a shell takes it. */
export const reproduceLine = (flags: ExploreFlags): string => {
  const valued: readonly (readonly [string, string | number | undefined])[] = [
    ["config", flags.config],
    ["hosts", flags.hosts],
    ["pairs", flags.pairs],
    ["log", flags.log],
    ["generations", flags.generations],
    ["faults", flags.faults],
    ["power-off-up-to", flags.powerOffUpTo],
    ["fences-up-to", flags.fencesUpTo],
    ["window", flags.window],
    ["form", flags.form],
    ["actions", flags.actions === undefined ? undefined : actionWords(flags.actions)],
    ...(flags.property ?? []).map((id) => ["property", id] as const),
    ["mutant", flags.mutant],
    ["engine", flags.engine === "packed" ? undefined : flags.engine],
    ["max-states", flags.maxStates],
    ["require", flags.require?.join(",")],
  ]
  return [
    "npx ftpair explore",
    ...valued.flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${quoted(String(value))}`])),
    ...(flags.symmetry ? [] : ["--no-symmetry"]),
    ...(flags.reduction === true ? ["--reduction"] : []),
    ...(flags.liveness === true ? ["--liveness"] : []),
    ...(flags.fingerprint === true ? ["--fingerprint"] : []),
  ].join(" ")
}

const actionWords = (actions: readonly Kind[]): string =>
  actions === coreKinds ? "core" : actions === kinds ? "all" : actions.join(",")

/** What --json says of an exploration. */
export const jsonOf = (
  flags: ExploreFlags,
  exploration: Exploration,
  explored: Explored,
  judged: Judgement,
) => {
  const { scope } = explored
  const { conclusion, divergences } = judged
  const findings = conclusion.tag === "breached" ? conclusion.findings : []
  const disputed = conclusion.tag === "divergence" ? conclusion.divergences : divergences
  return {
    verdict: wordOf(conclusion),
    version: packageVersion,
    reproduce: reproduceLine(flags),
    states: explored.states,
    standsFor: explored.standsFor,
    transitions: explored.transitions,
    depth: explored.depth,
    seconds: Number(judged.seconds.toFixed(3)),
    breaches: findings.map(
      ({ property, steps, minimality, why, actions, loop, fairness, file, unsaved }) => ({
        property: property.id,
        steps,
        ...(minimality === "shortest" ? { shortest: steps } : {}),
        minimality,
        why,
        actions,
        ...(loop === null ? {} : { loop, fairness }),
        file,
        ...(unsaved === null ? {} : { unsaved }),
      }),
    ),
    divergences: disputed.map(({ words }) => words),
    differences: disputed,
    ...(explored.premises === null ? {} : { premises: explored.premises }),
    comparedStates: explored.compared?.states ?? null,
    suspected: explored.suspected,
    vacuous: conclusion.tag === "vacuous" ? conclusion.missing : [],
    actions: explored.kinds,
    witnesses: explored.witnessedAt,
    properties: judged.checked.map(({ id }) => id),
    notAsked: judged.unchecked.map(({ id }) => id),
    ...(scope.config.time === undefined ? {} : { notPromised: judged.notPromised.map(({ id }) => id) }),
    liveness: explored.liveness,
    assurance: assuranceOf(exploration, explored, conclusion),
    scope: {
      config: jsonOfConfig(runConfigOf(scope)),
      actions: scope.among,
      mutant: scope.mutant,
      symmetry: scope.symmetry,
      asymmetric: explored.isAsymmetric,
      reduction: scope.reduction,
      engine: exploration.engine,
      exact: !exploration.fingerprint,
      ...(scope.quotient === undefined
        ? {}
        : { form: scope.quotient.form, window: scope.config.bounds.log, drops: scope.quotient.drops }),
    },
    end: explored.end,
    waiting: explored.waiting,
    ends: explored.terminalStates,
    deadlocks: explored.deadlocks,
    outDegree: { mean: explored.transitions / Math.max(1, explored.states), max: explored.mostSuccessors },
    highestGeneration: explored.highestGeneration,
    bytes: explored.bytes,
    workers: explored.workers,
  }
}
