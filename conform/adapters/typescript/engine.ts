#!/usr/bin/env node
import { createInterface } from "node:readline"
import { kinds, type Action } from "../../../model/action.ts"
import { engineOf } from "../../../impl/engine/engine.ts"
import { layoutOf } from "../../../impl/engine/layout.ts"
import { CapacityExceeded } from "../../../impl/engine/capacity.ts"
import { mutationOf, mutations, roomFor } from "../../../impl/engine/mutations/catalogue.ts"
import { packageVersion } from "../../../traces/package.ts"
import { configOf } from "../../../traces/config.ts"
import { clusterOf, observesButBooks, roomy, stateOf, take, type Cluster } from "./cluster.ts"

// The packed engine behind the wire. With a mutant's name as its argument, an engine with that one thing wrong.

const mutant = process.argv[2] ?? null
if (mutant !== null && !(mutant in mutations)) throw new Error(`expected the name of a mutant, not ${mutant}`)

/** The cluster that a reset asks for. */
const started = (config: unknown): Cluster => {
  const layout = layoutOf(configOf("reset", config, ["config"]), { capacity: roomy, ...roomFor(mutant) })
  return clusterOf(engineOf(layout, mutationOf(mutant)))
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
  observes: observesButBooks,
  actions: kinds,
  window: 1000,
}

let cluster: Cluster | null = null

const answer = (ask: { op: string; config?: unknown; action?: Action }): object => {
  if (ask.op === "hello") return hello
  if (ask.op === "bye") return { ok: true }
  if (ask.op === "reset") cluster = started(ask.config)
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
