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

/** The one code for all that applies. */
export const worst = (codes: readonly ExitCode[]): ExitCode => {
  if (codes.includes(exitCodes.defect)) return exitCodes.defect
  const found = codes.filter((code) => code !== exitCodes.ok).sort((a, b) => a - b)
  const isForeign = found.includes(exitCodes.foreign) && found[0] === exitCodes.inconclusive
  return isForeign ? exitCodes.foreign : (found[0] ?? exitCodes.ok)
}

/** The code of a breach, by the family of what it breaches. */
export const codeOfBreach = ({ family }: Property): ExitCode => {
  switch (family) {
    case "safety":
      return exitCodes.safety
    case "liveness":
      return exitCodes.liveness
    case "refinement":
      return exitCodes.divergence
  }
}
