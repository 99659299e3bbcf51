#!/usr/bin/env node
// An adapter for ftpair, profile placement: which host takes a copy (docs/profiles.md, docs/wire.md).
import { serve } from "./wire.mjs"

const hello = {
  implementation: { name: "my-scheduler", language: "JavaScript", version: "0.1" },
  profile: "placement",
  observes: [],
  window: 64,
  // What can be asked. Take out what the implementation does not have.
  actions: ["PowerOn", "SpawnSecondary", "Migrate"],
}

function reset(_ask) {
  // here: take in the cluster, _ask.config, as often as asked: hosts, pairs, limits, groups, rules
  return { ok: true }
}

function apply(_ask) {
  // here: answer the question. Where may the copy of _ask.action go in the state _ask.state?
  // Return { ok: true, host: "h2" }, or { ok: true, refused: "why" } if no host may take it.
  return { skipped: "not built yet" }
}

await serve(hello, reset, apply)
