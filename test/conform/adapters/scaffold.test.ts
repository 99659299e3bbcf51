import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, it } from "vitest"
import { kinds } from "../../../model/action.ts"
import { lockKinds } from "../../../conform/lock-model.ts"
import { questionKinds } from "../../../conform/placement-profile.ts"
import { scaffold } from "../../../conform/scaffold.ts"
import { profileNames, type ProfileName } from "../../../conform/profile-name.ts"
import { documentOf, freshFolder, ftpair, inShell, program, write } from "../../cli/ftpair.ts"
import { adapters, itWith, type Program } from "./machine.ts"

type Language = {
  readonly language: string
  readonly usual: ProfileName
  readonly needs: Program
  readonly start: string
  readonly files: readonly string[]
}

const languages: readonly Language[] = [
  {
    language: "python",
    usual: "pair",
    needs: "python3",
    start: "python3 ./mine/adapter.py",
    files: ["README.md", "adapter.py", "wire.py"],
  },
  {
    language: "node",
    usual: "pair",
    needs: "node",
    start: "node ./mine/adapter.mjs",
    files: ["README.md", "adapter.mjs", "wire.mjs"],
  },
  {
    language: "c",
    usual: "lock",
    needs: "gcc",
    start: "./mine/adapter",
    files: ["README.md", "adapter.c", "wire.h"],
  },
  {
    language: "java",
    usual: "lock",
    needs: "java",
    start: "java ./mine/Adapter.java",
    files: ["README.md", "Adapter.java"],
  },
]

/** What the skeleton of each profile is asked first, and where one's own code goes. */
const profiles = {
  pair: {
    kinds: kinds.length,
    first: "PowerOn(p1, h1)",
    here: ["begin anew", "take the action", "show the state"],
  },
  lock: {
    kinds: lockKinds.length,
    first: "Contend(p1.1, 1)",
    here: ["begin anew", "take the action", "show the state"],
  },
  placement: {
    kinds: questionKinds.length,
    first: "PowerOn(p1)",
    here: ["take in the cluster", "answer the question"],
  },
} as const

const skeletons = languages.flatMap((language) => profileNames.map((profile) => ({ ...language, profile })))

describe.concurrent("a skeleton", () => {
  for (const { language, profile, needs, start } of skeletons) {
    itWith(needs, `the skeleton of ${profile} in ${language}`)(
      `of ${profile} in ${language} runs as it stands: the wire works, and nothing is answered yet`,
      async ({ expect, onTestFinished }) => {
        const folder = freshFolder(onTestFinished)

        const written = await ftpair(folder, ...scaffolded(language, profile), "mine")
        const next = written.stdout.trimEnd().split("\n").at(-1)?.trim() ?? ""
        const smoke = await inShell(folder, strictly(next))

        expect(written).toMatchObject({ code: 0, stderr: "" })
        expect(next).toMatch(/(^|&& )npx ftpair conform --smoke -- /)
        expect(next.endsWith(` -- ${start}`)).toBe(true)
        expect(smoke).toMatchObject({ code: 0, stderr: "" })
        expect(smoke.stdout).toContain(`, profile ${profile}\n`)
        expect(smoke.stdout).toMatch(/^ {2}reset +as the model has it$/m)
        expect(smoke.stdout).toMatch(skippedFirst(profiles[profile].first))
        expect(smoke.stdout).toContain("the wire works; leave out --smoke for the whole")
      },
    )
  }

  it.for(languages)(
    "in $language is of the profile $usual where none is named",
    ({ language, usual }, { expect, onTestFinished }) => {
      const folder = freshFolder(onTestFinished)

      scaffold(language, join(folder, "mine"))
      scaffold(language, join(folder, "named"), usual)

      expect(textsIn(join(folder, "mine"))).toEqual(textsIn(join(folder, "named")))
    },
  )

  it.for(skeletons)(
    "of $profile in $language is written as it ships, short, and says where one's own code goes",
    ({ language, profile, files }, { expect, onTestFinished }) => {
      const folder = join(freshFolder(onTestFinished), "deep", "mine")
      const shipped = join(adapters, "scaffold")

      const written = scaffold(language, folder, profile)

      const { "README.md": readme = "", ...sources } = textsIn(folder)
      const [own = "", code = ""] = Object.entries(sources).find(([name]) => /^adapter/i.test(name)) ?? []
      expect(Object.keys(sources)).toEqual(files.filter((file) => file !== "README.md").toSorted())
      expect(written.files.toSorted()).toEqual(files.map((file) => join(folder, file)).toSorted())
      for (const [name, text] of Object.entries(sources))
        expect(text).toBe(textOf(join(shipped, language, ...(name === own ? [profile] : []), name)))
      expect(readme).toBe(
        `${textOf(join(shipped, language, "README.md"))}\n${textOf(join(shipped, `${profile}.md`))}`,
      )
      expect(code.trimEnd().split("\n").length).toBeLessThanOrEqual(70)
      expect(code).toContain("docs/wire.md")
      for (const here of profiles[profile].here) {
        expect(code).toContain(`here: ${here}`)
        expect(readme.replace(/\s+/g, " ")).toContain(`here: ${here}`)
      }
      for (const words of [
        "npx ftpair conform --smoke -- ",
        `profile \`${profile}\``,
        ...["docs/conformance.md", "docs/profiles.md", "docs/wire.md"],
      ])
        expect(readme).toContain(words)
    },
  )

  it.for(skeletons)(
    "of $profile in $language names each kind of the profile, and no other",
    ({ language, profile, files }, { expect }) => {
      const own = files.find((file) => /^adapter/i.test(file)) ?? ""
      const code = textOf(join(adapters, "scaffold", language, profile, own))
      const known = [...new Set<string>([...kinds, ...lockKinds])]

      const named = known.filter((kind) => new RegExp(`\\b${kind}\\b`).test(code))

      expect(named).toHaveLength(profiles[profile].kinds)
    },
  )

  itWith("python3", "skeletons that are asked at random").for(profileNames)(
    "of %s in python is vacuous when it is asked at random",
    async (profile, { expect, onTestFinished }) => {
      const folder = freshFolder(onTestFinished)
      scaffold("python", join(folder, "mine"), profile)

      const random = await ftpair(folder, ...someRandom, "--", "python3", "./mine/adapter.py")

      expect(random).toMatchObject({ code: 15 })
      expect(random.stdout).toMatch(/^vacuous: no answer said anything; [\d,]+ asks skipped$/m)
    },
  )

  itWith("python3", "a skeleton that is asked everything")(
    "is vacuous after a sample of all that there is to ask",
    async ({ expect, onTestFinished }) => {
      const folder = freshFolder(onTestFinished)
      scaffold("python", join(folder, "mine"), "lock")

      const whole = await ftpair(folder, "conform", "--seed", "7", "--", "python3", "./mine/adapter.py")

      expect(whole).toMatchObject({ code: 15 })
      expect(whole.stdout).toMatch(
        /^vacuous: no answer said anything; [\d,]+ asks skipped; the rest was not asked$/m,
      )
    },
  )

  it("is reported in JSON, if that is asked", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)

    const written = await ftpair(folder, ...scaffolded("node", "lock"), "deep/mine", "--json")

    expect(documentOf(written)).toEqual({
      files: ["README.md", "adapter.mjs", "wire.mjs"].map((file) => `./deep/mine/${file}`),
      next: "npx ftpair conform --smoke -- node ./deep/mine/adapter.mjs",
    })
  })

  it("in Java has the same wire in every profile, as one file is started", ({ expect }) => {
    const wires = profileNames.map((profile) =>
      textOf(join(adapters, "scaffold", "java", profile, "Adapter.java"))
        .split(/^(?= {4}\/\/ The wire, whatever the profile)/m)
        .at(-1),
    )

    expect(wires[0]).toMatch(/^ {4}\/\/ The wire/)
    expect(new Set(wires).size).toBe(1)
  })
})

describe.concurrent("no skeleton is written", () => {
  it("into a folder that is not empty, and what is there stays", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    write(folder, "mine/adapter.py", "my own")

    const refused = await ftpair(folder, "conform", "--scaffold", "python", "mine")

    expect(refused).toEqual({
      code: 1,
      stdout: "",
      stderr: "ftpair: mine: is not empty, and nothing is written over\n",
    })
    expect(readdirSync(join(folder, "mine"))).toEqual(["adapter.py"])
    expect(textOf(join(folder, "mine", "adapter.py"))).toBe("my own")
  })

  it("over a file", async ({ expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    write(folder, "mine", "my own")

    const refused = await ftpair(folder, "conform", "--scaffold", "python", "mine")

    expect(refused).toMatchObject({ code: 1, stdout: "" })
    expect(refused.stderr).toBe("ftpair: mine: no folder can be made there (ENOTDIR)\n")
  })

  it.for(["cobol", "constructor"])(
    "in a language that is unknown: %s",
    async (language, { expect, onTestFinished }) => {
      const folder = freshFolder(onTestFinished)

      const refused = await ftpair(folder, "conform", "--scaffold", language, "mine")

      expect(refused).toEqual({
        code: 1,
        stdout: "",
        stderr: `ftpair: --scaffold ${language}: expected python, node, c, java\n`,
      })
      expect(readdirSync(folder)).toEqual([])
    },
  )

  it.for([
    { named: "none", folders: [] },
    { named: "two", folders: ["mine", "yours"] },
  ])("unless one folder is named, and not $named", async ({ folders }, { expect, onTestFinished }) => {
    const folder = freshFolder(onTestFinished)

    const refused = await ftpair(folder, "conform", "--scaffold", "python", ...folders)

    expect(refused).toEqual({
      code: 1,
      stdout: "",
      stderr: "ftpair: expected one folder to write it into: ftpair conform --scaffold python DIR\n",
    })
    expect(readdirSync(folder)).toEqual([])
  })
})

// Helpers

/** Few random cases, and nothing else. */
const someRandom = ["conform", "--run", "random/**", "--runs", "5", "--timeout", "60000"]

function scaffolded(language: string, profile: ProfileName): readonly string[] {
  return ["conform", "--scaffold", language, "--profile", profile]
}

/** The line of a first try that says of an action that it was skipped. */
function skippedFirst(action: string): RegExp {
  return new RegExp(`^ {2}${action.replace(/[.()]/g, "\\$&")} +skipped$`, "m")
}

/** What a folder holds, by the names of its files, in order. */
function textsIn(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    readdirSync(folder)
      .toSorted()
      .map((file) => [file, textOf(join(folder, file))]),
  )
}

/** The printed line, with every warning of a compiler an error, and time enough for a machine that is busy. */
function strictly(line: string): string {
  return line
    .replace(" -Wall ", " -Wall -Wextra -Werror ")
    .replace("--smoke ", "--smoke --timeout 60000 ")
    .replace("npx ftpair", `"${process.execPath}" "${program}"`)
}

function textOf(file: string): string {
  return readFileSync(file, "utf8")
}
