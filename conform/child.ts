import { misnumbered, takeAnswer, lineMax, tooLong, type BadLine } from "./answer-line.ts"
import { AdapterFault, Interrupted, shortened } from "./fault.ts"
import { lineCutter } from "./lines.ts"
import {
  closePipes,
  ended,
  forget,
  hasExited,
  howEnded,
  kill,
  startProcess,
  type Child,
} from "./processes.ts"
import { heavy, weightMin, type AskBody, type Peer, type Reply } from "./peer.ts"
import type { FaultCode } from "./wire.ts"

/** How much of the end of stderr is kept for a message. */
const logMax = 4_000

/**
 * The smallest time limit of the first answer, in milliseconds: an implementation has to start, and a short limit for
 * answers is not meant for that.
 */
const startMin = 10_000

/** How long the pipes of a process that has ended may stay open, in milliseconds: its children may hold them. */
const drainMax = 200

/** The largest window, whatever an implementation allows. */
const windowMax = 10_000

/** Called with each line of the wire, to record it. */
export type OnLine = (direction: "ask" | "answer", line: string) => void

/**
 * What waits for answers: the asks, of which so many are sent, and whom to give the answers, or the fault.
 *
 * Shape  `weight` is what the answers weigh so far, and `weightMax` what they may.
 */
type Waiting = {
  readonly bodies: readonly AskBody[]
  readonly replies: Reply[]
  sent: number
  weight: number
  readonly weightMax: number
  readonly resolve: (replies: readonly Reply[]) => void
  readonly reject: (fault: unknown) => void
}

/**
 * An implementation in a process of its own. Answers must come within `timeout` milliseconds of each other. When
 * `signal` aborts it is ended, and whoever waits gets Interrupted. Throws BadInput if the command cannot be started.
 */
export const startChild = async (
  command: readonly string[],
  timeout: number,
  onLine: OnLine = () => {},
  signal?: AbortSignal,
): Promise<Peer> => {
  const peer = new PeerProcess(await startProcess(command), timeout, onLine)
  const interrupt = (): void => {
    peer.stop(new Interrupted())
  }
  if (signal?.aborted === true) interrupt()
  signal?.addEventListener("abort", interrupt)
  return {
    ask: (bodies, weightMax = weightMin) => peer.ask(bodies, weightMax),
    setWindow: (asks) => {
      peer.window = Math.min(asks, windowMax)
    },
    close: () => {
      signal?.removeEventListener("abort", interrupt)
      return peer.close()
    },
  }
}

/** A child that is asked over its stdin and answers over its stdout. Nothing is asked or taken once there is a `fault`. */
class PeerProcess {
  window = 1
  private readonly child: Child
  private readonly timeout: number
  private readonly onLine: OnLine
  private readonly cutter = lineCutter()
  private log = ""
  private lastSeq = 0
  private waiting: Waiting | null = null
  private fault: AdapterFault | Interrupted | null = null
  private timer: NodeJS.Timeout | null = null
  private overdueSince: number | null = null
  private chunks = 0
  private hasClosed = false
  private hasEnded = false

  constructor(child: Child, timeout: number, onLine: OnLine) {
    this.child = child
    this.timeout = timeout
    this.onLine = onLine
    child.stdout.on("data", (chunk: Buffer) => {
      this.read(chunk)
    })
    child.stdout.on("end", () => {
      this.hasClosed = true
    })
    child.stderr.on("data", (chunk: Buffer) => {
      this.log = (this.log + chunk.toString("utf8")).slice(-4 * logMax)
    })
    // Writing to a process that has gone is reported by its exit.
    child.stdin.on("error", () => {})
    // What it has started, and what keeps its pipes open, goes with it; what has left its group is not waited for.
    child.on("exit", () => {
      kill(child)
      setTimeout(() => setImmediate(closePipes, child), drainMax).unref()
    })
    child.on("close", () => {
      this.hasEnded = true
      if (this.waiting !== null) this.crashed(this.waiting)
    })
  }

  ask(bodies: readonly AskBody[], weightMax: number): Promise<readonly Reply[]> {
    return new Promise((resolve, reject) => {
      if (this.fault !== null) {
        reject(this.fault)
        return
      }
      this.waiting = { bodies, replies: [], sent: 0, weight: 0, weightMax, resolve, reject }
      if (this.hasEnded) {
        this.break("crashed", `it had ended before it was asked: ${firstUnanswered(this.waiting)}`)
        return
      }
      this.timer = setTimeout(
        () => {
          this.overdue()
        },
        this.lastSeq === 0 ? Math.max(this.timeout, startMin) : this.timeout,
      )
      this.send(this.waiting)
    })
  }

  async close(): Promise<void> {
    const { child, timeout } = this
    this.stopTimer()
    child.stdin.end()
    const isWell = this.fault === null
    if (isWell) await Promise.race([ended(child), pause(timeout)])
    const stayed = !hasExited(child)
    kill(child)
    await ended(child)
    forget(child)
    if (!isWell || (!stayed && child.exitCode === 0)) return
    throw this.faultOf(
      stayed ? "no-exit" : "bad-exit",
      stayed ? `it was ended by force, ${timeout} ms after bye` : `it ended ${howEnded(child)}`,
    )
  }

  /** Ends the child, and fails the waiting asks with the reason. */
  stop(fault: AdapterFault | Interrupted): void {
    if (this.isBroken()) return
    this.fault = fault
    this.stopTimer()
    kill(this.child)
    closePipes(this.child)
    const failed = this.waiting
    this.waiting = null
    failed?.reject(fault)
  }

  private break(code: FaultCode, detail: string, line: string | null = null): void {
    this.stop(this.faultOf(code, detail, line))
  }

  private faultOf(code: FaultCode, detail: string, line: string | null = null): AdapterFault {
    const replies = this.waiting?.replies ?? []
    return new AdapterFault({ code, detail, line, log: this.log.slice(-logMax), replies })
  }

  private isBroken(): boolean {
    return this.fault !== null
  }

  private stopTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
  }

  /** Input that came while this process was busy is read before an answer is declared late. */
  private overdue(): void {
    const before = this.chunks
    setImmediate(() => {
      if (this.chunks !== before) this.timer?.refresh()
      else if (this.waiting !== null) this.missed(this.waiting)
    })
  }

  /** An answer has not come in time: it may still come late, but for the first. */
  private missed(waiting: Waiting): void {
    const { timeout } = this
    const seq = this.seqDue(waiting)
    const isFirst = seq === 1
    if (this.overdueSince === null && !isFirst) {
      this.overdueSince = performance.now()
      this.timer?.refresh()
      return
    }
    const waited = isFirst ? Math.max(timeout, startMin) : 2 * timeout
    if (this.cutter.length() > 0) {
      const passed = isFirst ? waited : timeout
      this.break("no-newline", `${passed} ms passed after this, and the line did not end`, this.partialLine())
      return
    }
    const asked = isFirst ? "hello" : `ask ${seq}`
    const why = this.hasClosed
      ? "it has closed its stdout"
      : "if it has answered, its output is not flushed after each line"
    this.break("hung", `${asked} was not answered in ${waited} ms: ${firstUnanswered(waiting)}; ${why}`)
  }

  private crashed(waiting: Waiting): void {
    const how = howEnded(this.child)
    if (this.cutter.length() > 0)
      this.break("no-newline", `it ended ${how}, and the line did not end before`, this.partialLine())
    else this.break("crashed", `it ended ${how} at ask ${this.seqDue(waiting)}: ${firstUnanswered(waiting)}`)
  }

  private partialLine(): string {
    return shortened(this.cutter.start(2_000).toString("utf8"))
  }

  /** The number of the first ask that has no answer. */
  private seqDue(waiting: Waiting): number {
    return this.lastSeq - unanswered(waiting) + 1
  }

  private send(waiting: Waiting): void {
    let text = ""
    while (waiting.sent < waiting.bodies.length && unanswered(waiting) < this.window) {
      this.lastSeq += 1
      const line = JSON.stringify({ seq: this.lastSeq, ...waiting.bodies[waiting.sent] })
      this.onLine("ask", line)
      text += `${line}\n`
      waiting.sent += 1
    }
    if (text !== "") this.child.stdin.write(text)
  }

  private read(chunk: Buffer): void {
    this.chunks += 1
    for (const line of this.cutter.take(chunk)) {
      if (this.isBroken()) return
      this.take(line)
    }
    if (this.cutter.length() > lineMax) this.break("too-long", tooLong, this.partialLine())
  }

  private take(bytes: Buffer): void {
    const { waiting, lastSeq } = this
    const reply = takeAnswer(bytes)
    this.onLine("answer", bytes.toString("utf8"))
    const expected = waiting === null ? null : this.seqDue(waiting)
    const wrong: BadLine | null = "line" in reply ? misnumbered(reply.json, expected, lastSeq) : reply
    if (wrong !== null || waiting === null || !("line" in reply)) {
      const { code, detail } = wrong as BadLine
      this.break(code, detail, shortened(bytes.toString("utf8")))
      return
    }
    if (this.overdueSince !== null) {
      const after = Math.round(this.timeout + performance.now() - this.overdueSince)
      const allowed = `${this.timeout} were allowed (--timeout allows more)`
      this.break("late", `ask ${expected} was answered after ${after} ms, and ${allowed}`, reply.line)
      return
    }
    this.answer(waiting, reply)
  }

  private answer(waiting: Waiting, reply: Reply): void {
    const { bodies, replies, weightMax } = waiting
    replies.push(reply)
    waiting.weight += reply.weight ?? 0
    if (waiting.weight > weightMax) {
      this.break("too-long", heavy(replies.length), reply.line)
      return
    }
    if (replies.length < bodies.length) {
      this.timer?.refresh()
      if (unanswered(waiting) <= this.window >> 1) this.send(waiting)
      return
    }
    this.stopTimer()
    this.waiting = null
    // Whatever came along with the last answer is looked at first.
    queueMicrotask(() => {
      if (this.fault === null) waiting.resolve(replies)
      else waiting.reject(this.fault)
    })
  }
}

const unanswered = ({ sent, replies }: Waiting): number => sent - replies.length

/** The ask whose answer is due, for a message. */
const firstUnanswered = ({ bodies, replies }: Waiting): string =>
  shortened(JSON.stringify(bodies[replies.length]))

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(() => setImmediate(resolve), ms).unref()
  })
