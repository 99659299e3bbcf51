import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { depthMax, fileMax, readJson, readText } from "../../traces/input-file.ts"

describe("a file", () => {
  it("is read without its byte order mark", () => {
    expect(readText(written("\ufeff{}"))).toBe("{}")
  })

  it("may be a pipe of the shell no more than a folder or a device: nobody waits for it", () => {
    const pipe = join(folder, "pipe")
    execFileSync("mkfifo", [pipe])
    mkdirSync(join(folder, "folder"))

    for (const file of [pipe, join(folder, "folder"), "/dev/zero", "/dev/null"])
      expect(() => readText(file)).toThrow(`${file}: cannot be read (expected a file, and it is none)`)
  })

  it("that is not there is told so", () => {
    expect(() => readText(join(folder, "none"))).toThrow("none: cannot be read (ENOENT)")
  })

  it("has a largest size", () => {
    const file = written("[]")
    truncateSync(file, fileMax + 1)

    expect(() => readText(file)).toThrow("cannot be read (expected 16 MiB at the most)")
  })

  it("is a text in UTF-8", () => {
    expect(() => readText(written(Buffer.from([0x22, 0xff, 0x22])))).toThrow("expected a text in UTF-8")
  })
})

describe("JSON", () => {
  it("may be so deep, and no deeper", () => {
    expect(readJson(written(nested(depthMax)))).toHaveLength(1)
    expect(() => readJson(written(nested(depthMax + 1)))).toThrow("within each other 100 deep at the most")
    expect(() => readJson(written("[".repeat(2_000_000)))).toThrow("within each other 100 deep at the most")
  })

  it("may have as many brackets in its strings as it likes", () => {
    const json = ["[".repeat(1000), '{"\\'.repeat(1000)]

    expect(readJson(written(JSON.stringify(json)))).toEqual(json)
  })

  it.each(['{"a":[{"__proto__":{"x":1}}]}', '{"a":[{"\\u005f_proto__":{"x":1}}]}'])(
    "has no key that changes what an object is: %s",
    (text) => {
      expect(() => readJson(written(text))).toThrow("at a[0].__proto__: unknown key")
    },
  )

  it.each(["", "{", '{"a":1}{"b":2}', "\u0000", "nul"])("is none: %j", (text) => {
    expect(() => readJson(written(text))).toThrow(/file\.json: is not JSON: .+$/)
  })
})

// Helpers

const folder = mkdtempSync(join(tmpdir(), "ftpair-"))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const written = (content: string | Buffer): string => {
  const file = join(folder, "file.json")
  writeFileSync(file, content)
  return file
}

const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth)
