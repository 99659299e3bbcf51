import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileNameOf } from "../../traces/write.ts"
import { packageRoot } from "../../traces/package.ts"
import { readJson } from "../../traces/input-file.ts"

/**
 * A command that is killed.
 *
 * Shape  `words` are what follows `ftpair`. `outputs` are files that it writes besides those of the store, each whole or
 *        not at all; `store` is where it keeps failures, null if it keeps none. `before` makes ready its folder.
 */
export type Victim = {
  readonly name: string
  readonly words: (seed: number) => readonly string[]
  readonly store: string | null
  readonly outputs: readonly string[]
  readonly before?: (folder: string) => void
}

const usualStore = join(".ftpair", "failures")

const corpusTrace = join(packageRoot, "traces", "corpus", "S7.spawn-ignores-anti-affinity.itf.json")

const brokenPair = ["python3", join(packageRoot, "conform", "adapters", "python", "ft_pair.py"), "--broken"]

const smallScope = "--hosts 2 --actions PowerOn,SpawnSecondary --log 0 --generations 2 --faults 0".split(" ")

/** Puts a failure of the protocol into the store that it has not: it is noted as held, and forgotten at the third time. */
const keepHealed = (folder: string): void => {
  const trace = readJson(corpusTrace) as { readonly "#meta": object }
  const file = join(folder, usualStore, fileNameOf("S7", "healed"))
  mkdirSync(join(folder, usualStore), { recursive: true })
  writeFileSync(file, JSON.stringify({ ...trace, "#meta": { ...trace["#meta"], mutant: null } }))
  writeFileSync(`${file}.runs`, "held\nheld\n")
}

const check = (seed: number, ...more: readonly string[]): readonly string[] => [
  ...["check", "--mutant", "SpawnIgnoresAntiAffinity", "--seed", String(seed), "--runs", "50", "--workers"],
  ...more,
]

export const victims: readonly Victim[] = [
  {
    name: "check",
    words: (seed) => check(seed, "1"),
    store: usualStore,
    outputs: [],
  },
  {
    name: "check --json --out",
    words: (seed) => check(seed, "2", "--json", "--out", "kept"),
    store: "kept",
    outputs: [],
  },
  {
    name: "check, that forgets",
    words: (seed) => ["check", "--seed", String(seed), "--runs", "1", "--workers", "1", "--allow-vacuous"],
    store: usualStore,
    outputs: [],
    before: keepHealed,
  },
  {
    name: "explore",
    words: () => ["explore", "--mutant", "SpawnIgnoresAntiAffinity", ...smallScope],
    store: usualStore,
    outputs: [],
  },
  {
    name: "explore --out --dot",
    words: () => [
      ...[
        "explore",
        "--mutant",
        "SpawnIgnoresAntiAffinity",
        ...smallScope,
        "--out",
        "kept",
        "--dot",
        "a.dot",
      ],
    ],
    store: "kept",
    outputs: ["a.dot"],
  },
  {
    name: "explore, of many states",
    words: () => ["explore", "--mutant", "SecondarySkipsLock", "--workers", "2", "--max-states", "5000"],
    store: usualStore,
    outputs: [],
  },
  {
    name: "conform",
    words: () => ["conform", "--run", "corpus/S4.output-before-ack", "--", ...brokenPair],
    store: usualStore,
    outputs: [],
  },
  {
    name: "conform --json --out",
    words: () => [
      ...["conform", "--run", "corpus/S4.output-before-ack", "--json", "--out", "kept", "--", ...brokenPair],
    ],
    store: "kept",
    outputs: [],
  },
  {
    name: "replay --at --out",
    words: () => ["replay", "--at", "1", "--out", "next.json", corpusTrace],
    store: null,
    outputs: ["next.json"],
  },
  {
    name: "validate --explain",
    words: () => [
      ...["validate", "--explain", "why.json", join(packageRoot, "traces", "logs", "failover.ndjson")],
    ],
    store: null,
    outputs: ["why.json"],
  },
]
