import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { describe, it, type ExpectStatic } from "vitest"
import { startChild } from "../../conform/child.ts"
import { AdapterFault, Interrupted } from "../../conform/fault.ts"
import type { AskBody, Peer } from "../../conform/peer.ts"
import { greet } from "../../conform/session.ts"
import type { FaultCode } from "../../conform/wire.ts"
import { freshFolder, write } from "../cli/ftpair.ts"
import { commandOf, leftRunning } from "./lock-adapter.ts"

describe.concurrent("a child process", () => {
  it("answers what it is asked, in that order, and is gone when it is closed", async (context) => {
    const { folder, peer } = await started(context, "good")

    const replies = await peer.ask(fourSteps)
    await peer.ask([{ op: "bye" }])
    await peer.close()

    context.expect(replies.map(({ json }) => [json["seq"], json["ok"]])).toEqual([
      [2, true],
      [3, true],
      [4, true],
      [5, true],
      [6, true],
    ])
    context.expect(await leftRunning(folder)).toEqual([])
  })

  it("is waited for as long as every answer comes in time, however long all of them take", async (context) => {
    const { peer } = await started(context, "slow", 600)

    const replies = await peer.ask([...fourSteps, ...Array.from({ length: 20 }, () => advance)])
    await peer.close()

    context.expect(replies).toHaveLength(25)
  })

  it("is not called late for what this process was too busy to read", async (context) => {
    const { peer } = await started(context, "good", 400)

    const asked = peer.ask(fourSteps)
    blockFor(1200)

    context.expect(await asked).toHaveLength(5)
    await peer.close()
  })

  it("may write an answer in pieces", async (context) => {
    const { peer } = await started(context, "in-pieces")

    context.expect(await peer.ask(fourSteps)).toHaveLength(5)
    await peer.close()
  })

  it("is ended by an abort, and whoever waits for it hears of it", async (context) => {
    const { expect } = context
    const folder = freshFolder(context.onTestFinished)
    const controller = new AbortController()
    const peer = await startChild(commandOf(folder, "silent"), 60_000, undefined, controller.signal)
    await greet(peer)

    const asked = peer.ask(fourSteps)
    controller.abort()

    await expect(asked).rejects.toBeInstanceOf(Interrupted)
    await expect(peer.ask(fourSteps)).rejects.toBeInstanceOf(Interrupted)
    await peer.close()
    expect(await leftRunning(folder)).toEqual([])
  })

  it("may take its time before it answers for the first time", async (context) => {
    const { peer } = await started(context, "greets-late", 300)

    context.expect(await peer.ask([fourSteps[0] as AskBody])).toHaveLength(1)
    await peer.close()
  })

  it("whose command cannot be started is reported as that", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    const noProgram = join(folder, write(folder, "notes.txt", "no program"))

    await expect(startChild(["/no/such/command"], 300)).rejects.toThrow(
      "/no/such/command: cannot be started (ENOENT: no such file or directory)",
    )
    await expect(startChild([noProgram], 300)).rejects.toThrow(
      "cannot be started (EACCES: permission denied)",
    )
    await expect(startChild(["/etc/passwd/x"], 300)).rejects.toThrow(
      "cannot be started (ENOTDIR: not a directory)",
    )
    await expect(startChild(["x".repeat(5000)], 300)).rejects.toThrow(
      /^x+ … .* cannot be started \(ENAMETOOLONG: name too long\)$/,
    )
    await expect(startChild(["a\0b"], 300)).rejects.toThrow(/^a\\u0000b: cannot be started/)
    await expect(startChild([""], 300)).rejects.toThrow("is empty")
    await expect(startChild([], 300)).rejects.toThrow("is empty")
  })
})

/** By mode: the code, what the message says of it, and the line, if it is about one. */
const broken: readonly (readonly [mode: string, code: FaultCode, detail: RegExp, line: RegExp | null])[] = [
  ["silent", "hung", /ask 2 was not answered in 1200 ms: \{"op":"reset"/, null],
  ["babbling", "not-json", /expected an answer: one JSON object on a line/, /^taking it$/],
  ["no-newline", "no-newline", /600 ms passed after this, and the line did not end/, /^\{"seq":5,/],
  ["ends-unfinished", "no-newline", /it ended with status 0, and the line did not end/, /^\{"seq":5,/],
  ["two-on-a-line", "no-newline", /expected one answer a line, and there are two/, /\}\{"seq":6,/],
  ["wrong-seq", "wrong-seq", /expected the answer to ask 5, not to 6/, /^\{"seq":6,/],
  ["twice", "answered-twice", /ask 5 was answered before/, /^\{"seq":5,/],
  ["unasked", "wrong-seq", /expected the answer to ask 6, not to 1005/, /^\{"seq":1005,/],
  ["no-seq", "malformed", /expected the number of the ask in seq, not nothing/, /^\{"ok":true,/],
  ["crash-third", "crashed", /it ended with status 3 at ask 5: .*"kind":"Pause"/, null],
  ["exit-third", "crashed", /it ended with status 0 at ask 5/, null],
  ["killed-third", "crashed", /it ended by SIGKILL at ask 5/, null],
  ["closes-stdout", "hung", /ask 5 was not answered .*; it has closed its stdout/, null],
  ["too-long", "too-long", /no answer is longer than 1,048,576 bytes/, /^x{400}… \(2000 characters\)$/],
  ["ignores-sigterm", "hung", /ask 5 was not answered/, null],
  ["keeps-pipes", "crashed", /it ended with status 3 at ask 5/, null],
  ["leaves-behind", "crashed", /it ended with status 3 at ask 5/, null],
]

describe.concurrent("a child process breaks the wire, and nothing is left of it:", () => {
  it.for(broken)("%s is %s", async ([mode, code, detail, line], context) => {
    const { expect } = context
    const { folder, peer } = await started(context, mode, 600)

    const fault = await faultOf(expect, peer.ask(fourSteps))
    await peer.close()

    expect(fault.code).toBe(code)
    expect(fault.detail).toMatch(detail)
    if (line === null) expect(fault.line).toBeNull()
    else expect(fault.line).toMatch(line)
    expect(await leftRunning(folder)).toEqual([])
  })

  it.for(["wrong-profile", "wrong-version"])("%s in hello is malformed", async (mode, context) => {
    const { expect } = context
    const { peer } = await begun(context, mode, 600)

    const fault = await faultOf(expect, greet(peer))
    await peer.close()

    expect(fault).toMatchObject({ code: "malformed", line: expect.stringMatching(/^\{"seq":1,/) as string })
    expect(fault.detail).toMatch(/the answer to hello: at (profile|version): expected /)
  })

  it("by answers that are together too long for a batch, though none is by itself", async (context) => {
    const { expect } = context
    const { folder, peer } = await started(context, "bloated")
    const few = [...fourSteps, ...Array.from({ length: 10 }, () => advance)]
    const many = Array.from({ length: 20 }, () => advance)

    const replies = await peer.ask(few)
    const fault = await faultOf(expect, peer.ask(many))
    await peer.close()

    expect(replies).toHaveLength(few.length)
    expect(fault).toMatchObject({ code: "too-long" })
    expect(fault.detail).toMatch(/^19 answers in a row take more memory than states do$/)
    expect(await leftRunning(folder)).toEqual([])
  })

  it("with the end of its stderr in the message", async (context) => {
    const { peer } = await started(context, "crash-third")

    const fault = await faultOf(context.expect, peer.ask(fourSteps))

    context.expect(fault.log).toBe("leaving with 3 at action 3\n")
    await peer.close()
  })

  it("when it has long answered all, by one answer more", async (context) => {
    const { expect } = context
    const { peer } = await started(context, "twice")

    const fault = await faultOf(expect, peer.ask(fourSteps.slice(0, 4)))

    expect(fault).toMatchObject({ code: "answered-twice" })
    await faultOf(expect, peer.ask([advance]))
    await peer.close()
  })

  it("by an answer that comes late, after which nothing more is asked", async (context) => {
    const { expect } = context
    const { peer } = await started(context, "late", 1000)

    const first = await faultOf(expect, peer.ask(fourSteps.slice(0, 1)))
    const second = await faultOf(expect, peer.ask([advance]))
    await peer.close()

    expect(first).toMatchObject({ code: "late", line: expect.stringMatching(/^\{"seq":2,/) as string })
    expect(first.detail).toMatch(/^ask 2 was answered after \d{4} ms, and 1000 were allowed/)
    expect(second).toBe(first)
  })

  it("by having ended before it is asked", async (context) => {
    const { expect } = context
    const { folder, peer } = await started(context, "good", 300)
    await peer.ask([{ op: "bye" }])
    await peer.close()
    await pipesClosed()

    const fault = await faultOf(expect, peer.ask([advance]))

    expect(fault.code).toBe("crashed")
    expect(fault.detail).toMatch(/^it had ended before it was asked: \{"op":"apply",.*"kind":"Advance"/)
    expect(await leftRunning(folder)).toEqual([])
  })

  it("by not leaving after bye", async (context) => {
    const { expect } = context
    const { folder, peer } = await started(context, "stays-after-bye", 300)

    await peer.ask([{ op: "bye" }])
    const fault = await faultOf(expect, peer.close())

    expect(fault).toMatchObject({ code: "no-exit", detail: "it was ended by force, 300 ms after bye" })
    expect(await leftRunning(folder)).toEqual([])
  })

  it("and every later ask is answered with the same fault", async (context) => {
    const { expect } = context
    const { peer } = await started(context, "crash-third")

    const first = await faultOf(expect, peer.ask(fourSteps))
    const second = await faultOf(expect, peer.ask([advance]))

    expect(second).toBe(first)
    await peer.close()
  })
})

// Helpers

type Context = { readonly expect: ExpectStatic; readonly onTestFinished: (remove: () => void) => void }

const advance: AskBody = { op: "apply", action: { kind: "Advance", ms: 1 } }

/** A reset, and four actions that a good adapter takes. */
const fourSteps: readonly AskBody[] = [
  { op: "reset", config: { hosts: [{ id: "h1" }, { id: "h2" }], pairs: [{ id: "p1" }] } },
  { op: "apply", action: { kind: "Contend", copy: "p1.1", generation: 1 } },
  { op: "apply", action: { kind: "TryLock", copy: "p1.1" } },
  { op: "apply", action: { kind: "Pause", host: "h1" } },
  { op: "apply", action: { kind: "Resume", host: "h1" } },
]

const begun = async ({ onTestFinished }: Context, mode: string, timeout = 5000) => {
  const folder = freshFolder(onTestFinished)
  const peer: Peer = await startChild(commandOf(folder, mode), timeout)
  return { folder, peer }
}

const started = async (context: Context, mode: string, timeout = 5000) => {
  const { folder, peer } = await begun(context, mode, timeout)
  await greet(peer)
  return { folder, peer }
}

const faultOf = async (expect: ExpectStatic, asked: Promise<unknown>): Promise<AdapterFault> => {
  const fault: unknown = await asked.then(
    () => null,
    (error: unknown) => error,
  )
  expect(fault).toBeInstanceOf(AdapterFault)
  return fault as AdapterFault
}

/** The pipes of a process are read for a moment after its end. */
const pipesClosed = (): Promise<void> => wait(400)

const blockFor = (ms: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
