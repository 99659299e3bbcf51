import { isDeepStrictEqual } from "node:util"
import { alphabet, kinds, type Kind } from "../../model/action.ts"
import { watchedWitnesses } from "../packed/witnesses.ts"
import { canBeSeen, witnesses } from "../witnesses.ts"
import type { Explored } from "./explore.ts"
import { pinnedScopes } from "./pinned.ts"
import type { Scope } from "./scope.ts"

/** All that an exploration can be required to see: kinds of action, and the witnesses that a state or a step shows. */
export const visible: readonly string[] = [...kinds, ...watchedWitnesses]

/**
 * What an exploration should have seen and has not, by name: without it the verdict says less than it seems to. In a
 * pinned scope that is known; in others it is what was named, or that a Secondary was started, and that anything at all was done.
 *
 * Shape  `named`: the kinds that were named; `required`: kinds and witnesses. An engine that counts no witnesses needs
 *        none.
 */
export const missingIn = (
  scope: Scope,
  { kinds: counts, witnessedAt }: Explored,
  { named, required }: { readonly named: readonly Kind[]; readonly required: readonly string[] },
): readonly string[] => {
  const isTaken = (kind: Kind): boolean => (counts[kind]?.generated ?? 0) > 0
  const isSeen = (name: string): boolean =>
    isKind(name) ? isTaken(name) : witnessedAt[name] === undefined || witnessedAt[name] !== null
  if (!scope.among.some((kind) => isDone(kind) && isTaken(kind)))
    return ["any action of the protocol or an operator"]
  const wanted = new Set([
    ...promisedIn(scope),
    ...(named.length === 0 ? heartOf(scope) : []),
    ...named.filter(isWanted),
    ...required,
  ])
  return [...wanted].filter((name) => !isSeen(name))
}

/** Without a Secondary nothing of FT is possible, as where it is off for every pair, or no host may take one. */
const heartOf = ({ config, among }: Scope): readonly Kind[] =>
  config.hosts.length > 1 && among.includes("SpawnSecondary") ? ["SpawnSecondary"] : []

/** What a scope is known to show: all of its kinds and every witness, but for a few that are known not to be there. */
const promisedIn = (scope: Scope): readonly string[] => {
  const pinned = pinnedScopes.find(
    ({ config, among }) => isDeepStrictEqual(config, scope.config) && isDeepStrictEqual(among, scope.among),
  )
  const never = scope.reduction ? [...(pinned?.never ?? []), ...normalisedAway] : pinned?.never
  return pinned === undefined
    ? []
    : [...pinned.among, ...watchedIn(scope)].filter((name) => !never?.includes(name))
}

/** The witnesses that are watched for and can be seen in clusters of this configuration. */
export const watchedIn = ({ config }: Pick<Scope, "config">): readonly string[] =>
  watchedWitnesses.filter((name) => witnesses.some((each) => each.id === name && canBeSeen(each, config)))

/** What may not be seen by the reduction, which has acknowledgements arrive and stale copies halt at once. */
const normalisedAway: readonly string[] = ["late-acknowledgement", "stale-primary-beside-running"]

const isKind = (name: string): name is Kind => (kinds as readonly string[]).includes(name)

/** Whether a kind is an action of the protocol or an operator, and not a fault or recovery. */
const isDone = (kind: Kind): boolean => ["protocol", "operator"].includes(alphabet[kind].actor)

/** Whether a kind that was named should be seen: what is done should, and the passing of time. */
const isWanted = (kind: Kind): boolean => isDone(kind) || alphabet[kind].actor === "time"
