import process from "node:process"
import { createInterface } from "node:readline"
import { setTimeout as pass } from "node:timers/promises"

// One contender for one lock, in a process of its own. It takes commands on its standard input, one after the
// other, and tells on its standard output what it does and what it believes, with the time on the monotonic clock
// that all processes of a machine share. It believes what its lock tells it, and nothing else.

const { lock, ...place } = JSON.parse(process.argv[2])

/** In which run it is: its name there, and the lock's client for the run's key. */
let copy = null
let client = null

const tell = (kind, more = {}) => {
  const at = String(process.hrtime.bigint())
  process.stdout.write(`${JSON.stringify({ at, kind, copy, ...more })}\n`)
}

/** Waits for an instant: the last milliseconds without sleeping, so as to be there when it comes. */
const until = async (at) => {
  await pass(Math.max(0, Number(at - process.hrtime.bigint()) / 1e6 - 3))
  while (process.hrtime.bigint() < at);
}

/** What it holds as far as it knows: an object of its own for each time that it was given the lock. */
let belief = null

/** The loss of what was held, told once; of what is only being granted, kept until it is believed. */
const lose = (held, why) => {
  held.lost = why
  if (belief !== held) return
  belief = null
  tell("lost", { why })
}

/** Whether there is something to give back, believed or not: a renewal that still runs, if nothing else. */
let isGranted = false

const commands = {
  enter: ({ key, ...rest }) => {
    copy = rest.copy
    client = clientFor({ key, copy })
  },
  leave: async () => {
    belief = null
    if (isGranted) await client.release().catch(() => {})
    isGranted = false
  },
  try: async ({ wait, at }) => {
    if (at !== undefined) await until(BigInt(at))
    tell("tried")
    const given = {}
    const grant = await client.tryLock(wait, (why) => lose(given, why))
    if (grant === null) return tell("refused")
    isGranted = true
    belief = Object.assign(given, grant)
    tell("acquired", { token: belief.token })
    if (given.lost !== undefined) lose(given, given.lost)
  },
  // The belief ends before the lock is given back: who comes next may have it before the answer is here.
  release: async () => {
    if (belief === null) return
    belief = null
    tell("released")
    await client.release()
    isGranted = false
  },
  ask: async () => {
    const asked = belief
    if (asked !== null && !(await client.ask())) lose(asked, "asked the lock")
  },
  write: () => {
    if (belief === null) tell("withheld")
    else tell("wrote", { token: belief.token })
  },
  // What was told before it is done when it is answered.
  settle: () => {},
  // Answered at its beginning. To the end of it nothing else runs here, no timer and no message.
  work: ({ ms }) => {
    const held = belief
    if (held === null) return tell("withheld")
    return () => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
      tell("wrote", { token: held.token })
    }
  },
}

const { open } = await import(`./${lock}.js`)
const clientFor = await open(place)
tell("ready")
for await (const line of createInterface({ input: process.stdin })) {
  const { n, command, ...rest } = JSON.parse(line)
  const finish = await commands[command](rest)
  tell("answered", { n })
  finish?.()
}
process.exit()
