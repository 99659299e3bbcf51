import type { Config } from "../model/config.ts"
import { mutantNamed } from "../properties/mutants/catalogue.ts"
import { BadInput } from "../traces/bad-input.ts"

/** The cluster of a mutant of time: no time passes in those that are drawn. */
export const timedScopeOf = (mutant: string | null): Config | null => {
  const scope = mutant === null ? undefined : mutantNamed(mutant)?.scope
  return scope?.time === undefined ? null : scope
}

/** Refuses a mutant of time in a cluster where none passes: nothing would be wrong there. */
export const refuseTimeless = (mutant: string | null, { time }: Config): void => {
  const known = mutant === null ? null : mutantNamed(mutant)
  if (known?.scope?.time !== undefined && time === undefined)
    throw new BadInput({
      message: `--mutant ${known.name} is about time: expected a cluster in which time passes, by --config, or the mutant's own`,
    })
}
