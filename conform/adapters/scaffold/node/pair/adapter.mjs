#!/usr/bin/env node
// An adapter for ftpair, profile pair: the whole protocol (docs/spec/core.md, docs/wire.md).
import { serve } from "./wire.mjs"

// What can be asked. Take out what the implementation does not have.
const actions = `
  Record Deliver Ack Release BeginLockstep JoinLockstep SpawnSecondary TryLock Suspect AbandonSync SyncLost
  HaRestart PowerOn PowerOff TurnOnFT TurnOffFT SuspendFT ResumeFT Register TestFailover TestRestartSecondary
  Migrate EnterMaintenance ExitMaintenance RecoverHost HealLink RestoreStorage CrashCopy FailHost CutLink LoseStorage
  ActivateRule DeactivateRule ExposeLink SecureLink Tick`

const hello = {
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

function reset(_ask) {
  // here: begin anew in the cluster _ask.config, as often as asked: every host up, every pair off
  return { ok: true, state: show() }
}

function apply(_ask) {
  // here: take the action, _ask.action, and return { ok: true, state: show() };
  // with refused: "why" in it if the protocol does not allow the action now.
  return { skipped: "not built yet" }
}

await serve(hello, reset, apply)
