import type { Conformance, ConformSpec } from "../../conform/campaign.ts"
import type { AdapterFault } from "../../conform/fault.ts"
import type { Hello } from "../../conform/wire.ts"
import type { Difference } from "./difference.ts"
import { exitCodes, type ExitCode } from "../exit.ts"

/** One failure, as it is reported and kept. */
export type ReportedFailure = {
  readonly steps: number
  readonly file: string | null
  readonly lines: readonly string[]
  readonly minimality: string
  readonly cut: "time" | "signal" | null
  readonly spent: boolean
  readonly case: string
  readonly difference: Difference
  readonly reproduce: string | null
}

/** A failure that is reported, and the cases that shrank to the same. */
export type Grouped = ReportedFailure & { readonly sort: string; readonly alike: readonly string[] }

/** All that is said at the end. */
export type ConformReport = {
  readonly hello: Hello
  readonly spec: ConformSpec
  readonly result: Conformance<unknown>
  readonly reported: readonly Grouped[]
  readonly stale: readonly string[]
  readonly seconds: number
  readonly shutdownFault: AdapterFault | null
  readonly code: ExitCode
}

/** The verdict of each exit code. */
export const verdicts: Readonly<Partial<Record<ExitCode, string>>> = {
  [exitCodes.ok]: "conforms",
  [exitCodes.divergence]: "diverges",
  [exitCodes.vacuous]: "vacuous",
  [exitCodes.notAsPromised]: "stale",
  [exitCodes.inconclusive]: "inconclusive",
  [exitCodes.foreign]: "broken",
}

/** What broke the wire, as JSON. */
export const faultJson = ({ code, detail, line, log }: AdapterFault) => ({ code, detail, line, log })
