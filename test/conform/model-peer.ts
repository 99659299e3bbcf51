import { kinds } from "../../model/action.ts"
import type { Config } from "../../model/config.ts"
import type { State } from "../../model/state.ts"
import { connectionOf, type Connection } from "../../conform/connection.ts"
import { inProcess } from "../../conform/in-process.ts"
import { pairProfile } from "../../conform/pair-profile.ts"
import type { Peer, Reply } from "../../conform/peer.ts"
import type { AskedAction, Profile } from "../../conform/profile.ts"
import { openKinds, type Hello } from "../../conform/wire.ts"
import { mutantNamed } from "../../properties/mutants/catalogue.ts"
import { mutated } from "../../properties/mutants/mutant.ts"

// The model in place of an implementation, in this process.

export const hello: Hello = {
  seq: 1,
  ok: true,
  version: "1",
  implementation: { name: "the model", language: "TypeScript", version: "1" },
  profile: "pair",
  observes: ["hosts", "cut", "exposed", "rules", "pairs"],
  actions: kinds as unknown as Hello["actions"],
}

/** The protocol, or one of its mutants. */
export const peerOf = (mutant: string | null): Peer => {
  const profile = pairProfile(mutated(mutantNamed(mutant ?? "")))
  return inProcess(profile, profile.schema, hello)
}

export const connectedTo = (peer: Peer, more: Partial<Hello> = {}): Connection<State> =>
  connectionOf(() => Promise.resolve(peer), { peer, hello: { ...hello, ...more } }, pairProfile(), 10_000)

/** The same, which chooses the hosts itself: the last one that is allowed. */
export const choosingPeerOf = (mutant: string | null): Peer => {
  const inner = peerOf(mutant)
  return {
    ...inner,
    ask: async (bodies) => {
      const replies: Reply[] = []
      for (const body of bodies) {
        const action = body["action"] as AskedAction | undefined
        const isOpen = action !== undefined && chosen.includes(action.kind)
        for (const host of isOpen ? ["h4", "h3", "h2", "h1"] : [action?.["host"]]) {
          const asked = isOpen ? { ...body, action: { ...action, host } } : body
          const [reply] = (await inner.ask([asked])) as readonly [Reply]
          if (host !== "h1" && isOpen && reply.json["refused"] !== undefined) continue
          replies.push(reply)
          break
        }
      }
      return replies
    },
  }
}

/** The kinds for which it does. */
const chosen: readonly string[] = openKinds

/** The states of a run by the model, the first one first; an action that it refuses changes nothing. */
export const statesOf = <S>(
  profile: Profile<S>,
  config: Config,
  actions: readonly AskedAction[],
): readonly S[] => {
  const states = [profile.initial(config)]
  for (const action of actions) {
    const before = states.at(-1) as S
    const outcome = profile.step(config, before, action)
    states.push(outcome.tag === "next" ? outcome.state : before)
  }
  return states
}
