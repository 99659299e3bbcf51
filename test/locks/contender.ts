import type { ChildProcess } from "node:child_process"
import { createInterface } from "node:readline"
import { join } from "node:path"
import { setTimeout as pass } from "node:timers/promises"
import type { CopyId } from "../../model/ids.ts"
import { packageRoot } from "../../traces/package.ts"
import { hostOf } from "./action.ts"
import { readLine, type Event, type Happening } from "./event.ts"
import { end, isStill, signal, startGroup } from "./group.ts"
import { relayTo } from "./relay.ts"

/** What a contender is given at its start: for which lock, and where that is kept. */
export type Place = {
  readonly lock: string
  readonly folder: string
  readonly ttl: number
  readonly ports: readonly number[]
}

/** What a contender does on command. */
export type Command =
  | { readonly command: "try"; readonly wait: number; readonly at?: string }
  | { readonly command: "work"; readonly ms: number }
  | { readonly command: "enter"; readonly copy: CopyId; readonly key: string }
  | { readonly command: "ask" | "write" | "release" | "settle" | "leave" }

/** A contender's part in one run: its name there, the lock's key, and who is notified of what happens to it. */
type Part = {
  readonly copy: CopyId
  readonly key: string
  readonly note: (event: Event) => void
}

/**
 * A contender on its host, seen from the harness.
 *
 * Shape  `tell` is fulfilled by the answer, or once its host is dead; `settled`, when it has done all that
 *        it was told, or does not run. `leave` ends its part, and says whether it is fit for another.
 */
export type Contender = {
  readonly enter: (part: Part) => Promise<void>
  readonly leave: () => Promise<boolean>
  readonly tell: (command: Command) => Promise<void>
  readonly settled: () => Promise<void>
  readonly runs: () => boolean
  readonly pause: () => Promise<void>
  readonly resume: () => void
  readonly silence: () => Promise<void>
  readonly fail: () => Promise<void>
  readonly cut: () => void
  readonly close: () => Promise<void>
}

/** Starts a contender, and waits until it is there. */
export const startContender = async (place: Place): Promise<Contender> => {
  const relays = await Promise.all(place.ports.map(relayTo))
  const started = { ...place, ports: relays.map(({ port }) => port) }
  const group = startGroup(process.execPath, [contenderModule, JSON.stringify(started)], { stdin: "pipe" })
  let state: "running" | "paused" | "dead" = "running"
  let isCut = false
  let part: Part | null = null

  const talk = talkWith(
    group.child,
    (event) => part?.note(event),
    () => state === "dead",
  )
  const happened = (kind: Happening["kind"]): void => {
    if (part !== null) part.note({ kind, at: process.hrtime.bigint(), host: hostOf(part.copy) })
  }
  const stand = async (): Promise<void> => {
    signal(group, "SIGSTOP")
    while (!isStill(group)) await pass(1)
  }
  await talk.ready

  return {
    enter: (entered) => {
      part = entered
      return talk.tell({ command: "enter", copy: entered.copy, key: entered.key })
    },
    leave: async () => {
      if (state !== "running" || isCut) return false
      return Promise.race([talk.tell({ command: "leave" }).then(() => true), pass(1000).then(() => false)])
    },
    tell: (command) => (state === "dead" ? Promise.resolve() : talk.tell(command)),
    settled: () => (state === "running" ? talk.tell({ command: "settle" }) : Promise.resolve()),
    runs: () => state === "running",
    pause: async () => {
      if (state !== "running") return
      await stand()
      state = "paused"
      happened("paused")
    },
    resume: () => {
      if (state !== "paused") return
      state = "running"
      happened("resumed")
      signal(group, "SIGCONT")
    },
    silence: async () => {
      if (state === "dead") return
      await stand()
      state = "dead"
      happened("silenced")
      talk.giveUp()
    },
    fail: async () => {
      if (state === "dead") return
      state = "dead"
      await end(group)
      happened("killed")
      talk.giveUp()
    },
    cut: () => {
      isCut = true
      for (const relay of relays) relay.cut()
      happened("cut")
    },
    close: async () => {
      state = "dead"
      await end(group)
      for (const relay of relays) relay.close()
    },
  }
}

const contenderModule = join(packageRoot, "test", "locks", "contenders", "contender.js")

/** The words that go to and fro: commands with a number, and what comes back. */
const talkWith = (child: ChildProcess, note: (event: Event) => void, isExpectedToEnd: () => boolean) => {
  const waiting = new Map<
    number,
    { readonly resolve: () => void; readonly reject: (defect: Error) => void }
  >()
  let told = 0
  let complaint = ""

  const ready = new Promise<void>((resolve, reject) => {
    child.once("exit", () => {
      if (isExpectedToEnd()) return
      const defect = new Error(`a contender has ended by itself:\n${complaint}`)
      reject(defect)
      for (const one of waiting.values()) one.reject(defect)
    })
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
      const said = readLine(line)
      if (said.kind === "ready") resolve()
      else if (said.kind !== "answered") note(said)
      else {
        waiting.get(said.n)?.resolve()
        waiting.delete(said.n)
      }
    })
  })
  child.stdin?.on("error", () => {})
  child.stderr?.on("data", (data: Buffer) => (complaint += String(data)))

  return {
    ready,
    tell: (command: Command): Promise<void> => {
      told += 1
      const n = told
      child.stdin?.write(`${JSON.stringify({ n, ...command })}\n`)
      const answered = new Promise<void>((resolve, reject) => waiting.set(n, { resolve, reject }))
      answered.catch(() => {})
      return answered
    },
    giveUp: () => {
      for (const { resolve } of waiting.values()) resolve()
      waiting.clear()
    },
  }
}
