import { ftSetting } from "../fields.ts"
import { taken } from "../guards.ts"
import { ftRules } from "../rules/ft.ts"
import { redundancyRules } from "../rules/redundancy.ts"
import type { EngineMutation, EngineRule } from "../rule.ts"
import type { View } from "../view.ts"
import { allowed } from "./mutation.ts"

/** The operation sets FT, and does nothing else. */
const onlySetting =
  (view: View, rule: EngineRule, setting: number): EngineRule =>
  (pair, name) => {
    const answer = allowed(view, rule, pair, name)
    if (answer === taken) set(view, pair, setting)
    return answer
  }

const set = ({ setFt, registerSecondary }: View, pair: number, setting: number): void => {
  setFt(pair, setting)
  if (setting === ftSetting.notConfigured) registerSecondary(pair, -1)
}

/** The operation is done while nobody is Primary, too: the rules see a pair that is off, if nobody is asked by name. */
const withoutPrimary =
  (view: View, whenOff: EngineRule, rule: EngineRule): EngineRule =>
  (pair, name) =>
    (name === 0 && view.currentPrimary(pair) < 0 ? whenOff : rule)(pair, name)

/** The mutants of an administrator's work on FT, on the engine's side. */
export const operationMutations: Readonly<Record<string, EngineMutation>> = {
  SuspendLeavesSecondary: ({ SuspendFT, TurnOffFT }, view) => ({
    SuspendFT: onlySetting(view, SuspendFT, ftSetting.disabled),
    TurnOffFT: onlySetting(view, TurnOffFT, ftSetting.notConfigured),
  }),
  SuspendWithoutPrimary: ({ SuspendFT, TurnOffFT }, view, placement) => {
    const off = ftRules({ ...view, isOn: () => false }, placement)
    return {
      SuspendFT: withoutPrimary(view, off.SuspendFT, SuspendFT),
      TurnOffFT: withoutPrimary(view, off.TurnOffFT, TurnOffFT),
    }
  },
  SuspendedRespawns: (_rules, view, placement) => {
    const { SpawnSecondary } = redundancyRules({ ...view, ftOf: () => ftSetting.enabled }, placement)
    return { SpawnSecondary }
  },
  TurnOffResetsLock: ({ TurnOffFT }, view) => ({
    TurnOffFT: (pair, name) => {
      const { hosts, layout, ftOf, lockAt, holderOf, controlOf, write, withGeneration } = view
      const { interventionsOf, putOf } = view
      const interventions = interventionsOf(pair)
      const answer = TurnOffFT(pair, name)
      if (answer !== taken || ftOf(pair) !== ftSetting.notConfigured) return answer
      const slot = pair * hosts + holderOf(pair)
      lockAt(pair, 1, holderOf(pair))
      // The lock has not grown: it has cost nothing.
      putOf(pair, layout.past.interventions, interventions)
      if (holderOf(pair) >= 0) write(slot, withGeneration(controlOf(slot), 1))
      return answer
    },
  }),
  TurnOffWhileStarting: (_rules, view, placement) => {
    const seen = (setting: number): number => (setting === ftSetting.enabled ? ftSetting.disabled : setting)
    const { TurnOffFT } = ftRules({ ...view, ftOf: (pair) => seen(view.ftOf(pair)) }, placement)
    return { TurnOffFT }
  },
  TurnOffIgnoresHost: (_rules, view, placement) => {
    const { TurnOffFT } = ftRules({ ...view, secondaryAt: () => -1 }, placement)
    return { TurnOffFT }
  },
  PrimaryHostIgnored: (_rules, view, placement) => {
    const anywhere = ftRules({ ...view, primaryAt: () => -1 }, placement)
    const { ResumeFT, SuspendFT, TurnOffFT } = anywhere
    return {
      ResumeFT,
      SuspendFT,
      TurnOffFT,
      TurnOnFT: (pair) => {
        const answer = anywhere.TurnOnFT(pair)
        if (answer === taken) view.registerSecondary(pair, view.primaryAt(pair))
        return answer
      },
    }
  },
  RegisterWhileOn: (_rules, view, placement) => {
    const { Register } = ftRules({ ...view, isOn: () => false }, placement)
    return { Register }
  },
  TurnOnIgnoresLimits: (_rules, view, placement) => {
    const { TurnOnFT } = ftRules(view, { ...placement, isWithin: () => true })
    return { TurnOnFT }
  },
}
