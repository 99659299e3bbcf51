import type { Config } from "./config.ts"
import type { HostId, PairId } from "./ids.ts"
import type { Pair } from "./pair.ts"
import { allows, ineligible, loadOf } from "./placement.ts"
import type { Protocol } from "./protocol.ts"
import type { State } from "./state.ts"

/**
 * The reference policy: which of the hosts that may take a copy of `pair` should. It is no part of what may
 * happen: every eligible host is a legal place, and is explored as one. An implementation that says that it
 * follows the policy is compared with this.
 *
 * The hosts that meet most `should` rules; of these the least loaded; of these the first of the configuration.
 * Null if no host is eligible.
 *
 * Source  FT-09, FT-10 in docs/spec/core.md.
 */
export const referenceHost = (
  protocol: Protocol,
  state: State,
  pair: Pair,
  otherEnd: HostId | null,
): HostId | null => {
  const { config } = protocol
  const eligible = config.hosts
    .map(({ id }) => id)
    .filter((host) => ineligible(protocol, state, pair, host, otherEnd) === null)
  const preferred = greatest(eligible, (host) => preferencesMet(config, pair.id, host))
  const leastLoaded = greatest(preferred, (host) => -loadOf(config, state, host).vcpus)
  return leastLoaded[0] ?? null
}

/** Where the policy powers a pair on: where its Primary is registered, if that is eligible. */
export const bootHost = (protocol: Protocol, state: State, pair: Pair): HostId | null =>
  ineligible(protocol, state, pair, pair.registered.primary, null) === null
    ? pair.registered.primary
    : referenceHost(protocol, state, pair, null)

/** How many `should` rules in force that name the pair the host meets. */
export const preferencesMet = (config: Config, pair: PairId, host: HostId): number =>
  config.rules.filter(
    (rule) =>
      rule.type === "should" && rule.active && rule.pairs.includes(pair) && allows(config, rule, pair, host),
  ).length

/** The hosts for which `worth` is greatest, in their order. */
const greatest = (hosts: readonly HostId[], worth: (host: HostId) => number): readonly HostId[] => {
  const worths = hosts.map(worth)
  const best = Math.max(...worths)
  return hosts.filter((_, i) => worths[i] === best)
}
