import type { Config } from "../model/config.ts"
import { untilLate } from "../properties/explore/turns.ts"
import { Asker, type Start } from "./asker.ts"
import { batchesOf } from "./batch.ts"
import type { Case } from "./case-source.ts"
import { startChild, type OnLine } from "./child.ts"
import { AdapterFault } from "./fault.ts"
import type { Peer, Reply } from "./peer.ts"
import type { AskedAction, Profile } from "./profile.ts"
import { judging, noAnswers, sessionOf, type CaseResult } from "./session.ts"
import type { Hello } from "./wire.ts"

/**
 * The outcome of a case, a broken wire included; `cut`, where the time was up before it had failed.
 */
export type CaseOutcome<S> = CaseResult<S> | Broken | Cut

type Cut = { readonly tag: "cut"; readonly tally: CaseResult<never>["tally"] }

type Broken = {
  readonly tag: "broken"
  readonly fault: AdapterFault
  readonly tally: CaseResult<never>["tally"]
}

/** The usual way: a child process. */
export const starterOf =
  (command: readonly string[], timeout: number, onLine?: OnLine, signal?: AbortSignal): Start =>
  () =>
    startChild(command, timeout, onLine, signal)

/**
 * An implementation that is started again when it has broken the wire.
 *
 * Shape  `run` asks whole cases, many at a time where the implementation allows it, and yields the outcome of each in
 *        their order; null in place of a case lets the event loop run. `trial` asks one case; with a pace, waiting so
 *        many milliseconds before each action. Once `isLate`, no more is asked, and the case that was being asked is
 *        cut. `close` takes leave; it rejects with AdapterFault if that is not answered.
 */
export type Connection<S> = {
  readonly hello: Hello
  readonly profile: Profile<S>
  readonly run: (cases: Iterable<Case | null>, isLate?: () => boolean) => AsyncGenerator<Ran<S>>
  readonly trial: (
    config: Config,
    actions: readonly AskedAction[],
    pace?: number,
    isLate?: () => boolean,
  ) => Promise<CaseOutcome<S>>
  readonly close: () => Promise<void>
}

/** Connects to an implementation that has said hello. */
export const connectionOf = <S>(
  start: Start,
  first: { readonly peer: Peer; readonly hello: Hello },
  profile: Profile<S>,
  candidatesMax: number,
  now: () => number = () => performance.now(),
): Connection<S> => {
  const { hello } = first
  const session = sessionOf(null, hello, profile, candidatesMax)
  const asker = new Asker(start, first, now)

  const judged: Judge<S> = async (each, replies, isLate) => {
    try {
      if (replies instanceof AdapterFault) throw replies
      const result = await untilLate(judging(session, each.config, each.actions, replies), isLate)
      const isCut =
        result === null || (result.tag === "fits" && replies.length <= each.actions.length && isLate())
      return isCut ? { tag: "cut", tally: noAnswers() } : result
    } catch (error) {
      if (error instanceof AdapterFault) return { tag: "broken", fault: error, tally: noAnswers() }
      throw error
    }
  }

  return {
    hello,
    profile,
    run: (cases, isLate = () => false) => running(asker, judged, cases, isLate),
    trial: async (config, actions, pace = 0, isLate = () => false) => {
      const each = { path: "trial", config, actions }
      const replies = pace === 0 ? asker.alone(each, isLate) : asker.slowly(each, pace, isLate)
      return judged(each, await replies, isLate)
    },
    close: () => asker.close(),
  }
}

type Judge<S> = (
  each: Case,
  replies: readonly Reply[] | AdapterFault,
  isLate: () => boolean,
) => Promise<CaseOutcome<S>>

type Ran<S> = { readonly case: Case; readonly outcome: CaseOutcome<S> }

/** Asks the next cases while the answers to those before are judged. */
async function* running<S>(
  asker: Asker,
  judged: Judge<S>,
  cases: Iterable<Case | null>,
  isLate: () => boolean,
): AsyncGenerator<Ran<S>> {
  const batches = batchesOf(cases, () => asker.asksMax)
  const next = (again?: readonly Case[]) => batches.next((batch) => asker.ask(batch, isLate), again)
  let asked = await next()
  try {
    while (asked !== null) {
      const { batch } = asked
      const replies = await asked.sent
      if (replies instanceof AdapterFault) {
        asked = null
        const alone = async (each: Case) => judged(each, await asker.alone(each, isLate), isLate)
        const outcomes = await oneByOne(batch, alone, replies)
        yield* outcomes
        asked = await next(batch.slice(outcomes.length))
        continue
      }
      asked = await next()
      for (const [n, each] of batch.entries())
        yield { case: each, outcome: await judged(each, replies[n] ?? [], isLate) }
    }
  } finally {
    batches.end()
    // An early stop leaves no answer behind that the next ask would meet.
    await asked?.sent
  }
}

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
 * does, the fault is attributed to the first that has not failed otherwise.
 */
const oneByOne = async <S>(
  batch: readonly Case[],
  alone: (each: Case) => Promise<CaseOutcome<S>>,
  fault: AdapterFault,
): Promise<readonly Ran<S>[]> => {
  const outcomes: Ran<S>[] = []
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
