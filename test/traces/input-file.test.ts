import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { jsonFaultIn } from "../../traces/json-text.ts"
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
      expect(() => readText(file)).toThrow(`${file}: cannot be read (expected a regular file)`)
  })

  it("that is not there is reported so", () => {
    expect(() => readText(join(folder, "none"))).toThrow(
      "none: cannot be read (ENOENT: no such file or directory)",
    )
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

  it.each([
    ["", "line 1, column 1: expected a value, and nothing is there"],
    ["\n{", 'line 2, column 2: expected a key in quotes or "}", and nothing is there'],
    ['{"a":1}\r\n{"b":2}', 'line 2, column 1: expected nothing more, not "{"'],
    ["\u0000", 'line 1, column 1: expected a value, not "\\u0000"'],
    ['{\n  "config": none\n}', 'line 2, column 13: expected a value, not "n"'],
    ["[1,\n]", 'line 2, column 1: expected a value, not "]"'],
    ["[1 2]", 'line 1, column 4: expected "," or "]", not "2"'],
    ['{"a" 1}', 'line 1, column 6: expected ":", not "1"'],
    ['{"a":1,}', 'line 1, column 8: expected a key in quotes, not "}"'],
    ['["\\x"]', 'line 1, column 3: expected an escape of JSON, not "\\\\"'],
    ['["a\nb"]', 'line 1, column 4: expected the end of a text in quotes, not "\\n"'],
  ])("is none, and is reported where: %j", (text, said) => {
    expect(() => readJson(written(text))).toThrow(`file.json: is not JSON: ${said}`)
  })

  it("is reported as none exactly where a parser does not take it", () => {
    const good = '{"a":[1,-0.5e+3,true,null,"x\\u00e9\\n"],"":{}, "b":[]}\n'
    const texts = Array.from(good).flatMap((_, at) => [
      good.slice(0, at),
      good.slice(at),
      ...Array.from('{}[],:"\\ \n\t0-.eEtu1').flatMap((char) => [
        good.slice(0, at) + char + good.slice(at),
        good.slice(0, at) + char + good.slice(at + 1),
      ]),
    ])

    expect(texts.filter((text) => (jsonFaultIn(text) === null) !== isParsed(text))).toEqual([])
    expect(texts.filter(isParsed).length).toBeGreaterThan(50)
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

const isParsed = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth)
