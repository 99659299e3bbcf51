#!/usr/bin/env node
// An adapter for ftpair, profile lock: the arbitration alone (docs/profiles.md, docs/wire.md).
import { serve } from "./wire.mjs"

const hello = {
  implementation: { name: "my-lock", language: "JavaScript", version: "0.1" },
  profile: "lock",
  // Next, declare what show() shows, like "lock" or "copies.*.belief": until then nothing is compared.
  observes: [],
  window: 64,
  // What can be asked. Take out what the implementation does not have.
  actions: ["Contend", "TryLock", "FailHost", "LoseStorage", "RestoreStorage", "Pause", "Resume", "Advance"],
}

function show() {
  // here: show the state, exactly the fields that `observes` names
  return {}
}

function reset(_ask) {
  // here: begin anew, as often as asked: the n-th of _ask.config.hosts runs the contender p1.n
  return { ok: true, state: show() }
}

function apply(_ask) {
  // here: take the action, _ask.action, and return { ok: true, state: show() };
  // with refused: "why" in it if it is not allowed now. Contend names a copy and a generation, TryLock a copy,
  // Advance ms, and every other kind a host.
  return { skipped: "not built yet" }
}

await serve(hello, reset, apply)
