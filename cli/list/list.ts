import { kinds, type Kind } from "../../model/action.ts"
import type { GuardId } from "../../model/guard-id.ts"
import { protocolOf } from "../../model/core.ts"
import { guardMeanings } from "../../model/guard-id.ts"
import { refusals } from "../../model/refusals.ts"
import { counted } from "../../properties/amount.ts"
import { catalogue } from "../../properties/catalogue.ts"
import { mutants } from "../../properties/mutants/catalogue.ts"
import { pinnedScopes } from "../../properties/explore/pinned.ts"
import { refinement } from "../../properties/refinement.ts"
import { witnesses } from "../../properties/witnesses.ts"
import { jsonOfConfig } from "../../traces/config.ts"
import { exitCodes, type ExitCode } from "../exit.ts"
import { outputFor } from "../output.ts"

/** What can be listed. */
export type Listed = "mutants" | "properties" | "witnesses" | "guards" | "scopes"

/** The flags of `ftpair list`. */
export type ListFlags = { readonly json?: true; readonly color: boolean }

/**
 * One of the things listed.
 *
 * Shape  `details` are printed below it; as JSON they are fields of their own.
 */
type Item = {
  readonly id: string
  readonly sentence: string
  readonly details: Readonly<Record<string, unknown>>
  readonly lines: readonly string[]
}

/** Lists everything of one sort that ftpair knows by name, each with its sentence. */
export const list = (what: Listed, flags: ListFlags): ExitCode => {
  const { style, say, document } = outputFor(flags)
  const items = itemsOf[what]()
  document(items.map(({ id, sentence, details }) => ({ id, sentence, ...details })))
  const width = Math.max(...items.map(({ id }) => id.length))
  const lines = items.flatMap(({ id, sentence, lines: below }) => [
    `${style.strong(id.padEnd(width))}  ${sentence}`,
    ...below.map((line) => style.faint(`${" ".repeat(width)}  ${line}`)),
  ])
  say(...lines)
  return exitCodes.ok
}

const itemsOf: Readonly<Record<Listed, () => readonly Item[]>> = {
  mutants: () =>
    mutants.map(({ name, story, breaks, killedBy }) => ({
      id: name,
      sentence: story,
      details: { breaks, killedBy },
      lines: [`breaks ${Object.entries(killedBy).map(killText).join(", ")}`],
    })),
  properties: () =>
    [...catalogue, refinement(protocolOf, null)].map(({ id, name, family, statement, checks, witness }) => ({
      id,
      sentence: `${name}: ${statement}`,
      details: { name, family, statement, checks, witness },
      lines: [
        [family, ...(checks.length === 0 ? [] : [`for ${checks.join(", ")}`]), `witness ${witness}`].join(
          "; ",
        ),
      ],
    })),
  witnesses: () =>
    witnesses.map(({ id, statement }) => ({ id, sentence: statement, details: {}, lines: [] })),
  scopes: () =>
    pinnedScopes.map(({ name, config, among, states, transitions, depth, sources }) => ({
      id: name,
      sentence: `${counted(states, "state")}, ${counted(transitions, "transition")}, depth ${depth}`,
      details: { config: jsonOfConfig(config), actions: among, states, transitions, depth, sources },
      lines: [`besides the engine counted by ${sources.map((source) => countedBy[source]).join(", ")}`],
    })),
  guards: () =>
    (Object.keys(guardMeanings) as readonly GuardId[]).map((guard) => {
      const refusing = kinds.filter((kind) => refusals[kind][guard] !== undefined)
      return {
        id: guard,
        sentence: `requires that ${guardMeanings[guard]}`,
        details: { refusesWhen: Object.fromEntries(refusing.map((kind) => [kind, refusals[kind][guard]])) },
        lines: refusalLines(guard, refusing),
      }
    }),
}

/** Who has counted a scope besides the engine. */
const countedBy: Readonly<Record<(typeof pinnedScopes)[number]["sources"][number], string>> = {
  model: "the model",
  published: "two model checkers, before this project",
  SPIN: "SPIN",
}

/** A line for each sentence with which the guard refuses, and the kinds that it is said of. */
const refusalLines = (guard: GuardId, refusing: readonly Kind[]): readonly string[] => {
  const sentences = new Set(refusing.map((kind) => refusals[kind][guard]))
  return [...sentences].map((sentence) => {
    const these = refusing.filter((kind) => refusals[kind][guard] === sentence).join(", ")
    return sentence?.startsWith("never: ") === true
      ? `never refuses ${these}: ${sentence.slice("never: ".length)}`
      : `refuses ${these} when ${sentence}`
  })
}

/** A property that a mutant breaks, with the length of the shortest run that shows it, where that is known. */
const killText = ([property, steps]: readonly [string, number | null]): string =>
  steps === null ? property : `${property} in ${counted(steps, "step")}`
