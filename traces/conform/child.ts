import { spawn, type ChildProcessByStdio } from "node:child_process"
import type { Readable, Writable } from "node:stream"
import { StringDecoder } from "node:string_decoder"
import { BadInput } from "../read.ts"
import { AdapterFault, shortened } from "./fault.ts"
import type { AskBody, Peer, Reply } from "./peer.ts"
import type { FaultCode } from "./wire.ts"

/** No state is written in a longer line. */
const lineMax = 64 * 1024 * 1024

/** How much of the end of stderr is kept for a message. */
const logMax = 4_000

/** How long an implementation may take to start, in milliseconds: until it has answered for the first time. */
const startMax = 30_000

/** How long the pipes of a process that has ended may stay open, in milliseconds: what it has left behind may hold them. */
const drainMax = 200

/** A line of the wire, told to whoever records it. */
export type Overheard = (direction: "ask" | "answer", line: string) => void

type Child = ChildProcessByStdio<Writable, Readable, Readable>

/** What waits for answers: the asks that are not sent yet, and how the exchange ends. */
type Waiting = {
  readonly bodies: readonly AskBody[]
  readonly replies: Reply[]
  sent: number
  readonly resolve: (replies: readonly Reply[]) => void
  readonly reject: (fault: unknown) => void
}

/**
 * An implementation in a process of its own, and in a process group of its own, so that whatever it starts ends with
 * it. Answers must come within `timeout` milliseconds of each other. Throws BadInput if the command cannot be started.
 */
export const startChild = async (
  command: readonly string[],
  timeout: number,
  overheard: Overheard = () => {},
): Promise<Peer> => {
  if (command[0] === undefined || command[0] === "")
    throw new BadInput({ message: "the command that starts the implementation is empty" })
  const child = spawn(command[0], command.slice(1), { stdio: ["pipe", "pipe", "pipe"], detached: true })
  await started(child, command)
  endWithThisProcess(child)

  const decoder = new StringDecoder("utf8")
  let partial = ""
  let log = ""
  let lastSeq = 0
  let window = 1
  let waiting: Waiting | null = null
  let fault: AdapterFault | null = null
  let overdueSince: number | null = null
  let hasEnded = false
  let chunks = 0

  let timer: NodeJS.Timeout | null = null

  const isBroken = (): boolean => fault !== null

  const stopTimer = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = null
  }

  const broken = (code: FaultCode, detail: string, line: string | null = null): void => {
    if (fault !== null) return
    fault = new AdapterFault({
      code,
      detail,
      line: line === null ? null : shortened(line),
      log: log.slice(-logMax),
    })
    stopTimer()
    kill(child)
    const failed = waiting
    waiting = null
    failed?.reject(fault)
  }

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
    if (overdueSince === null) {
      overdueSince = performance.now()
      timer?.refresh()
      return
    }
    if (partial !== "")
      broken("no-newline", `${timeout} ms passed after this, and the line did not end`, partial)
    else
      broken(
        "hung",
        `ask ${lastSeq - unanswered(waiting) + 1} was not answered in ${2 * timeout} ms: ${shortened(JSON.stringify(waiting.bodies[waiting.replies.length]))}`,
      )
  }

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

  const take = (line: string): void => {
    overheard("answer", line)
    const expected = waiting === null ? null : lastSeq - unanswered(waiting) + 1
    const json = parsed(line)
    if (json === null) {
      if (isTwoInOne(line)) broken("no-newline", "expected one answer a line, and there are two", line)
      else broken("not-json", "expected an answer: one JSON object on a line", line)
      return
    }
    const { seq } = json
    if (typeof seq !== "number") {
      broken("malformed", `expected the number of the ask in seq, not ${JSON.stringify(seq)}`, line)
      return
    }
    if (seq !== expected || waiting === null) {
      const next = expected ?? lastSeq + 1
      if (seq < next && seq > 0) broken("answered-twice", `ask ${seq} was answered before`, line)
      else
        broken(
          "wrong-seq",
          expected === null
            ? `nothing was asked, and ask ${seq} is answered`
            : `expected the answer to ask ${expected}, not to ${seq}`,
          line,
        )
      return
    }
    if (overdueSince !== null) {
      const after = Math.round(timeout + performance.now() - overdueSince)
      broken(
        "late",
        `ask ${seq} was answered after ${after} ms, and ${timeout} were allowed (--timeout allows more)`,
        line,
      )
      return
    }
    waiting.replies.push({ line, json })
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
    // Only what is new is looked through: a long line comes in many chunks.
    const lines = decoder.write(chunk).split("\n")
    lines[0] = partial + (lines[0] ?? "")
    partial = lines.pop() ?? ""
    for (const line of lines) {
      if (isBroken()) return
      take(line.endsWith("\r") ? line.slice(0, -1) : line)
    }
    if (partial.length > lineMax) broken("too-long", `no line is longer than ${lineMax} characters`, partial)
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
  child.on("close", (status, signal) => {
    hasEnded = true
    if (waiting === null) return
    const how = signal === null ? `with status ${status ?? "unknown"}` : `by ${signal}`
    const seq = lastSeq - unanswered(waiting) + 1
    if (partial !== "") broken("no-newline", `it ended ${how}, and the line did not end before`, partial)
    else
      broken(
        "crashed",
        `it ended ${how} at ask ${seq}: ${shortened(JSON.stringify(waiting.bodies[waiting.replies.length]))}`,
      )
  })

  return {
    ask: (bodies) =>
      new Promise((resolve, reject) => {
        if (fault !== null) {
          reject(fault)
          return
        }
        waiting = { bodies, replies: [], sent: 0, resolve, reject }
        overdueSince = null
        if (hasEnded) {
          broken("crashed", `it had ended before it was asked: ${shortened(JSON.stringify(bodies[0]))}`)
          return
        }
        timer = setTimeout(overdue, lastSeq === 0 ? Math.max(timeout, startMax) : timeout)
        send()
      }),
    widen: (asks) => {
      window = asks
    },
    close: async () => {
      stopTimer()
      child.stdin.end()
      if (fault === null) await Promise.race([ended(child), pause(timeout)])
      const stayed = fault === null && !hasExited(child)
      kill(child)
      await ended(child)
      living.delete(child)
      if (stayed)
        throw new AdapterFault({
          code: "no-exit",
          detail: `it was ended by force, ${timeout} ms after bye`,
          line: null,
          log: log.slice(-logMax),
        })
    },
  }
}

const unanswered = ({ sent, replies }: Waiting): number => sent - replies.length

const started = (child: Child, command: readonly string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    child.once("spawn", resolve)
    child.once("error", (error: NodeJS.ErrnoException) => {
      reject(
        new BadInput({ message: `${command.join(" ")}: cannot be started (${error.code ?? error.message})` }),
      )
    })
  })

const hasExited = ({ exitCode, signalCode }: Child): boolean => exitCode !== null || signalCode !== null

const ended = (child: Child): Promise<void> =>
  new Promise((resolve) => {
    if (hasExited(child)) resolve()
    else
      child.once("exit", () => {
        resolve()
      })
  })

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(() => setImmediate(resolve), ms).unref()
  })

const closePipes = ({ stdout, stderr }: Child): void => {
  stdout.destroy()
  stderr.destroy()
}

/** The implementations that run, and have to end when this process does, however it ends. */
const living = new Set<Child>()

const endWithThisProcess = (child: Child): void => {
  if (!isWatched) {
    isWatched = true
    process.once("exit", killAll)
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
      process.once(signal, () => {
        killAll()
        process.kill(process.pid, signal)
      })
  }
  living.add(child)
}

let isWatched = false

const killAll = (): void => {
  for (const child of living) kill(child)
}

/** Ends a process with all that it has started. */
const kill = (child: Child): void => {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, "SIGKILL")
  } catch {
    // The whole group has gone already.
  }
}

const parsed = (line: string): Reply["json"] | null => {
  try {
    const json: unknown = JSON.parse(line)
    return typeof json === "object" && json !== null && !Array.isArray(json) ? (json as Reply["json"]) : null
  } catch {
    return null
  }
}

/** Whether a line is two JSON objects, one after the other. */
const isTwoInOne = (line: string): boolean => {
  for (let at = line.indexOf("}"); at >= 0 && at < line.length - 1; at = line.indexOf("}", at + 1))
    if (parsed(line.slice(0, at + 1)) !== null && parsed(line.slice(at + 1)) !== null) return true
  return false
}
