import { asksOf, weightMaxOf } from "./batch.ts"
import type { Case } from "./case-source.ts"
import { AdapterFault } from "./fault.ts"
import { heavy, weightOf, type AskBody, type Peer, type Reply } from "./peer.ts"
import { greet, leave, resetOf } from "./session.ts"
import type { Hello } from "./wire.ts"

/** A way to start an implementation, again and again. */
export type Start = () => Promise<Peer>

/**
 * How many asks are on their way at once, at the most: while they are answered, the answers before are judged. Fewer
 * where few may wait unanswered, and at the beginning: twice as many after each batch that was answered in a quarter of
 * a second by answers that are not heavy, half as many otherwise, so that a slow implementation can be left in time.
 */
const batchAsksMax = 400
const batchAsksEach = 8
const batchMillis = 250
const batchWeight = 4 * 1024 * 1024

/** Answers, case by case. */
type Answers = readonly (readonly Reply[])[]

/** Asks cases of an implementation, which is started again when it has broken the wire. */
export class Asker {
  /** About how many asks a batch has. */
  asksMax = batchAsksEach
  private readonly start: Start
  private peer: Peer
  private readonly window: number
  private readonly now: () => number
  private isBroken = false
  /** Whether the implementation has a cluster, by its JSON, as far as is known. */
  private readonly accepted = new Map<string, boolean>()

  constructor(
    start: Start,
    { peer, hello }: { readonly peer: Peer; readonly hello: Hello },
    now: () => number,
  ) {
    this.start = start
    this.peer = peer
    this.window = hello.window ?? 1
    this.now = now
  }

  /**
   * The answers to cases, case by case. Once it is late there are fewer, and the last is incomplete. Of a case whose
   * cluster the implementation does not have, only the reset is asked.
   */
  ask(cases: readonly Case[], isLate: () => boolean): Promise<Answers | AdapterFault> {
    return this.answered(async () => {
      const began = this.now()
      const isInTurn = this.window === 1 || cases.length === 1
      const replies = await (isInTurn ? this.inTurn(cases, isLate) : this.atOnce(cases, isLate))
      this.adapt(this.now() - began, weightOf(replies.flat()))
      return replies
    })
  }

  /** The answers to one case. */
  async alone(each: Case, isLate: () => boolean): Promise<readonly Reply[] | AdapterFault> {
    const replies = await this.ask([each], isLate)
    return replies instanceof AdapterFault ? replies : (replies[0] as readonly Reply[])
  }

  /** The same, ask by ask, with a pause before each action, to reveal what depends on time. */
  slowly(each: Case, pace: number, isLate: () => boolean): Promise<readonly Reply[] | AdapterFault> {
    return this.answered(async () => {
      const replies: Reply[] = []
      for (const body of asksOf(each)) {
        if (replies.length > 0) await new Promise((resolve) => setTimeout(resolve, pace))
        replies.push(...(await this.peer.ask([body]).catch(after(replies))))
        if (!isDone(replies[0] as Reply) || isLate()) break
      }
      return replies
    })
  }

  /** Takes leave, unless the wire is broken. Rejects with AdapterFault if that is not answered. */
  async close(): Promise<void> {
    if (this.isBroken) return this.peer.close().catch(() => {})
    try {
      await leave(this.peer)
    } finally {
      await this.peer.close()
    }
  }

  /** The answers, by an implementation that is restarted if need be; or how it has broken the wire. */
  private async answered<A>(asking: () => Promise<A>): Promise<A | AdapterFault> {
    try {
      if (this.isBroken) await this.restart()
      return await asking()
    } catch (error) {
      if (!(error instanceof AdapterFault)) throw error
      this.isBroken = true
      return error
    }
  }

  private async restart(): Promise<void> {
    await this.peer.close().catch(() => {})
    this.peer = await this.start()
    await greet(this.peer)
    this.isBroken = false
  }

  /** Adapts the size of batches to how long the last one took, and to the weight of its answers. */
  private adapt(millis: number, weight: number): void {
    const most = Math.min(batchAsksMax, batchAsksEach * this.window)
    this.asksMax =
      millis <= batchMillis && weight <= batchWeight
        ? Math.min(most, 2 * this.asksMax)
        : Math.max(batchAsksEach, this.asksMax >> 1)
  }

  /** The answers to cases one after the other: to each its reset first, and the actions only if the reset was done. */
  private async inTurn(cases: readonly Case[], isLate: () => boolean): Promise<Answers> {
    const answered: (readonly Reply[])[] = []
    for (const each of cases) {
      const [reset, ...actions] = asksOf(each) as readonly [AskBody, ...AskBody[]]
      const first = await this.peer.ask([reset])
      const isFollowed = isDone(first[0] as Reply) && actions.length > 0 && !isLate()
      const rest = isFollowed ? this.inTime(actions, weightMaxOf([each]), isLate).catch(after(first)) : []
      answered.push([...first, ...(await rest)])
      if (isLate()) break
    }
    return answered
  }

  /** The same with many asks on their way: a cluster that was not met before is asked for by itself first. */
  private async atOnce(cases: readonly Case[], isLate: () => boolean): Promise<Answers> {
    const resets = cases.map(({ config }) => resetOf(config))
    const clusters = resets.map((reset) => JSON.stringify(reset))
    await this.askFor(new Map(clusters.map((cluster, n) => [cluster, resets[n] as AskBody])))
    const bodies = cases.map((each, n) =>
      this.accepted.get(clusters[n] as string) === true ? asksOf(each) : [resets[n] as AskBody],
    )
    const replies = await this.inTime(bodies.flat(), weightMaxOf(cases), isLate)
    let at = 0
    return bodies.map(({ length }) => replies.slice(at, (at += length))).filter(({ length }) => length > 0)
  }

  /** Asks for the clusters that were not met before. */
  private async askFor(clusters: ReadonlyMap<string, AskBody>): Promise<void> {
    const unmet = [...clusters].filter(([cluster]) => !this.accepted.has(cluster))
    if (unmet.length === 0) return
    const met = await this.peer.ask(unmet.map(([, reset]) => reset))
    for (const [n, [cluster]] of unmet.entries()) this.accepted.set(cluster, isDone(met[n] as Reply))
  }

  /** The answers to asks, up to where it is late. */
  private async inTime(
    bodies: readonly AskBody[],
    weightMax: number,
    isLate: () => boolean,
  ): Promise<readonly Reply[]> {
    const replies: Reply[] = []
    let weight = 0
    while (replies.length < bodies.length && (replies.length === 0 || !isLate())) {
      const piece = bodies.slice(replies.length, replies.length + this.pieceMax())
      const answered = await this.peer.ask(piece, weightMax).catch(after(replies))
      replies.push(...answered)
      weight += weightOf(answered)
      if (weight > weightMax) throw tooHeavy(replies)
    }
    return replies
  }

  /** How many asks are sent before it is seen whether it is late: of a slow implementation, as few as keep it busy. */
  private pieceMax(): number {
    return this.asksMax > batchAsksEach ? this.asksMax : Math.min(this.asksMax, this.window)
  }
}

const tooHeavy = (replies: readonly Reply[]): AdapterFault =>
  new AdapterFault({ code: "too-long", detail: heavy(replies.length), line: null, log: "", replies })

/** A fault, with the answers before it. */
const after =
  (before: readonly Reply[]) =>
  (error: unknown): never => {
    throw error instanceof AdapterFault ? error.after(before) : error
  }

/** Whether a reset was answered with a cluster. */
const isDone = ({ json }: Reply): boolean => json["ok"] === true && !("refused" in json)
