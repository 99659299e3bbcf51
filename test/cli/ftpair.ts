import { execFile } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import type { Action } from "../../model/action.ts"
import { packageRoot } from "../../traces/package.ts"

// The command line as its users call it: the compiled program, in a process and a folder of its own.

/** The compiled program. */
export const program = join(packageRoot, "dist", "cli", "main.js")

/** What a call has answered. */
export type Answer = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

/** What was written to stderr, without the lines by which slow work reports that it goes on. */
export const withoutHeartbeats = (stderr: string): string => stderr.replace(/^ftpair: \d+ s {2}.*\n/gm, "")

/** Calls the program in a folder. */
export const ftpair = (folder: string, ...args: readonly string[]): Promise<Answer> =>
  new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [program, ...args],
      { cwd: folder },
      (_error, stdout, stderr) => {
        resolve({ code: child.exitCode, stdout, stderr: withoutHeartbeats(stderr) })
      },
    )
  })

/** Runs a command in this process, and catches what it prints on stdout: quick, but without the command line. */
export const inProcess = <A>(command: () => A): { readonly code: A; readonly stdout: string } => {
  const write = process.stdout.write.bind(process.stdout)
  let stdout = ""
  process.stdout.write = (text: string | Uint8Array): boolean => {
    stdout += String(text)
    return true
  }
  try {
    const code = command()
    return { code, stdout }
  } finally {
    process.stdout.write = write
  }
}

/** Gives a line that the program has printed, and that begins with `npx ftpair`, to the shell as it stands. */
export const inShell = (folder: string, line: string, before = ""): Promise<Answer> =>
  new Promise((resolve) => {
    const command = line.replace(/^npx ftpair/, `"${process.execPath}" "${program}"`)
    const child = execFile(
      "/bin/sh",
      ["-c", `${before}${command}`],
      { cwd: folder },
      (_error, stdout, stderr) => {
        resolve({ code: child.exitCode, stdout, stderr: withoutHeartbeats(stderr) })
      },
    )
  })

/** An empty folder, which is gone when the test is done: `atEnd` is vitest's `onTestFinished`, or like it. */
export const freshFolder = (atEnd: (remove: () => void) => void): string => {
  const folder = mkdtempSync(join(tmpdir(), "ftpair-"))
  atEnd(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

/** Writes a file below the folder, a text as it is and anything else as JSON; returns its name within the folder. */
export const write = (folder: string, name: string, content: unknown): string => {
  const file = join(folder, name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content))
  return name
}

/** A cluster of plain hosts and one pair, as a configuration file has it. */
export const cluster = (hosts: number, bounds?: { readonly log: number }) => ({
  hosts: Array.from({ length: hosts }, (_, n) => ({ id: `h${n + 1}` })),
  pairs: [{ id: "p1" }],
  ...(bounds === undefined ? {} : { bounds }),
})

/** The actions that bring p1, on h1 and h2, to be protected. */
export const protect: readonly Action[] = [
  { kind: "PowerOn", pair: "p1", host: "h1" },
  { kind: "SpawnSecondary", copy: "p1.1", host: "h2" },
  { kind: "BeginLockstep", copy: "p1.1" },
  { kind: "JoinLockstep", copy: "p1.2" },
]

/** What `check --json` and `replay --json` put on stdout: one document, or the parser complains. */
export const documentOf = ({ stdout }: Answer): unknown => JSON.parse(stdout)
