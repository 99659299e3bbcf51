import { ftSetting } from "../fields.ts"
import { refusal, taken } from "../guards.ts"
import { peer, phase } from "../machine.ts"
import { ftRules } from "../rules/ft.ts"
import { operationRules } from "../rules/operations.ts"
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
  FenceWithoutLock: (_rules, view, placement) => {
    const lockless: View = {
      ...view,
      testAndSet: (slot) => {
        const generation = view.generationIn(view.controlOf(slot))
        if (view.lockOf(view.pairOf(slot)) === generation) view.goLive(slot, generation)
        else view.halt(slot)
      },
      // The lock has not grown: it has cost nothing.
      intervened: () => {},
    }
    const { SuspendFT, TurnOffFT } = ftRules(lockless, placement)
    return {
      SuspendFT,
      TurnOffFT,
      TestRestartSecondary: operationRules(lockless, placement).TestRestartSecondary,
    }
  },
  PowerOnStartsDisabled: ({ PowerOn }, view, { ineligible }) => ({
    PowerOn: (pair, host) => {
      const answer = PowerOn(pair, host)
      const other = view.secondaryAt(pair)
      if (answer !== taken || view.ftOf(pair) !== ftSetting.disabled || other < 0) return answer
      if (ineligible(pair, other, host) !== 0) return answer
      const { hosts, write, withChannel, control, controlOf, generationIn } = view
      const primary = controlOf(pair * hosts + host)
      write(pair * hosts + host, withChannel(primary, peer.first + other, 0, 0))
      write(pair * hosts + other, control(phase.syncing, generationIn(primary), 0))
      return answer
    },
  }),
  TestFailoverWhileStarting: ({ TestFailover }, view) => ({
    TestFailover: (pair, b) => {
      const answer = TestFailover(pair, b)
      if (answer !== refusal["not-running"] || !isStarting(view, pair)) return answer
      const { fencesUpTo, generations } = view.layout.config.bounds
      if (view.lockOf(pair) > fencesUpTo || view.lockOf(pair) >= generations) return refusal.bound
      view.halt(view.currentPrimary(pair))
      view.intervened(pair)
      return taken
    },
  }),
  ReasonNotCleared: ({ reasoner }, { pairs, reasonOf, explain }) => ({
    reasoner: {
      begin: reasoner.begin,
      explain: (kind, a, b) => {
        const before = Array.from({ length: pairs }, (_, pair) => reasonOf(pair))
        reasoner.explain(kind, a, b)
        before.forEach((reason, pair) => {
          if (reasonOf(pair) === 0) explain(pair, reason)
        })
      },
    },
  }),
  RegistrationStays: ({ TryLock }, view) => ({
    TryLock: unregistered(view, TryLock),
  }),
  MigrateForgetsRegistration: ({ Migrate }, view) => ({
    Migrate: unregistered(view, Migrate),
  }),
  LoneNotRestarted: ({ HaRestart }, view) => ({
    HaRestart: (pair, host) => {
      const answer = allowed(view, HaRestart, pair, host)
      const isAlone = view.ftOf(pair) !== ftSetting.enabled
      if (isAlone && (answer === taken || answer === refusal.bound)) return refusal.ft
      return HaRestart(pair, host)
    },
  }),
  RegisteredHostOnly: ({ PowerOn }, view) => ({
    PowerOn: (pair, host) => {
      const answer = allowed(view, PowerOn, pair, host)
      return answer === taken && host !== view.primaryAt(pair) ? refusal.registered : PowerOn(pair, host)
    },
  }),
  ColocationRefused: ({ PowerOn }, view) => ({
    PowerOn: (pair, host) => {
      const answer = allowed(view, PowerOn, pair, host)
      const isTogether = view.primaryAt(pair) === view.secondaryAt(pair)
      return answer === taken && isTogether ? refusal.registered : PowerOn(pair, host)
    },
  }),
}

const isStarting = (
  { isOn, ftOf, currentPrimary, peerSlot, controlOf, phaseIn }: View,
  pair: number,
): boolean => {
  if (!isOn(pair) || ftOf(pair) !== ftSetting.enabled) return false
  const primary = currentPrimary(pair)
  const other = primary < 0 ? -1 : peerSlot(primary, controlOf(primary))
  return other >= 0 && phaseIn(controlOf(other)) === phase.syncing
}

/** The rule about a copy, after which the pair is registered as it was. */
const unregistered =
  ({ pairOf, primaryAt, secondaryAt, register }: View, rule: EngineRule): EngineRule =>
  (slot, b) => {
    const pair = pairOf(slot)
    const [primary, secondary] = [primaryAt(pair), secondaryAt(pair)]
    const answer = rule(slot, b)
    if (answer === taken) register(pair, primary, secondary)
    return answer
  }
