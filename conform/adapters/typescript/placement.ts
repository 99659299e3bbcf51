#!/usr/bin/env node
import { createInterface } from "node:readline"
import {
  copyStarts,
  place,
  placementIndex,
  setExposure,
  setFt,
  setHost,
  setLink,
  setRule,
  takes,
  whyNone,
  type PlacementIndex,
} from "../../../impl/placement/placement-index.ts"
import type { Config } from "../../../model/config.ts"
import { pairIdOf, type CopyId, type HostId, type PairId } from "../../../model/ids.ts"
import { packageVersion } from "../../../traces/package.ts"
import { configOf } from "../../../traces/config.ts"
import type { StateJson } from "../../../traces/state-json.ts"

// The placement index behind the wire. With --broken it forgets that a copy of the pair may run on a host already.

const isBroken = process.argv.includes("--broken")

type Question = { readonly kind: string; readonly pair?: PairId; readonly copy?: CopyId }

/** Which host, or why none: an index of the cluster in the state of the question is built, and asked. */
const answerTo = (config: Config, question: Question, state: StateJson): object => {
  const index = placementIndex({ ...config, exposed: [] })
  const hostNumber = new Map<string, number>(config.hosts.map(({ id }, n) => [id, n]))
  const numberOf = (host: string): number => hostNumber.get(host) ?? 0
  const pairId = question.pair ?? pairIdOf(question.copy as CopyId)
  for (const [id, host] of Object.entries(state.hosts)) setHost(index, numberOf(id), host)
  for (const [a, b] of state.cut) setLink(index, numberOf(a), numberOf(b), "cut")
  for (const [a, b] of state.exposed ?? []) setExposure(index, numberOf(a), numberOf(b), "exposed")
  for (const n of config.rules.keys())
    setRule(index, n, state.rules?.includes(n + 1) === true ? "active" : "inactive")
  config.pairs.forEach(({ id }, pair) => {
    setFt(index, pair, state.pairs[id]?.ft === "notConfigured" ? "notConfigured" : "configured")
    for (const copy of Object.values(state.pairs[id]?.copies ?? {}))
      if (!isBroken || id !== pairId) copyStarts(index, pair, numberOf(copy.host))
  })
  const pair = config.pairs.findIndex(({ id }) => id === pairId)
  if (question.kind === "SpawnSecondary" && config.policy === "reference" && isAnyDown(index, config, state))
    return { refused: "restart-first" }
  const home = numberOf(state.pairs[pairId]?.registered.primary ?? "")
  if (question.kind === "PowerOn" && config.policy !== "any" && takes(index, pair, home, null))
    return { host: config.hosts[home]?.id }
  const otherEnd = otherEndOf(question, state.pairs[pairId])
  const far = otherEnd === null ? null : numberOf(otherEnd)
  const found = place(index, pair, far)
  return found === null ? { refused: whyNone(index, pair, far) ?? "none" } : { host: config.hosts[found]?.id }
}

/** Whether there is a host to restart a pair that is on and of which no copy can go on. */
const isAnyDown = (index: PlacementIndex, { pairs }: Config, state: StateJson): boolean =>
  pairs.some(({ id }, pair) => {
    const { power, copies } = state.pairs[id] as StateJson["pairs"][PairId]
    return (
      power === "on" &&
      Object.values(copies).every(({ host }) => !hasStorage(state, host)) &&
      place(index, pair, null) !== null
    )
  })

const hasStorage = ({ hosts }: StateJson, host: HostId): boolean =>
  hosts[host]?.up === true && hosts[host].storage

/** The host that the placed copy must reach: the Primary's for a new Secondary, the peer's for one that moves. */
const otherEndOf = (
  { kind, copy: id }: Question,
  pair: StateJson["pairs"][PairId] | undefined,
): string | null => {
  const copy = id === undefined ? undefined : pair?.copies[id]
  if (pair === undefined || copy === undefined) return null
  if (kind === "SpawnSecondary") return copy.host
  // A Primary that was the Secondary of an older one is not at the end of that one's channel.
  if (copy.role === "primary") return pair.copies[copy.peer as CopyId]?.host ?? null
  return Object.values(pair.copies).find(({ peer }) => peer === id)?.host ?? null
}

const hello = {
  version: "1",
  implementation: { name: "placement index", language: "TypeScript", version: packageVersion },
  profile: "placement",
  observes: [],
  actions: ["SpawnSecondary", "PowerOn", "Migrate"],
  window: 100,
}

let config: Config | null = null
for await (const line of createInterface({ input: process.stdin })) {
  const { seq, op, ...ask } = JSON.parse(line) as {
    seq: number
    op: string
    config?: unknown
    action: Question
    state: StateJson
  }
  if (op === "reset") config = configOf("reset", ask.config, ["config"])
  const answer =
    op === "hello" ? hello : op === "apply" && config !== null ? answerTo(config, ask.action, ask.state) : {}
  process.stdout.write(`${JSON.stringify({ seq, ok: true, ...answer })}\n`)
  if (op === "bye") break
}
