import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { nearest, oneOf, shown } from "../../traces/bad-input.ts"
import { decode } from "../../traces/decode.ts"
import { HostIdJson } from "../../traces/scalar.ts"
import { ExpectJson } from "../../traces/schema.ts"
import { SeenStateJson } from "../../traces/state-schema.ts"

const Pet = Schema.Struct({
  name: Schema.String,
  age: Schema.optionalKey(
    Schema.Int.check(Schema.isGreaterThanOrEqualTo(0, { expected: "a whole number, 0 or more" })),
  ),
  kind: Schema.optionalKey(Schema.Literals(["cat", "dog"])),
  hosts: Schema.optionalKey(Schema.Array(HostIdJson)),
})

describe("what does not fit a schema is reported in plain words:", () => {
  it.each<readonly [string, Schema.ConstraintDecoder<unknown>, unknown, string]>([
    ["a number for a text", Pet, { name: 1 }, "at name: expected a text"],
    ["a text for a number", Pet, { name: "a", age: "1" }, "at age: expected a whole number, 0 or more"],
    ["half a year", Pet, { name: "a", age: 0.5 }, "at age: expected a whole number, 0 or more"],
    ["a word of none", Pet, { name: "a", kind: "cow" }, 'at kind: expected "cat" or "dog"'],
    ["a missing key", Pet, {}, "at name: expected a text, and nothing is there"],
    [
      "a key too many",
      Pet,
      { nam: 1 },
      "at nam: unknown key; expected one of name, age, kind, hosts; did you mean name?",
    ],
    ["a list for an object", Pet, [], "expected an object"],
    ["a text for a list", Pet, { name: "a", hosts: "h1" }, "at hosts: expected a list"],
    [
      "a name of another form",
      Pet,
      { name: "a", hosts: ["1"] },
      "at hosts[0]: expected a host, like h1 or esx-07 (a letter, then letters, digits, _ and -; not like a pair, p1)",
    ],
    [
      "an unknown verdict",
      ExpectJson,
      { verdict: "fails" },
      'expected an object whose verdict is "holds", "breached" or "refused"',
    ],
    [
      "a number in quotes, where null is allowed too",
      SeenStateJson,
      { pairs: { p1: { lock: { generation: "1" } } } },
      'at pairs.p1.lock.generation: expected a whole number from 1 to 1,000,000,000 or {"#ignore": true}',
    ],
    [
      "a key that is no pair",
      SeenStateJson,
      { pairs: { x1: {} } },
      'at pairs.x1: expected a pair, like p1 as the key, not "x1"',
    ],
    ["a link with one end", SeenStateJson, { cut: [["h1"]] }, "at cut[0][1]: expected a host, like h1"],
  ])("%s", (_situation, schema, json, message) => {
    expect(() => decode("file", schema, json, [])).toThrow(`file: ${message}`)
  })

  it("never by what a schema is made of", () => {
    for (const json of [
      null,
      1,
      "x",
      [],
      { verdict: 1 },
      { verdict: "holds", final: 1 },
      { pairs: 1, cut: 1 },
    ])
      for (const schema of [ExpectJson, SeenStateJson, Pet])
        expect(messageOf(() => decode("file", schema, json, []))).not.toMatch(/readonly|excess|\| \{/)
  })
})

describe("a foreign value in a message", () => {
  it.each<readonly [unknown, string]>([
    ["a", '"a"'],
    ["\u001b[2J\n", '"\\u001b[2J\\n"'],
    [{ toString: 1 }, "an object"],
    [[[]], "a list"],
    [null, "null"],
    [undefined, "nothing"],
    [1e9, "1000000000"],
  ])("%j is shown as %s", (value, text) => {
    expect(shown(value)).toBe(text)
  })

  it("is short, however long it is", () => {
    const long = "x".repeat(100_000)

    expect(shown(long).length).toBeLessThan(150)
    expect(oneOf(["a"], long).length).toBeLessThan(200)
  })

  it("is near no name if it is too long for one: no time is spent on it", () => {
    expect(nearest("x".repeat(10_000_000), ["x".repeat(50)])).toBe("")
  })
})

// Helpers

const messageOf = (act: () => unknown): string => {
  try {
    act()
    return ""
  } catch (error) {
    return (error as Error).message
  }
}
