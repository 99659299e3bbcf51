import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, it } from "vitest"
import { documentOf, freshFolder, ftpair, inShell, program, write } from "../cli/ftpair.ts"
import { adapters, itWith, type Program } from "./machine.ts"

type Skeleton = { readonly language: string; readonly needs: Program; readonly start: string }

const skeletons: readonly Skeleton[] = [
  { language: "python", needs: "python3", start: "python3 ./mine/adapter.py" },
  { language: "node", needs: "node", start: "node ./mine/adapter.mjs" },
  { language: "c", needs: "gcc", start: "./mine/adapter" },
  { language: "java", needs: "java", start: "java ./mine/Adapter.java" },
]

describe.concurrent("a skeleton", () => {
  for (const { language, needs, start } of skeletons) {
    itWith(needs, `the skeleton in ${language}`)(
      `in ${language} runs as it stands: the wire works, and nothing is shown yet`,
      async ({ expect, onTestFinished }) => {
        const folder = freshFolder(onTestFinished)

        const written = await ftpair(folder, "conform", "--scaffold", language, "mine")
        const next = written.stdout.trimEnd().split("\n").at(-1)?.trim() ?? ""
        const smoke = await inShell(folder, strictly(next))
        const whole = await ftpair(
          folder,
          "conform",
          "--runs",
          "5",
          "--timeout",
          "60000",
          "--",
          ...start.split(" "),
        )

        expect(written).toMatchObject({ code: 0, stderr: "" })
        expect(next).toMatch(/(^|&& )npx ftpair conform --smoke -- /)
        expect(next.endsWith(` -- ${start}`)).toBe(true)
        expect(smoke).toMatchObject({ code: 0, stderr: "" })
        expect(smoke.stdout).toMatch(/^ {2}reset +as the model has it$/m)
        expect(smoke.stdout).toContain("the wire works; leave out --smoke for the whole")
        expect(whole).toMatchObject({ code: 15, stderr: "" })
        expect(whole.stdout).toMatch(/^vacuous: no answer told anything$/m)
      },
    )
  }

  it.for(skeletons)(
    "in $language is written as it ships",
    async ({ language }, { expect, onTestFinished }) => {
      const folder = freshFolder(onTestFinished)

      const written = await ftpair(folder, "conform", "--scaffold", language, "deep/mine", "--json")

      const files = readdirSync(join(adapters, "scaffold", language))
      expect(documentOf(written)).toMatchObject({ files: files.map((file) => `./deep/mine/${file}`) })
      expect(files).toContain("README.md")
      for (const file of files)
        expect(textOf(join(folder, "deep", "mine", file))).toBe(
          textOf(join(adapters, "scaffold", language, file)),
        )
    },
  )

  it.for(skeletons)(
    "in $language is short, says where one's own code goes, and how to go on",
    ({ language }, { expect }) => {
      const folder = join(adapters, "scaffold", language)
      const [source = ""] = readdirSync(folder).filter((file) => file !== "README.md")
      const code = textOf(join(folder, source))
      const readme = textOf(join(folder, "README.md"))

      expect(code.trimEnd().split("\n").length).toBeLessThanOrEqual(60)
      for (const words of ["here: take the action", "here: show the state", "observes", "docs/wire.md"])
        expect(code).toContain(words)
      for (const words of ["npx ftpair conform --smoke -- ", "docs/conformance.md", "docs/wire.md"])
        expect(readme).toContain(words)
    },
  )
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
    expect(refused.stderr).toBe("ftpair: mine: no folder can be made there (EEXIST)\n")
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
