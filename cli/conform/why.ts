import type { RuledOut } from "../../conform/candidates.ts"
import { misfit, value, type Json, type ObservationSchema } from "../../conform/observation.ts"
import type { AskedAction, Profile } from "../../conform/profile.ts"
import type { Shrunk } from "../../conform/shrink.ts"
import { operandWords } from "../../model/operand.ts"
import { counted } from "../../properties/amount.ts"
import { printable } from "../../traces/printable.ts"
import type { Style } from "../style.ts"

/** How many differences are reported, of one state or of several. */
const toldMax = 5

/** How long a value is shown. */
const valueMax = 120

/** An answer of an implementation. */
type Shown = { readonly [field: string]: unknown }

/** A diverged outcome: what was shown, and how each model state that had fitted is ruled out. */
type Diverged<S> = Extract<Shrunk<S>["outcome"], { readonly tag: "diverged" }>

/** Why no model state fits what was answered: what differs first, then what there is to know beside it. */
export const answerLines = <S>(
  style: Style,
  profile: Profile<S>,
  { config, actions }: Pick<Shrunk<S>, "config" | "actions">,
  { shown, frontier, before }: Diverged<S>,
): readonly string[] => {
  const asked = actions.at(-1)
  const background = asked === undefined ? [] : profile.background(config, asked)
  const why = differences(profile, shown, frontier)
  return [
    ...why
      .slice(0, toldMax)
      .flatMap(([first = "", ...more]) => [`  ${first}`, ...more.map((line) => `    ${line}`)]),
    ...(why.length > toldMax
      ? [`  … and ${counted(why.length - toldMax, "more way")} in which it does not fit`]
      : []),
    ...background.map((line) => `  ${line}`),
    style.faint(`  ${counted(before.length, "model state")} fitted until then`),
  ]
}

/** Each way in which the answer does not fit, in one line or more. Of a single state, every field that differs. */
const differences = <S>(
  profile: Profile<S>,
  shown: Shown,
  frontier: readonly RuledOut<S>[],
): readonly (readonly string[])[] => {
  const [only, ...others] = frontier
  const state = shown["state"] as Json | undefined
  if (only === undefined || others.length > 0 || state === undefined)
    return frontier.map((ruledOut) => whyLines(profile, ruledOut, shown))
  const parts = differing(profile.schema, profile.view(only.state), state, "")
  if (only.why.tag === "differs" && parts.length > 0) return parts.map((part) => [differenceText(part)])
  if (only.why.tag !== "refused") return [whyLines(profile, only, shown)]
  const done = parts.map(({ at, expected, shown: now }) => [
    `it showed ${printable(at, 200)} ${jsonText(expected)} → ${jsonText(now)}`,
  ])
  return [whyLines(profile, only, shown), ...done]
}

/** Why a model state does not fit what was answered, in one line; then, of a refusal, when its guard refuses. */
export const whyLines = <S>(
  profile: Profile<S>,
  ruledOut: RuledOut<S>,
  shown: Shown,
): readonly [string, ...(readonly string[])] => {
  const { why, action } = ruledOut
  return why.tag === "refused" && action !== null
    ? [whyText(ruledOut, shown), `guard ${why.guard}: ${profile.refusal(action.kind, why.guard)}`]
    : [whyText(ruledOut, shown)]
}

/** Why a model state does not fit what was answered. */
export const whyText = <S>({ why, action }: RuledOut<S>, shown: Shown): string => {
  switch (why.tag) {
    case "refused":
      return `the model refuses it (guard ${why.guard}), and it was taken`
    case "taken":
      return `the model takes ${action === null ? "it" : textOf(action)}, and it was refused: ${printable(JSON.stringify(shown["refused"] ?? null), 400)}`
    case "differs":
      return differenceText(why)
  }
}

/** A field in which what was shown differs from what was expected; one that is not there is undefined. */
type Part = { readonly at: string; readonly expected: Json | undefined; readonly shown: Json | undefined }

const differenceText = ({ at, expected, shown }: Part): string =>
  `${printable(at, 200)}: the model has ${jsonText(expected)}, and was shown ${jsonText(shown)}`

const jsonText = (json: Json | undefined): string =>
  json === undefined ? "nothing there" : printable(JSON.stringify(json), valueMax)

/** Every field that was shown and is not as expected, and every id that is expected beside those that were shown. */
const differing = (
  schema: ObservationSchema | undefined,
  expected: Json | undefined,
  shown: Json,
  at: string,
): readonly Part[] => {
  if (isIgnored(shown)) return []
  if (schema === undefined || schema.tag === "value" || !isObject(shown) || !isObject(expected))
    return isAlike(schema, expected, shown) ? [] : [{ at, expected, shown }]
  const below = (name: string): string => (at === "" ? name : `${at}.${name}`)
  const parts = Object.entries(shown).flatMap(([name, json]) =>
    differing(
      schema.tag === "ids" ? schema.each : schema.fields[name],
      Object.hasOwn(expected, name) ? expected[name] : undefined,
      json as Json,
      below(name),
    ),
  )
  const missing = schema.tag === "ids" ? Object.keys(expected).filter((id) => !Object.hasOwn(shown, id)) : []
  return [...parts, ...missing.map((id) => ({ at: below(id), expected: expected[id], shown: undefined }))]
}

const isAlike = (schema: ObservationSchema | undefined, expected: Json | undefined, shown: Json): boolean =>
  misfit(schema ?? value, false, shown, expected ?? null) === null && expected !== undefined

const isObject = (json: Json | undefined): json is { readonly [field: string]: Json | undefined } =>
  typeof json === "object" && json !== null && !Array.isArray(json)

const isIgnored = (shown: Json): boolean => isObject(shown) && shown["#ignore"] === true

/** An action in one word for people, of any profile; one that leaves its host open says so. */
export const textOf = (action: AskedAction): string => {
  const { kind, copy, generation, ms, reason } = action as AskedAction & {
    copy?: string
    generation?: number
    ms?: number
  }
  if (kind === "Contend") return `Contend(${copy}, ${generation})`
  if (kind === "Advance") return `Advance(${ms} ms)`
  const words = [...operandWords(action), ...(typeof reason === "string" ? [reason] : [])]
  return words.length === 0 ? kind : `${kind}(${words.join(", ")})`
}
