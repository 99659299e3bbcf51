import type { Config } from "../model/config.ts"
import { bad, oneOf } from "../traces/bad-input.ts"
import { decode } from "../traces/decode.ts"
import type { StateJson as StateShown } from "../traces/state-json.ts"
import { StateJson } from "../traces/state-schema.ts"
import type { AskedAction } from "./profile.ts"
import type { ProfileName } from "./profile-name.ts"
import { logActionOf } from "./wire.ts"

/**
 * An action that a file says was asked in a cluster. Throws BadInput, where it is none of the profile, or names hosts or
 * pairs that the cluster does not have.
 */
export const askedActionOf = (
  where: string,
  profile: ProfileName,
  config: Config,
  json: unknown,
): AskedAction => {
  const action = logActionOf(where, profile, json)
  const hosts = config.hosts.map(({ id }): string => id)
  const pairs = config.pairs.map(({ id }): string => id)
  const links = Array.isArray(action["hosts"]) ? (action["hosts"] as readonly string[]) : []
  checkAll(where, hosts, [action["host"] as string | undefined, ...links], "action")
  checkAll(where, pairs, [action["pair"] as string | undefined, pairOf(action["copy"])], "action")
  if (links.length === 2 && links[0] === links[1])
    throw bad(where, ["action"], "expected two different hosts")
  if (profile === "placement")
    checkState(where, hosts, pairs, decode(where, StateJson, action["state"], ["state"]))
  return action
}

const checkAll = (
  where: string,
  known: readonly string[],
  named: readonly (string | null | undefined)[],
  ...at: readonly string[]
): void => {
  for (const name of named)
    if (name !== undefined && name !== null && !known.includes(name)) throw bad(where, at, oneOf(known, name))
}

const pairOf = (copy: unknown): string | undefined =>
  typeof copy === "string" ? copy.split(".")[0] : undefined

/** Refuses a state that does not belong to the cluster: it names other hosts or pairs, or leaves some out. */
const checkState = (
  where: string,
  hosts: readonly string[],
  pairs: readonly string[],
  { hosts: shownHosts, cut, pairs: shownPairs }: StateShown,
): void => {
  checkAll(where, hosts, [...Object.keys(shownHosts), ...cut.flat()], "state")
  checkAll(where, pairs, Object.keys(shownPairs), "state", "pairs")
  for (const id of hosts)
    if (!Object.hasOwn(shownHosts, id)) throw bad(where, ["state", "hosts", id], "left out, and it is there")
  for (const id of pairs)
    if (!Object.hasOwn(shownPairs, id)) throw bad(where, ["state", "pairs", id], "left out, and it is there")
  for (const [id, pair] of Object.entries(shownPairs)) {
    const at = ["state", "pairs", id]
    checkAll(where, hosts, [pair.registered.primary, pair.registered.secondary], ...at, "registered")
    checkAll(where, [id], [pairOf(pair.lock.holder)], ...at, "lock")
    for (const [copyId, { host, peer }] of Object.entries(pair.copies)) {
      checkAll(where, [id], [pairOf(copyId)], ...at, "copies")
      checkAll(where, hosts, [host], ...at, "copies", copyId)
      if (peer !== undefined && peer !== "gone")
        checkAll(where, [id], [pairOf(peer)], ...at, "copies", copyId)
    }
  }
}
