import type { Action } from "../model/action.ts"
import type { Config } from "../model/config.ts"
import type { State } from "../model/state.ts"
import { catalogue } from "../properties/catalogue.ts"
import { writeAtomically } from "./atomic-file.ts"
import { actionVars, itfOfAction, itfOfState, varsIn } from "./itf.ts"
import type { Minimality } from "../properties/shrink/minimise.ts"
import { packageVersion } from "./package.ts"
import { jsonOfConfig } from "./config.ts"
import { traceFormat, type TraceJson } from "./schema.ts"
import { stateJsonOf } from "./state-json.ts"

/** A counterexample with its story, as it is written down. */
export type Counterexample = {
  readonly property: string
  readonly step: number
  readonly why: string
  readonly config: Config
  readonly mutant: string | null
  /** What the mutant breaks, where it is not both the model and the engine. */
  readonly side?: "model" | "engine"
  readonly actions: readonly Action[]
  readonly states: readonly State[]
  readonly found: string
  readonly seed: string | null
  readonly minimality: Minimality
  readonly description: string | null
  /** The state to which a lasso goes back from its last one, by its number. */
  readonly loop?: number
}

/** The state to which a violation of liveness goes back for ever, by its number: the last, where the cluster is quiescent. */
const loopOf = ({ property, states, loop }: Counterexample): number | null =>
  loop !== undefined
    ? loop
    : catalogue.some(
          ({ id, family, whenQuiescent }) =>
            id === property && family === "liveness" && whenQuiescent !== undefined,
        )
      ? states.length - 1
      : null

/** The trace of a counterexample: self-contained, to be replayed by `file`'s name. */
export const traceOf = (counterexample: Counterexample, file: string): TraceJson => {
  const { property, step, why, config, mutant, side, actions, states, found, seed, minimality, description } =
    counterexample
  const loop = loopOf(counterexample)
  const shown = states.map(stateJsonOf)
  const vars = varsIn(shown)
  const trace = {
    "#meta": {
      format: traceFormat,
      tool: "ftpair",
      version: packageVersion,
      ...(description === null ? {} : { description }),
      config: jsonOfConfig(config),
      mutant,
      ...(side === undefined ? {} : { side }),
      property,
      verdict: "breached",
      step,
      why,
      ...(seed === null ? {} : { seed }),
      found,
      minimality,
      replay: `npx ftpair replay ${file}`,
    },
    params: [],
    vars: [...vars, ...actionVars],
    states: shown.map((state, index) => {
      const action = index === 0 ? null : (actions[index - 1] ?? null)
      return { "#meta": { index, action }, ...itfOfState(state, vars), ...itfOfAction(action) }
    }),
    ...(loop === null ? {} : { loop }),
  }
  return trace as unknown as TraceJson
}

/** Writes a trace, one state a line, and the folders that it needs. Throws CannotWrite. */
export const writeTrace = (file: string, { states, ...rest }: TraceJson): void => {
  const head = JSON.stringify(rest, null, 2).slice(0, -2)
  const lines = states.map((state) => `    ${JSON.stringify(state)}`)
  writeAtomically(file, `${head},\n  "states": [\n${lines.join(",\n")}\n  ]\n}\n`)
}

/** The file name of a counterexample: its property, and its story in a few words. */
export const fileNameOf = (property: string, story: string): string => `${property}.${story}.itf.json`

/** `PrimarySkipsLock` as the story of a file name: `primary-skips-lock`. */
export const storyOf = (name: string): string => name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "-").toLowerCase()
