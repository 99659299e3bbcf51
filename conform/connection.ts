import { setImmediate } from "node:timers/promises"
import type { Config } from "../model/config.ts"
import { startChild, type Overheard } from "./child.ts"
import { AdapterFault } from "./fault.ts"
import type { AskBody, Peer, Reply } from "./peer.ts"
import type { AskedAction, Profile } from "./profile.ts"
import type { Case } from "./case-source.ts"
import {
  greet,
  judgeCase,
  leave,
  noAnswers,
  resetOf,
  sessionOf,
  type CaseResult,
  type Session,
} from "./session.ts"
import type { Hello } from "./wire.ts"

/** How an implementation fared in a case, its breaking of the wire included. */
export type CaseOutcome<S> = CaseResult<S> | Broken

type Broken = {
  readonly tag: "broken"
  readonly fault: AdapterFault
  readonly tally: CaseResult<never>["tally"]
}

/** A way to start an implementation, again and again. */
export type Start = () => Promise<Peer>

/** The usual way: a child process. */
export const starterOf =
  (command: readonly string[], timeout: number, overheard?: Overheard, signal?: AbortSignal): Start =>
  () =>
    startChild(command, timeout, overheard, signal)

/**
 * An implementation that is started again when it has broken the wire.
 *
 * Shape  `run` asks whole cases, many at a time where the implementation allows it, and tells the outcome of each in
 *        their order; null in place of a case lets the event loop run. `trial` asks one case; with a pace, waiting so many milliseconds before each action. `close`
 *        takes leave; it rejects with AdapterFault if that is not answered.
 */
export type Connection<S> = {
  readonly hello: Hello
  readonly profile: Profile<S>
  readonly run: (
    cases: Iterable<Case | null>,
  ) => AsyncGenerator<{ readonly case: Case; readonly outcome: CaseOutcome<S> }>
  readonly trial: (config: Config, actions: readonly AskedAction[], pace?: number) => Promise<CaseOutcome<S>>
  readonly close: () => Promise<void>
}

/**
 * How many asks are on their way at once, at the most: while they are answered, the answers before are judged. Fewer
 * where few may wait unanswered, and at the beginning: twice as many after each batch that was answered in a quarter of
 * a second, half as many after one that took longer, so that whoever is slow can be left in time.
 */
const batchAsksMax = 400
const batchAsksEach = 8
const batchMillis = 250

/** Connects to an implementation that has said hello. */
export const connectionOf = <S>(
  start: Start,
  first: { readonly peer: Peer; readonly hello: Hello },
  profile: Profile<S>,
  candidatesMax: number,
  now: () => number = () => performance.now(),
): Connection<S> => {
  const { hello } = first
  let session: Session<S> = sessionOf(first.peer, hello, profile, candidatesMax)
  let isBroken = false
  let asksMax = batchAsksEach

  /** Batches are larger or smaller from now on, as it took so many milliseconds to answer one. */
  const adapt = (millis: number): void => {
    const most = Math.min(batchAsksMax, batchAsksEach * (hello.window ?? 1))
    asksMax = millis <= batchMillis ? Math.min(most, 2 * asksMax) : Math.max(batchAsksEach, asksMax >> 1)
  }

  const restart = async (): Promise<void> => {
    await session.peer.close().catch(() => {})
    const peer = await start()
    session = { ...session, peer }
    await greet(peer)
    isBroken = false
  }

  /** Whether it has a cluster, by its JSON, as far as it has been asked. */
  const accepted = new Map<string, boolean>()

  /** What is answered to cases one after the other: to each its reset first, and the actions only if it was done. */
  const inTurn = async (cases: readonly Case[]): Promise<readonly (readonly Reply[])[]> => {
    const answered: (readonly Reply[])[] = []
    for (const each of cases) {
      const [reset, ...actions] = asksOf(each) as readonly [AskBody, ...AskBody[]]
      const first = await session.peer.ask([reset])
      const isFollowed = isDone(first[0] as Reply) && actions.length > 0
      answered.push(isFollowed ? [...first, ...(await session.peer.ask(actions).catch(after(first)))] : first)
    }
    return answered
  }

  /** The same with many asks on their way: a cluster that was not met before is asked for by itself first. */
  const atOnce = async (cases: readonly Case[]): Promise<readonly (readonly Reply[])[]> => {
    const resets = cases.map(({ config }) => resetOf(config))
    const clusters = resets.map((reset) => JSON.stringify(reset))
    const unmet = new Map(clusters.flatMap((cluster, n) => (accepted.has(cluster) ? [] : [[cluster, n]])))
    const met =
      unmet.size === 0 ? [] : await session.peer.ask([...unmet.values()].map((n) => resets[n] as AskBody))
    for (const [n, cluster] of [...unmet.keys()].entries()) accepted.set(cluster, isDone(met[n] as Reply))
    const bodies = cases.map((each, n) =>
      accepted.get(clusters[n] as string) === true ? asksOf(each) : [resets[n] as AskBody],
    )
    const replies = await session.peer.ask(bodies.flat())
    let at = 0
    return bodies.map(({ length }) => replies.slice(at, (at += length)))
  }

  /** What is answered to cases, case by case. Of a case whose cluster it does not have, only the reset is asked. */
  const ask = async (cases: readonly Case[]): Promise<readonly (readonly Reply[])[] | AdapterFault> => {
    try {
      if (isBroken) await restart()
      const began = now()
      const replies = await ((hello.window ?? 1) === 1 || cases.length === 1 ? inTurn(cases) : atOnce(cases))
      adapt(now() - began)
      return replies
    } catch (error) {
      if (!(error instanceof AdapterFault)) throw error
      isBroken = true
      return error
    }
  }

  const judged = (each: Case, replies: readonly Reply[]): CaseOutcome<S> => {
    try {
      return judgeCase(session, each.config, each.actions, replies)
    } catch (error) {
      if (error instanceof AdapterFault) return { tag: "broken", fault: error, tally: noAnswers() }
      throw error
    }
  }

  const alone = async (each: Case): Promise<CaseOutcome<S>> => {
    const replies = await ask([each])
    return replies instanceof AdapterFault
      ? { tag: "broken", fault: replies, tally: noAnswers() }
      : judged(each, replies[0] as readonly Reply[])
  }

  return {
    hello,
    profile,
    run: async function* (cases) {
      const batches = batchesOf(cases, () => asksMax)
      let asked = await batches.next(ask)
      try {
        while (asked !== null) {
          const { batch } = asked
          const replies = await asked.sent
          if (replies instanceof AdapterFault) {
            asked = null
            const outcomes = await oneByOne(batch, alone, replies)
            yield* outcomes
            asked = await batches.next(ask, batch.slice(outcomes.length))
            continue
          }
          asked = await batches.next(ask)
          for (const [n, each] of batch.entries())
            yield { case: each, outcome: judged(each, replies[n] as readonly Reply[]) }
        }
      } finally {
        batches.end()
        // Whoever stops early leaves no answer behind that the next ask would meet.
        await asked?.sent
      }
    },
    trial: (config, actions, pace = 0) =>
      pace === 0
        ? alone({ path: "trial", config, actions })
        : paced(
            { path: "trial", config, actions },
            pace,
            async (bodies) => {
              if (isBroken) await restart()
              return session.peer.ask(bodies)
            },
            judged,
            () => {
              isBroken = true
            },
          ),
    close: async () => {
      if (isBroken) {
        await session.peer.close().catch(() => {})
        return
      }
      try {
        await leave(session.peer)
      } finally {
        await session.peer.close()
      }
    },
  }
}

/** A fault, with what was answered before it. */
const after =
  (before: readonly Reply[]) =>
  (error: unknown): never => {
    throw error instanceof AdapterFault ? error.after(before) : error
  }

/** Whether a reset was answered with a cluster. */
const isDone = ({ json }: Reply): boolean => json["ok"] === true && !("refused" in json)

/** A case as it is asked of an implementation that chooses the host of some kinds itself. */
export const opened = (each: Case, chooses: readonly string[] = []): Case =>
  chooses.length === 0
    ? each
    : {
        ...each,
        actions: each.actions.map((action) => {
          const { host: _, ...open } = action
          return chooses.includes(action.kind) ? { ...open, kind: action.kind } : action
        }),
      }

const asksOf = ({ config, actions }: Case): readonly AskBody[] => [
  resetOf(config),
  ...actions.map(({ state, ...action }) => ({
    op: "apply",
    action,
    ...(state === undefined ? {} : { state }),
  })),
]

/** The cases in batches; the next one is made up while the one before is on its way. `again` goes first. */
const batchesOf = (
  cases: Iterable<Case | null>,
  asksMax: () => number,
): {
  readonly next: <A>(
    send: (batch: readonly Case[]) => A,
    again?: readonly Case[],
  ) => Promise<{ readonly batch: readonly Case[]; readonly sent: A } | null>
  readonly end: () => void
} => {
  let isEnded = false
  const source = cases[Symbol.iterator]()
  const gathered = async (): Promise<readonly Case[]> => {
    const batch: Case[] = []
    for (let asks = 0; asks < asksMax();) {
      const next = source.next()
      if (next.done === true) break
      if (next.value === null) {
        await setImmediate()
        if (isEnded) break
        continue
      }
      batch.push(next.value)
      asks += next.value.actions.length + 1
    }
    return batch
  }
  let ready = gathered()
  return {
    next: async (send, again = []) => {
      const batch = again.length > 0 ? again : await ready
      if (batch.length === 0) return null
      const sent = send(batch)
      if (batch !== again) ready = gathered()
      return { batch, sent }
    },
    end: () => {
      isEnded = true
    },
  }
}

/**
 * The cases of a batch that broke the wire, up to the one that does so again; the others are still to be run. If none
 * does, the first that has not failed otherwise is blamed.
 */
const oneByOne = async <S>(
  batch: readonly Case[],
  alone: (each: Case) => Promise<CaseOutcome<S>>,
  fault: AdapterFault,
): Promise<readonly { readonly case: Case; readonly outcome: CaseOutcome<S> }[]> => {
  const outcomes: { readonly case: Case; readonly outcome: CaseOutcome<S> }[] = []
  for (const each of batch) {
    const outcome = await alone(each)
    outcomes.push({ case: each, outcome })
    if (outcome.tag === "broken") return outcomes
  }
  const blamed = outcomes.findIndex(({ outcome }) => outcome.tag !== "diverged")
  return outcomes.map((each, n) =>
    n === blamed ? { ...each, outcome: { tag: "broken", fault, tally: noAnswers() } } : each,
  )
}

/** One case, ask by ask, with a pause before each action: what depends on time shows itself. */
const paced = async <S>(
  each: Case,
  pace: number,
  ask: Peer["ask"],
  judged: (each: Case, replies: readonly Reply[]) => CaseOutcome<S>,
  broke: () => void,
): Promise<CaseOutcome<S>> => {
  const replies: Reply[] = []
  try {
    for (const body of asksOf(each)) {
      if (replies.length > 0) await new Promise((resolve) => setTimeout(resolve, pace))
      replies.push(...(await ask([body]).catch(after(replies))))
      if (!isDone(replies[0] as Reply)) break
    }
  } catch (error) {
    if (!(error instanceof AdapterFault)) throw error
    broke()
    return { tag: "broken", fault: error, tally: noAnswers() }
  }
  return judged(each, replies)
}
