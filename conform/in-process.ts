import { unbounded, type Config } from "../model/config.ts"
import { configOf } from "../traces/config.ts"
import { project, type Json, type ObservationSchema } from "./observation.ts"
import type { AskBody, Peer, Reply } from "./peer.ts"
import type { AskedAction, Profile } from "./profile.ts"
import type { Hello } from "./wire.ts"

/**
 * A model behind the wire, in this process: what it shows is cut down to an observation schema. With the rules of a
 * mutant it stands in for an implementation that has this one thing wrong.
 */
export const inProcess = <S>(
  profile: Profile<S>,
  schema: ObservationSchema,
  hello: Omit<Hello, "seq">,
): Peer => {
  let seq = 0
  let config: Config | null = null
  let state: S | null = null

  const answer = (body: AskBody): object => {
    if (body.op === "hello") return hello
    if (body.op === "bye") return { ok: true }
    if (body.op === "reset") {
      config = { ...configOf("reset", body["config"], ["config"]), bounds: unbounded }
      state = profile.initial(config)
      return profile.name === "placement"
        ? { ok: true }
        : { ok: true, state: project(schema, profile.view(state)) }
    }
    if (config === null || state === null) throw new Error("defect: an action before any reset")
    const question = body["state"] === undefined ? {} : { state: body["state"] as Json }
    const outcome = profile.step(config, state, { ...(body["action"] as AskedAction), ...question })
    if (outcome.tag === "refused") return { ok: true, refused: outcome.guard }
    state = outcome.state
    const shown = project(schema, profile.view(state))
    return profile.name === "placement" ? { ok: true, ...(shown as object) } : { ok: true, state: shown }
  }

  const reply = (body: AskBody): Reply => {
    seq += 1
    const json = { seq, ...answer(body) } as { readonly [field: string]: Json }
    return { line: "", json }
  }

  return {
    ask: (bodies) => Promise.resolve(bodies.map(reply)),
    setWindow: () => {},
    close: () => Promise.resolve(),
  }
}
