import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest"
import { holdsAgain } from "../../traces/store.ts"

// Another process finds a failure again at the very moment at which it is forgotten here.

let onRename = (): void => {}

vi.mock(import("node:fs"), async (original) => {
  const fs = await original()
  return {
    ...fs,
    renameSync: (from, to) => {
      fs.renameSync(from, to)
      const meanwhile = onRename
      onRename = () => {}
      meanwhile()
    },
  }
})

describe("a failure that has held for the third time", () => {
  let file = ""

  beforeEach(() => {
    const folder = mkdtempSync(join(tmpdir(), "ftpair-race-"))
    onTestFinished(() => {
      onRename = () => {}
      rmSync(folder, { recursive: true })
    })
    file = join(folder, "S1.itf.json")
    writeFileSync(file, "before")
    holdsAgain(file)
    holdsAgain(file)
  })

  it("is there afterwards, where it is found again meanwhile, and not written yet", () => {
    onRename = () => {
      appendFileSync(`${file}.runs`, "failed\n")
    }

    expect(holdsAgain(file)).toBe(false)
    expect(readFileSync(file, "utf8")).toBe("before")
  })

  it("is there as it was written anew, where it is found again and written meanwhile", () => {
    onRename = () => {
      appendFileSync(`${file}.runs`, "failed\n")
      writeFileSync(file, "anew")
    }

    expect(holdsAgain(file)).toBe(false)
    expect(readFileSync(file, "utf8")).toBe("anew")
  })

  it("is gone, where nobody finds it", () => {
    expect(holdsAgain(file)).toBe(true)
    expect(existsSync(file)).toBe(false)
  })
})
