// An arbitration behind the wire, right in all that it does; and, by its first argument, one thing wrong with it.
// FTPAIR_PIDS names a file that gets the number of every process that is started here; FTPAIR_MARK one by which the
// second process can tell that it is not the first.

import { Buffer } from "node:buffer"
import { spawn } from "node:child_process"
import { appendFileSync, existsSync, rmSync, writeFileSync } from "node:fs"
import { performance } from "node:perf_hooks"
import process from "node:process"
import { setTimeout as wait } from "node:timers/promises"

const [mode = "good", window = "16"] = process.argv.slice(2)

const registered = (pid) => {
  if (process.env.FTPAIR_PIDS) appendFileSync(process.env.FTPAIR_PIDS, `${pid}\n`)
}
registered(process.pid)

// The arbitration.

let state = null

const initial = ({ hosts }) => ({
  hosts: Object.fromEntries(hosts.map(({ id }) => [id, { up: true, storage: true, paused: false }])),
  lock: { generation: 1, holder: null },
  copies: Object.fromEntries(
    hosts.map(({ id }, n) => [`p1.${n + 1}`, { host: id, belief: "none", generation: 1 }]),
  ),
})

const contenderOn = (host) => Object.values(state.copies).find((copy) => copy.host === host)

const notice = (name) => {
  const copy = contenderOn(name)
  const host = state.hosts[name]
  if (!host.storage && !host.paused && copy.belief === "holds") copy.belief = "contending"
}

const rules = {
  Contend: ({ copy, generation }) => {
    if (copy.belief === "contending") return "phase"
    Object.assign(copy, { belief: "contending", generation })
  },
  TryLock: ({ copy, host, id }) => {
    if (copy.belief !== "contending") return "phase"
    if (!host.storage) return "storage"
    if (state.lock.generation !== copy.generation) {
      copy.belief = "none"
      return
    }
    state.lock = { generation: copy.generation + 1, holder: id }
    Object.assign(copy, { belief: "holds", generation: copy.generation + 1 })
  },
  FailHost: ({ host, name }) => {
    if (!host.up) return "down"
    Object.assign(host, { up: false, paused: false })
    const copy = contenderOn(name)
    copy.belief = "none"
    if (state.copies[state.lock.holder] === copy) state.lock.holder = null
  },
  LoseStorage: ({ host, name }) => {
    if (!host.up) return "down"
    if (!host.storage) return "storage"
    host.storage = false
    notice(name)
  },
  RestoreStorage: ({ host }) => {
    if (host.storage) return "connected"
    host.storage = true
  },
  Pause: ({ host }) => {
    if (!host.up) return "down"
    if (host.paused) return "paused"
    host.paused = true
  },
  Resume: ({ host, name }) => {
    if (!host.paused) return "running"
    host.paused = false
    notice(name)
  },
  Advance: () => {},
}

/** Takes an action, or reports why not. */
const take = ({ kind, copy: id, host: named, generation }) => {
  if (kind === "Advance") return undefined
  const copy = state.copies[id]
  const name = named ?? copy?.host
  const host = state.hosts[name]
  if (host === undefined) return "unknown"
  if (id !== undefined && !host.up) return "down"
  if (id !== undefined && host.paused) return "paused"
  return rules[kind]({ copy, host, name, id, generation })
}

// What is wrong.

const say = (text) => process.stdout.write(text)

const log = (text) => process.stderr.write(`${text}\n`)

const forever = () => wait(600_000)

/** Whether this is the first process that asks so in this folder: a file left by the first says so. */
const isFirst = () => {
  if (existsSync(process.env.FTPAIR_MARK)) return false
  writeFileSync(process.env.FTPAIR_MARK, "")
  return true
}

let cases = 0
let applied = 0
let last = 0

const leave = (status) => {
  log(`leaving with ${status} at action ${applied}`)
  process.exit(status)
}

/** What is done in place of saying the answer to a reset or an action, the `applied`-th of its case. */
const wrongs = {
  silent: () => forever(),
  deaf: () => {
    isFirst()
    process.stdin.removeAllListeners().destroy()
    return forever()
  },
  late: async (line) => {
    await wait(1500)
    say(line)
  },
  slow: async (line) => {
    await wait(30)
    say(line)
  },
  babbling: (line) => say(`taking it\n${line}`),
  "no-newline": (line) => say(applied < 3 ? line : line.trimEnd()),
  "ends-unfinished": (line) => {
    if (applied < 3) say(line)
    else process.stdout.write(line.slice(0, 20), () => process.exit(0))
  },
  "two-on-a-line": (line, answer) =>
    say(applied < 3 ? line : `${line.trimEnd()}${JSON.stringify({ ...answer, seq: answer.seq + 1 })}\n`),
  "wrong-seq": (line, answer) =>
    say(`${JSON.stringify({ ...answer, seq: answer.seq + (applied === 3 ? 1 : 0) })}\n`),
  twice: (line) => say(applied === 3 ? line + line : line),
  unasked: (line, answer) =>
    say(applied === 3 ? line + line.replace(`"seq":${answer.seq}`, `"seq":${answer.seq + 1000}`) : line),
  "no-seq": (line, { seq: _, ...answer }) => say(`${JSON.stringify(answer)}\n`),
  "crash-third": (line) => (applied < 3 ? say(line) : leave(3)),
  "crash-tried": (line, answer, { action }) => (action?.kind === "TryLock" ? leave(3) : say(line)),
  "exit-third": (line) => (applied < 3 ? say(line) : leave(0)),
  "killed-third": (line) => {
    if (applied < 3) say(line)
    else process.kill(process.pid, "SIGKILL")
  },
  "closes-stdout": (line) => {
    if (applied < 3) say(line)
    else {
      process.stdout.end()
      process.stdout.destroy()
      return forever()
    }
  },
  "too-long": (line) => {
    if (applied < 1) return say(line)
    const piece = "x".repeat(1024 * 1024)
    const more = () => process.stdout.write(piece, more)
    more()
    return forever()
  },
  "wrong-type": (line) => say(line.replace('"paused":false', '"paused":"no"')),
  "unknown-error": (line, { seq }) =>
    say(
      applied < 2
        ? line
        : `${JSON.stringify({ seq, ok: false, error: { code: "tired", text: "later", definite: true } })}\n`,
    ),
  "left-out": (line, answer) => {
    const { lock: _, ...shown } = answer.state
    say(`${JSON.stringify({ ...answer, state: shown })}\n`)
  },
  undeclared: (line) => say(line),
  "unheard-of": (line, answer) =>
    say(`${JSON.stringify({ ...answer, state: { ...answer.state, mood: "good" } })}\n`),
  "keeps-pipes": (line) => {
    if (applied !== 3) return say(line)
    const { pid } = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"], { stdio: "inherit" })
    registered(pid)
    leave(3)
  },
  "leaves-behind": (line) => {
    if (applied !== 3) return say(line)
    const sleeper = "setTimeout(() => {}, Number(process.argv[1]))"
    spawn(process.execPath, ["-e", sleeper, "4000"], { stdio: "inherit", detached: true }).unref()
    leave(3)
  },
  "second-hello": (line) => (applied < 3 ? say(line) : leave(3)),
  // Whether the host has lost its storage, nobody knows.
  unsure: (line, { seq }, { action }) =>
    say(
      action?.kind === "LoseStorage"
        ? `${JSON.stringify({ seq, ok: false, error: { code: "timeout", text: "no answer", definite: false } })}\n`
        : line,
    ),
  "never-contends": (line, { seq }, { action }) =>
    say(action?.kind === "Contend" ? `${JSON.stringify({ seq, skipped: "not built yet" })}\n` : line),
  "not-utf8": (line) => say(Buffer.concat([Buffer.from(line.slice(0, -2)), Buffer.from([0xff, 0xfe, 0x0a])])),
  nul: (line) => say(`\0${line}`),
  "in-pieces": async (line) => {
    for (const piece of line.match(/.{1,40}/gs)) {
      say(piece)
      await wait(1)
    }
  },
  bloated: (line) => say(`${line.trimEnd()}${" ".repeat(900_000)}\n`),
  deep: (line, { seq }) =>
    say(`{"seq":${seq},"ok":true,"state":${"[".repeat(20_000)}${"]".repeat(20_000)}}\n`),
  truncated: (line, { seq }) => say(`{"seq":${seq},"ok":true,"state":{"lock":"${"}".repeat(500_000)}"\n`),
  "ignores-sigterm": (line) => {
    process.on("SIGTERM", () => {})
    return applied < 3 ? say(line) : forever()
  },
  // The failure is asked for again where it is shrunk.
  "diverges-and-hangs-again": (line) => {
    if (cases < 4) return say(line)
    isFirst()
    return forever()
  },
  "diverges-and-hangs": (line, answer, { action }) => {
    if (action?.kind !== "LoseStorage") return say(line)
    isFirst()
    return forever()
  },
}

/** The same for hello and bye. */
const atTheEdges = {
  "crash-at-once": { hello: () => leave(4) },
  "greets-late": { hello: async (line) => (await wait(1500), say(line)) },
  "wrong-profile": { hello: (line) => say(line.replace('"lock"', '"padlock"')) },
  "wrong-version": { hello: (line) => say(line.replace('"version":"1"', '"version":"2"')) },
  "observes-nothing-there": {
    hello: (line, answer) => say(`${JSON.stringify({ ...answer, observes: ["hosts.*.mood"] })}\n`),
  },
  "second-hello": { hello: (line) => say(isFirst() ? line : line.replace('"lock"', '"padlock"')) },
  "silent-at-hello": { hello: () => forever() },
  "takes-what-was-given": {
    hello: (line) => {
      for (const file of ["two.json", "known"]) rmSync(file)
      say(line)
    },
  },
  "exits-badly": { bye: (line) => (say(line), process.exit(6)) },
  "diverges-and-exits-badly": { bye: (line) => (say(line), process.exit(6)) },
  "stays-after-bye": { bye: (line) => (say(line), forever()) },
  "crash-at-bye": { bye: () => leave(5) },
  "diverges-and-crashes-at-bye": { bye: () => leave(5) },
  "diverges-and-stays": { bye: (line) => (say(line), forever()) },
}

/** The lock goes on by itself. */
const advance = () => (state.lock.generation += 1)

const onPause = ({ kind }) => kind === "Pause" && advance()

/** What is wrong with what it does: done after an action was taken, `ms` after the one before. */
const misdeeds = {
  "diverges-and-crashes-at-bye": onPause,
  "diverges-and-stays": onPause,
  "diverges-and-exits-badly": onPause,
  "diverges-and-hangs": onPause,
  "diverges-and-hangs-again": onPause,
  "takes-the-folder": (action) => {
    if (action.kind !== "Pause") return
    rmSync(".ftpair/failures", { recursive: true, force: true })
    writeFileSync(".ftpair/failures", "")
    advance()
  },
  diverges: onPause,
  "diverges-and-crashes": (action) => (action.kind === "LoseStorage" ? leave(3) : onPause(action)),
  // A pause shows itself at once only where nothing came before it.
  "diverges-two-ways": ({ kind }) =>
    (kind === "Resume" || kind === "LoseStorage" || (kind === "Pause" && applied === 1)) && advance(),
  // A late pause shows itself once and never again, an early one always, and what is shrunk of another difference.
  "diverges-late-once": ({ kind }) =>
    ((kind === "Pause" && (applied === 1 || (applied === 3 && isFirst()))) ||
      (kind === "LoseStorage" && applied >= 4)) &&
    advance(),
  flaky: ({ kind }) => kind === "Pause" && cases % 3 === 0 && advance(),
  "when-slow": ({ kind }, ms) => kind === "Pause" && ms >= 15 && advance(),
  "when-fast": ({ kind }, ms) => kind === "Pause" && ms < 15 && advance(),
}

const hello = {
  ok: true,
  version: "1",
  implementation: { name: `lock, ${mode}`, language: "JavaScript", version: "1" },
  profile: "lock",
  observes: mode === "undeclared" ? ["hosts", "copies"] : ["hosts", "lock", "copies"],
  actions: mode === "few" ? ["Contend", "TryLock"] : Object.keys(rules),
  ...(window === "1" ? {} : { window: Number(window) }),
}

const answerTo = ({ op, config, action }) => {
  if (op === "hello") return hello
  if (op === "bye") return { ok: true }
  if (op === "reset") {
    cases += 1
    applied = 0
    last = performance.now()
    state = initial(config)
    return { ok: true, state }
  }
  applied += 1
  const now = performance.now()
  const refused = mode === "never-contends" && action.kind === "Contend" ? "not built yet" : take(action)
  if (refused === undefined) misdeeds[mode]?.(action, now - last)
  last = now
  return refused === undefined ? { ok: true, state } : { ok: true, refused, state }
}

const answerLine = async (text) => {
  const { seq, ...ask } = JSON.parse(text)
  const answer = { seq, ...answerTo(ask) }
  const line = `${JSON.stringify(answer)}\n`
  const isWork = ask.op === "reset" || ask.op === "apply"
  await ((isWork ? wrongs[mode] : atTheEdges[mode]?.[ask.op]) ?? say)(line, answer, ask)
  if (ask.op === "bye") process.exit(0)
}

let rest = ""
for await (const chunk of process.stdin.setEncoding("utf8")) {
  const lines = (rest + chunk).split("\n")
  rest = lines.pop()
  for (const line of lines) await answerLine(line)
}
