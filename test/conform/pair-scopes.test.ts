import { describe, expect, it } from "vitest"
import { kinds } from "../../model/action.ts"
import { plainConfig, type Config } from "../../model/config.ts"
import { protocolOf } from "../../model/core.ts"
import type { ProtocolOf } from "../../model/protocol.ts"
import { initial } from "../../model/state.ts"
import { step } from "../../model/step.ts"
import { atlasOf } from "../../conform/atlas.ts"
import { canonicalAction, canonicalForm } from "../../conform/canonical-form.ts"
import type { Case, Scope } from "../../conform/case-source.ts"
import { pairCases } from "../../conform/pair-cases.ts"
import { pairProfile } from "../../conform/pair-profile.ts"
import { pairScopes } from "../../conform/pair-scopes.ts"
import { tourOf } from "../../conform/tour.ts"
import { mutantNamed } from "../../properties/mutants/catalogue.ts"
import { mutated } from "../../properties/mutants/mutant.ts"

const ground = { profile: pairProfile(), caseSource: pairCases, kinds }

/** The mutants that a small scope is there to find. */
const found: Readonly<Record<string, readonly string[]>> = {
  ft: ["SuspendLeavesSecondary", "TurnOffResetsLock", "RegisterWhileOn"],
  rules: ["RuleSwitchIgnored", "MustOnPrimaryOnly", "MustUnion"],
  sites: ["MetroIgnoredOnRespawn", "RegistrationStays"],
  policy: ["PolicyPicksIneligible", "RespawnFirst", "ShouldAsMust"],
  room: ["TurnOnIgnoresLimits", "OnlyPrimariesCount", "LimitsIgnoredByHa", "VcpusIgnored", "ZeroMeansNone"],
  privacy: ["SpawnInClear", "ExposedChannelStaysOpen"],
  required: ["RequiredFallsBackToPrivate", "PrimaryEncryptionIgnored"],
}

describe("a small scope of the operations and of placement", () => {
  it.each(Object.keys(found))("is gone through in a few hundred states: %s", (name) => {
    expect(atlasOf(ground, scopeNamed(name)).places.size).toBeLessThan(300)
  })

  it.each(
    Object.entries(found).flatMap(([name, mutants]) => mutants.map((mutant) => [name, mutant] as const)),
  )("%s, finds %s", (name, mutant) => {
    const cases = [...tourOf(ground, scopeNamed(name))]

    expect(cases.some((each) => differs(each, mutated(mutantNamed(mutant))))).toBe(true)
    expect(cases.some((each) => differs(each, protocolOf))).toBe(false)
  })
})

describe("the canonical form", () => {
  it("of an action says which rule it switches", () => {
    const { config } = scopeNamed("rules")
    const forms = [1, 2].map((rule) =>
      canonicalAction(config, initial(config), { kind: "ActivateRule", rule }, kinds),
    )

    expect(new Set(forms).size).toBe(2)
  })

  it.each([
    ["any", 1],
    ["reference", 2],
  ] as const)(
    "of a state exchanges hosts only where their order decides nothing: policy %s",
    (policy, forms) => {
      const config: Config = { ...plainConfig(3, 1), policy }

      const failed = (["h2", "h3"] as const).map((host) => {
        const outcome = step(protocolOf(config), initial(config), { kind: "FailHost", host })
        return outcome.tag === "next" ? canonicalForm(config, outcome.state, ["PowerOn"]) : null
      })

      expect(failed).not.toContain(null)
      expect(new Set(failed).size).toBe(forms)
    },
  )
})

// Helpers

const scopeNamed = (name: string): Scope => pairScopes.find((scope) => scope.name === name) as Scope

/** Whether a protocol shows something else than the model in a case, or refuses where that does not. */
const differs = ({ config, actions }: Case, protocolIn: ProtocolOf): boolean => {
  const { profile } = ground
  const other = pairProfile(protocolIn)
  let state = profile.initial(config)
  for (const action of actions) {
    const expected = profile.step(config, state, action)
    const shown = other.step(config, state, action)
    if (shown.tag !== expected.tag) return true
    if (expected.tag === "refused" || shown.tag === "refused") continue
    if (JSON.stringify(profile.view(expected.state)) !== JSON.stringify(other.view(shown.state))) return true
    state = expected.state
  }
  return false
}
