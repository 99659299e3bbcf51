#!/usr/bin/env node
// An adapter for ftpair's conformance wire: asks come on stdin, answers go to stdout, one JSON object a line.
// Logs go to stderr: stdout belongs to the wire, which is documented in docs/wire.md of ftpair.
import process from "node:process"
import { createInterface } from "node:readline"

// What can be asked. Take out what the implementation does not have.
const actions = `
  Record Deliver Ack Release BeginLockstep JoinLockstep SpawnSecondary TryLock Suspect AbandonSync SyncLost
  HaRestart PowerOn PowerOff TestFailover TestRestartSecondary Migrate EnterMaintenance ExitMaintenance
  RecoverHost HealLink RestoreStorage CrashCopy FailHost CutLink LoseStorage`

const hello = {
  ok: true,
  version: "1",
  implementation: { name: "my-ft", language: "JavaScript", version: "0.1" },
  profile: "pair",
  // Next, declare what show() shows, like "hosts.*.up" or "pairs.*.lock": until then nothing is compared.
  observes: [],
  window: 64,
  actions: actions.trim().split(/\s+/),
}

function show() {
  // here: show the state, exactly the fields that `observes` names
  return {}
}

function answer(ask) {
  switch (ask.op) {
    case "hello":
      return hello
    case "reset":
      // Begin anew in the cluster ask.config, as often as asked: every host up, every pair off.
      return { ok: true, state: show() }
    case "apply":
      // here: take the action, ask.action, and answer { ok: true, state: show() };
      // with refused: "why" in it if the protocol does not allow the action now.
      return { skipped: "not built yet" }
    case "bye":
      return { ok: true }
    default:
      return { ok: false, error: { code: "malformed", text: `unknown op: ${ask.op}`, definite: true } }
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const ask = parsed(line)
  if (ask?.seq === undefined) process.stderr.write(`not an ask: ${line}\n`)
  else process.stdout.write(`${JSON.stringify({ seq: ask.seq, ...answer(ask) })}\n`)
  if (ask?.op === "bye") break
}

function parsed(line) {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
