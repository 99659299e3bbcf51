import type { Config } from "../model/config.ts"
import { mutantNamed } from "../properties/mutants/catalogue.ts"
import { BadInput } from "../traces/bad-input.ts"

/** Mutants that so few clusters show, of those that are drawn, that 15,000 schedules do not find them. */
const hardlyDrawn: readonly string[] = ["MigrateResetsClocks"]

/** The cluster in which a mutant is looked for that drawn clusters hardly show: its own. Null for any other. */
export const ownScopeOf = (mutant: string | null): Config | null =>
  mutant !== null && hardlyDrawn.includes(mutant) ? (mutantNamed(mutant)?.scope ?? null) : null

/** Refuses a mutant of time in a cluster where none passes: nothing would be wrong there. */
export const refuseTimeless = (mutant: string | null, { time }: Config): void => {
  const known = mutant === null ? null : mutantNamed(mutant)
  if (known?.scope?.time !== undefined && time === undefined)
    throw new BadInput({
      message: `--mutant ${known.name} is about time: expected a cluster in which time passes, by --config, or the mutant's own`,
    })
}
