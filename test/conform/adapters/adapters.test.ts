import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { describe, it } from "vitest"
import { mutantNamed } from "../../../properties/mutants/catalogue.ts"
import type { ProfileName } from "../../../conform/profile-name.ts"
import { packageRoot } from "../../../traces/package.ts"
import { cluster, documentOf, freshFolder, ftpair, write, type Answer } from "../../cli/ftpair.ts"
import { leftRunning } from "../lock-adapter.ts"
import { adapters, compiled, itWith, type Program } from "./machine.ts"

/**
 * An adapter: its files, of how many lines they may be, how it is started in a folder, and the mutant that it is when it is started
 * as broken. `others` are those that it can be by name.
 */
type Adapter = {
  readonly name: string
  readonly needs: Program
  readonly profile: ProfileName
  readonly files: readonly string[]
  readonly linesMax: number
  readonly start: (folder: string) => readonly string[]
  readonly broken: string
  readonly mutant: string
  readonly others: readonly string[]
}

/** Where the adapters in TypeScript are once they are built. */
const compiledAdapters = join(packageRoot, "dist", "conform", "adapters", "typescript")

const examples: readonly Adapter[] = [
  {
    name: "the engine",
    needs: "node",
    profile: "pair",
    files: ["typescript/engine.ts"],
    linesMax: 150,
    start: () => [process.execPath, join(compiledAdapters, "engine.js")],
    broken: "LoserKeepsRunning",
    mutant: "LoserKeepsRunning",
    others: [],
  },
  {
    name: "the placement index",
    needs: "node",
    profile: "placement",
    files: ["typescript/placement.ts"],
    linesMax: 150,
    start: () => [process.execPath, join(compiledAdapters, "placement.js")],
    broken: "--broken",
    mutant: "SpawnIgnoresAntiAffinity",
    others: [],
  },
  {
    name: "the pair in Python",
    needs: "python3",
    profile: "pair",
    files: ["python/ft_pair.py", "python/ft_time.py"],
    linesMax: 350,
    start: () => ["python3", join(adapters, "python", "ft_pair.py")],
    broken: "--broken",
    mutant: "OutputBeforeAck",
    others: [
      "SuspendLeavesSecondary",
      "TurnOffResetsLock",
      "RegistrationStays",
      "SpawnInClear",
      "PrimaryEncryptionIgnored",
      "MetroIgnoredOnRespawn",
      "RuleSwitchIgnored",
      "NoUrgency",
      "HaImpatient",
      "NoGoLiveWait",
      "WaitTooShort",
      "MigrateResetsClocks",
      "AgesAddUp",
      "HeartbeatCountsAsLog",
      "IdleGuestSilent",
    ],
  },
  {
    name: "the lock in C",
    needs: "gcc",
    profile: "lock",
    files: ["c/lock.c"],
    linesMax: 150,
    start: (folder) => [compiled(join(adapters, "c", "lock.c"), folder)],
    broken: "--broken",
    mutant: "LockIgnoresGeneration",
    others: [],
  },
  {
    name: "the lock in Java",
    needs: "java",
    profile: "lock",
    files: ["java/Lock.java"],
    linesMax: 150,
    start: () => ["java", join(adapters, "java", "Lock.java")],
    broken: "--broken",
    mutant: "WinWithoutBump",
    others: [],
  },
]

/** How long a found difference may be, measured by the shortest counterexample of the same bug. */
const lengthFactorMax = 1.5

describe("an adapter", () => {
  for (const adapter of examples) {
    const { name, needs, profile, start, broken, mutant, others } = adapter
    const itRuns = itWith(needs, name)

    itRuns(`${name}, conforms, and is gone afterwards`, async ({ expect, onTestFinished }) => {
      const folder = freshFolder(onTestFinished)

      const answer = await driven(folder, start(folder), ...briefly)

      expect(answer).toMatchObject({ code: 0, stderr: "" })
      expect(documentOf(answer)).toMatchObject({ verdict: "conforms", profile, failures: [], beyond: [] })
      expect(existsSync(join(folder, "pids"))).toBe(true)
      expect(await leftRunning(folder)).toEqual([])
    })

    itRuns(`${name}, is found when it is ${mutant}, in a short run that comes back`, async (context) => {
      const { expect } = context
      const folder = freshFolder(context.onTestFinished)
      const right = start(folder)
      const wrong = [...right, broken]

      const found = await driven(folder, wrong, ...untilFound)
      const shortest = shortestIn(found)

      expect(found).toMatchObject({ code: 14, stderr: "" })
      expect((documentOf(found) as Found).verdict).toBe("diverges")
      expect(shortest.steps).toBeLessThanOrEqual(lengthFactorMax * shortestOf(mutant))
      expect((await driven(folder, wrong, "--run", shortest.file)).code).toBe(14)
      expect((await driven(folder, right, "--run", shortest.file)).code).toBe(0)
      expect(await ftpair(folder, "replay", shortest.file)).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(
          / {2}differs\n[^]*reproduced: as recorded: differs at step \d+/,
        ) as string,
      })
      expect(await leftRunning(folder)).toEqual([])
    })

    for (const other of others)
      itRuns(`${name}, is found when it is ${other} by name, in a short run`, async (context) => {
        const { expect } = context
        const folder = freshFolder(context.onTestFinished)

        const found = await driven(folder, [...start(folder), broken, other], "--run", storedRunsOf(other))

        expect(found).toMatchObject({ code: 14, stderr: "" })
        expect(shortestIn(found).steps).toBeLessThanOrEqual(lengthFactorMax * shortestOf(other))
      })
  }

  it.for(examples)(
    "$name, can be read in a sitting, and has a page that tells about it",
    ({ files, linesMax }, { expect }) => {
      const lines = files.map((file) => linesOfCode(join(adapters, file)))

      expect(lines.reduce((sum, each) => sum + each)).toBeLessThan(linesMax)
      for (const file of files) expect(existsSync(join(adapters, dirname(file), "README.md"))).toBe(true)
    },
  )
})

describe("the placement index", () => {
  it("lets a Primary move where an older one, whose Secondary it was, cannot be reached", async (context) => {
    const folder = freshFolder(context.onTestFinished)
    const question = write(folder, "question.json", {
      "#meta": { profile: "placement", config: cluster(3) },
      states: [null, { "#meta": { action: { kind: "Migrate", copy: "p1.2", state: twoPrimaries } } }],
    })

    const command = [process.execPath, join(compiledAdapters, "placement.js")]
    const answer = await driven(folder, command, "--run", question)

    context.expect(answer).toMatchObject({ code: 0, stderr: "" })
    context.expect(documentOf(answer)).toMatchObject({ answers: { taken: 1, refused: 0 } })
  })
})

// Helpers

/** The Secondary p1.2 has gone live while its old Primary stood still, and the link from that to h3 is cut. */
const twoPrimaries = {
  hosts: Object.fromEntries(
    cluster(3).hosts.map(({ id }) => [id, { up: true, storage: true, maintenance: false }]),
  ),
  cut: [["h2", "h3"]],
  pairs: {
    p1: {
      ft: "enabled",
      power: "on",
      state: "needSecondary",
      reason: "lostConnection",
      registered: { primary: "h1", secondary: "h2" },
      lock: { generation: 2, holder: "p1.2" },
      copies: {
        "p1.1": {
          ...{ host: "h2", role: "primary", phase: "lockstep", generation: 1, log: [], released: 0 },
          ...{ peer: "p1.2", delivered: 0, acked: 0 },
        },
        "p1.2": { host: "h1", role: "primary", phase: "live", generation: 2, log: [], released: 0 },
      },
      observed: [],
    },
  },
}

/** What is asked of an adapter here: the stored runs, and some random ones. */
const briefly = ["--runs", "120", "--run", "scenarios/**", "--run", "corpus/**", "--run", "random/**"]

/** What is asked of one that has a bug. */
const untilFound = ["--runs", "40", "--run", "corpus/**", "--run", "random/**"]

type Found = {
  readonly verdict: string
  readonly failures: readonly { readonly steps: number; readonly file: string }[]
}

const shortestIn = (found: Answer): Found["failures"][number] =>
  (documentOf(found) as Found).failures.toSorted((a, b) => a.steps - b.steps)[0] as Found["failures"][number]

/** Drives a command that notes its process in the folder. */
function driven(folder: string, command: readonly string[], ...flags: readonly string[]): Promise<Answer> {
  const noting = ["sh", "-c", `echo $$ >> "$0" && exec "$@"`, join(folder, "pids"), ...command]
  return ftpair(folder, "conform", "--json", "--seed", "7", "--timeout", "60000", ...flags, "--", ...noting)
}

/** The length of the shortest counterexample to any property that the mutant breaks. */
function shortestOf(mutant: string): number {
  const { killedBy = {} } = mutantNamed(mutant) ?? {}
  return Math.min(...Object.values(killedBy).filter((length) => length !== null))
}

/** The stored runs of a mutant, as a pattern of their names. */
const storedRunsOf = (mutant: string): string =>
  `corpus/*.${mutant.replace(/(?<=.)[A-Z]/g, (letter) => `-${letter}`).toLowerCase()}`

/** The lines of a file that are neither empty nor a comment. */
function linesOfCode(file: string): number {
  return readFileSync(file, "utf8")
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .split("\n")
    .filter((line) => !/^\s*(\/\/|#(?!include|define)|$)/.test(line)).length
}
