import type { Config } from "../model/config.ts"
import { untilLate } from "../properties/explore/turns.ts"
import { startChild, type Overheard } from "./child.ts"
import { AdapterFault } from "./fault.ts"
import { heavy, weightOf, type AskBody, type Peer, type Reply } from "./peer.ts"
import type { AskedAction, Profile } from "./profile.ts"
import { asksOf, batchesOf, weightMaxOf } from "./batch.ts"
import type { Case } from "./case-source.ts"
import {
  greet,
  judging,
  leave,
  noAnswers,
  resetOf,
  sessionOf,
  type CaseResult,
  type Session,
} from "./session.ts"
import type { Hello } from "./wire.ts"

/**
 * How an implementation fared in a case, its breaking of the wire included; `cut`, where the time was up before it had
 * failed.
 */
export type CaseOutcome<S> = CaseResult<S> | Broken | Cut

type Cut = { readonly tag: "cut"; readonly tally: CaseResult<never>["tally"] }

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
 *        their order; null in place of a case lets the event loop run. `trial` asks one case; with a pace, waiting so many
 *        milliseconds before each action. Once `isLate`, no more is asked, and the case that was being asked is cut.
 *        `close` takes leave; it rejects with AdapterFault if that is not answered.
 */
export type Connection<S> = {
  readonly hello: Hello
  readonly profile: Profile<S>
  readonly run: (
    cases: Iterable<Case | null>,
    isLate?: () => boolean,
  ) => AsyncGenerator<{ readonly case: Case; readonly outcome: CaseOutcome<S> }>
  readonly trial: (
    config: Config,
    actions: readonly AskedAction[],
    pace?: number,
    isLate?: () => boolean,
  ) => Promise<CaseOutcome<S>>
  readonly close: () => Promise<void>
}

/**
 * How many asks are on their way at once, at the most: while they are answered, the answers before are judged. Fewer
 * where few may wait unanswered, and at the beginning: twice as many after each batch that was answered in a quarter of
 * a second by answers that are not heavy, half as many otherwise, so that whoever is slow can be left in time.
 */
const batchAsksMax = 400
const batchAsksEach = 8
const batchMillis = 250
const batchWeight = 4 * 1024 * 1024

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

  /** Batches are larger or smaller from now on, by how many milliseconds it took to answer one, and what that weighs. */
  const adapt = (millis: number, weight: number): void => {
    const most = Math.min(batchAsksMax, batchAsksEach * (hello.window ?? 1))
    asksMax =
      millis <= batchMillis && weight <= batchWeight
        ? Math.min(most, 2 * asksMax)
        : Math.max(batchAsksEach, asksMax >> 1)
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

  /** How many asks are sent before it is seen whether it is late: of whoever is slow, as few as keep it busy. */
  const pieceMax = (): number => (asksMax > batchAsksEach ? asksMax : Math.min(asksMax, hello.window ?? 1))

  /** What is answered to asks, up to where it is late. */
  const askedInTime = async (
    bodies: readonly AskBody[],
    weightMax: number,
    isLate: () => boolean,
  ): Promise<readonly Reply[]> => {
    const replies: Reply[] = []
    let weight = 0
    while (replies.length < bodies.length && (replies.length === 0 || !isLate())) {
      const piece = bodies.slice(replies.length, replies.length + pieceMax())
      const answered = await session.peer.ask(piece, weightMax).catch(after(replies))
      replies.push(...answered)
      weight += weightOf(answered)
      if (weight > weightMax) throw tooHeavy(replies)
    }
    return replies
  }

  /** What is answered to cases one after the other: to each its reset first, and the actions only if it was done. */
  const inTurn = async (
    cases: readonly Case[],
    isLate: () => boolean,
  ): Promise<readonly (readonly Reply[])[]> => {
    const answered: (readonly Reply[])[] = []
    for (const each of cases) {
      const [reset, ...actions] = asksOf(each) as readonly [AskBody, ...AskBody[]]
      const first = await session.peer.ask([reset])
      const isFollowed = isDone(first[0] as Reply) && actions.length > 0 && !isLate()
      answered.push(
        isFollowed
          ? [...first, ...(await askedInTime(actions, weightMaxOf([each]), isLate).catch(after(first)))]
          : first,
      )
      if (isLate()) break
    }
    return answered
  }

  /** The same with many asks on their way: a cluster that was not met before is asked for by itself first. */
  const atOnce = async (
    cases: readonly Case[],
    isLate: () => boolean,
  ): Promise<readonly (readonly Reply[])[]> => {
    const resets = cases.map(({ config }) => resetOf(config))
    const clusters = resets.map((reset) => JSON.stringify(reset))
    const unmet = new Map(clusters.flatMap((cluster, n) => (accepted.has(cluster) ? [] : [[cluster, n]])))
    const met =
      unmet.size === 0 ? [] : await session.peer.ask([...unmet.values()].map((n) => resets[n] as AskBody))
    for (const [n, cluster] of [...unmet.keys()].entries()) accepted.set(cluster, isDone(met[n] as Reply))
    const bodies = cases.map((each, n) =>
      accepted.get(clusters[n] as string) === true ? asksOf(each) : [resets[n] as AskBody],
    )
    const replies = await askedInTime(bodies.flat(), weightMaxOf(cases), isLate)
    let at = 0
    return bodies.map(({ length }) => replies.slice(at, (at += length))).filter(({ length }) => length > 0)
  }

  /**
   * What is answered to cases, case by case: to fewer, and to the last not all, once it is late. Of a case whose cluster it
   * does not have, only the reset is asked.
   */
  const ask = async (
    cases: readonly Case[],
    isLate: () => boolean,
  ): Promise<readonly (readonly Reply[])[] | AdapterFault> => {
    try {
      if (isBroken) await restart()
      const began = now()
      const replies = await ((hello.window ?? 1) === 1 || cases.length === 1
        ? inTurn(cases, isLate)
        : atOnce(cases, isLate))
      adapt(now() - began, weightOf(replies.flat()))
      return replies
    } catch (error) {
      if (!(error instanceof AdapterFault)) throw error
      isBroken = true
      return error
    }
  }

  const judged = async (
    each: Case,
    replies: readonly Reply[],
    isLate: () => boolean,
  ): Promise<CaseOutcome<S>> => {
    try {
      const result = await untilLate(judging(session, each.config, each.actions, replies), isLate)
      const isCut =
        result === null || (result.tag === "fits" && replies.length <= each.actions.length && isLate())
      return isCut ? { tag: "cut", tally: noAnswers() } : result
    } catch (error) {
      if (error instanceof AdapterFault) return { tag: "broken", fault: error, tally: noAnswers() }
      throw error
    }
  }

  const alone = async (each: Case, isLate: () => boolean): Promise<CaseOutcome<S>> => {
    const replies = await ask([each], isLate)
    return replies instanceof AdapterFault
      ? { tag: "broken", fault: replies, tally: noAnswers() }
      : judged(each, replies[0] as readonly Reply[], isLate)
  }

  return {
    hello,
    profile,
    run: async function* (cases, isLate = () => false) {
      const send = (batch: readonly Case[]) => ask(batch, isLate)
      const batches = batchesOf(cases, () => asksMax)
      let asked = await batches.next(send)
      try {
        while (asked !== null) {
          const { batch } = asked
          const replies = await asked.sent
          if (replies instanceof AdapterFault) {
            asked = null
            const outcomes = await oneByOne(batch, (each) => alone(each, isLate), replies)
            yield* outcomes
            asked = await batches.next(send, batch.slice(outcomes.length))
            continue
          }
          asked = await batches.next(send)
          for (const [n, each] of batch.entries())
            yield { case: each, outcome: await judged(each, replies[n] ?? [], isLate) }
        }
      } finally {
        batches.end()
        // Whoever stops early leaves no answer behind that the next ask would meet.
        await asked?.sent
      }
    },
    trial: (config, actions, pace = 0, isLate = () => false) =>
      pace === 0
        ? alone({ path: "trial", config, actions }, isLate)
        : paced(
            { path: "trial", config, actions },
            pace,
            async (bodies) => {
              if (isBroken) await restart()
              return session.peer.ask(bodies)
            },
            (each, replies) => judged(each, replies, isLate),
            () => {
              isBroken = true
            },
            isLate,
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

const tooHeavy = (replies: readonly Reply[]): AdapterFault =>
  new AdapterFault({ code: "too-long", detail: heavy(replies.length), line: null, log: "", replies })

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
  judged: (each: Case, replies: readonly Reply[]) => Promise<CaseOutcome<S>>,
  broke: () => void,
  isLate: () => boolean,
): Promise<CaseOutcome<S>> => {
  const replies: Reply[] = []
  try {
    for (const body of asksOf(each)) {
      if (replies.length > 0) await new Promise((resolve) => setTimeout(resolve, pace))
      replies.push(...(await ask([body]).catch(after(replies))))
      if (!isDone(replies[0] as Reply) || isLate()) break
    }
  } catch (error) {
    if (!(error instanceof AdapterFault)) throw error
    broke()
    return { tag: "broken", fault: error, tally: noAnswers() }
  }
  return judged(each, replies)
}
