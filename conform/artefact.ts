import { createHash } from "node:crypto"
import { join } from "node:path"
import type { Config } from "../model/config.ts"
import type { LockState } from "./lock-model.ts"
import { counted } from "../properties/amount.ts"
import { sweepLeftovers, timeOfDay } from "../traces/atomic-file.ts"
import { actionVars, itfOfAction, itfOfState, varsIn } from "../traces/itf.ts"
import { itfOfLockState, itfOfPlaced } from "./profile-itf.ts"
import { packageVersion } from "../traces/package.ts"
import { jsonOfConfig } from "../traces/config.ts"
import { traceFormat, type TraceJson } from "../traces/schema.ts"
import type { StateJson } from "../traces/state-json.ts"
import { writeTrace } from "../traces/write.ts"
import { repliesOf } from "./attempt.ts"
import { runOf } from "./candidates.ts"
import type { Reply } from "./peer.ts"
import type { Placed } from "./placement-profile.ts"
import type { AskedAction, Profile } from "./profile.ts"
import { expectedOf, type Session } from "./session.ts"
import type { Shrunk } from "./shrink.ts"
import { openKinds } from "./wire.ts"

/** A run by the model: each action with its state before and after, and the guard of one that is refused. */
type ModelStep<S> = {
  readonly action: AskedAction
  readonly before: S
  readonly after: S
  readonly refused: string | null
}

/** The model's run of these actions. What they leave open is filled in as the implementation did, if that shows. */
export const modelRun = <S>(
  profile: Profile<S>,
  { config, actions, outcome: seen }: Pick<Shrunk<S>, "config" | "actions" | "outcome">,
): readonly ModelStep<S>[] => {
  const candidate = seen.tag === "diverged" ? seen.before[0] : undefined
  const taken = candidate === undefined ? [] : runOf(candidate).filter(({ silent }) => !silent)
  let followed = 0
  let state = profile.initial(config)
  return actions.map((asked) => {
    const before = state
    const way = taken[followed]?.action
    const isWay = way !== undefined && isFilledIn(asked, way)
    if (isWay) followed += 1
    const action = isWay ? way : filledIn(profile, config, state, asked)
    const outcome = profile.step(config, state, action)
    if (outcome.tag === "next") state = outcome.state
    return { action, before, after: state, refused: outcome.tag === "refused" ? outcome.guard : null }
  })
}

const isFilledIn = (asked: AskedAction, way: AskedAction): boolean =>
  Object.entries(asked).every(([name, json]) => JSON.stringify(way[name]) === JSON.stringify(json))

/** An action with nothing left open: in the first way that the model takes, else in any. Placement asks open ones. */
const filledIn = <S>(profile: Profile<S>, config: Config, state: S, asked: AskedAction): AskedAction => {
  if (profile.name !== "pair" || !(openKinds as readonly string[]).includes(asked.kind)) return asked
  const ways = profile.matching(config, state, asked)
  const taken = ways.find((way) => profile.step(config, state, way).tag === "next")
  return taken ?? ways[0] ?? { ...asked, host: config.hosts[0]?.id }
}

/** How steadily it fails, in words: `deterministic, 7 of 7 runs`. */
export const steadinessText = <S>({ steadiness: { tag, failures, runs } }: Shrunk<S>): string =>
  tag === "seen once" ? tag : `${tag}, ${failures} of ${counted(runs, "run")}`

/**
 * Writes a failure of an implementation as a trace, and returns the file: the model's run, what the implementation
 * answered at each step, and what the model expected at the last.
 */
export const keepFailure = <S>(
  folder: string,
  { hello, profile, schema }: Pick<Session<S>, "hello" | "profile" | "schema">,
  shrunk: Shrunk<S>,
  found: string,
  command: string,
): string => {
  const { config, actions, outcome, minimality } = shrunk
  const digest = createHash("sha256")
    .update(JSON.stringify([hello.implementation.name, config, actions]))
    .digest("hex")
    .slice(0, 8)
  const file = join(folder, `conform.${wordOf(hello.implementation.name)}-${digest}.itf.json`)
  const steps = modelRun(profile, shrunk)
  const first = steps[0]?.before ?? profile.initial(config)
  const states = [first, ...steps.map(({ after }) => after)]
  const last = steps.at(-1)
  const replies = repliesOf(outcome)
  const vars = varsOf(profile, states)
  const trace = {
    "#meta": {
      format: traceFormat,
      tool: "ftpair",
      version: packageVersion,
      config: jsonOfConfig(config),
      mutant: null,
      property: null,
      verdict: "diverged",
      step: actions.length,
      found,
      minimality,
      profile: profile.name,
      implementation: hello.implementation,
      observes: hello.observes,
      ...(hello.silent === undefined ? {} : { silent: hello.silent }),
      ...(hello.chooses === undefined ? {} : { chooses: hello.chooses }),
      steadiness: steadinessText(shrunk),
      answered:
        outcome.tag === "diverged"
          ? readable(outcome.shown)
          : { fault: outcome.fault.code, detail: outcome.fault.detail },
      expected: {
        ...(last?.refused == null ? {} : { refused: last.refused }),
        state: expectedOf({ profile, schema }, states.at(-1) as S),
      },
      replay: `npx ftpair conform --run ${file} -- ${command}`,
    },
    params: [],
    vars: [...vars, ...actionVars],
    states: states.map((state, index) => {
      const step = index === 0 ? null : (steps[index - 1] ?? null)
      const refused = step?.refused == null ? {} : { refused: step.refused }
      const reply = replies[index]
      const answered = reply === undefined ? {} : { answered: readable(unnumbered(reply.json)) }
      return {
        "#meta": { index, action: step?.action ?? null, ...refused, ...answered },
        ...itfOf(profile, state, vars),
        ...itfOfAction((step?.action ?? null) as Parameters<typeof itfOfAction>[0]),
      }
    }),
  }
  sweepLeftovers(folder, timeOfDay())
  writeTrace(file, trace as unknown as TraceJson)
  return file
}

/** An answer without the number of its ask, which says nothing. */
const unnumbered = ({ seq: _, ...answer }: Reply["json"]): Reply["json"] => answer

const varsOf = <S>({ name, schema, view }: Profile<S>, states: readonly S[]): readonly string[] =>
  name === "pair"
    ? varsIn(states.map((state) => view(state) as unknown as StateJson))
    : schema.tag === "fields"
      ? Object.keys(schema.fields)
      : []

/** A state in ITF, by the profile's names: the kind of a field distinguishes maps from records, and says what may be absent. */
const itfOf = <S>({ name, view }: Profile<S>, state: S, vars: readonly string[]): object => {
  const shown: unknown = view(state)
  switch (name) {
    case "pair":
      return itfOfState(shown as StateJson, vars)
    case "lock":
      return itfOfLockState(shown as LockState)
    case "placement":
      return itfOfPlaced(shown as Placed)
  }
}

const wordOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 40)

/** How long a text of an answer may be, in characters: what is longer is cut, with a note of its length. */
const textMax = 10_000

/** An answer in a form that can be read again: long texts cut, and an answer with a key that no file may have as a text. */
const readable = (answer: Reply["json"]): Reply["json"] => {
  const cut = JSON.stringify(answer, (_key, value: unknown) =>
    typeof value === "string" && value.length > textMax
      ? `${value.slice(0, textMax)}… (${value.length} characters)`
      : value,
  )
  return cut.includes('"__proto__":') ? { text: cut } : (JSON.parse(cut) as Reply["json"])
}
