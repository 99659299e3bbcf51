import { liveness } from "./liveness.ts"
import type { Property } from "./property.ts"
import { safety } from "./safety.ts"

/** Every property, in the order in which a step that breaches several is reported. */
export const catalogue: readonly Property[] = [...safety, ...liveness]

/** The properties whose id or name matches one of the patterns; `*` stands for any characters. */
export const matching = (patterns: readonly string[]): readonly Property[] => {
  const tests = patterns.map(
    (pattern) => new RegExp(`^${pattern.replace(/[^*\w]/g, "\\$&").replaceAll("*", ".*")}$`, "i"),
  )
  return catalogue.filter(({ id, name }) => tests.some((test) => test.test(id) || test.test(name)))
}
