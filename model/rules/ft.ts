import { isExecutingPrimary, type Copy } from "../copy.ts"
import { encryptsAsRequired } from "../encryption.ts"
import { fenced, isStale } from "../fence.ts"
import { ftState } from "../ft-state.ts"
import { isOff, primaryIfOn, primaryHostServes, secondaryHostServes, servesFt, withFt } from "../guards.ts"
import type { CopyId, PairId } from "../ids.ts"
import { copyIn, currentPrimary, type Pair } from "../pair.ts"
import { hasRoom } from "../placement.ts"
import type { Check, Finding, Protocol, Reading } from "../protocol.ts"
import { rule } from "../rule.ts"
import { hasStorage, hostOf, pairOf, withPair, type State } from "../state.ts"
import { thePair, theRegistration, type OfPair } from "../subject.ts"

// What an administrator does to FT itself. While the VM is on, its Primary is asked, which does by its own test-and-set of the
// lock what it cannot do alone: no operation is stronger than the protocol.

/** FT is configured: the VM counts as an FT VM from now on, and if it runs, gets a Secondary. */
export const turnOnFt = rule("TurnOnFT", ["FT-01", "FT-13"], thePair)
  .when(
    withFt("notConfigured"),
    primaryHostServes,
    primaryIfOn,
    {
      id: "limits",
      holds: ({ pair }, state, { config }) => {
        const primary = pair.power === "on" ? currentPrimary(pair) : null
        return primary === null || hasRoom(config, state, pair.id, primary.host)
      },
    },
    {
      id: "encryption",
      holds: ({ pair }, _state, { config }) => {
        const primary = pair.power === "on" ? currentPrimary(pair) : null
        return primary === null || encryptsAsRequired(config, pair.id, primary.host)
      },
    },
  )
  .effect(({ pair }, state) => withPair(state, { ...pair, ft: "enabled" }))

/** FT goes on after a suspension. No host is needed: without one the pair is in need of a Secondary. */
export const resumeFt = rule("ResumeFT", ["FT-01"], thePair)
  .when(withFt("disabled"), primaryHostServes, primaryIfOn)
  .effect(({ pair }, state) => withPair(state, { ...pair, ft: "enabled" }))

/** The pair, and the copy that is asked by name; null where the administrator leaves it to the pair. */
type Asked = OfPair & { readonly named: Copy | null }

type NamesAsked = { readonly pair: PairId; readonly copy?: CopyId }

const whoeverIsAsked: Reading<NamesAsked, OfPair & { readonly copy: CopyId | null }> = {
  read: ({ pair, copy }, state) => ({ pair: pairOf(state, pair), copy: copy ?? null }),
}

const itRunsIfNamed: Finding<OfPair & { readonly copy: CopyId | null }, Asked> = {
  id: "copy",
  find: ({ pair, copy }) => {
    if (copy === null) return { pair, named: null }
    const named = copyIn(pair, copy)
    return named === null ? null : { pair, named }
  },
}

/** Who is asked by name has its say, wherever the Primary is registered. */
const primaryHostServesUnlessNamed: Check<Asked> = {
  id: "primary-host",
  holds: (about, state, protocol) => about.named !== null || primaryHostServes.holds(about, state, protocol),
}

const noSecondaryIsAsked: Check<Asked> = {
  id: "primary-only",
  holds: ({ pair, named }) => pair.power === "off" || named === null || named.role === "primary",
}

/** While the VM is on, a Primary that executes has to do it; else there is nobody to be asked. */
const itsPrimaryIfOn: Finding<Asked, Asked & { readonly primary: Copy | null }> = {
  id: "no-primary",
  find: (about) => {
    if (about.pair.power === "off") return { ...about, primary: null }
    const primary = about.named ?? currentPrimary(about.pair)
    return primary !== null && isExecutingPrimary(primary) ? { ...about, primary } : null
  },
}

const nobodyIsNamedWhileOff: Check<Asked> = {
  id: "power",
  holds: ({ pair, named }) => pair.power === "on" || named === null,
}

/**
 * The Primary is rid of its Secondary first, and then FT is off: a Secondary that contends already cannot go live after the
 * administrator was told that it is off. One that was stale halts, and that is all.
 */
const takenOff = (
  ft: "disabled" | "notConfigured",
  { pair, primary }: { readonly pair: Pair; readonly primary: Copy | null },
  state: State,
  protocol: Protocol,
): State => {
  if (primary === null) return withPair(state, { ...pair, ft })
  const alone = fenced(pair, primary, state, protocol)
  return withPair(state, isStale(pair, primary) ? alone : { ...alone, ft })
}

/** FT is suspended: the VM goes on alone, and keeps its registrations. */
export const suspendFt = rule("SuspendFT", ["FT-01", "FT-11"], whoeverIsAsked)
  .find(itRunsIfNamed)
  .when(withFt("enabled"), primaryHostServesUnlessNamed, noSecondaryIsAsked)
  .find(itsPrimaryIfOn)
  .when(nobodyIsNamedWhileOff)
  .effect((about, state, protocol) => takenOff("disabled", about, state, protocol))

/** FT is no longer configured. The lock stays as it is, or a copy of before could win it when FT is on again. */
export const turnOffFt = rule("TurnOffFT", ["FT-01", "FT-11"], whoeverIsAsked)
  .find(itRunsIfNamed)
  .when(servesFt, primaryHostServesUnlessNamed, noSecondaryIsAsked)
  .find(itsPrimaryIfOn)
  .when(
    nobodyIsNamedWhileOff,
    { id: "starting", holds: ({ pair }) => ftState(pair) !== "starting" },
    secondaryHostServes,
  )
  .effect((about, state, protocol) => takenOff("notConfigured", about, state, protocol))

/**
 * One of the two copies is registered elsewhere while the VM is off. Any host will do that could keep it: rules, limits and the
 * other copy are looked at when it is started (FT-13).
 */
export const register = rule("Register", ["FT-13"], theRegistration)
  .when(
    isOff,
    { id: "ft", holds: ({ pair, role }) => role === "primary" || pair.ft !== "notConfigured" },
    { id: "storage", holds: ({ host }, state) => hasStorage(state, host) },
    { id: "maintenance", holds: ({ host }, state) => !hostOf(state, host).maintenance },
    { id: "same", holds: ({ pair, role, host }) => pair.registered[role] !== host },
  )
  .effect(({ pair, role, host }, state) =>
    withPair(state, { ...pair, registered: { ...pair.registered, [role]: host } }),
  )
