import type { Copy, Phase, Role } from "../model/copy.ts"
import type { FtState } from "../model/ft-state.ts"
import type { Host } from "../model/host.ts"
import type { CopyId, HostId, LinkId } from "../model/ids.ts"
import type { Entry, Log } from "../model/log.ts"
import type { Pair } from "../model/pair.ts"
import type { State } from "../model/state.ts"

// What properties and witnesses read out of a state. The words are those of docs/spec/core.md, and the model has
// functions for most of them; none is called here, because a property that called the code that it judges would be
// wrong together with it.

export const hostIn = (state: State, id: HostId): Host => state.hosts[id] as Host

/** "With storage": up, and connected to the shared storage. */
export const withStorage = (state: State, id: HostId): boolean =>
  hostIn(state, id).up && hostIn(state, id).storage

/** "Reachable": nothing cuts the link between the two hosts. */
export const linked = ({ cut }: State, a: HostId, b: HostId): boolean => !isIn(cut, a, b)

/** Whether the link between two hosts is among these. */
export const isIn = (links: readonly LinkId[], a: HostId, b: HostId): boolean =>
  links.some((link) => [`${a}-${b}`, `${b}-${a}`, `${a}/${b}`, `${b}/${a}`].includes(link))

export const copyNamed = (pair: Pair, id: CopyId | null): Copy | null =>
  pair.copies.find((copy) => copy.id === id) ?? null

export const copyAt = (pair: Pair, host: HostId): Copy | null =>
  pair.copies.find((copy) => copy.host === host) ?? null

/** Whether the copy is a Primary that executes. */
export const leads = ({ role, phase }: { readonly role: Role; readonly phase: Phase }): boolean =>
  role === "primary" && ["live", "lockstep"].includes(phase)

/** The one Primary that executes at the lock's generation. */
export const leaderOf = (pair: Pair): Copy | null =>
  pair.copies.find((copy) => leads(copy) && copy.generation === pair.lock.generation) ?? null

/** The copy that a Primary's channel leads to, if there is a channel and the copy exists. */
export const farEnd = (pair: Pair, { channel }: Copy): Copy | null =>
  channel === null || channel.peer === "gone" ? null : copyNamed(pair, channel.peer)

/** The copy whose channel leads to this one. */
export const nearEnd = (pair: Pair, { id }: Pick<Copy, "id">): Copy | null =>
  pair.copies.find(({ channel }) => channel !== null && channel.peer === id) ?? null

/** The state that vSphere reports, after the table in docs/spec/core.md. */
export const reportedState = (pair: Pair): FtState => {
  if (pair.ft !== "enabled" || pair.power === "off") return pair.ft
  const leader = leaderOf(pair)
  const follower = leader === null ? null : farEnd(pair, leader)
  if (follower === null || follower.role === "primary") return "needSecondary"
  if (follower.phase === "syncing") return "starting"
  return follower.phase === "lockstep" && leader?.phase === "lockstep" ? "running" : "needSecondary"
}

export const sameEntry = (a: Entry | undefined, b: Entry | undefined): boolean =>
  a?.generation === b?.generation && a?.index === b?.index

/** Whether `log` begins with the whole of `start`. */
export const startsWith = (log: Log, start: Log): boolean =>
  log.length >= start.length && start.every((entry, n) => sameEntry(entry, log[n]))

/** Whether two logs are the same. */
export const sameLog = (a: Log, b: Log): boolean => a.length === b.length && startsWith(a, b)

/** Whether a copy still knows all that it knew: its role, its generation, its log, and what of it is released. */
export const hasItsMemory = (earlier: Copy, later: Copy): boolean =>
  earlier.role === later.role &&
  earlier.generation === later.generation &&
  earlier.released === later.released &&
  sameLog(earlier.log, later.log)

/** A copy, for people. */
export const place = (copy: Copy): string => `${copy.id} (${copy.host}, generation ${copy.generation})`

/** What a step makes of a pair. */
type Change = { readonly before: Pair; readonly after: Pair }

/** The copy that this step has started, or moved to another host; null if it did neither. */
export const placedIn = ({ before, after }: Change): Copy | null =>
  after.copies.find((copy) => copyNamed(before, copy.id)?.host !== copy.host) ?? null

/** The Primary of a VM that runs and becomes an FT VM where it is. */
export const turnedOnIn = ({ before, after }: Change): Copy | null =>
  before.ft === "notConfigured" && after.ft === "enabled" ? leaderOf(after) : null
