import type { Action } from "../../../model/action.ts"
import type { Config } from "../../../model/config.ts"
import { linkBetween, pairIdOf, type CopyId, type HostId } from "../../../model/ids.ts"
import type { Engine } from "../../../impl/engine/engine.ts"
import { unrepresentable, guardOf, taken } from "../../../impl/engine/guards.ts"
import { kindNumber } from "../../../impl/engine/layout.ts"
import { phase } from "../../../impl/engine/machine.ts"
import { unpack } from "../../../impl/engine/pack.ts"
import { crashNumber } from "../../../impl/engine/reasons.ts"
import { stateJsonOf } from "../../../traces/state-json.ts"

/** A cluster: the engine, and what the engine has no need of: the names of the copies, by their slots. */
export type Cluster = {
  readonly engine: Engine
  readonly hostIds: readonly HostId[]
  readonly links: readonly string[]
  readonly names: (CopyId | null)[]
  readonly started: number[]
}

/** The room that an engine is given, whatever the configuration says. */
export const roomy = { log: 15, generations: 255, faults: 4095 } as const

/** A cluster at its start. */
export const clusterOf = (engine: Engine): Cluster => {
  const { hosts, pairs } = engine.layout.config
  const hostIds = hosts.map(({ id }) => id)
  return {
    engine,
    hostIds,
    links: hostIds.flatMap((a, n) => hostIds.slice(n + 1).map((b) => linkBetween(a, b))),
    names: Array.from({ length: hosts.length * pairs.length }, () => null),
    started: pairs.map(() => 0),
  }
}

/** What an action says beside what it is about, as the engine numbers it. */
const secondOf = (action: Action, hosts: number, host: number, slot: number): number => {
  if (action.kind === "CrashCopy") return crashNumber(action.reason)
  if (action.kind === "Register") return (action.role === "primary" ? 0 : hosts) + host
  return "pair" in action && "copy" in action ? 1 + (slot % hosts) : host
}

/** What an action is about, as the engine numbers it. */
const aboutOf = (action: Action, pair: number, slot: number, link: number, host: number): number => {
  if ("pair" in action) return pair
  if ("copy" in action) return slot
  if ("rule" in action) return action.rule - 1
  return "hosts" in action ? link : host
}

/** Takes an action; null, or why it is refused. */
export const take = ({ engine, hostIds, links, names, started }: Cluster, action: Action): string | null => {
  const { config } = engine.layout
  const host = "host" in action ? hostIds.indexOf(action.host) : 0
  const pairId = "pair" in action ? action.pair : "copy" in action ? pairIdOf(action.copy) : null
  const pair = config.pairs.findIndex(({ id }) => id === pairId)
  const link = "hosts" in action ? links.indexOf(linkBetween(...action.hosts)) : 0
  if (host < 0 || link < 0 || (pairId !== null && pair < 0)) return "unknown"
  if ("rule" in action && config.rules[action.rule - 1] === undefined) return "unknown"
  const slot = "copy" in action ? names.indexOf(action.copy) : -1
  if ("copy" in action && slot < 0) return "copy"
  if (slot >= 0 && engine.view.pairOf(slot) !== pair) return "copy"
  const a = aboutOf(action, pair, slot, link, host)
  const b = secondOf(action, hostIds.length, host, slot)
  const answer = engine.step(kindNumber[action.kind], a, b)
  if (answer > taken) engine.machine.undo()
  if (answer > taken) return guardOf(answer)
  // A second copy on one host has no place here: it is taken, and what is shown stays as it was.
  if (answer === unrepresentable) return null
  engine.machine.commit()
  if (action.kind === "Migrate") [names[slot], names[pair * hostIds.length + host]] = [null, action.copy]
  for (let at = 0; at < names.length; at += 1) {
    if (engine.view.controlOf(at) === phase.none) names[at] = null
    else names[at] ??= nextName(config, started, engine.view.pairOf(at))
  }
  return null
}

const nextName = ({ pairs }: Config, started: number[], pair: number): CopyId => {
  started[pair] = (started[pair] as number) + 1
  return `${(pairs[pair] as Config["pairs"][number]).id}.${BigInt(started[pair])}`
}

/** What shows where the layout keeps no books: all but where pairs are registered, and what they need. */
export const observesButBooks: readonly string[] = [
  "*",
  "!pairs.*.state",
  "!pairs.*.reason",
  "!pairs.*.registered",
]

/**
 * What shows of the state, with the copies by their names: the engine calls each by the number of its host. Where a
 * pair is registered and what it needs shows only if the layout keeps it.
 */
export const stateOf = ({ engine, hostIds, names }: Cluster): object => {
  const { pairs, ...ofCluster } = stateJsonOf(unpack(engine.view))
  const renamed = (id: string, n: number): CopyId | null =>
    names[n * hostIds.length + Number(id.slice(id.indexOf(".") + 1)) - 1] ?? null
  const keepsBooks = engine.layout.books.reason.mask !== 0
  const shown = Object.values(pairs).map(({ state, reason, registered, lock, copies, ...others }, n) => ({
    ...others,
    ...(keepsBooks ? { state, reason, registered } : {}),
    lock: { ...lock, holder: lock.holder === null ? null : renamed(lock.holder, n) },
    copies: Object.fromEntries(
      Object.entries(copies).map(([id, copy]) => [
        renamed(id, n) ?? id,
        copy.peer === undefined || copy.peer === "gone" ? copy : { ...copy, peer: renamed(copy.peer, n) },
      ]),
    ),
  }))
  return { ...ofCluster, pairs: Object.fromEntries(Object.keys(pairs).map((id, n) => [id, shown[n]])) }
}
