import type { Action } from "../model/action.ts"
import type { Config } from "../model/config.ts"
import type { HostId } from "../model/ids.ts"
import type { Pair } from "../model/pair.ts"
import { pairsOf, type State } from "../model/state.ts"
import { couldTake, demandOn } from "./eligibility.ts"
import { copyAt, place, withStorage } from "./evidence.ts"
import type { Property } from "./property.ts"

// Safety of placement beyond the single placement: what limits, rules and policies may bring about, and what they may not.

const capacityAlways: Property = {
  id: "P2b",
  name: "CapacityAlways",
  family: "safety",
  statement: "A host within its limits goes beyond them by nothing but the turning on of FT.",
  why: "A copy that did not count when its place was given away would overload the host without any placement.",
  checks: ["FT-10"],
  witness: "limit-bars-a-host",
  onStep: ({ config, step: { action, before, after } }) => {
    if (action.kind === "TurnOnFT") return null
    for (const { id } of config.hosts) {
      const excess = demandOn(config, after, id)
      if (excess !== null && demandOn(config, before, id) === null) return `${excess}, by ${action.kind}`
    }
    return null
  },
}

const policySound: Property = {
  id: "P5",
  name: "PolicySound",
  family: "safety",
  statement:
    "Under the reference policy a pair that is down may be started on exactly one host, which can take it, if any can; else on none.",
  why: "A policy that picks a host which then refuses leaves the VM down, though another would have it.",
  checks: ["FT-10", "FT-12"],
  witness: "ha-restart",
  demands: (config, state, pair) => {
    if (config.policy !== "reference" || mayRun(state, pair)) return []
    const able = hostsFor(config, state, pair)
    const started = (hosts: readonly HostId[]): readonly Action[] =>
      hosts.map((host) => ({ kind: pair.power === "on" ? "HaRestart" : "PowerOn", pair: pair.id, host }))
    const all = started(config.hosts.map(({ id }) => id))
    return able.length === 0
      ? [{ among: all, most: 0 }]
      : [
          { among: started(able), least: 1 },
          { among: all, most: 1 },
        ]
  },
}

const goLiveNeverBlocked: Property = {
  id: "P6",
  name: "GoLiveNeverBlocked",
  family: "safety",
  statement: "A contender of the lock's generation, with storage, may always try the lock.",
  why: "It runs already: no limit, rule or maintenance may keep the one copy that can go on from going on.",
  checks: ["FT-05", "FT-10"],
  witness: "both-contending",
  demands: (config, state, { copies, lock }) =>
    lock.generation >= config.bounds.generations
      ? []
      : copies
          .filter(
            ({ phase, generation, host }) =>
              phase === "contending" && generation === lock.generation && withStorage(state, host),
          )
          .map(({ id }) => ({ among: [{ kind: "TryLock", copy: id }], least: 1 })),
}

const restartFirst: Property = {
  id: "P7",
  name: "RestartFirst",
  family: "safety",
  statement: "Under the reference policy no Secondary is started while another pair could be restarted.",
  why: "A redundant copy would take the last place of a VM that is down.",
  checks: ["FT-06", "FT-12"],
  witness: "limit-bars-a-host",
  onStep: ({ config, step: { action, before: state }, before, after }) => {
    if (config.policy !== "reference" || action.kind !== "SpawnSecondary") return null
    const started = after.copies.find(({ id }) => !before.copies.some((copy) => copy.id === id))
    if (started === undefined) return null
    const down = pairsOf(state).find(
      (other) =>
        other.id !== after.id &&
        other.power === "on" &&
        !mayRun(state, other) &&
        hostsFor(config, state, other).length > 0,
    )
    return down === undefined ? null : `${place(started)} is started, and ${down.id} could be restarted`
  },
}

export const placement: readonly Property[] = [capacityAlways, policySound, goLiveNeverBlocked, restartFirst]

/** Whether a copy of the pair has storage, and so may run. */
const mayRun = (state: State, { copies }: Pair): boolean =>
  copies.some(({ host }) => withStorage(state, host))

/** The hosts that could take the pair's Primary. */
const hostsFor = (config: Config, state: State, pair: Pair): readonly HostId[] =>
  config.hosts
    .map(({ id }) => id)
    .filter((host) => copyAt(pair, host) === null && couldTake(config, state, pair.id, host, null))
