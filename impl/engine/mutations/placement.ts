import type { Config, HostConfig } from "../../../model/config.ts"
import type { EngineMutation } from "../rule.ts"
import { refusal, taken } from "../guards.ts"
import { placementOf, type Placement } from "../placement.ts"
import { allowed } from "./mutation.ts"
import { powerRules } from "../rules/power.ts"
import { redundancyRules } from "../rules/redundancy.ts"
import { phase } from "../machine.ts"
import { isSecondary } from "../phase.ts"

type View = Parameters<EngineMutation>[1]
type Reading = (view: View) => Placement

/** The respawn under another reading of the cluster. */
const spawnedUnder =
  (reading: Reading): EngineMutation =>
  (_rules, view) => ({ SpawnSecondary: redundancyRules(view, reading(view)).SpawnSecondary })

/** The placements of a Primary under another reading. */
const bootedUnder =
  (reading: Reading): EngineMutation =>
  (_rules, view) => {
    const { PowerOn, HaRestart } = powerRules(view, reading(view))
    return { PowerOn, HaRestart }
  }

const placedUnder =
  (reading: Reading): EngineMutation =>
  (...given) => ({ ...spawnedUnder(reading)(...given), ...bootedUnder(reading)(...given) })

const configured =
  (change: (config: Config) => Config): Reading =>
  (view) =>
    placementOf(view, change(view.layout.config))

const withHosts =
  (change: (host: HostConfig) => HostConfig) =>
  (config: Config): Config => ({ ...config, hosts: config.hosts.map(change) })

const notCounting =
  (ignored: (phaseNow: number) => boolean): Reading =>
  (view) =>
    placementOf(view, view.layout.config, (control) => control !== 0 && !ignored(view.phaseIn(control)))

/** A limit that no copy is within. */
const none = 0.5

/** The mutants of placement, on the engine's side. */
export const placementMutations: Readonly<Record<string, EngineMutation>> = {
  MustOnPrimaryOnly: spawnedUnder(configured((config) => ({ ...config, rules: [] }))),
  MustUnion: spawnedUnder((view) => {
    const { config } = view.layout
    const strict = placementOf(view)
    const lenient = placementOf(view, { ...config, rules: [] })
    const alone = config.rules.map((rule, n) => ({
      rule,
      placement: placementOf(view, {
        ...config,
        rules: config.rules.map((other, m) => (m === n ? other : { ...other, pairs: [] })),
      }),
    }))
    const isOneMet = (pair: number, host: number): boolean =>
      alone.some(({ rule, placement }, n) => {
        const names = rule.pairs.includes((config.pairs[pair] as Config["pairs"][number]).id)
        const binds = rule.type === "must" && strict.isInForce(n) && names
        return binds && placement.isAllowed(pair, host)
      })
    return {
      ...strict,
      ineligible: (pair, host, otherEnd) =>
        (isOneMet(pair, host) ? lenient : strict).ineligible(pair, host, otherEnd),
    }
  }),
  ShouldAsMust: placedUnder(
    configured((config) => ({ ...config, rules: config.rules.map((rule) => ({ ...rule, type: "must" })) })),
  ),
  OnlyPrimariesCount: placedUnder(notCounting(isSecondary)),
  ContendersNotCounted: placedUnder(
    notCounting((phaseNow) => phaseNow === phase.contendingPrimary || phaseNow === phase.contendingSecondary),
  ),
  LimitsIgnoredByHa: bootedUnder(configured(withHosts((host) => ({ ...host, ftVmsMax: 0, ftVcpusMax: 0 })))),
  VcpusIgnored: placedUnder(configured(withHosts((host) => ({ ...host, ftVcpusMax: 0 })))),
  ZeroMeansNone: placedUnder(
    configured(
      withHosts((host) => ({
        ...host,
        ftVmsMax: host.ftVmsMax === 0 ? none : host.ftVmsMax,
        ftVcpusMax: host.ftVcpusMax === 0 ? none : host.ftVcpusMax,
      })),
    ),
  ),
  GoLiveNeedsRoom: ({ TryLock }, view, { isWithin }) => ({
    TryLock: (slot, b) => {
      const answer = allowed(view, TryLock, slot, b)
      const isFull = !isWithin(view.pairOf(slot), view.hostOf(slot), 1)
      if (isFull && (answer === taken || answer === refusal.bound)) return refusal.limits
      return TryLock(slot, b)
    },
  }),
  PolicyPicksIneligible: (_rules, view, placement) => {
    const picking = { ...placement, isPicked: anyHostPicked(view, placement) }
    const { PowerOn, HaRestart } = powerRules(view, picking)
    return { PowerOn, HaRestart, SpawnSecondary: redundancyRules(view, picking).SpawnSecondary }
  },
  RespawnFirst: (_rules, view, placement) => ({
    SpawnSecondary: redundancyRules(view, { ...placement, isOtherDown: () => false }).SpawnSecondary,
  }),
}

/** Whether a host is the best of all those with storage, whatever else they are. */
const anyHostPicked = (
  { layout, hosts, pairs, controlOf, hasStorage }: View,
  { preference }: Placement,
): Placement["isPicked"] => {
  const { config } = layout
  const loadOf = (host: number): number => {
    let load = 0
    for (let pair = 0; pair < pairs; pair += 1)
      if (controlOf(pair * hosts + host) !== 0) load += config.pairs[pair]?.vcpus ?? 0
    return load
  }
  return (pair, host) => {
    if (config.policy !== "reference") return true
    let best = -1
    for (let other = 0; other < hosts; other += 1) {
      if (!hasStorage(other)) continue
      const more = best < 0 ? 1 : preference(pair, other) - preference(pair, best)
      if (more > 0 || (more === 0 && loadOf(other) < loadOf(best))) best = other
    }
    return host === best
  }
}
