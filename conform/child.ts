import { misnumbered, takeAnswer, lineMax, tooLong, type BadLine } from "./answer-line.ts"
import { AdapterFault, Interrupted, shortened } from "./fault.ts"
import { lineCutter } from "./lines.ts"
import { closePipes, ended, forget, hasExited, howEnded, kill, startProcess } from "./processes.ts"
import { heavy, weightMin, type AskBody, type Peer, type Reply } from "./peer.ts"
import type { FaultCode } from "./wire.ts"

/** How much of the end of stderr is kept for a message. */
const logMax = 4_000

/**
 * How long the first answer may take at least, in milliseconds: an implementation may have to start, and whoever allows
 * little for an answer means another thing.
 */
const startMin = 10_000

/** How long the pipes of a process that has ended may stay open, in milliseconds: what it has left behind may hold them. */
const drainMax = 200

/** How many asks wait at the most, whatever an implementation can take. */
const windowMax = 10_000

/** A line of the wire, told to whoever records it. */
export type Overheard = (direction: "ask" | "answer", line: string) => void

/**
 * What waits for answers: the asks that are not sent yet, and how the exchange ends.
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
 * `signal` aborts it is ended, and whoever waits is told Interrupted. Throws BadInput if the command cannot be started.
 */
export const startChild = async (
  command: readonly string[],
  timeout: number,
  overheard: Overheard = () => {},
  signal?: AbortSignal,
): Promise<Peer> => {
  const child = await startProcess(command)

  const cutter = lineCutter()
  let log = ""
  let lastSeq = 0
  let window = 1
  let waiting: Waiting | null = null
  let fault: AdapterFault | Interrupted | null = null
  let overdueSince: number | null = null
  let hasEnded = false
  let hasClosed = false
  let chunks = 0

  let timer: NodeJS.Timeout | null = null

  const isBroken = (): boolean => fault !== null

  const stopTimer = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = null
  }

  const stopped = (by: AdapterFault | Interrupted): void => {
    if (fault !== null) return
    fault = by
    stopTimer()
    kill(child)
    closePipes(child)
    const failed = waiting
    waiting = null
    failed?.reject(fault)
  }

  const broken = (code: FaultCode, detail: string, line: string | null = null): void => {
    stopped(
      new AdapterFault({
        code,
        detail,
        line,
        log: log.slice(-logMax),
        replies: waiting?.replies ?? [],
      }),
    )
  }

  const interrupt = (): void => {
    stopped(new Interrupted())
  }
  if (signal?.aborted === true) interrupt()
  signal?.addEventListener("abort", interrupt)

  /** What came in while this process was busy is read before anything is called late. */
  const overdue = (): void => {
    const before = chunks
    setImmediate(() => {
      if (chunks === before) missed()
      else timer?.refresh()
    })
  }

  const missed = (): void => {
    if (waiting === null) return
    const seq = lastSeq - unanswered(waiting) + 1
    const isFirst = seq === 1
    if (overdueSince === null && !isFirst) {
      overdueSince = performance.now()
      timer?.refresh()
      return
    }
    const waited = isFirst ? Math.max(timeout, startMin) : 2 * timeout
    if (cutter.length() > 0)
      broken(
        "no-newline",
        `${isFirst ? waited : timeout} ms passed after this, and the line did not end`,
        partialLine(),
      )
    else
      broken(
        "hung",
        `${isFirst ? "hello" : `ask ${seq}`} was not answered in ${waited} ms: ${shortened(JSON.stringify(waiting.bodies[waiting.replies.length]))}; ${hasClosed ? "it has closed its stdout" : "if it has answered, its output is not flushed after each line"}`,
      )
  }

  const partialLine = (): string => shortened(cutter.start(2_000).toString("utf8"))

  const send = (): void => {
    if (waiting === null) return
    let text = ""
    while (waiting.sent < waiting.bodies.length && unanswered(waiting) < window) {
      lastSeq += 1
      const line = JSON.stringify({ seq: lastSeq, ...waiting.bodies[waiting.sent] })
      overheard("ask", line)
      text += `${line}\n`
      waiting.sent += 1
    }
    if (text !== "") child.stdin.write(text)
  }

  const take = (bytes: Buffer): void => {
    const reply = takeAnswer(bytes)
    overheard("answer", bytes.toString("utf8"))
    const expected = waiting === null ? null : lastSeq - unanswered(waiting) + 1
    const wrong: BadLine | null = "line" in reply ? misnumbered(reply.json, expected, lastSeq) : reply
    if (wrong !== null || waiting === null || !("line" in reply)) {
      const { code, detail } = wrong as BadLine
      broken(code, detail, shortened(bytes.toString("utf8")))
      return
    }
    if (overdueSince !== null) {
      const after = Math.round(timeout + performance.now() - overdueSince)
      broken(
        "late",
        `ask ${expected} was answered after ${after} ms, and ${timeout} were allowed (--timeout allows more)`,
        reply.line,
      )
      return
    }
    waiting.replies.push(reply)
    waiting.weight += reply.weight ?? 0
    if (waiting.weight > waiting.weightMax) {
      broken("too-long", heavy(waiting.replies.length), reply.line)
      return
    }
    if (waiting.replies.length < waiting.bodies.length) {
      timer?.refresh()
      if (unanswered(waiting) <= window >> 1) send()
      return
    }
    stopTimer()
    const done = waiting
    waiting = null
    // Whatever came along with the last answer is met first.
    queueMicrotask(() => {
      if (fault === null) done.resolve(done.replies)
      else done.reject(fault)
    })
  }

  child.stdout.on("data", (chunk: Buffer) => {
    chunks += 1
    for (const line of cutter.take(chunk)) {
      if (isBroken()) return
      take(line)
    }
    if (cutter.length() > lineMax) broken("too-long", tooLong, partialLine())
  })
  child.stdout.on("end", () => {
    hasClosed = true
  })
  child.stderr.on("data", (chunk: Buffer) => {
    log = (log + chunk.toString("utf8")).slice(-4 * logMax)
  })
  // Writing to a process that has gone is told by its exit.
  child.stdin.on("error", () => {})
  // What it has started, and what keeps its pipes open, goes with it; what has left its group is not waited for.
  child.on("exit", () => {
    kill(child)
    setTimeout(() => setImmediate(closePipes, child), drainMax).unref()
  })
  child.on("close", () => {
    hasEnded = true
    if (waiting === null) return
    const how = howEnded(child)
    const seq = lastSeq - unanswered(waiting) + 1
    if (cutter.length() > 0)
      broken("no-newline", `it ended ${how}, and the line did not end before`, partialLine())
    else
      broken(
        "crashed",
        `it ended ${how} at ask ${seq}: ${shortened(JSON.stringify(waiting.bodies[waiting.replies.length]))}`,
      )
  })

  return {
    ask: (bodies, weightMax = weightMin) =>
      new Promise((resolve, reject) => {
        if (fault !== null) {
          reject(fault)
          return
        }
        waiting = { bodies, replies: [], sent: 0, weight: 0, weightMax, resolve, reject }
        overdueSince = null
        if (hasEnded) {
          broken("crashed", `it had ended before it was asked: ${shortened(JSON.stringify(bodies[0]))}`)
          return
        }
        timer = setTimeout(overdue, lastSeq === 0 ? Math.max(timeout, startMin) : timeout)
        send()
      }),
    widen: (asks) => {
      window = Math.min(asks, windowMax)
    },
    close: async () => {
      stopTimer()
      signal?.removeEventListener("abort", interrupt)
      child.stdin.end()
      const isWell = fault === null
      if (isWell) await Promise.race([ended(child), pause(timeout)])
      const stayed = !hasExited(child)
      kill(child)
      await ended(child)
      forget(child)
      if (!isWell || (!stayed && child.exitCode === 0)) return
      throw new AdapterFault({
        code: stayed ? "no-exit" : "bad-exit",
        detail: stayed ? `it was ended by force, ${timeout} ms after bye` : `it ended ${howEnded(child)}`,
        line: null,
        log: log.slice(-logMax),
      })
    },
  }
}

const unanswered = ({ sent, replies }: Waiting): number => sent - replies.length

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(() => setImmediate(resolve), ms).unref()
  })
