import { spawn } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, it } from "vitest"
import { freshFolder, ftpair, inShell, program, write, type Answer } from "./ftpair.ts"

// How a check ends where something comes in between: a signal, a full disk, a reader that goes away.

describe.concurrent("ftpair check", () => {
  it("is inconclusive when it is interrupted, and reports what it has seen", async ({
    expect,
    onTestFinished,
  }) => {
    const call = "check --mutant ZeroMeansNone --property S8 --time 1h --workers 1".split(" ")

    const { code, stdout } = await interrupted(freshFolder(onTestFinished), "SIGINT", ...call)

    expect(code).toBe(20)
    expect(stdout).toContain("inconclusive")
    expect(stdout).toContain("stopped: interrupted")
  })

  it.for(
    (["SIGINT", "SIGTERM", "SIGHUP"] as const).flatMap((signal) =>
      [1, 3].map((workers) => [signal, workers] as const),
    ),
  )(
    "stops at %s with %i workers, reports, and ends with 20",
    async ([signal, workers], { expect, onTestFinished }) => {
      const folder = freshFolder(onTestFinished)
      const call = `check --mutant ZeroMeansNone --property S8 --time 1h --workers ${workers}`

      const { code, stdout } = await interrupted(folder, signal, ...call.split(" "))

      expect(code).toBe(20)
      expect(stdout).toMatch(/^inconclusive/m)
      expect(stdout).toMatch(/^stopped: interrupted/m)
    },
  )

  it("reports a finding that it cannot save, with the code of the finding", async ({
    expect,
    onTestFinished,
  }) => {
    const folder = freshFolder(onTestFinished)
    // No file may grow beyond nothing: a full disk.
    const answer = await inShell(
      folder,
      "npx ftpair check --mutant SpawnIgnoresAntiAffinity --seed 7 --workers 1",
      "trap '' XFSZ; ulimit -f 0; ",
    )

    expect(answer.code).toBe(12)
    expect(answer.stdout).toMatch(/^S7 \S+ violated at step 2 of 2$/m)
    expect(answer.stdout).toMatch(/^ +saved: +not saved: .*cannot be written/m)
    expect(said(answer, "Reproduce:")).toContain("--seed 7")
    expect(answer.stderr).toMatch(/^ftpair: the counterexample is not saved: [^\n]*\n$/)
  })

  it.for(["file/below", "/proc/failures", "file"])(
    "refuses an impossible --out %s at once",
    async (out, { expect, onTestFinished }) => {
      const folder = freshFolder(onTestFinished)
      write(folder, "file", "")

      const answer = await ftpair(folder, ..."check --time 1h --out".split(" "), out)

      expect(answer).toMatchObject({ code: 1, stdout: "" })
      expect(answer.stderr.trimEnd().split("\n")).toHaveLength(1)
    },
  )

  it("goes on where nobody reads: keeps what it finds, and ends with its code", async ({
    expect,
    onTestFinished,
  }) => {
    const folder = freshFolder(onTestFinished)
    const call = `"${process.execPath}" "${program}" check --mutant SpawnIgnoresAntiAffinity --seed 7 --workers 1`

    const { code, stderr } = await inShell(folder, `{ ${call}; echo $? > code; } | true`)

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(readFileSync(join(folder, "code"), "utf8")).toBe("12\n")
    expect(readdirSync(join(folder, ".ftpair", "failures"))).toHaveLength(1)
  })
})

// Helpers

/** What stands behind a label: `saved: …`, `Reproduce: …`. */
const said = ({ stdout }: Answer, label: string): string =>
  stdout
    .split("\n")
    .map((line) => line.trim())
    .find((line) => line.startsWith(label))
    ?.slice(label.length)
    .trim() ?? ""

/** Calls the program, and interrupts it a little after it has begun to draw. */
const interrupted = (
  folder: string,
  signal: NodeJS.Signals,
  ...args: readonly string[]
): Promise<Pick<Answer, "code" | "stdout">> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd: folder,
      stdio: ["ignore", "pipe", "inherit"],
    })
    let stdout = ""
    let isSent = false
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text
      if (!isSent && stdout.includes("stored runs replayed")) isSent = child.kill(signal)
    })

    child.on("close", (code) => {
      resolve({ code, stdout })
    })
  })
