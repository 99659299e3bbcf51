import { kinds } from "../../model/action.ts"
import type { CrashReason, NeedSecondaryReason } from "../../model/reason.ts"
import { booksFields, ftSetting } from "./fields.ts"
import { kindNumber } from "./layout.ts"
import { phase } from "./machine.ts"
import type { View } from "./view.ts"

/** The reasons by number: 0 is none. */
const names: readonly Name[] = booksFields.reason.values

type Name = NeedSecondaryReason | "none"

const numberOf = (name: Name): number => names.indexOf(name)

export const reasonNumber = (reason: NeedSecondaryReason | null): number => numberOf(reason ?? "none")

export const reasonNamed = (number: number): NeedSecondaryReason | null => {
  const name = names[number] ?? "none"
  return name === "none" ? null : name
}

/** What a crash is said to be of, as a number; 0 where nothing is said. */
export const crashNumber = (reason: CrashReason | undefined): number => numberOf(reason ?? "none")

/** The same as a field of the action. */
export const crashNamed = (number: number): { readonly reason?: CrashReason } => {
  const reason = names[number]
  return reason === "divergence" || reason === "checkpointError" || reason === "other" ? { reason } : {}
}

export type Reasoner = {
  readonly begin: () => void
  readonly explain: (kind: number, a: number, b: number) => void
}

/**
 * Keeps why each pair needs a Secondary, after the table in docs/spec/core.md: the step that brings the pair there gives
 * the reason, which is then kept; in every other state there is none.
 *
 * Shape  `begin` is called at a state, `explain` after a step from it.
 */
export const reasonerOf = (view: View): Reasoner => {
  const { pairs, pairOf, controlOf, phaseIn, ftOf, isOn, isRunning, currentPrimary, peerSlot, reasonOf } =
    view
  const k = kindNumber
  const isInitial = kinds.map((kind) => ["PowerOn", "HaRestart", "TurnOnFT", "ResumeFT"].includes(kind))
  const neededBefore = new Uint8Array(pairs)
  const primaryBefore = new Int32Array(pairs)

  /** Whether the pair is `needSecondary`: on, and neither running nor with a Secondary that is coming up. */
  const needs = (pair: number): boolean => {
    if (!isOn(pair) || ftOf(pair) !== ftSetting.enabled || isRunning(pair)) return false
    const primary = currentPrimary(pair)
    const other = primary < 0 ? -1 : peerSlot(primary, controlOf(primary))
    return other < 0 || phaseIn(controlOf(other)) !== phase.syncing
  }

  const reasonFor = (kind: number, a: number, b: number): number => {
    switch (kind) {
      case k.PowerOn:
      case k.HaRestart:
      case k.TurnOnFT:
      case k.ResumeFT:
        return numberOf("initializing")
      case k.TestFailover:
      case k.TestRestartSecondary:
        return numberOf("userAction")
      case k.LoseStorage:
        return numberOf("partialHardwareFailure")
      case k.FailHost:
      case k.Suspect:
        return numberOf("lostConnection")
      case k.CrashCopy:
        if (b !== 0) return b
        return numberOf(primaryBefore[pairOf(a)] === a ? "lostConnection" : "other")
      default:
        return numberOf("other")
    }
  }

  const begin = (): void => {
    for (let pair = 0; pair < pairs; pair += 1) {
      neededBefore[pair] = needs(pair) ? 1 : 0
      primaryBefore[pair] = currentPrimary(pair)
    }
  }

  const explain = (kind: number, a: number, b: number): void => {
    for (let pair = 0; pair < pairs; pair += 1) {
      const isKept = neededBefore[pair] === 1 && !(isInitial[kind] === true && pair === a)
      const reason = !needs(pair) ? 0 : isKept ? reasonOf(pair) : reasonFor(kind, a, b)
      if (reason !== reasonOf(pair)) view.explain(pair, reason)
    }
  }

  return { begin, explain }
}
