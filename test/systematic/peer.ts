import { kinds, type Action } from "../../model/action.ts"
import { unbounded } from "../../model/config.ts"
import { layoutOf } from "../../impl/engine/layout.ts"
import type { State } from "../../model/state.ts"
import { clusterOf, roomy, stateOf, take, type Cluster } from "../../conform/adapters/typescript/cluster.ts"
import { connectionOf, type Connection } from "../../conform/connection.ts"
import { AdapterFault } from "../../conform/fault.ts"
import { pairProfile } from "../../conform/pair-profile.ts"
import type { AskBody, Peer } from "../../conform/peer.ts"
import type { Hello } from "../../conform/wire.ts"
import { configOf } from "../../traces/config.ts"
import type { MakeEngine } from "./made.ts"

const hello: Omit<Hello, "seq"> = {
  ok: true,
  version: "1",
  implementation: { name: "engine", language: "TypeScript", version: "1" },
  profile: "pair",
  observes: ["hosts", "cut", "exposed", "rules", "pairs"],
  actions: kinds as unknown as Hello["actions"],
}

/** How many model states may fit at once: one, as everything is observed. */
const candidatesMax = 100

/** An engine behind the wire, in this process, all of whose state shows. It crashes where its code throws. */
export const connectedTo = (make: MakeEngine): Connection<State> => {
  const start = (): Promise<Peer> => Promise.resolve(peerOf(make))
  const first = { peer: peerOf(make), hello: { ...hello, seq: 1 } }
  const connection = connectionOf(start, first, pairProfile(), candidatesMax)
  // What does not depend on time need not be asked slowly.
  return { ...connection, trial: (config, actions) => connection.trial(config, actions) }
}

const peerOf = (make: MakeEngine): Peer => {
  let seq = 0
  let cluster: Cluster | null = null

  const answer = (body: AskBody): object => {
    if (body.op === "hello") return hello
    if (body.op === "bye") return { ok: true }
    if (body.op === "reset") {
      const config = { ...configOf("reset", body["config"], ["config"]), bounds: unbounded }
      cluster = clusterOf(make(layoutOf(config, { capacity: roomy, registered: true, reason: true })))
      return { ok: true, state: stateOf(cluster) }
    }
    if (cluster === null) throw new Error("defect: an action before any reset")
    const refused = take(cluster, body["action"] as Action)
    return { ok: true, ...(refused === null ? {} : { refused }), state: stateOf(cluster) }
  }

  return {
    ask: (bodies) =>
      new Promise((resolve) => {
        resolve(bodies.map((body) => ({ line: "", json: { seq: (seq += 1), ...safely(answer, body) } })))
      }),
    setWindow: () => {},
    close: () => Promise.resolve(),
  }
}

const safely = (answer: (body: AskBody) => object, body: AskBody): object => {
  try {
    return answer(body)
  } catch (error) {
    throw new AdapterFault({ code: "crashed", detail: String(error), line: null, log: "" })
  }
}
