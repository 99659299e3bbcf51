import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { plainConfig } from "../../model/config.ts"
import { protocolOf } from "../../model/core.ts"
import { coreKinds } from "../../model/action.ts"
import {
  identity,
  identityFor,
  identityWithInterventions,
  isSame,
  registrationsOf,
} from "../../model/identity.ts"
import { copyIdOf, type CopyId } from "../../model/ids.ts"
import type { Pair } from "../../model/pair.ts"
import type { Protocol } from "../../model/protocol.ts"
import { withEveryPair, type State } from "../../model/state.ts"
import { successors } from "../../model/step.ts"
import { arbitraryConfig } from "../../properties/arbitrary/config.ts"
import { arbitraryWalk, changed, logOf, reach, starting, three, toRunning } from "../fixtures.ts"

describe("the identity of a state", () => {
  it("is that of any state which differs only in the numbers of the copies", () => {
    const second = reach(three, starting, "CrashCopy(p1.2) AbandonSync(p1.1) SpawnSecondary(p1.1,h2)")
    const first = reach(three, "CutLink(h1-h2) HealLink(h1-h2)", starting)

    expect(identity(second)).toBe(identity(first))
    expect(isSame(second, first)).toBe(true)
  })

  it("does not depend on how the copies are numbered, nor does what may follow", () => {
    fc.assert(
      fc.property(arbitraryWalk(arbitraryConfig()), ({ config, states }) => {
        const protocol = protocolOf(config)
        for (const state of states) {
          const other = renumbered(state)

          expect(identity(other)).toBe(identity(state))
          expect(isSame(other, state)).toBe(true)
          expect(following(protocol, other)).toEqual(following(protocol, state))
        }
      }),
      { numRuns: 10 },
    )
  })

  it.each([
    ["registrations", { p1: { registered: { primary: "h3", secondary: "h3" } } }],
    ["the reason", { p1: { reason: "divergence" } }],
    ["how many copies were ever started", { p1: { started: 9 } }],
    ["what operators have done", { p1: { interventions: 9 } }],
  ] as const)("says nothing of %s: no guard reads it", (_what, change) => {
    const state = reach(three, toRunning)

    expect(identity(changed(state, change))).toBe(identity(state))
    expect(isSame(changed(state, change), state)).toBe(true)
  })

  it.each([
    ["a host is up", { h1: { up: false } }],
    ["a host has storage", { h1: { storage: false } }],
    ["a host is in maintenance", { h1: { maintenance: true } }],
    ["which host it is", { h2: { up: false }, h1: { up: true } }],
    ["a link is cut", { cut: ["h1-h2"] }],
    ["how many faults there were", { faults: 1 }],
    ["the power is on", { p1: { power: "off" } }],
    ["the lock's generation", { p1: { lock: { generation: 2, holder: "p1.1" } } }],
    ["the lock's holder", { p1: { lock: { generation: 1, holder: "p1.2" } } }],
    ["the lock is held", { p1: { lock: { generation: 1, holder: null } } }],
    ["what the world has seen", { p1: { observed: logOf("1.1") } }],
    ["a copy runs", { "p1.2": null }],
    ["a copy's host", { "p1.2": { host: "h3" } }],
    ["a copy's role", { "p1.2": { role: "primary" } }],
    ["a copy's phase", { "p1.2": { phase: "contending" } }],
    ["a copy's generation", { "p1.2": { generation: 2 } }],
    ["a copy's log", { "p1.2": { log: logOf("1.1") } }],
    ["what a copy counts as released", { "p1.2": { released: 1 } }],
    ["a Primary has a channel", { "p1.1": { channel: null } }],
    ["a Primary's peer is gone", { "p1.1": { channel: { peer: "gone", delivered: 0, acked: 0 } } }],
    ["a Primary's peer", { "p1.1": { channel: { peer: "p1.1", delivered: 0, acked: 0 } } }],
    ["what is delivered", { "p1.1": { channel: { peer: "p1.2", delivered: 1, acked: 0 } } }],
    ["what is acknowledged", { "p1.1": { channel: { peer: "p1.2", delivered: 0, acked: 1 } } }],
  ] as const)("tells whether, or how: %s", (_what, change) => {
    const state = reach(three, toRunning)

    expect(identity(changed(state, change))).not.toBe(identity(state))
    expect(isSame(changed(state, change), state)).toBe(false)
  })

  it("distinguishes two clusters that differ in one pair of several", () => {
    const state = reach(plainConfig(3, 2), toRunning)
    const other = changed(state, { p2: { power: "on" } })

    expect(identity(other)).not.toBe(identity(state))
    expect(isSame(other, state)).toBe(false)
  })
})

describe("the identity with interventions", () => {
  it("distinguishes what only operators have made different", () => {
    const state = reach(three, toRunning)
    const tested = changed(state, { p1: { interventions: 1 } })

    expect(identityWithInterventions(tested)).not.toBe(identityWithInterventions(state))
    expect(identityWithInterventions(changed(state, { p1: { reason: "other" } }))).toBe(
      identityWithInterventions(state),
    )
  })
})

describe("registrations", () => {
  it.each([
    ["primary", { primary: "h3", secondary: "h2" }],
    ["secondary", { primary: "h1", secondary: "h3" }],
  ] as const)("are distinguished, of pairs that are the same otherwise: %s", (_which, registered) => {
    const state = reach(three, toRunning)
    const elsewhere = changed(state, { p1: { registered } })

    expect(identity(elsewhere)).toBe(identity(state))
    expect(registrationsOf(elsewhere)).not.toBe(registrationsOf(state))
  })
})

describe("the identity in a cluster", () => {
  const state = reach(three, toRunning)
  const elsewhere = changed(state, { p1: { registered: { primary: "h3", secondary: null } } })

  it.each([
    ["an operation on FT reads them", three, [...coreKinds, "ResumeFT"]],
    ["a power-on prefers the registered host", { ...three, policy: "registered" }, coreKinds],
    ["the reference policy is followed", { ...three, policy: "reference" }, coreKinds],
  ] as const)("has the registrations in it where %s", (_why, config, among) => {
    const keyOf = identityFor(config, among)

    expect(keyOf(elsewhere)).not.toBe(keyOf(state))
  })

  it("is without them where no guard reads them", () => {
    const keyOf = identityFor(three, coreKinds)

    expect(keyOf(elsewhere)).toBe(keyOf(state))
  })
})

// Helpers

const following = (protocol: Protocol, state: State): readonly string[] =>
  successors(protocol, state)
    .map((successor) => `${successor.action.kind} ${identity(successor.state)}`)
    .sort()

/** The state with the copies of every pair numbered, and listed, the other way round. */
const renumbered = (state: State): State =>
  withEveryPair(state, (pair): Pair => {
    const anew = (id: CopyId): CopyId => copyIdOf(pair.id, pair.started + 1 - Number(id.split(".")[1]))
    return {
      ...pair,
      lock: { ...pair.lock, holder: pair.lock.holder && anew(pair.lock.holder) },
      copies: pair.copies.toReversed().map((copy) => ({
        ...copy,
        id: anew(copy.id),
        channel: copy.channel && {
          ...copy.channel,
          peer: copy.channel.peer === "gone" ? "gone" : anew(copy.channel.peer),
        },
      })),
    }
  })
