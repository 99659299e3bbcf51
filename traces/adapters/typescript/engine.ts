#!/usr/bin/env node
import { createInterface } from "node:readline"
import { kinds, type Action } from "../../../model/action.ts"
import type { Config } from "../../../model/config.ts"
import { linkBetween, pairIdOf, type CopyId, type HostId } from "../../../model/ids.ts"
import { engineOf, type Engine } from "../../../impl/engine/engine.ts"
import { crowded, guardOf, taken } from "../../../impl/engine/guards.ts"
import { kindNumber, layoutOf } from "../../../impl/engine/layout.ts"
import { CapacityExceeded, phase } from "../../../impl/engine/machine.ts"
import { isIndexed, mutations } from "../../../impl/engine/mutations/catalogue.ts"
import { unpack } from "../../../impl/engine/pack.ts"
import { packageVersion } from "../../package.ts"
import { configOf } from "../../read.ts"
import { stateJsonOf } from "../../state-json.ts"

// The packed engine behind the wire. With a mutant's name as its argument, an engine with that one thing wrong.

const mutant = process.argv[2] ?? null
if (mutant !== null && !(mutant in mutations)) throw new Error(`expected the name of a mutant, not ${mutant}`)

/** A cluster: the engine, and what the engine has no need of: the names of the copies, by their slots. */
type Cluster = {
  readonly engine: Engine
  readonly hostIds: readonly HostId[]
  readonly links: readonly string[]
  readonly names: (CopyId | null)[]
  readonly started: number[]
}

const clusterOf = (config: Config): Cluster => {
  const capacity = { log: 15, generations: 255, faults: 4095 }
  const layout = layoutOf(config, { capacity, indexed: mutant !== null && isIndexed(mutant) })
  const hostIds = config.hosts.map(({ id }) => id)
  return {
    engine: engineOf(layout, mutant === null ? null : (mutations[mutant] ?? null)),
    hostIds,
    links: hostIds.flatMap((a, n) => hostIds.slice(n + 1).map((b) => linkBetween(a, b))),
    names: Array.from({ length: layout.hosts * layout.pairs }, () => null),
    started: config.pairs.map(() => 0),
  }
}

/** Takes an action; null, or why it is refused. */
const take = ({ engine, hostIds, links, names, started }: Cluster, action: Action): string | null => {
  const { config } = engine.layout
  const host = "host" in action ? hostIds.indexOf(action.host) : 0
  const pairId = "pair" in action ? action.pair : "copy" in action ? pairIdOf(action.copy) : null
  const pair = config.pairs.findIndex(({ id }) => id === pairId)
  const link = "hosts" in action ? links.indexOf(linkBetween(...action.hosts)) : 0
  if (host < 0 || link < 0 || (pairId !== null && pair < 0)) return "unknown"
  const slot = "copy" in action ? names.indexOf(action.copy) : -1
  if ("copy" in action && slot < 0) return "copy"
  const a = "copy" in action ? slot : "pair" in action ? pair : "hosts" in action ? link : host
  const answer = engine.step(kindNumber[action.kind], a, host)
  if (answer > taken) engine.machine.undo()
  if (answer > taken) return guardOf(answer)
  // A second copy on one host has no place here: it is taken, and what is shown stays as it was.
  if (answer === crowded) return null
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

/** What shows of the state, with the copies by their names: the engine calls each by the number of its host. */
const stateOf = ({ engine, hostIds, names }: Cluster): object => {
  const { hosts, cut, pairs } = stateJsonOf(unpack(engine.view))
  const renamed = (id: string, n: number): CopyId | null =>
    names[n * hostIds.length + Number(id.slice(id.indexOf(".") + 1)) - 1] ?? null
  const shown = Object.values(pairs).map(({ power, lock, copies, observed }, n) => ({
    power,
    lock: { ...lock, holder: lock.holder === null ? null : renamed(lock.holder, n) },
    copies: Object.fromEntries(
      Object.entries(copies).map(([id, copy]) => [
        renamed(id, n) ?? id,
        copy.peer === undefined || copy.peer === "gone" ? copy : { ...copy, peer: renamed(copy.peer, n) },
      ]),
    ),
    observed,
  }))
  return { hosts, cut, pairs: Object.fromEntries(Object.keys(pairs).map((id, n) => [id, shown[n]])) }
}

const hello = {
  ok: true,
  version: "1",
  implementation: {
    name: mutant === null ? "engine" : `engine, ${mutant}`,
    language: "TypeScript",
    version: packageVersion,
  },
  profile: "pair",
  observes: ["hosts", "cut", "pairs.*.power", "pairs.*.lock", "pairs.*.copies", "pairs.*.observed"],
  actions: kinds,
  window: 1000,
}

let cluster: Cluster | null = null

const answer = (ask: { op: string; config?: unknown; action?: Action }): object => {
  if (ask.op === "hello") return hello
  if (ask.op === "bye") return { ok: true }
  if (ask.op === "reset") cluster = clusterOf(configOf("reset", ask.config, ["config"]))
  else if (cluster === null || ask.action === undefined)
    return { ok: false, error: { code: "malformed", text: "nothing was reset yet", definite: true } }
  else {
    const refused = take(cluster, ask.action)
    if (refused !== null) return { ok: true, refused, state: stateOf(cluster) }
  }
  return { ok: true, state: stateOf(cluster) }
}

let output = ""
const flush = (): void => {
  process.stdout.write(output)
  output = ""
}

for await (const line of createInterface({ input: process.stdin })) {
  const { seq, ...ask } = JSON.parse(line) as { seq: number; op: string }
  if (output === "") setImmediate(flush)
  output += `${JSON.stringify({ seq, ...answerSafely(ask) })}\n`
  if (ask.op === "bye") break
}

function answerSafely(ask: { op: string }): object {
  try {
    return answer(ask)
  } catch (error) {
    if (!(error instanceof CapacityExceeded)) throw error
    cluster?.engine.machine.undo()
    return { ok: false, error: { code: "unavailable", text: error.message, definite: true } }
  }
}
