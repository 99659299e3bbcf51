import type { AffinityRule, Config } from "./config.ts"
import type { HostId, PairId } from "./ids.ts"
import { someCopyMayRun } from "./guards.ts"
import type { Pair } from "./pair.ts"
import { allows, ineligible, loadOf, rulesInForce, type Placement } from "./placement.ts"
import type { Check, Protocol } from "./protocol.ts"
import { pairsOf, type State } from "./state.ts"

/**
 * The reference policy: which of the hosts that may take a copy of `pair` should. Where the configuration asks for it, it is a
 * guard; else every eligible host is a legal place, and only an implementation that says that it follows the policy is
 * compared with this.
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
  const rules = rulesInForce(config, state)
  const preferred = greatest(eligible, (host) => preferencesMet(config, rules, pair.id, host))
  const leastLoaded = greatest(preferred, (host) => -loadOf(config, state, host).vcpus)
  return leastLoaded[0] ?? null
}

/** A power-on prefers the host on which the Primary is registered; elsewhere only where that cannot take it. */
export const isRegisteredFirst: Check<Placement> = {
  id: "registered",
  holds: ({ pair, host }, state, protocol) =>
    protocol.config.policy === "any" ||
    host === pair.registered.primary ||
    ineligible(protocol, state, pair, pair.registered.primary, null) !== null,
}

/** Under the reference policy, the host is the one that it picks. */
export const isPicked = <A extends Placement>(otherEnd: (about: A) => HostId | null): Check<A> => ({
  id: "policy",
  holds: (about, state, protocol) =>
    protocol.config.policy !== "reference" ||
    about.host === referenceHost(protocol, state, about.pair, otherEnd(about)),
})

/** The same of a power-on. */
export const isPickedAtPowerOn: Check<Placement> = {
  id: "policy",
  holds: ({ pair, host }, state, protocol) =>
    protocol.config.policy !== "reference" || host === bootHost(protocol, state, pair),
}

/** Restarts before respawns: a second copy does not take the last place of a VM that is down. */
export const restartsFirst: Check<{ readonly pair: Pair }> = {
  id: "restart-first",
  holds: ({ pair }, state, protocol) =>
    protocol.config.policy !== "reference" ||
    pairsOf(state).every((other) => other.id === pair.id || !canBeRestarted(protocol, state, other)),
}

const canBeRestarted = (protocol: Protocol, state: State, pair: Pair): boolean =>
  pair.power === "on" && !someCopyMayRun(state, pair) && referenceHost(protocol, state, pair, null) !== null

/** Where the policy powers a pair on: where its Primary is registered, if that is eligible. */
export const bootHost = (protocol: Protocol, state: State, pair: Pair): HostId | null =>
  ineligible(protocol, state, pair, pair.registered.primary, null) === null
    ? pair.registered.primary
    : referenceHost(protocol, state, pair, null)

/** How many `should` rules among these that name the pair the host meets. */
export const preferencesMet = (
  config: Config,
  rules: readonly AffinityRule[],
  pair: PairId,
  host: HostId,
): number =>
  rules.filter(
    (rule) => rule.type === "should" && rule.pairs.includes(pair) && allows(config, rule, pair, host),
  ).length

/** The hosts for which `worth` is greatest, in their order. */
const greatest = (hosts: readonly HostId[], worth: (host: HostId) => number): readonly HostId[] => {
  const worths = hosts.map(worth)
  const best = Math.max(...worths)
  return hosts.filter((_, i) => worths[i] === best)
}
