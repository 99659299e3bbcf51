import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { conform } from "../../conform/campaign.ts"
import { namedCases } from "../../conform/named.ts"
import { pairCases } from "../../conform/pair-cases.ts"
import { shrink } from "../../conform/shrink.ts"
import type { SystematicMutant } from "./derive.ts"
import { comparedInAll, type Comparison } from "./graph.ts"
import { madeIn } from "./made.ts"
import { connectedTo } from "./peer.ts"

/** How much is asked of a mutant: how many random cases, and which of the small clusters. */
export type Effort = { readonly runs: number; readonly inScope: (name: string) => boolean }

/** The stored runs, all small clusters, and a few random cases. */
export const usual: Effort = { runs: 100, inScope: () => true }

/**
 * What is found of a mutant that differs: the case that fails first, and how many asks are left of it; null if no case
 * fails. `shrunk` is null where it did not fail again.
 */
type Finding = { readonly case: string; readonly shrunk: number | null }

/** What came of a mutant. Only what differs is driven. */
export type Verdict = { readonly comparison: Comparison; readonly finding: Finding | null }

/** A sign of life, with what the mutant is at. */
type Beat = (at: "compared" | "driven") => void

/** Makes a mutant, holds it against the protocol in the scopes, and drives it if it differs there. */
export const verdictOn = async (
  mutant: Pick<SystematicMutant, "file" | "source">,
  { runs, inScope }: Effort,
  beat: Beat = () => {},
): Promise<Verdict> => {
  const folder = mkdtempSync(join(tmpdir(), "ftpair-systematic-"))
  try {
    const make = await madeIn(folder, mutant)
    const comparison = comparedInAll(make, () => {
      beat("compared")
    })
    if (comparison.tag === "equal") return { comparison, finding: null }
    beat("driven")
    const connection = connectedTo(make)
    const spec = {
      named: namedCases("pair", join(folder, "none")),
      runs,
      seed: "1",
      config: null,
      inScope,
      isPicked: () => true,
      isKnown: () => false,
      until: Infinity,
    }
    const progress = (): void => {
      beat("driven")
    }
    const { failed } = await conform(connection, pairCases, spec, { progress, stopsAtOnce: true })
    const [first] = failed
    if (first === undefined) return { comparison, finding: null }
    beat("driven")
    const shrunk = await shrink(connection, pairCases, first.case, first.outcome)
    return { comparison, finding: { case: first.case.path, shrunk: shrunk.actions.length } }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
