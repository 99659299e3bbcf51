import { ftSetting } from "../fields.ts"
import { refusal, taken } from "../guards.ts"
import { phase } from "../machine.ts"
import { isExecutingPrimary, isSecondary } from "../phase.ts"
import type { Placement } from "../placement.ts"
import type { View } from "../view.ts"

/**
 * What an administrator does to FT itself. Who is asked by name is a second number: 0 is nobody, and from 1 on it is the copy on
 * that host. A registration has one too: the host's, and after those of the Primary those of the Secondary.
 */
export const ftRules = (view: View, { isWithin, encryptsAsRequired }: Placement) => {
  const { layout, hosts, controlOf, phaseIn, generationIn, withoutChannel, write, isOn, lockOf } = view
  const { ftOf, setFt, primaryAt, secondaryAt, registerPrimary, registerSecondary, intervened, hostOf } = view
  const { has, isUp, hasStorage, reaches, peerSlot, currentPrimary, halt, testAndSet } = view
  const { generations, fencesUpTo } = layout.config.bounds

  const serves = (host: number): boolean => host < 0 || (isUp(host) && !has(layout.maintenance, host))

  const isWithoutPrimary = (pair: number): boolean => isOn(pair) && currentPrimary(pair) < 0

  const TurnOnFT = (pair: number): number => {
    if (ftOf(pair) !== ftSetting.notConfigured) return refusal.ft
    if (!serves(primaryAt(pair))) return refusal["primary-host"]
    if (isWithoutPrimary(pair)) return refusal["no-primary"]
    if (isOn(pair)) {
      const host = hostOf(currentPrimary(pair))
      if (!isWithin(pair, host, 1)) return refusal.limits
      if (!encryptsAsRequired(pair, host)) return refusal.encryption
    }

    setFt(pair, ftSetting.enabled)
    registerSecondary(pair, primaryAt(pair))
    return taken
  }

  const ResumeFT = (pair: number): number => {
    if (ftOf(pair) !== ftSetting.disabled) return refusal.ft
    if (!serves(primaryAt(pair))) return refusal["primary-host"]
    if (isWithoutPrimary(pair)) return refusal["no-primary"]

    setFt(pair, ftSetting.enabled)
    return taken
  }

  /** Why nobody can be asked; 0 if somebody can. */
  const unasked = (pair: number, named: number): number => {
    if (named < 0 && !serves(primaryAt(pair))) return refusal["primary-host"]
    if (!isOn(pair)) return named < 0 ? 0 : refusal.power
    if (named >= 0 && isSecondary(phaseIn(controlOf(named)))) return refusal["primary-only"]
    const asked = named < 0 ? currentPrimary(pair) : named
    return asked >= 0 && isExecutingPrimary(phaseIn(controlOf(asked))) ? 0 : refusal["no-primary"]
  }

  const isBeyond = (pair: number, asked: number): boolean =>
    phaseIn(controlOf(asked)) === phase.lockstepPrimary &&
    generationIn(controlOf(asked)) === lockOf(pair) &&
    (lockOf(pair) > fencesUpTo || lockOf(pair) >= generations)

  /** The Primary that is asked goes on alone, and FT is set; one that is stale halts, and FT stays as it is. */
  const takeOff = (pair: number, asked: number, setting: number): number => {
    if (asked < 0) {
      setFt(pair, setting)
      return taken
    }
    if (isBeyond(pair, asked)) return refusal.bound
    const copy = controlOf(asked)
    const isStale = generationIn(copy) !== lockOf(pair)
    const other = peerSlot(asked, copy)
    if (phaseIn(copy) === phase.live && !isStale) write(asked, withoutChannel(copy))
    else testAndSet(asked)
    if (isStale) return taken
    if (other >= 0 && reaches(asked, other)) halt(other)
    if (phaseIn(copy) === phase.lockstepPrimary) intervened(pair)
    setFt(pair, setting)
    return taken
  }

  const askedOf = (pair: number, named: number): number =>
    !isOn(pair) ? -1 : named < 0 ? currentPrimary(pair) : named

  const slotOf = (pair: number, name: number): number => (name === 0 ? -1 : pair * hosts + name - 1)

  const SuspendFT = (pair: number, name: number): number => {
    const named = slotOf(pair, name)
    if (named >= 0 && controlOf(named) === 0) return refusal.copy
    if (ftOf(pair) !== ftSetting.enabled) return refusal.ft
    const reason = unasked(pair, named)
    return reason === 0 ? takeOff(pair, askedOf(pair, named), ftSetting.disabled) : reason
  }

  const isStarting = (pair: number): boolean => {
    const primary = isOn(pair) && ftOf(pair) === ftSetting.enabled ? currentPrimary(pair) : -1
    const other = primary < 0 ? -1 : peerSlot(primary, controlOf(primary))
    return other >= 0 && phaseIn(controlOf(other)) === phase.syncing
  }

  const TurnOffFT = (pair: number, name: number): number => {
    const named = slotOf(pair, name)
    if (named >= 0 && controlOf(named) === 0) return refusal.copy
    if (ftOf(pair) === ftSetting.notConfigured) return refusal.ft
    const reason = unasked(pair, named)
    if (reason !== 0) return reason
    if (isStarting(pair)) return refusal.starting
    if (!serves(secondaryAt(pair))) return refusal["secondary-host"]

    const answer = takeOff(pair, askedOf(pair, named), ftSetting.notConfigured)
    if (ftOf(pair) === ftSetting.notConfigured) registerSecondary(pair, -1)
    return answer
  }

  const Register = (pair: number, place: number): number => {
    const host = place % hosts
    const isPrimarys = place < hosts
    if (isOn(pair)) return refusal.power
    if (!isPrimarys && ftOf(pair) === ftSetting.notConfigured) return refusal.ft
    if (!hasStorage(host)) return refusal.storage
    if (has(layout.maintenance, host)) return refusal.maintenance
    if (host === (isPrimarys ? primaryAt(pair) : secondaryAt(pair))) return refusal.same

    if (isPrimarys) registerPrimary(pair, host)
    else registerSecondary(pair, host)
    return taken
  }

  return { TurnOnFT, TurnOffFT, SuspendFT, ResumeFT, Register }
}
