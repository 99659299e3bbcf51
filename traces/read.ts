import { kinds, type Action, type Kind } from "../model/action.ts"
import type { Config } from "../model/config.ts"
import { inOrder, pairIdOf } from "../model/ids.ts"
import { guardMeanings } from "../model/guard-id.ts"
import { catalogue } from "../properties/catalogue.ts"
import { refinementId } from "../properties/refinement.ts"
import { mutantNamed, mutants } from "../properties/mutants/catalogue.ts"
import { bad, insteadOfObject, nearest, oneOf, shown } from "./bad-input.ts"
import { configOf, strangeTo } from "./config.ts"
import { decode } from "./decode.ts"
import { readJson } from "./input-file.ts"
import { stateOfItf } from "./itf.ts"
import type { ExpectJson } from "./schema.ts"
import type { StateJson } from "./state-json.ts"
import { StateJson as StateSchema } from "./state-schema.ts"
import { actionSchemas, limits, ScheduleJson, traceFormat, TraceJson, type TraceMetaJson } from "./schema.ts"

/**
 * What a schedule or a trace says: a cluster, what happens in it, and what must come of it.
 *
 * Shape  `states` are those that a trace has stored, the initial one first; null for a schedule. `loop` is the state to
 *        which a lasso goes back from its last one, by its number. `meta` is what a trace says of itself. `probes` are
 *        the actions, from 1, that must be refused, and change nothing.
 */
export type Story = {
  readonly file: string
  readonly title: string | null
  readonly source: string | null
  readonly config: Config
  readonly mutant: string | null
  readonly actions: readonly Action[]
  readonly probes: ReadonlySet<number>
  readonly expect: ExpectJson | null
  readonly states: readonly StateJson[] | null
  readonly loop: number | null
  readonly meta: TraceMetaJson | null
}

/** Reads a schedule or a trace. Throws `BadInput`, with the file, the place in it, and what was expected there. */
export const readStory = (file: string): Story => {
  const json = readJson(file)
  const instead = insteadOfObject(json)
  if (instead !== "") throw bad(file, [], `expected an object, a schedule or a trace${instead}`)
  return isTrace(json) ? storyOfTrace(file, json) : storyOfSchedule(file, json)
}

const storyOfSchedule = (file: string, json: unknown): Story => {
  const actions = actionsOf(file, (json as { actions?: unknown } | null)?.actions, ["actions"])
  const schedule = decode(file, ScheduleJson, json, [])
  const config = configOf(file, schedule.config, ["config"])
  checkActions(file, config, actions, (i) => ["actions", String(i)])
  return {
    file,
    title: schedule.title ?? null,
    source: schedule.source ?? null,
    config,
    mutant: knownMutant(file, schedule.mutant ?? null, ["mutant"]),
    actions,
    probes: new Set(),
    expect: knownExpectation(file, config, schedule.expect ?? null, ["expect"]),
    states: null,
    loop: null,
    meta: null,
  }
}

const storyOfTrace = (file: string, json: object): Story => {
  const format = (json as { "#meta"?: { format?: unknown } })["#meta"]?.format
  if (format !== traceFormat)
    throw bad(file, ["#meta", "format"], `expected "${traceFormat}", and this trace says ${shown(format)}`)
  const { profile = "pair" } = (json as { "#meta": { profile?: unknown } })["#meta"]
  if (profile !== "pair")
    throw bad(
      file,
      ["#meta", "profile"],
      profile !== "lock" && profile !== "placement"
        ? oneOf(["pair", "lock", "placement"], profile)
        : `this trace is of the profile ${profile}: npx ftpair show shows it, and npx ftpair conform --run ${file} -- CMD runs it on the implementation again`,
    )
  checkLength(file, (json as { states?: unknown }).states, limits.actions + 1, ["states"])
  for (const [i, action] of actionsIn(json).entries())
    if (action !== null && action !== undefined)
      actionOf(file, action, ["states", String(i), "#meta", "action"])
  const trace = decode(file, TraceJson, json, [])
  const meta = trace["#meta"]
  const [first, ...later] = trace.states.map((state) => state["#meta"].action)
  const actions = later.flatMap((action) => (action === null ? [] : [action]))
  if (first !== null || actions.length < later.length)
    throw bad(file, ["states"], "expected an action in every state's #meta but the first's, and none there")
  if (trace.loop !== undefined && trace.loop >= trace.states.length)
    throw bad(file, ["loop"], `expected the number of a state, up to ${trace.states.length - 1}`)
  const config = configOf(file, meta.config, ["#meta", "config"])
  checkActions(file, config, actions, (i) => ["states", String(i + 1), "#meta", "action"])
  return {
    file,
    title: meta.description ?? null,
    source: null,
    config,
    mutant: knownMutant(file, meta.mutant, ["#meta", "mutant"]),
    actions,
    probes: new Set(trace.states.flatMap((state, i) => (state["#meta"].refused === undefined ? [] : [i]))),
    expect: knownExpectation(file, config, expectOf(meta), ["#meta"]),
    states: trace.states.map((state, i) => stateIn(file, state, ["states", String(i)])),
    loop: trace.loop ?? null,
    meta,
  }
}

/** What stands where the actions of a trace should, for all that is known of it. */
const actionsIn = (json: object): readonly unknown[] => {
  const states: unknown = (json as { states?: unknown }).states
  return Array.isArray(states)
    ? states.map(
        (state: unknown) => (state as { "#meta"?: { action?: unknown } | null } | null)?.["#meta"]?.action,
      )
    : []
}

const stateIn = (
  file: string,
  state: Readonly<Record<string, unknown>>,
  at: readonly string[],
): StateJson => {
  let json: unknown
  try {
    json = stateOfItf(state)
  } catch {
    throw bad(file, at, "expected a state in the Informal Trace Format")
  }
  return decode(file, StateSchema, json, at)
}

/** The expectation, if it speaks of properties, guards, pairs and FT states that there are. */
const knownExpectation = (
  file: string,
  config: Config,
  expect: ExpectJson | null,
  at: readonly string[],
): ExpectJson | null => {
  if (expect?.verdict === "breached")
    checkWord(file, expect.property, [...catalogue.map(({ id }) => id), refinementId], [...at, "property"])
  if (expect?.verdict === "refused" && expect.guard !== undefined)
    checkWord(file, expect.guard, guards, [...at, "guard"])
  const final = expect?.verdict === "holds" ? Object.entries(expect.final ?? {}) : []
  for (const [pair, end] of final) {
    checkWord(
      file,
      pair,
      config.pairs.map(({ id }) => id),
      [...at, "final"],
    )
    checkWord(file, end.split(":")[0] ?? "", ftStates, [...at, "final", pair])
  }
  return expect
}

const checkWord = (file: string, word: string, known: readonly string[], at: readonly string[]): void => {
  if (!known.includes(word)) throw bad(file, at, oneOf(known, word))
}

const guards = Object.keys(guardMeanings)

const ftStates = ["notConfigured", "disabled", "enabled", "needSecondary", "starting", "running"]

const expectOf = ({ verdict, property, step, guard }: TraceMetaJson): ExpectJson => {
  const at = step === undefined ? {} : { step }
  if (verdict === "breached") return { verdict, property: property ?? "", ...at }
  // Where an implementation departs from the model, the model's own run holds.
  if (verdict !== "refused") return { verdict: "holds" }
  return { verdict, ...at, ...(guard === undefined ? {} : { guard }) }
}

const isTrace = (json: unknown): json is object =>
  typeof json === "object" && json !== null && ("#meta" in json || "states" in json)

/** The actions one by one, so that an unknown kind or a wrong operand is reported at its place. */
const actionsOf = (file: string, json: unknown, at: readonly string[]): readonly Action[] => {
  if (!Array.isArray(json)) throw bad(file, at, "expected a list of actions")
  checkLength(file, json, limits.actions, at)
  return json.map((action: unknown, i) => actionOf(file, action, [...at, String(i)]))
}

/** That a list is not too long, before each of its parts is looked at. */
const checkLength = (file: string, list: unknown, max: number, at: readonly string[]): void => {
  if (Array.isArray(list) && list.length > max)
    throw bad(
      file,
      at,
      `expected ${max.toLocaleString("en")} at the most, and there are ${list.length.toLocaleString("en")}`,
    )
}

const actionOf = (file: string, action: unknown, here: readonly string[]): Action => {
  const kind = (action as { kind?: unknown } | null)?.kind
  if (typeof kind !== "string") throw bad(file, here, "expected an action: an object with a kind")
  if (!isKind(kind))
    throw bad(file, [...here, "kind"], `expected a kind of action, not ${shown(kind)}${nearest(kind, kinds)}`)
  const decoded = decode(file, actionSchemas[kind], action, here)
  return "hosts" in decoded ? { ...decoded, hosts: inOrder(...decoded.hosts) } : decoded
}

const isKind = (kind: string): kind is Kind => (kinds as readonly string[]).includes(kind)

const checkActions = (
  file: string,
  config: Config,
  actions: readonly Action[],
  place: (i: number) => readonly string[],
): void => {
  const hosts = config.hosts.map(({ id }) => id)
  const pairs = config.pairs.map(({ id }) => id)
  for (const [i, action] of actions.entries()) {
    const named = "hosts" in action ? action.hosts : "host" in action ? [action.host] : []
    const stranger = named.find((host) => !hosts.includes(host))
    if (stranger !== undefined) throw bad(file, place(i), strangeTo("a host of the cluster", hosts, stranger))
    if (named.length === 2 && named[0] === named[1]) throw bad(file, place(i), "expected two different hosts")
    if ("rule" in action && action.rule > config.rules.length)
      throw bad(file, [...place(i), "rule"], ruleExpected(config.rules.length, action.rule))
    const pair = "pair" in action ? action.pair : "copy" in action ? pairIdOf(action.copy) : null
    if (pair !== null && !pairs.includes(pair))
      throw bad(file, place(i), strangeTo("a pair of the cluster", pairs, pair))
  }
}

const ruleExpected = (rules: number, rule: number): string =>
  rules === 0
    ? `expected a rule of the cluster, which has none, not ${rule}`
    : `expected a rule of the cluster, 1 to ${rules}, not ${rule}`

const knownMutant = (file: string, name: string | null, at: readonly string[]): string | null => {
  if (name !== null && mutantNamed(name) === null)
    throw bad(
      file,
      at,
      `expected the name of a mutant, not ${shown(name)}${nearest(
        name,
        mutants.map((mutant) => mutant.name),
      )}`,
    )
  return name
}
