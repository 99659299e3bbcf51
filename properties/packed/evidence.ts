import { ftSetting } from "../../impl/engine/fields.ts"
import { peer, phase } from "../../impl/engine/machine.ts"
import type { View } from "../../impl/engine/view.ts"

/**
 * What the monitors of properties and witnesses read out of a packed state by themselves. The view has functions for
 * most of this, which the rules call; none is called here, because a judge that called the code that it judges would be
 * wrong together with it. What is taken from the view is where things are in a state, and no more.
 */
export const evidenceOf = (view: View) => {
  const { layout, hosts, pairs, has, isOn, ftOf, lockOf, controlOf, phaseIn, generationIn, peerIn } = view
  const { config } = layout

  const isUp = (host: number): boolean => has(layout.up, host)
  const isConnected = (host: number): boolean => has(layout.storage, host)
  const withStorage = (host: number): boolean => isUp(host) && isConnected(host)
  const inMaintenance = (host: number): boolean => has(layout.maintenance, host)
  const linked = (a: number, b: number): boolean => a === b || !has(layout.cut, view.linkOf(a, b))

  const leads = (phaseNow: number): boolean => phaseNow === phase.lockstepPrimary || phaseNow === phase.live
  const follows = (phaseNow: number): boolean =>
    phaseNow === phase.syncing ||
    phaseNow === phase.lockstepSecondary ||
    phaseNow === phase.contendingSecondary

  /** The slot of the one Primary that executes at the lock's generation; -1 if there is none. */
  const leaderOf = (pair: number): number => {
    const first = pair * hosts
    for (let slot = first; slot < first + hosts; slot += 1)
      if (leads(phaseIn(controlOf(slot))) && generationIn(controlOf(slot)) === lockOf(pair)) return slot
    return -1
  }

  /** The slot that a control's channel leads to, within the slots that begin with `first`; -1 if to none. */
  const farEnd = (first: number, control: number): number =>
    peerIn(control) >= peer.first ? first + peerIn(control) - peer.first : -1

  /** The slot of the copy whose channel leads to this one; -1 if none does. */
  const nearEnd = (first: number, slot: number): number => {
    for (let other = first; other < first + hosts; other += 1)
      if (farEnd(first, controlOf(other)) === slot) return other
    return -1
  }

  const isProtected = (pair: number): boolean => {
    const leader = leaderOf(pair)
    if (
      !isOn(pair) ||
      ftOf(pair) !== ftSetting.enabled ||
      leader < 0 ||
      phaseIn(controlOf(leader)) !== phase.lockstepPrimary
    )
      return false
    const follower = farEnd(pair * hosts, controlOf(leader))
    return follower >= 0 && phaseIn(controlOf(follower)) === phase.lockstepSecondary
  }

  const barred = barredHosts(config)
  const isBarred = (pair: number, host: number): boolean => barred[pair * hosts + host] === 1

  /** Whether what runs on the host, with `more` copies of the pair, goes beyond its limits. */
  const isOverfull = (host: number, pair: number, more: number): boolean => {
    const { ftVmsMax = 0, ftVcpusMax = 0 } = config.hosts[host] ?? {}
    if (ftVmsMax === 0 && ftVcpusMax === 0) return false
    const counts = (other: number): boolean => ftOf(other) !== ftSetting.notConfigured
    let copies = counts(pair) ? more : 0
    let vcpus = copies * (config.pairs[pair]?.vcpus ?? 0)
    for (let other = 0; other < pairs; other += 1) {
      if (controlOf(other * hosts + host) === 0 || !counts(other)) continue
      copies += 1
      vcpus += config.pairs[other]?.vcpus ?? 0
    }
    return (ftVmsMax > 0 && copies > ftVmsMax) || (ftVcpusMax > 0 && vcpus > ftVcpusMax)
  }

  /** Whether the host could take a copy of the pair beside one on `otherEnd` (-1: none), were no copy of it there. */
  const couldTake = (pair: number, host: number, otherEnd: number): boolean =>
    host !== otherEnd &&
    withStorage(host) &&
    !inMaintenance(host) &&
    (otherEnd < 0 || linked(host, otherEnd)) &&
    !isBarred(pair, host) &&
    !isOverfull(host, pair, 1)

  return {
    isUp,
    isConnected,
    withStorage,
    inMaintenance,
    linked,
    leads,
    follows,
    leaderOf,
    farEnd,
    nearEnd,
    isProtected,
    isBarred,
    isOverfull,
    couldTake,
  }
}

export type Evidence = ReturnType<typeof evidenceOf>

/** For each pair and host whether a `must` rule in force keeps the pair from it: pair × hosts + host, 1 or 0. */
const barredHosts = ({ hosts, pairs, rules }: View["layout"]["config"]): Uint8Array => {
  const barred = new Uint8Array(hosts.length * pairs.length)
  for (const { pairs: named, type, run, group, active } of rules) {
    if (!active || type === "should") continue
    pairs.forEach(({ id }, pair) => {
      hosts.forEach(({ groups }, host) => {
        if (named.includes(id) && groups.includes(group) === (run === "not-on"))
          barred[pair * hosts.length + host] = 1
      })
    })
  }
  return barred
}
