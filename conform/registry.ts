import { errorCodes, faults, wireVersion } from "./wire.ts"

/**
 * A message of the wire, for its reference: what it is for, and an exchange as it may pass, the ask first.
 */
type Message = {
  readonly op: string
  readonly profile: "pair" | "lock" | "placement" | "any"
  readonly says: string
  readonly ask: object
  readonly answer: object
}

const implementation = { name: "my-ft", language: "Go", version: "0.3.1" }
const cluster = { hosts: [{ id: "h1" }, { id: "h2" }], pairs: [{ id: "p1" }] }

/** Every message, in the order in which one meets them. Their schemas are in `wire.ts`. */
export const messages: readonly Message[] = [
  {
    op: "hello",
    profile: "any",
    says: "The first ask. The answer says which profile this is, what of a state will be shown, and which kinds of action can be asked. Optional: `window`, how many asks may wait for an answer at once (1); `silent`, kinds of action that are taken unasked; `chooses`, kinds whose host the implementation picks itself. Clusters in which time passes are asked only of an implementation that names `Tick`.",
    ask: { seq: 1, op: "hello", versions: [wireVersion] },
    answer: {
      seq: 1,
      ok: true,
      version: wireVersion,
      implementation,
      profile: "pair",
      observes: ["pairs.*.lock", "pairs.*.copies.*.role"],
      actions: ["PowerOn", "SpawnSecondary", "FailHost", "TryLock", "Tick"],
      window: 64,
    },
  },
  {
    op: "reset",
    profile: "pair",
    says: "Everything begins anew in this cluster: all hosts up, all pairs powered off. Asked before every case, as often as there are cases. Bounds are never sent.",
    ask: { seq: 2, op: "reset", config: cluster },
    answer: {
      seq: 2,
      ok: true,
      state: { pairs: { p1: { lock: { generation: 1, holder: null }, copies: {} } } },
    },
  },
  {
    op: "apply",
    profile: "pair",
    says: "One action is to be taken. It was: the state after it.",
    ask: { seq: 3, op: "apply", action: { kind: "PowerOn", pair: "p1", host: "h1" } },
    answer: {
      seq: 3,
      ok: true,
      state: {
        pairs: { p1: { lock: { generation: 1, holder: "p1.1" }, copies: { "p1.1": { role: "primary" } } } },
      },
    },
  },
  {
    op: "apply",
    profile: "pair",
    says: "It was not, because the protocol does not allow it here. The words are free; the state, which must be as before, may be left out.",
    ask: { seq: 4, op: "apply", action: { kind: "TryLock", copy: "p1.1" } },
    answer: { seq: 4, ok: true, refused: "it does not contend" },
  },
  {
    op: "apply",
    profile: "pair",
    says: "With `chooses`: the host is left out, and every host that may take the copy is right.",
    ask: { seq: 5, op: "apply", action: { kind: "SpawnSecondary", copy: "p1.1" } },
    answer: {
      seq: 5,
      ok: true,
      state: {
        pairs: {
          p1: {
            lock: { generation: 1, holder: "p1.1" },
            copies: { "p1.1": { role: "primary" }, "p1.2": { role: { "#ignore": true } } },
          },
        },
      },
    },
  },
  {
    op: "apply",
    profile: "pair",
    says: "In a cluster whose `config` has `time`, time passes by one tick: all clocks go on. Where something is due, the answer is `refused`.",
    ask: { seq: 6, op: "apply", action: { kind: "Tick" } },
    answer: {
      seq: 6,
      ok: true,
      state: {
        pairs: {
          p1: {
            lock: { generation: 1, holder: "p1.1" },
            copies: { "p1.1": { role: "primary" }, "p1.2": { role: { "#ignore": true } } },
          },
        },
      },
    },
  },
  {
    op: "apply",
    profile: "any",
    says: "Something went wrong. With `definite`, the action was certainly not taken; without, both are followed, until a later answer decides.",
    ask: { seq: 7, op: "apply", action: { kind: "FailHost", host: "h2" } },
    answer: {
      seq: 7,
      ok: false,
      error: { code: "timeout", text: "no answer from the host agent", definite: false },
    },
  },
  {
    op: "apply",
    profile: "any",
    says: "It was left out: this implementation has no such thing, or not yet.",
    ask: { seq: 8, op: "apply", action: { kind: "FailHost", host: "h1" } },
    answer: { seq: 8, skipped: "not built yet" },
  },
  {
    op: "reset",
    profile: "lock",
    says: "One contender on each host of the cluster: `p1.1` on the first, `p1.2` on the second.",
    ask: { seq: 2, op: "reset", config: cluster },
    answer: {
      seq: 2,
      ok: true,
      state: {
        lock: { generation: 1, holder: null },
        copies: { "p1.1": { belief: "none" }, "p1.2": { belief: "none" } },
      },
    },
  },
  {
    op: "apply",
    profile: "lock",
    says: "A contender begins to contend, believing in a generation; `TryLock` is its one atomic test-and-set. `Pause`, `Resume`, `FailHost`, `LoseStorage` and `RestoreStorage` are of a host; `Advance` lets time pass.",
    ask: { seq: 3, op: "apply", action: { kind: "Contend", copy: "p1.2", generation: 1 } },
    answer: {
      seq: 3,
      ok: true,
      state: {
        lock: { generation: 1, holder: null },
        copies: { "p1.1": { belief: "none" }, "p1.2": { belief: "contending" } },
      },
    },
  },
  {
    op: "apply",
    profile: "placement",
    says: "A question: where would this copy go, in this state? Asked with `SpawnSecondary`, `PowerOn` and `Migrate`, the whole state given.",
    ask: {
      seq: 3,
      op: "apply",
      action: { kind: "PowerOn", pair: "p1" },
      state: {
        hosts: {
          h1: { up: false, storage: true, maintenance: false },
          h2: { up: true, storage: true, maintenance: false },
        },
        cut: [],
        pairs: {
          p1: {
            ft: "enabled",
            power: "off",
            state: "enabled",
            reason: null,
            registered: { primary: "h1", secondary: "h1" },
            lock: { generation: 1, holder: null },
            copies: {},
            observed: [],
          },
        },
      },
    },
    answer: { seq: 3, ok: true, host: "h2" },
  },
  {
    op: "bye",
    profile: "any",
    says: "The last ask. After its answer the implementation ends.",
    ask: { seq: 9, op: "bye" },
    answer: { seq: 9, ok: true },
  },
]

const profiles = [
  {
    name: "pair",
    what: "The whole protocol: hosts, links, storage, locks, lockstep logging, placement; with `Tick`, clocks and timeouts.",
    shows:
      "Every departure from the protocol that the shown fields, or a refusal, let through: run `conform --advise` to see which bugs they would hide.",
    hides:
      "Whether the implementation acts by itself when it should: it is asked, and only answers. Real time: a tick is asked like everything else.",
  },
  {
    name: "lock",
    what: "The arbitration alone: contenders, one lock, hosts that fail, stand still or lose their storage.",
    shows:
      "Whether the lock lets two win from one generation, believes a stale claim, or changes by time alone.",
    hides:
      "What is done under the lock: a holder that was overtaken still believes, and only a check of its generation finds out.",
  },
  {
    name: "placement",
    what: "Questions: which host takes this copy, or why none?",
    shows:
      "Whether anti-affinity, rules, limits, maintenance, storage and links are kept, and no eligible host is missed.",
    hides: "Everything that happens between two questions.",
  },
] as const

/** A state in full, for its reference: a pair that runs, and a link that is cut. */
export const stateExample = {
  hosts: {
    h1: { up: true, storage: true, maintenance: false },
    h2: { up: true, storage: true, maintenance: false },
    h3: { up: true, storage: false, maintenance: true },
  },
  cut: [["h1", "h3"]],
  exposed: [["h2", "h3"]],
  rules: [1],
  pairs: {
    p1: {
      ft: "enabled",
      power: "on",
      state: "running",
      reason: null,
      registered: { primary: "h1", secondary: "h2" },
      lock: { generation: 1, holder: "p1.1" },
      copies: {
        "p1.1": {
          host: "h1",
          role: "primary",
          phase: "lockstep",
          generation: 1,
          log: [
            [1, 1],
            [1, 2],
          ],
          released: 0,
          peer: "p1.2",
          delivered: 1,
          acked: 0,
        },
        "p1.2": {
          host: "h2",
          role: "secondary",
          phase: "lockstep",
          generation: 1,
          log: [[1, 1]],
          released: 0,
        },
      },
      observed: [],
    },
  },
}

/** What each field of a state is, by its path. */
export const stateWords: Readonly<Record<string, string>> = {
  "hosts.*.up": "whether the host runs",
  "hosts.*.storage": "whether it reaches the shared storage, or would if it ran",
  "hosts.*.maintenance": "whether it is in maintenance",
  cut: "the links that are cut: for each the list of its two hosts, in any order",
  exposed: "the links that are not private, likewise; left out where all are private",
  rules:
    "the affinity rules in force, by their places in the configuration, from 1; left out where there are none",
  "pairs.*.ft": 'the FT setting: `"notConfigured"`, `"disabled"` (suspended) or `"enabled"`',
  "pairs.*.power": '`"on"` or `"off"`, as the operator wants it',
  "pairs.*.state":
    'the FT state: the setting, where FT is not on; else `"enabled"` (power is off), `"needSecondary"`, `"starting"` or `"running"`; it [follows](spec/core.md#the-state-that-vsphere-reports) from the rest',
  "pairs.*.reason": "why it needs a Secondary; else `null`",
  "pairs.*.registered.primary": "the host on which the Primary is on record",
  "pairs.*.registered.secondary":
    "the host on which the Secondary is on record; `null` while FT is not configured",
  "pairs.*.lock.generation": "1 at the start, one more with each win",
  "pairs.*.lock.holder": "the copy that has won last; `null` before any, and when that copy is gone",
  "pairs.*.copies.*.host":
    "where the copy runs; the copies of `p1` are `p1.1`, `p1.2`, …, and only those that run are there",
  "pairs.*.copies.*.role": '`"primary"` or `"secondary"`',
  "pairs.*.copies.*.phase": '`"syncing"`, `"lockstep"`, `"contending"` or `"live"`',
  "pairs.*.copies.*.generation": "the generation of the lock in which the copy believes",
  "pairs.*.copies.*.log":
    "its entries, each `[generation, index]`: of which Primary, and at which position, from 1",
  "pairs.*.copies.*.released": "how many of its outputs have left, as far as it knows",
  "pairs.*.copies.*.peer": 'of a Primary with a channel: its Secondary, or `"gone"` once that has ended',
  "pairs.*.copies.*.delivered": "of a Primary with a channel: how many entries its Secondary has",
  "pairs.*.copies.*.acked": "of a Primary with a channel: how many of these it knows to be there",
  "pairs.*.copies.*.watch":
    "where [time](spec/time.md) is on: the host whose heartbeats the copy monitors; `null` while it does not listen",
  "pairs.*.copies.*.heartbeatSilence": "likewise: for how many ticks that host has not been heard",
  "pairs.*.copies.*.logSilence": "likewise: for how many ticks its channel has been silent",
  "pairs.*.copies.*.obligation":
    "likewise: for how many ticks it has been able to do what its phase obliges it to",
  "pairs.*.haWait": "likewise: for how many ticks a restart by HA has been possible",
  "pairs.*.observed": "the outputs that the world has seen, each `[generation, index]` of its entry",
}

/** The reference of the wire, as it stands in docs/wire.md. */
export const wireReference = (): string => `# The wire

Generated from the registry of messages: \`npm run schemas\`. How to use it, from the start, is in
[conformance](conformance.md).

An implementation is a process. On its stdin it is asked, on its stdout it answers: UTF-8, one JSON object a line, each
answer with the \`seq\` of its ask, in the order of the asks. stderr is its log. When stdin ends, it ends. The JSON
Schemas are \`traces/schema/ask.schema.json\` and \`traces/schema/answer.schema.json\`.

## Profiles

| profile | what is asked | what it can show | what it cannot |
| --- | --- | --- | --- |
${profiles.map(({ name, what, shows, hides }) => `| \`${name}\` | ${what} | ${shows} | ${hides} |`).join("\n")}

## What is shown

\`observes\` names fields of the state, \`*\` standing for every id; a path stands for all below it, \`*\` alone for everything, and
\`!hosts.*.maintenance\` takes out again what another path names. What it names must be in every state, and nothing else;
only an answer with \`refused\` may leave the whole state out. Under \`copies\`, a copy that is not shown does not run. \`peer\`, \`delivered\` and
\`acked\` are there only while the copy has a channel, \`watch\` and the clocks only where the cluster has \`time\`. A value that is not known this time is \`{"#ignore":true}\`.

## A state in full

This is what an implementation of the profile \`pair\` may show, and what comes with each question of the profile
\`placement\`. Its JSON Schema is \`traces/schema/state.schema.json\`; the state of the profile \`lock\` is in
[profiles](profiles.md#what-is-shown).

\`\`\`json
${JSON.stringify(stateExample, null, 2)}
\`\`\`

| field | what it is |
| --- | --- |
${tableOf(stateWords)}

## Messages

${messages.map(messageText).join("\n\n")}

## Error codes

| code | meaning |
| --- | --- |
${tableOf(errorCodes)}

\`definite\` is what counts: \`true\`, it has not happened; \`false\`, it may have.

## How the wire can be broken

Each ends the run with exit code 71, and a message with this code, the line, and what was expected.

No text of an answer breaks the wire by its length, up to that of a line. Of one that is longer than 4,000 characters, as
in \`refused\`, only the first 250 and the length are kept and reported; \`--record\` writes all of it.

| code | what it is |
| --- | --- |
${tableOf(faults)}
`

function messageText({ op, profile, says, ask, answer }: Message): string {
  const where = profile === "any" ? "" : `, profile \`${profile}\``
  return `### ${op}${where}\n\n${says}\n\n\`\`\`json\n${JSON.stringify(ask)}\n${JSON.stringify(answer)}\n\`\`\``
}

function tableOf(codes: Readonly<Record<string, string>>): string {
  return Object.entries(codes)
    .map(([code, words]) => `| \`${code}\` | ${words} |`)
    .join("\n")
}
