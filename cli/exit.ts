import type { Property } from "../properties/property.ts"

/**
 * The exit codes, as documented in the README. When several apply, 70 wins, then 1, then the lowest of
 * 11 to 17, then 71, then 20.
 */
export const exitCodes = {
  ok: 0,
  usage: 1,
  deadlock: 11,
  safety: 12,
  liveness: 13,
  divergence: 14,
  vacuous: 15,
  notAsPromised: 16,
  nonDeterministic: 17,
  inconclusive: 20,
  defect: 70,
  foreign: 71,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** Each code in a few words, for the help. */
export const exitMeanings: Readonly<Record<ExitCode, string>> = {
  [exitCodes.ok]: "done, and everything checked held",
  [exitCodes.usage]: "wrong usage, configuration or input",
  [exitCodes.deadlock]: "a deadlock: a terminal state that violates liveness",
  [exitCodes.safety]: "a safety property is violated",
  [exitCodes.liveness]: "a liveness property is violated",
  [exitCodes.divergence]: "the engine, an implementation or a log differs from the model",
  [exitCodes.vacuous]: "vacuous: a witness was never seen, or there was nothing to judge",
  [exitCodes.notAsPromised]: "not as promised: a stored run, or a list of known failures",
  [exitCodes.nonDeterministic]: "one seed gave two results",
  [exitCodes.inconclusive]: "inconclusive: stopped before it was done",
  [exitCodes.defect]: "a defect in ftpair itself",
  [exitCodes.foreign]: "an implementation crashed, hung or broke the wire",
}

/** The one code for all that applies. */
export const worst = (codes: readonly ExitCode[]): ExitCode => {
  if (codes.includes(exitCodes.defect)) return exitCodes.defect
  const found = codes.filter((code) => code !== exitCodes.ok).sort((a, b) => a - b)
  const isForeign = found.includes(exitCodes.foreign) && found[0] === exitCodes.inconclusive
  return isForeign ? exitCodes.foreign : (found[0] ?? exitCodes.ok)
}

/** The code of a violation, by the family of what it violates. */
export const codeOfViolation = ({ family }: Property): ExitCode => {
  switch (family) {
    case "safety":
      return exitCodes.safety
    case "liveness":
      return exitCodes.liveness
    case "refinement":
      return exitCodes.divergence
  }
}
