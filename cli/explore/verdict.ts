import { match } from "ts-pattern"
import { counted } from "../../properties/amount.ts"
import type { Exploration, Explored } from "../../properties/explore/explore.ts"
import { codeOfViolation, exitCodes, worst, type ExitCode } from "../exit.ts"
import type { ExploredDivergence, ExploredFinding, ExploredFindings } from "./finding.ts"
import { scopeWords } from "./scope-words.ts"

/** What an exploration comes to: one thing, from which the exit code and all words follow. */
export type Conclusion =
  | { readonly tag: "held" }
  | { readonly tag: "vacuous"; readonly missing: readonly string[] }
  | {
      readonly tag: "breached"
      readonly findings: readonly ExploredFinding[]
      readonly isDeadlock: boolean
      readonly divergences: readonly ExploredDivergence[]
    }
  | { readonly tag: "divergence"; readonly divergences: readonly ExploredDivergence[] }
  | {
      readonly tag: "inconclusive"
      readonly why: "too many states" | "interrupted" | "outgrown" | "liveness" | "premise"
    }

/** Held is only what is complete, shows nothing that the model confirms or denies, and lacks nothing. */
export const concluded = (
  explored: Explored,
  { findings, divergences }: ExploredFindings,
  missing: readonly string[],
): Conclusion => {
  if (findings.length > 0)
    return { tag: "breached", findings, isDeadlock: explored.deadlocks > 0, divergences }
  if (divergences.length > 0) return { tag: "divergence", divergences }
  return match(explored.end)
    .returnType<Conclusion>()
    .with("violation", () => ({ tag: "divergence", divergences: [notFoundAgain(explored)] }))
    .with("too many states", "interrupted", "outgrown", (why) => ({ tag: "inconclusive", why }))
    .with("complete", () => {
      if (missing.length > 0) return { tag: "vacuous", missing }
      if ((explored.premises?.breach ?? null) !== null) return { tag: "inconclusive", why: "premise" }
      return explored.liveness === "unknown" ? { tag: "inconclusive", why: "liveness" } : { tag: "held" }
    })
    .exhaustive()
}

const notFoundAgain = ({ suspected }: Explored): ExploredDivergence => ({
  property: suspected[0] ?? null,
  words: `the engine finds ${suspected.join(", ")} violated, and no run that does so could be found again`,
  actions: [],
  refused: null,
})

export const codeOf = (conclusion: Conclusion): ExitCode =>
  match(conclusion)
    .returnType<ExitCode>()
    .with({ tag: "held" }, () => exitCodes.ok)
    .with({ tag: "vacuous" }, () => exitCodes.vacuous)
    .with({ tag: "breached" }, ({ findings, isDeadlock }) =>
      worst([
        ...(isDeadlock ? [exitCodes.deadlock] : []),
        ...findings.map(({ property }) => codeOfViolation(property)),
      ]),
    )
    .with({ tag: "divergence" }, () => exitCodes.divergence)
    .with({ tag: "inconclusive" }, () => exitCodes.inconclusive)
    .exhaustive()

/** The verdict in one word, as `--json` has it. */
export const wordOf = (conclusion: Conclusion): string =>
  conclusion.tag === "breached" && conclusion.isDeadlock ? "deadlock" : conclusion.tag

/** What the verdict is worth, in one sentence. */
export const assuranceOf = (
  { fingerprint }: Exploration,
  explored: Explored,
  conclusion: Conclusion,
): string => {
  const { scope, depth } = explored
  const within = scopeWords(scope)
  const kind = fingerprint ? "exhaustive, but for colliding fingerprints," : "exhaustive"
  const reduction = scope.reduction
    ? "; the reduction relies on an argument about the protocol as written, not about changed rules (docs/adr/0008-reduction.md)"
    : ""
  return match(conclusion)
    .with({ tag: "held" }, () =>
      scope.quotient === undefined
        ? `${kind} within these bounds: ${within}${reduction}`
        : `${kind} for every run, of any length: ${within}`,
    )
    .with(
      { tag: "vacuous" },
      ({ missing }) => `vacuous: ${kind} within ${within}, and ${missing.join(", ")} never seen`,
    )
    .with({ tag: "breached" }, ({ findings }) =>
      findings.every(({ minimality }) => minimality === "shortest")
        ? `shortest: no run of fewer steps violates any of these within ${within}`
        : `found: a shorter run may violate one of these within ${within}`,
    )
    .with({ tag: "divergence" }, () => `none: the engine and the model disagree within ${within}`)
    .with(
      { tag: "inconclusive", why: "liveness" },
      () => `partial: ${kind} but for liveness, within ${within}`,
    )
    .with(
      { tag: "inconclusive", why: "premise" },
      () => `partial: a premise of a verdict about every run does not hold, of ${within}`,
    )
    .with(
      { tag: "inconclusive", why: "interrupted" },
      () => `partial, as a signal stopped it: every state within ${counted(depth, "step")}, of ${within}`,
    )
    .with(
      { tag: "inconclusive", why: "outgrown" },
      () =>
        `partial, as a run goes beyond the bounds: every state within ${counted(depth, "step")}, of ${within}`,
    )
    .with(
      { tag: "inconclusive" },
      () => `partial: every state within ${counted(depth, "step")}, of ${within}`,
    )
    .exhaustive()
}
