import { readFileSync } from "node:fs"
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { kinds, type Action, type Kind } from "../model/action.ts"
import { defaultLimits, unbounded, type Config } from "../model/config.ts"
import { ordinal, pairIdOf, type HostId } from "../model/ids.ts"
import { rules } from "../model/step.ts"
import { catalogue } from "../properties/catalogue.ts"
import { refinementId } from "../properties/refinement.ts"
import { mutantNamed, mutants } from "../properties/mutants/catalogue.ts"
import { stateOfItf } from "./itf.ts"
import type { ExpectJson } from "./schema.ts"
import {
  actionSchemas,
  ConfigJson,
  ScheduleJson,
  StateJson,
  traceFormat,
  TraceJson,
  type TraceMetaJson,
} from "./schema.ts"

/** Something that was read is not what it should be: where, and what was expected there. */
export class BadInput extends Data.TaggedError("BadInput")<{ readonly message: string }> {}

/**
 * What a schedule or a trace tells: a cluster, what happens in it, and what must come of it.
 *
 * Shape  `states` are those that a trace has stored, the initial one first; null for a schedule. `meta` is what a
 *        trace says of itself. `probes` are the actions, from 1, that are asked to be refused, and change nothing.
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
  readonly meta: TraceMetaJson | null
}

/** Reads a schedule or a trace. Throws `BadInput`, with the file, the place in it, and what was expected there. */
export const readStory = (file: string): Story => {
  const json = readJson(file)
  return isTrace(json) ? storyOfTrace(file, json) : storyOfSchedule(file, json)
}

/** Reads a configuration. Throws `BadInput`. */
export const readConfig = (file: string): Config => configOf(file, readJson(file), [])

/** The configuration with its defaults filled in, and its names checked against each other. */
export const configOf = (file: string, json: unknown, at: readonly string[]): Config => {
  const { hosts, pairs, rules = [], bounds = {} } = decode(file, ConfigJson, json, at)
  const first = hosts[0].id
  const config: Config = {
    hosts: hosts.map((host) => ({ ...defaultLimits, groups: [], ...host })),
    pairs: pairs.map(({ id, vcpus = 1, registered = { primary: first, secondary: first } }) => ({
      id,
      vcpus,
      registered,
    })),
    rules: rules.map((rule) => ({ active: true, ...rule })),
    bounds: { ...unbounded, ...bounds },
  }
  checkNames(file, config, at)
  return config
}

/** The configuration as JSON: only what differs from the defaults, and bounds where there are any. */
export const jsonOfConfig = ({ hosts, pairs, rules, bounds }: Config): ConfigJson => {
  const finite = Object.entries(bounds).filter(([, bound]) => Number.isFinite(bound))
  const json = {
    hosts: hosts.map(({ id, ftVmsMax, ftVcpusMax, groups }) => ({
      id,
      ...(ftVmsMax === defaultLimits.ftVmsMax ? {} : { ftVmsMax }),
      ...(ftVcpusMax === defaultLimits.ftVcpusMax ? {} : { ftVcpusMax }),
      ...(groups.length === 0 ? {} : { groups }),
    })),
    pairs: pairs.map(({ id, vcpus, registered }) => ({
      id,
      ...(vcpus === 1 ? {} : { vcpus }),
      ...(registered.primary === hosts[0]?.id && registered.secondary === hosts[0].id ? {} : { registered }),
    })),
    ...(rules.length === 0 ? {} : { rules }),
    ...(finite.length === 0 ? {} : { bounds: Object.fromEntries(finite) }),
  }
  return json as unknown as ConfigJson
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
    expect: knownExpectation(file, config, schedule.expect ?? null),
    states: null,
    meta: null,
  }
}

const storyOfTrace = (file: string, json: object): Story => {
  const format = (json as { "#meta"?: { format?: unknown } })["#meta"]?.format
  if (format !== traceFormat)
    throw bad(
      file,
      ["#meta", "format"],
      `expected "${traceFormat}", and this trace says ${JSON.stringify(format)}`,
    )
  const { profile = "pair" } = (json as { "#meta": { profile?: unknown } })["#meta"]
  if (profile !== "pair")
    throw bad(
      file,
      ["#meta", "profile"],
      `this trace is of the profile ${String(profile)}; ask the implementation again: npx ftpair conform --run ${file} -- CMD`,
    )
  for (const [i, action] of actionsIn(json).entries())
    if (action !== null && action !== undefined)
      actionOf(file, action, ["states", String(i), "#meta", "action"])
  const trace = decode(file, TraceJson, json, [])
  const meta = trace["#meta"]
  const [first, ...later] = trace.states.map((state) => state["#meta"].action)
  const actions = later.flatMap((action) => (action === null ? [] : [action]))
  if (first !== null || actions.length < later.length)
    throw bad(file, ["states"], "expected an action in every state's #meta but the first's, and none there")
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
    expect: knownExpectation(file, config, expectOf(meta)),
    states: trace.states.map((state, i) => stateIn(file, state, ["states", String(i)])),
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
  return decode(file, StateJson, json, at)
}

/** The expectation, if it speaks of properties, guards, pairs and FT states that there are. */
const knownExpectation = (file: string, config: Config, expect: ExpectJson | null): ExpectJson | null => {
  if (expect?.verdict === "breached")
    checkWord(file, expect.property, [...catalogue.map(({ id }) => id), refinementId], ["expect", "property"])
  if (expect?.verdict === "refused" && expect.guard !== undefined)
    checkWord(file, expect.guard, guards, ["expect", "guard"])
  const final = expect?.verdict === "holds" ? Object.entries(expect.final ?? {}) : []
  for (const [pair, end] of final) {
    checkWord(
      file,
      pair,
      config.pairs.map(({ id }) => id),
      ["expect", "final"],
    )
    checkWord(file, end.split(":")[0] ?? "", ftStates, ["expect", "final", pair])
  }
  return expect
}

const checkWord = (file: string, word: string, known: readonly string[], at: readonly string[]): void => {
  if (!known.includes(word))
    throw bad(
      file,
      at,
      `expected one of ${known.join(", ")}, not ${JSON.stringify(word)}${nearest(word, known)}`,
    )
}

const guards = [...new Set(["unknown", ...kinds.flatMap((kind) => rules[kind].guards)])]

const ftStates = ["enabled", "needSecondary", "starting", "running"]

const expectOf = ({ verdict, property, step, guard }: TraceMetaJson): ExpectJson => {
  const at = step === undefined ? {} : { step }
  if (verdict === "breached") return { verdict, property: property ?? "", ...at }
  // Where an implementation departs from the model, the model's own run holds.
  if (verdict !== "refused") return { verdict: "holds" }
  return { verdict, ...at, ...(guard === undefined ? {} : { guard }) }
}

/** The JSON in a file. Throws `BadInput`. */
export const readJson = (file: string): unknown => {
  let text: string
  try {
    text = readFileSync(file, "utf8")
  } catch (cause) {
    throw new BadInput({
      message: `${file}: cannot be read (${(cause as { code?: string }).code ?? "unknown error"})`,
    })
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    const reason = (cause as Error).message.replace(/\s+/g, " ")
    throw new BadInput({ message: `${file}: is not JSON: ${reason}` })
  }
}

const isTrace = (json: unknown): json is object =>
  typeof json === "object" && json !== null && ("#meta" in json || "states" in json)

/** The actions one by one, so that an unknown kind or a wrong operand is told at its place. */
const actionsOf = (file: string, json: unknown, at: readonly string[]): readonly Action[] => {
  if (!Array.isArray(json)) throw bad(file, at, "expected a list of actions")
  return json.map((action: unknown, i) => actionOf(file, action, [...at, String(i)]))
}

const actionOf = (file: string, action: unknown, here: readonly string[]): Action => {
  const kind = (action as { kind?: unknown } | null)?.kind
  if (typeof kind !== "string") throw bad(file, here, "expected an action: an object with a kind")
  if (!isKind(kind))
    throw bad(
      file,
      [...here, "kind"],
      `expected a kind of action, not ${JSON.stringify(kind)}${nearest(kind, kinds)}`,
    )
  const decoded = decode(file, actionSchemas[kind], action, here)
  return "hosts" in decoded ? { ...decoded, hosts: inOrder(decoded.hosts) } : decoded
}

const inOrder = ([a, b]: readonly [HostId, HostId]): readonly [HostId, HostId] =>
  ordinal(a) < ordinal(b) ? [a, b] : [b, a]

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
    if (stranger !== undefined)
      throw bad(file, place(i), `expected a host of the cluster (${hosts.join(", ")}), not ${stranger}`)
    if (named.length === 2 && named[0] === named[1]) throw bad(file, place(i), "expected two different hosts")
    const pair = "pair" in action ? action.pair : "copy" in action ? pairIdOf(action.copy) : null
    if (pair !== null && !pairs.includes(pair))
      throw bad(file, place(i), `expected a pair of the cluster (${pairs.join(", ")}), not ${pair}`)
  }
}

const checkNames = (file: string, { hosts, pairs, rules }: Config, at: readonly string[]): void => {
  const hostIds = hosts.map(({ id }) => id)
  const pairIds = pairs.map(({ id }) => id)
  for (const [part, ids] of [["hosts", hostIds] as const, ["pairs", pairIds] as const]) {
    const twice = ids.find((id, i) => ids.indexOf(id as never) < i)
    if (twice !== undefined)
      throw bad(file, [...at, part], `expected different ids, and ${twice} stands there twice`)
  }
  for (const [i, { registered }] of pairs.entries())
    for (const role of ["primary", "secondary"] as const)
      if (!hostIds.includes(registered[role]))
        throw bad(
          file,
          [...at, "pairs", String(i), "registered", role],
          `expected a host of the cluster (${hostIds.join(", ")})`,
        )
  for (const [i, rule] of rules.entries()) {
    const stranger = rule.pairs.find((id) => !pairIds.includes(id))
    if (stranger !== undefined)
      throw bad(
        file,
        [...at, "rules", String(i), "pairs"],
        `expected pairs of the cluster (${pairIds.join(", ")}), not ${stranger}`,
      )
  }
}

const knownMutant = (file: string, name: string | null, at: readonly string[]): string | null => {
  if (name !== null && mutantNamed(name) === null)
    throw bad(
      file,
      at,
      `expected the name of a mutant, not ${JSON.stringify(name)}${nearest(
        name,
        mutants.map((mutant) => mutant.name),
      )}`,
    )
  return name
}

/** What `json` says by a schema. Throws `BadInput`, with the place and what was expected there. */
export const decode = <S extends Schema.ConstraintDecoder<unknown>>(
  file: string,
  schema: S,
  json: unknown,
  at: readonly string[],
): S["Type"] => {
  const result = Schema.decodeUnknownResult(schema, { onExcessProperty: "error" })(json)
  if (Result.isSuccess(result)) return result.success
  const [expected = "", where = ""] = result.failure.message.split("\n  at ")
  const inner = [...where.matchAll(/\[("?)(.*?)\1\]/g)].map((part) => part[2] ?? "")
  throw bad(file, [...at, ...inner], lowerFirst(expected))
}

const bad = (file: string, at: readonly string[], expected: string): BadInput =>
  new BadInput({ message: `${file}${at.length === 0 ? "" : `: at ${pathOf(at)}`}: ${expected}` })

const pathOf = (at: readonly string[]): string =>
  at.map((part, i) => (/^\d+$/.test(part) ? `[${part}]` : i === 0 ? part : `.${part}`)).join("")

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

/** A hint at the name that was probably meant; nothing if none is near. */
export const nearest = (name: string, known: readonly string[]): string => {
  const ranked = known
    .map((candidate) => ({
      candidate,
      distance: distanceBetween(name.toLowerCase(), candidate.toLowerCase()),
    }))
    .sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  return best !== undefined && best.distance <= Math.max(2, name.length / 3)
    ? `; did you mean ${best.candidate}?`
    : ""
}

/** How many letters must be changed, added or taken away to get from one word to the other. */
const distanceBetween = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1)
      next.push(
        Math.min(
          (row[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
          (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      )
    row = next
  }
  return row[b.length] ?? 0
}
