import { liveness } from "./liveness.ts"
import { fits, partsOf } from "./pattern.ts"
import type { Property } from "./property.ts"
import { safety } from "./safety.ts"
import { timing } from "./time/safety.ts"

/** Every property, in the order in which a step that violates several is reported. */
export const catalogue: readonly Property[] = [...safety, ...liveness, ...timing]

/** The properties whose id or name matches one of the patterns; `*` stands for any characters. */
export const matching = (patterns: readonly string[]): readonly Property[] => {
  const parsed = patterns.map((pattern) => partsOf(pattern.toLowerCase()))
  return catalogue.filter(({ id, name }) =>
    parsed.some((pattern) => [id, name].some((word) => fits(pattern, word.toLowerCase()))),
  )
}
