import type { AffinityRule, Config, PairConfig } from "../../model/config.ts"
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

  const { rules } = config
  const barring = rules.map((rule) => hostsBarredBy(config, rule))
  const isInForce = (rule: number): boolean =>
    layout.switchesRules ? has(layout.rules, rule) : rules[rule]?.active === true
  const isBarred = (pair: number, host: number): boolean => {
    for (let rule = 0; rule < rules.length; rule += 1)
      if (barring[rule]?.[pair * hosts + host] === 1 && isInForce(rule)) return true
    return false
  }

  const lacking = hostsLackingEncryption(config)
  /** Whether the pair requires encryption, and the host cannot encrypt. */
  const lacksEncryption = (pair: number, host: number): boolean => lacking[pair * hosts + host] === 1

  /** Whether others could read what the pair logs between two hosts, with the exposed links that `isExposed` tells. */
  const isReadable = (
    pair: number,
    a: number,
    b: number,
    isExposed: (link: number) => boolean = exposedNow,
  ): boolean => {
    if (a === b) return false
    const { encryption } = config.pairs[pair] as PairConfig
    const areAble = config.hosts[a]?.ftEncryption === true && config.hosts[b]?.ftEncryption === true
    if (areAble && encryption !== "disabled") return false
    return encryption === "required" || isExposed(view.linkOf(a, b))
  }
  const exposedNow = (link: number): boolean => has(layout.exposed, link)
  /** Whether anything is ever readable, or refused for it. */
  const mayBeReadable =
    config.exposed.length > 0 ||
    layout.among.includes("ExposeLink") ||
    config.pairs.some(({ encryption }) => encryption === "required")

  const isOnOneSide = (pair: number, a: number, b: number): boolean => {
    const metro = config.pairs[pair]?.metro ?? null
    if (metro === null) return false
    const isInside = (host: number): boolean => config.hosts[host]?.groups.includes(metro) === true
    return isInside(a) === isInside(b)
  }

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
    (otherEnd < 0 ||
      (linked(host, otherEnd) && !isReadable(pair, host, otherEnd) && !isOnOneSide(pair, host, otherEnd))) &&
    !isBarred(pair, host) &&
    !(lacksEncryption(pair, host) && ftOf(pair) !== ftSetting.notConfigured) &&
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
    isReadable,
    mayBeReadable,
    isOnOneSide,
    lacksEncryption,
    isOverfull,
    couldTake,
  }
}

export type Evidence = ReturnType<typeof evidenceOf>

/** For each pair and host whether a rule, in force, keeps the pair from it: pair × hosts + host, 1 or 0. */
const hostsBarredBy = (
  { hosts, pairs }: Config,
  { pairs: named, type, run, group }: AffinityRule,
): Uint8Array => {
  const barred = new Uint8Array(hosts.length * pairs.length)
  if (type === "should") return barred
  pairs.forEach(({ id }, pair) => {
    hosts.forEach(({ groups }, host) => {
      if (named.includes(id) && groups.includes(group) === (run === "not-on"))
        barred[pair * hosts.length + host] = 1
    })
  })
  return barred
}

/** For each pair and host whether the host cannot encrypt what the pair requires to be: pair × hosts + host, 1 or 0. */
const hostsLackingEncryption = ({ hosts, pairs }: Config): Uint8Array =>
  Uint8Array.from(
    pairs.flatMap(({ encryption }) =>
      hosts.map(({ ftEncryption }) => (encryption === "required" && !ftEncryption ? 1 : 0)),
    ),
  )
