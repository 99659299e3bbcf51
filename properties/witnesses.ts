import type { Config } from "../model/config.ts"
import type { Copy } from "../model/copy.ts"
import type { HostId } from "../model/ids.ts"
import type { Pair } from "../model/pair.ts"
import { couldTake, demandOn, forbids, isOnOneSide } from "./eligibility.ts"
import {
  copyAt,
  copyNamed,
  farEnd,
  hostIn,
  isIn,
  leaderOf,
  leads,
  linked,
  reportedState,
  sameEntry,
  withStorage,
} from "./evidence.ts"
import { isAbout } from "./ghost.ts"
import type { PairStep } from "./property.ts"
import { timeWitnesses } from "./time/witnesses.ts"
import type { Witness } from "./witness.ts"

const threeHosts = (config: Config): boolean => config.hosts.length >= 3
const twoHosts = (config: Config): boolean => config.hosts.length >= 2

/** Where time passes, no suspicion is a fault: it comes of silence, or of a delay. */
const withFreeSuspicion = (config: Config): boolean => twoHosts(config) && config.time === undefined

const ofTheCore: readonly Witness[] = [
  {
    id: "primary-wins-after-spurious",
    statement: "A Primary that suspected without justification wins the lock.",
    needs: withFreeSuspicion,
    seen: (seen) =>
      wonBy(seen)?.role === "primary" && seen.history.spurious.includes(wonBy(seen)?.id ?? "p0.0"),
  },
  {
    id: "secondary-wins-after-spurious",
    statement: "A Secondary that suspected without justification wins the lock.",
    needs: withFreeSuspicion,
    seen: (seen) =>
      wonBy(seen)?.role === "secondary" && seen.history.spurious.includes(wonBy(seen)?.id ?? "p0.0"),
  },
  {
    id: "three-copies",
    statement: "Three copies of one pair exist at once.",
    seen: ({ after }) => after.copies.length >= 3,
  },
  {
    id: "stale-primary-beside-running",
    statement: "A Primary of an older generation still executes beside a new pair that is running.",
    seen: ({ after }) =>
      after.copies.some((copy) => isStalePrimary(after, copy)) && reportedState(after) === "running",
  },
  {
    id: "output-in-lockstep",
    ofEntries: true,
    statement: "A Primary in lockstep releases an output.",
    needs: twoHosts,
    seen: (seen) => releasedBy(seen)?.phase === "lockstep",
  },
  {
    id: "duplicate-output",
    ofEntries: true,
    statement: "An output leaves a second time.",
    needs: twoHosts,
    seen: (seen) => (releasedBy(seen)?.released ?? Infinity) < seen.before.observed.length,
  },
  {
    id: "waiting-contender-beside-live",
    statement: "A contender waits for its storage while another copy is live.",
    needs: twoHosts,
    seen: ({ after, step }) =>
      after.copies.some((copy) => copy.phase === "live") &&
      after.copies.some((copy) => copy.phase === "contending" && !withStorage(step.after, copy.host)),
  },
  {
    id: "ha-restart",
    statement: "A pair is restarted by HA.",
    needs: twoHosts,
    seen: (seen) => isRestart(seen),
  },
  {
    id: "ha-restart-beside-contender",
    statement: "A pair is restarted by HA while one of its copies waits for its storage.",
    needs: twoHosts,
    seen: (seen) => isRestart(seen) && seen.before.copies.some((copy) => copy.phase === "contending"),
  },
  {
    id: "ha-restart-loses-entries",
    ofEntries: true,
    statement: "An HA restart loses entries that were recorded and never released.",
    needs: twoHosts,
    seen: (seen) => isRestart(seen) && seen.history.recorded > seen.before.observed.length,
  },
  {
    id: "stale-primary-releases",
    ofEntries: true,
    statement: "A Primary of an older generation releases an output that its Secondary had acknowledged.",
    needs: twoHosts,
    seen: (seen) => (releasedBy(seen)?.generation ?? Infinity) < seen.before.lock.generation,
  },
  {
    id: "late-acknowledgement",
    ofEntries: true,
    statement:
      "An acknowledgement arrives after the link is cut, or after the Secondary has left lockstep or died.",
    needs: twoHosts,
    seen: ({ step: { action, before: state }, before }) => {
      const primary = action.kind === "Ack" ? copyNamed(before, action.copy) : null
      const peer = primary === null ? null : farEnd(before, primary)
      return primary !== null && (peer?.phase !== "lockstep" || !linked(state, primary.host, peer.host))
    },
  },
  {
    id: "both-contending",
    statement: "Both halves of a pair contend at once.",
    needs: twoHosts,
    seen: ({ after }) =>
      new Set(
        after.copies
          .filter((copy) => copy.phase === "contending" && copy.generation === after.lock.generation)
          .map(({ role }) => role),
      ).size === 2,
  },
  {
    id: "unacknowledged-kept",
    ofEntries: true,
    statement: "A Secondary goes live with entries that its Primary never knew to be acknowledged.",
    needs: twoHosts,
    seen: (seen) => wonBy(seen)?.role === "secondary" && (wonBy(seen)?.log.length ?? 0) > seen.history.acked,
  },
  {
    id: "unacknowledged-lost",
    ofEntries: true,
    statement: "A Secondary goes live without entries that its Primary had recorded.",
    needs: twoHosts,
    seen: (seen) =>
      wonBy(seen)?.role === "secondary" && (wonBy(seen)?.log.length ?? 0) < seen.history.recorded,
  },
  {
    id: "fork",
    ofEntries: true,
    statement: "The logs of two copies differ at one position.",
    needs: twoHosts,
    seen: ({ after: { copies } }) =>
      copies.some((a, i) =>
        copies.slice(0, i).some((b) =>
          a.log.some((entry, n) => {
            const other = b.log[n]
            return other !== undefined && !sameEntry(entry, other)
          }),
        ),
      ),
  },
  {
    id: "respawn-blocked-by-stale",
    statement: "The only hosts that could take a new Secondary still run a stale copy of the pair.",
    needs: twoHosts,
    seen: ({ config, step, after }) => {
      const primary = aloneAndLive(after)
      if (primary === null) return false
      const hosts = config.hosts.filter(({ id }) => couldTake(config, step.after, after.id, id, primary.host))
      return hosts.length > 0 && hosts.every(({ id }) => copyAt(after, id) !== null)
    },
  },
  {
    id: "protected-again",
    statement: "A pair is running again after a failover.",
    needs: twoHosts,
    seen: ({ step, after, history }) =>
      step.action.kind === "JoinLockstep" && history.failedOver && reportedState(after) === "running",
  },
  {
    id: "single-fault-hidden",
    statement: "A pair that was running in a cluster without damage is running again after one fault.",
    needs: twoHosts,
    seen: ({ step, after, history }) =>
      step.action.kind === "JoinLockstep" &&
      reportedState(after) === "running" &&
      history.faultsWhenProtected !== null &&
      step.before.faults === history.faultsWhenProtected + 1,
  },
  {
    id: "both-registered-on-one-host",
    statement: "A pair is powered on whose two copies are registered on one host.",
    needs: () => true,
    seen: ({ step: { action }, before }) =>
      action.kind === "PowerOn" &&
      action.pair === before.id &&
      before.registered.primary === before.registered.secondary,
  },
  {
    id: "stale-copy-while-off",
    statement: "A copy outlives the power-off of its pair, for a while.",
    needs: twoHosts,
    seen: ({ after }) => after.power === "off" && after.copies.length > 0,
  },
  {
    id: "no-eligible-host",
    statement: "A live Primary is alone, and no host could take a Secondary.",
    needs: () => true,
    seen: ({ config, step, after }) => {
      const primary = aloneAndLive(after)
      return (
        primary !== null &&
        !config.hosts.some(({ id }) => couldTake(config, step.after, after.id, id, primary.host))
      )
    },
  },
  {
    id: "rule-bars-a-host",
    statement: "A `must` rule bars a host that could otherwise take a Secondary.",
    needs: (config) => twoHosts(config) && config.rules.some(({ type }) => type === "must"),
    seen: ({ config, step, after }) =>
      aloneAndLive(after) !== null &&
      config.hosts.some(
        ({ id }) =>
          forbids(config, step.after, after.id, id) !== null &&
          couldTake({ ...config, rules: [] }, step.after, after.id, id, aloneAndLive(after)?.host ?? null),
      ),
  },
  {
    id: "limit-bars-a-host",
    statement: "A limit bars a host that could otherwise take a Secondary.",
    needs: (config) =>
      twoHosts(config) && config.hosts.some(({ ftVmsMax, ftVcpusMax }) => ftVmsMax + ftVcpusMax > 0),
    seen: ({ config, step, after }) =>
      aloneAndLive(after) !== null &&
      config.hosts.some(
        ({ id }) =>
          demandOn(config, step.after, id, [after.id]) !== null &&
          couldTake(withoutLimits(config), step.after, after.id, id, aloneAndLive(after)?.host ?? null),
      ),
  },
  {
    id: "preference-unmet",
    statement: "A copy starts or moves against a `should` rule: a preference refuses nothing.",
    needs: (config) => config.rules.some(({ type }) => type === "should"),
    seen: ({ config, step, before, after }) =>
      after.copies.some(
        (copy) =>
          copyNamed(before, copy.id)?.host !== copy.host &&
          forbids({ ...config, rules: preferencesAsDemands(config) }, step.after, after.id, copy.host) !==
            null,
      ),
  },
  {
    id: "suspended-alone",
    statement: "FT is suspended for a pair that is running, and its Primary goes on alone.",
    needs: twoHosts,
    seen: ({ step: { action }, before, after }) =>
      action.kind === "SuspendFT" &&
      action.pair === after.id &&
      reportedState(before) === "running" &&
      after.ft === "disabled" &&
      leaderOf(after)?.phase === "live",
  },
  {
    id: "encrypted-over-exposed-link",
    statement: "A pair is running, encrypted, and others can listen on the link between its copies.",
    needs: ({ hosts, pairs }) =>
      hosts.filter(({ ftEncryption }) => ftEncryption).length >= 2 &&
      pairs.some(({ encryption }) => encryption !== "disabled"),
    seen: ({ step: { after: state }, after }) => {
      const ends = endsOfRunning(after)
      return ends !== null && isIn(state.exposed, ...ends)
    },
  },
  {
    id: "running-across-sites",
    statement: "A pair with a metro group is running, with a copy on either side of it.",
    needs: ({ hosts, pairs }) =>
      pairs.some(({ metro }) => {
        const inside = hosts.filter(({ groups }) => metro !== null && groups.includes(metro)).length
        return inside > 0 && inside < hosts.length
      }),
    seen: ({ config, after }) => {
      const ends = endsOfRunning(after)
      const metro = config.pairs.find(({ id }) => id === after.id)?.metro ?? null
      return ends !== null && metro !== null && !isOnOneSide(config, after.id, ...ends)
    },
  },
  {
    id: "host-in-maintenance",
    statement: "A live Primary is alone while a host is in maintenance.",
    needs: twoHosts,
    seen: ({ config, step, after }) =>
      aloneAndLive(after) !== null && config.hosts.some(({ id }) => hostIn(step.after, id).maintenance),
  },
]

export const witnesses: readonly Witness[] = [
  ...ofTheCore,
  ...timeWitnesses.map((witness): Witness => ({ ...witness, part: "time" })),
]

/** Whether the witness can be seen at all in clusters of this configuration. */
export const canBeSeen = (witness: Witness, config: Config): boolean =>
  isAbout(witness, config) &&
  (config.bounds.log > 0 || witness.ofEntries !== true) &&
  (witness.needs ?? threeHosts)(config)

/** The copy, as it was before, that wins the lock in this step. */
const wonBy = ({ step: { action }, before, after }: PairStep): Copy | null =>
  action.kind === "TryLock" &&
  after.lock.holder === action.copy &&
  after.lock.generation > before.lock.generation
    ? copyNamed(before, action.copy)
    : null

/** The copy, as it was before, that releases an output in this step. */
const releasedBy = ({ step: { action }, before }: PairStep): Copy | null =>
  action.kind === "Release" ? copyNamed(before, action.copy) : null

const isRestart = ({ step: { action }, before }: PairStep): boolean =>
  action.kind === "HaRestart" && action.pair === before.id

const isStalePrimary = (pair: Pair, copy: Copy): boolean =>
  copy.generation < pair.lock.generation && leads(copy)

/** The current Primary of a powered-on pair, if it is live and has no peer. */
const aloneAndLive = (pair: Pair): Copy | null => {
  const primary = pair.power === "on" ? leaderOf(pair) : null
  return primary?.phase === "live" && primary.channel === null ? primary : null
}

/** The hosts of a running pair's Primary and of its Secondary. */
const endsOfRunning = (pair: Pair): readonly [HostId, HostId] | null => {
  const primary = leaderOf(pair)
  const secondary = primary === null ? null : farEnd(pair, primary)
  return primary === null || secondary === null || reportedState(pair) !== "running"
    ? null
    : [primary.host, secondary.host]
}

const withoutLimits = (config: Config): Config => ({
  ...config,
  hosts: config.hosts.map((host) => ({ ...host, ftVmsMax: 0, ftVcpusMax: 0 })),
})

const preferencesAsDemands = (config: Config): Config["rules"] =>
  config.rules.map((rule) => ({ ...rule, type: rule.type === "should" ? "must" : "should" }))
