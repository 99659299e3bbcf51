import type { Json } from "../../conform/observation.ts"
import type { AskedAction } from "../../conform/profile.ts"
import type { Shrunk } from "../../conform/shrink.ts"

/**
 * What an implementation did otherwise than the model, for a program.
 *
 * Shape  `step` and `action` are where it showed, 0 and null for the reset; `answered` is what came. `differences` are
 *        the ways in which each model state does not fit: what was `expected` is a guard, that it is taken, or the
 *        value of a field. Of one that broke the wire, `fault` says how.
 */
export type Difference = {
  readonly step: number
  readonly action: AskedAction | null
  readonly answered: { readonly [field: string]: unknown } | null
  readonly differences: readonly {
    readonly at: string | null
    readonly expected: Json | undefined
    readonly answered: Json | undefined
  }[]
  readonly fault?: { readonly code: string; readonly detail: string }
}

export const differenceOf = <S>({ actions, outcome }: Shrunk<S>): Difference => {
  const action = actions.at(-1) ?? null
  if (outcome.tag === "broken") {
    const { code, detail } = outcome.fault
    return { step: actions.length, action, answered: null, differences: [], fault: { code, detail } }
  }
  const { shown, step, frontier } = outcome
  const refusal = { refused: (shown["refused"] ?? null) as Json }
  return {
    step,
    action: step === 0 ? null : action,
    answered: shown,
    differences: frontier.map(({ why }) => {
      switch (why.tag) {
        case "refused":
          return { at: null, expected: { refused: why.guard }, answered: "taken" }
        case "taken":
          return { at: null, expected: "taken", answered: refusal }
        case "differs":
          return { at: why.at, expected: why.expected, answered: why.shown }
      }
    }),
  }
}
