import type { Config } from "../../../model/config.ts"
import { placementOf } from "../placement.ts"
import type { EngineMutation } from "../rule.ts"
import { powerRules } from "../rules/power.ts"
import { redundancyRules } from "../rules/redundancy.ts"
import { rulesOf } from "../rules/table.ts"
import type { View } from "../view.ts"
import { refusal, taken } from "../guards.ts"
import { allowed } from "./mutation.ts"
import { privacyIn } from "../view/privacy.ts"

/** The configuration with some of what it says of its pairs said otherwise. */
const withPairs = ({ layout: { config } }: View, change: Partial<Config["pairs"][number]>): Config => ({
  ...config,
  pairs: config.pairs.map((pair) => ({ ...pair, ...change })),
})

/** The mutants of encryption and of metro groups, on the engine's side. */
export const privacyMutations: Readonly<Record<string, EngineMutation>> = {
  SpawnInClear: (_rules, view) => {
    const { SpawnSecondary } = redundancyRules(view, placementOf({ ...view, isConfidential: () => true }))
    return { SpawnSecondary }
  },
  ExposedChannelStaysOpen: (_rules, view, placement) => {
    const { isLinked, hostOf } = view
    return rulesOf({ ...view, reaches: (from, to) => isLinked(hostOf(from), hostOf(to)) }, placement)
  },
  RequiredFallsBackToPrivate: (_rules, view) => {
    const config = withPairs(view, { encryption: "opportunistic" })
    const lenient = { ...view, ...privacyIn({ ...view.layout, config }, view, view) }
    return rulesOf(lenient, placementOf(lenient, config))
  },
  PrimaryEncryptionIgnored: (_rules, view) => {
    const placement = placementOf(view, withPairs(view, { encryption: "opportunistic" }))
    const { PowerOn, HaRestart } = powerRules(view, placement)
    return { PowerOn, HaRestart }
  },
  GoLiveNeedsRule: ({ TryLock }, view, { isAllowed }) => ({
    TryLock: (slot, b) => {
      const answer = allowed(view, TryLock, slot, b)
      const isForbidden = !isAllowed(view.pairOf(slot), view.hostOf(slot))
      if (isForbidden && (answer === taken || answer === refusal.bound)) return refusal.rule
      return TryLock(slot, b)
    },
  }),
  RuleSwitchIgnored: ({ ActivateRule, DeactivateRule }, view) => ({
    ActivateRule: (rule, none) => allowed(view, ActivateRule, rule, none),
    DeactivateRule: (rule, none) => allowed(view, DeactivateRule, rule, none),
  }),
  MetroIgnoredOnRespawn: (_rules, view) => {
    const { SpawnSecondary } = redundancyRules(view, placementOf(view, withPairs(view, { metro: null })))
    return { SpawnSecondary }
  },
}
