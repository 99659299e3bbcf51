import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs"
import { execFile } from "node:child_process"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { plainConfig } from "../../model/config.ts"
import type { Action } from "../../model/action.ts"
import { readStory } from "../../traces/read.ts"
import { prepareFolder, sweepLeftovers, timeOfDay, writeAtomically } from "../../traces/atomic-file.ts"
import { packageRoot } from "../../traces/package.ts"
import { filesIn, holdsAgain, keep, keptIn } from "../../traces/store.ts"
import type { Counterexample } from "../../traces/write.ts"
import { statesOf } from "../properties/arbitrary/runs.ts"

describe("keep", () => {
  it("writes a trace that replays, named after property and mutant", () => {
    const folder = freshFolder()

    const file = keep(folder, counterexample)

    expect(basename(file)).toMatch(/^S7\.spawn-ignores-anti-affinity-[0-9a-f]{8}\.itf\.json$/)
    expect(readStory(file)).toMatchObject({ mutant, actions: counterexample.actions })
  })

  it("names a failure of the protocol itself after the property alone", () => {
    const file = keep(freshFolder(), { ...counterexample, mutant: null })

    expect(basename(file)).toMatch(/^S7\.[0-9a-f]{8}\.itf\.json$/)
  })

  it("gives the same counterexample the same file, and another one another", () => {
    const folder = freshFolder()

    const elsewhere = { ...counterexample, config: plainConfig(3, 1) }

    const oneSided = { ...counterexample, side: "engine" as const }

    const files = [counterexample, counterexample, other, elsewhere, oneSided].map((each) =>
      keep(folder, each),
    )

    expect(files[1]).toBe(files[0])
    expect(new Set(files).size).toBe(4)
    expect(filesIn(folder, ".itf.json")).toEqual([...new Set(files)].sort())
  })
})

describe("a kept failure", () => {
  it("is forgotten when it has held three times in a row", () => {
    const folder = freshFolder()
    const file = keep(folder, counterexample)

    expect([1, 2, 3].map(() => holdsAgain(file))).toEqual([false, false, true])
    expect(existsSync(file)).toBe(false)
  })

  it("is counted anew when it is found again", () => {
    const folder = freshFolder()
    const file = keep(folder, counterexample)

    holdsAgain(file)
    holdsAgain(file)
    keep(folder, counterexample)

    expect([1, 2].map(() => holdsAgain(file))).toEqual([false, false])
    expect(existsSync(file)).toBe(true)
  })

  it("is counted for itself", () => {
    const folder = freshFolder()
    const [one, two] = [keep(folder, counterexample), keep(folder, other)]

    const forgotten = [one, two, one, two, one].map((file) => holdsAgain(file))

    expect(forgotten).toEqual([false, false, false, false, true])
    expect(existsSync(two)).toBe(true)
  })

  it.each<[string, (ledger: string) => void]>([
    [
      "is no text of ours",
      (ledger) => {
        writeFileSync(ledger, "null\n{")
      },
    ],
    [
      "was cut off",
      (ledger) => {
        writeFileSync(ledger, "held\nhe")
      },
    ],
    [
      "is a folder",
      (ledger) => {
        mkdirSync(ledger)
      },
    ],
    [
      "is far too long",
      (ledger) => {
        writeFileSync(ledger, "held\n".repeat(20_000))
      },
    ],
    [
      "is a link to elsewhere",
      (ledger) => {
        symlinkSync("/dev/zero", ledger)
      },
    ],
  ])("survives a ledger that %s", (_what, spoil) => {
    const folder = freshFolder()
    const file = keep(folder, counterexample)
    spoil(`${file}.runs`)

    expect(holdsAgain(file)).toBe(false)
    expect(existsSync(file)).toBe(true)
  })

  it("counts what two runs at once have noted", async () => {
    const folder = freshFolder()
    const file = keep(folder, counterexample)

    await Promise.all([1, 2].map(() => inChild(`holdsAgain(${JSON.stringify(file)})`)))

    expect(readFileSync(`${file}.runs`, "utf8")).toBe("held\nheld\n")
    expect(holdsAgain(file)).toBe(true)
  })

  it("never writes through a symbolic link", () => {
    const folder = freshFolder()
    const file = keep(folder, counterexample)
    const victim = join(folder, "victim")
    writeFileSync(victim, "mine")
    for (const name of [`${file}.runs`, join(folder, "clean-runs.json")]) symlinkSync(victim, name)
    rmSync(file)
    symlinkSync(victim, file)

    holdsAgain(file)
    keep(folder, counterexample)
    holdsAgain(file)

    expect(readFileSync(victim, "utf8")).toBe("mine")
    expect(lstatSync(file).isFile()).toBe(true)
  })
})

describe("what is in the store", () => {
  it.each<[string, (file: string) => void]>([
    [
      "nothing",
      (file) => {
        writeFileSync(file, "")
      },
    ],
    [
      "null",
      (file) => {
        writeFileSync(file, "null")
      },
    ],
    [
      "{}",
      (file) => {
        writeFileSync(file, "{}")
      },
    ],
    [
      "half a trace",
      (file) => {
        writeFileSync(file, readFileSync(file, "utf8").slice(0, 300))
      },
    ],
    [
      "deep nesting",
      (file) => {
        writeFileSync(file, `{"#meta":{"format":${"[".repeat(20_000)}${"]".repeat(20_000)}}}`)
      },
    ],
    [
      "a profile that is no word",
      (file) => {
        writeFileSync(file, '{"#meta":{"format":"ftpair/1","profile":{"toString":1}}}')
      },
    ],
    [
      "states of no kind",
      (file) => {
        writeFileSync(file, '{"#meta":{"format":"ftpair/1"},"states":[null,1]}')
      },
    ],
    [
      "a schedule that holds",
      (file) => {
        writeFileSync(
          file,
          JSON.stringify({ config: { hosts: [{ id: "h1" }], pairs: [{ id: "p1" }] }, actions: [] }),
        )
      },
    ],
    [
      "a run that promises to hold",
      (file) => {
        const config = { hosts: [{ id: "h1" }], pairs: [{ id: "p1" }] }
        writeFileSync(file, JSON.stringify({ config, actions: [], expect: { verdict: "holds" } }))
      },
    ],
    [
      "a folder",
      (file) => {
        rmSync(file)
        mkdirSync(file)
      },
    ],
    [
      "a link",
      (file) => {
        rmSync(file)
        symlinkSync("/dev/zero", file)
      },
    ],
    [
      "a link to nothing",
      (file) => {
        rmSync(file)
        symlinkSync("/no/such/place", file)
      },
    ],
  ])("is set aside with a warning, and left, where it is %s", (_what, spoil) => {
    const folder = freshFolder()
    const [file, sound] = [keep(folder, counterexample), keep(folder, other)]
    spoil(file)

    const { failures, setAside } = keptIn(folder)

    expect(failures.map((story) => story.file)).toEqual([sound])
    expect(setAside).toMatchObject([{ file }])
    expect(setAside[0]?.why).not.toContain("\n")
    expect(lstatSync(file, { throwIfNoEntry: false })).toBeDefined()
  })

  it("is set aside where its name is no UTF-8", () => {
    const folder = freshFolder()
    const name = Buffer.concat([Buffer.from(`${folder}/S7.`), Buffer.from([0xff]), Buffer.from(".itf.json")])
    writeFileSync(name, readFileSync(keep(folder, counterexample)))

    const { failures, setAside } = keptIn(folder)

    expect(failures).toHaveLength(1)
    expect(setAside.map(({ why }) => why)).toEqual([
      `${join(folder, "S7.\ufffd.itf.json")}: expected a name in UTF-8`,
    ])
  })

  it("is none of ours where conform kept it, whatever it says", () => {
    const folder = freshFolder()
    const theirs = join(folder, "conform.other-12345678.itf.json")
    for (const text of ["{}", "null", readFileSync(keep(folder, counterexample), "utf8")]) {
      writeFileSync(theirs, text)

      expect(keptIn(folder).failures).toHaveLength(1)
      expect(keptIn(folder).setAside).toEqual([])
    }
  })

  it("is nothing where there is no folder, and reported where it is none", () => {
    const folder = freshFolder()
    writeFileSync(join(folder, "file"), "")

    expect(keptIn(join(folder, "missing"))).toEqual({ failures: [], setAside: [] })
    expect(keptIn(join(folder, "file")).setAside).toHaveLength(1)
  })
})

describe("what a killed process has left half written", () => {
  it("is swept away when it is older than an hour, and nothing else is", () => {
    const folder = freshFolder()
    const stale = [".S1.x.itf.json.0123456789ab.tmp", ".probe.0123456789ab.tmp"]
    const others = [".S1.x.itf.json.0123456789ab.tmp.mine", "S1.tmp", ".notes.tmp", ".a.0123456789AB.tmp"]
    for (const name of [...stale, ...others]) writeFileSync(join(folder, name), "")
    const hour = 3_600_000

    sweepLeftovers(folder, timeOfDay() + hour / 2)
    expect(readdirSync(folder)).toHaveLength(stale.length + others.length)
    sweepLeftovers(folder, timeOfDay() + 2 * hour)

    expect(readdirSync(folder).toSorted()).toEqual(others.toSorted())
  })

  it("is swept away beside any file by who writes that file next, and what others have left there is not", () => {
    const folder = freshFolder()
    const names = [".next.json.0123456789ab.tmp", ".probe.0123456789ab.tmp", ".other.json.0123456789ab.tmp"]
    for (const name of names) {
      writeFileSync(join(folder, name), "")
      utimesSync(join(folder, name), 0, 0)
    }

    writeAtomically(join(folder, "next.json"), "{}")
    expect(readdirSync(folder).toSorted()).toEqual([...names.slice(1), "next.json"].toSorted())
    prepareFolder(folder)

    expect(readdirSync(folder).toSorted()).toEqual([".other.json.0123456789ab.tmp", "next.json"])
  })
})

describe("filesIn", () => {
  it("lists the files of one ending, in the order of their names", () => {
    const folder = freshFolder()
    for (const name of ["b.itf.json", "a.itf.json", "clean-runs.json"]) writeFileSync(join(folder, name), "")

    expect(filesIn(folder, ".itf.json")).toEqual([join(folder, "a.itf.json"), join(folder, "b.itf.json")])
  })

  it("lists nothing where there is no folder", () => {
    expect(filesIn(join(freshFolder(), "missing"), ".itf.json")).toEqual([])
  })
})

// Helpers

const freshFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "ftpair-"))
  onTestFinished(() => {
    rmSync(folder, { recursive: true })
  })
  return folder
}

/** Calls something of the compiled store in a process of its own. */
const inChild = (call: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const store = JSON.stringify(join(packageRoot, "dist", "traces", "store.js"))
    const code = `import(${store}).then(({ holdsAgain }) => ${call})`
    execFile(process.execPath, ["-e", code], (error) => {
      if (error === null) resolve()
      else reject(new Error(error.message))
    })
  })

const mutant = "SpawnIgnoresAntiAffinity"

/** Two copies on one host, the second one on that host again. */
const counterexampleOn = (host: "h1" | "h2"): Counterexample => {
  const config = plainConfig(2, 1)
  const actions: readonly Action[] = [
    { kind: "PowerOn", pair: "p1", host },
    { kind: "SpawnSecondary", copy: "p1.1", host },
  ]
  return {
    property: "S7",
    step: 2,
    why: `both run on ${host}`,
    config,
    mutant,
    actions,
    states: statesOf(config, mutant, actions),
    found: "by hand",
    seed: null,
    minimality: "found",
    description: null,
  }
}

const counterexample = counterexampleOn("h1")

const other = counterexampleOn("h2")
