import { describe, expect, it } from "vitest"
import {
  fieldsOf,
  idsTo,
  misfit,
  observed,
  pathsOf,
  project,
  asSet,
  value,
  type Json,
  type ObservationSchema,
} from "../../conform/observation.ts"

const whole: ObservationSchema = fieldsOf({
  lock: fieldsOf({ generation: value, holder: value }),
  copies: idsTo(fieldsOf({ host: value, peer: value }, ["peer"])),
})

const copies = { a1: { host: "h1", peer: "a2" }, a2: { host: "h2" } }

const state: { readonly [field: string]: Json } = { lock: { generation: 1, holder: "a1" }, copies }

const ignored = { "#ignore": true }

const seen = (paths: readonly string[]): ObservationSchema => observed(whole, paths) as ObservationSchema

function changed(field: string, to: Json): Json {
  return { ...state, [field]: to }
}

function differs(at: string, expected: Json | undefined, shown: Json | undefined): object {
  return { tag: "differs", at, expected, shown }
}

function broken(code: string, at: string): object {
  return { tag: "broken", code, at }
}

describe("observed", () => {
  it.each([
    ["nothing", [], {}],
    ["a field, with all below it", ["lock"], { lock: { generation: 1, holder: "a1" } }],
    ["a field of every id", ["copies.*.host"], { copies: { a1: { host: "h1" }, a2: { host: "h2" } } }],
    [
      "several, each once",
      ["copies.*.host", "lock.holder", "lock", "copies.*.host"],
      { lock: { generation: 1, holder: "a1" }, copies: { a1: { host: "h1" }, a2: { host: "h2" } } },
    ],
    ["everything", ["*"], state],
    [
      "everything but what is taken out again",
      ["*", "!lock", "!copies.*.peer"],
      { copies: { a1: { host: "h1" }, a2: { host: "h2" } } },
    ],
    ["every id", ["copies.*"], { copies: state["copies"] }],
  ] as const)("is what the paths name: %s", (_what, paths, shown) => {
    expect(project(seen(paths), state)).toEqual(shown)
  })

  it.each([
    ["lokc", 'lokc: expected one of lock, copies, not "lokc"; did you mean lock?'],
    ["lock.generation.low", "lock.generation.low: there is nothing below generation"],
    ["copies.a1.host", "copies.a1.host: expected *, which stands for every id, not a1"],
    ["", ': expected one of lock, copies, not ""'],
    ["copies.*.mood", 'copies.*.mood: expected one of host, peer, not "mood"'],
  ])("reports what is wrong with %j", (path, wrong) => {
    expect(observed(whole, [path])).toEqual({ wrong })
  })

  it.each([
    [["*", "!lokc"], '!lokc: expected one of lock, copies, not "lokc"; did you mean lock?'],
    [["lock", "!copies"], "!copies: expected to take out what another path names"],
    [["constructor"], 'constructor: expected one of lock, copies, not "constructor"'],
    [["__proto__"], '__proto__: expected one of lock, copies, not "__proto__"'],
  ])("reports what is wrong with %j", (paths, wrong) => {
    expect(observed(whole, paths)).toEqual({ wrong })
  })

  it("is the whole, by the paths of all its values", () => {
    expect(pathsOf(whole)).toEqual(["lock.generation", "lock.holder", "copies.*.host", "copies.*.peer"])
    expect(observed(whole, pathsOf(whole))).toEqual(whole)
  })
})

describe("misfit", () => {
  it("is null for the same, whatever the order of the fields", () => {
    const turned = {
      copies: { a2: { host: "h2" }, a1: { peer: "a2", host: "h1" } },
      lock: { holder: "a1", generation: 1 },
    }

    expect(misfit(whole, true, turned, state)).toBeNull()
  })

  it.each<readonly [string, Json, object]>([
    ["a value", changed("lock", { generation: 2, holder: "a1" }), differs("lock.generation", 1, 2)],
    ["a null", changed("lock", { generation: 1, holder: null }), differs("lock.holder", "a1", null)],
    [
      "an id that there is not",
      changed("copies", { ...copies, a3: { host: "h3" } }),
      differs("copies.a3", undefined, { host: "h3" }),
    ],
    [
      "an id that is not shown",
      changed("copies", { a1: copies.a1 }),
      differs("copies.a2", { host: "h2" }, undefined),
    ],
    ["an empty map in place of ids", changed("copies", {}), differs("copies.a1", copies.a1, undefined)],
    ["an empty list in place of ids", changed("copies", []), differs("copies", copies, [])],
    [
      "a field that may be absent, and is",
      changed("copies", { ...copies, a1: { host: "h1" } }),
      differs("copies.a1.peer", "a2", undefined),
    ],
    [
      "a field that may be absent, and should",
      changed("copies", { ...copies, a2: { host: "h2", peer: "a1" } }),
      differs("copies.a2.peer", undefined, "a1"),
    ],
    ["a field that is promised and not shown", { lock: state["lock"] }, broken("left-out", "copies")],
    ["a field below it", changed("lock", { generation: 1 }), broken("left-out", "lock.holder")],
    ["a field that is not known", { ...state, mood: "good" }, broken("undeclared", "mood")],
    ["a value in place of fields", changed("lock", 1), differs("lock", state["lock"], 1)],
    [
      "fields in place of a value",
      changed("lock", { generation: {}, holder: "a1" }),
      differs("lock.generation", 1, {}),
    ],
  ])("reports the place: %s", (_what, shown, found) => {
    expect(misfit(whole, true, shown, state)).toEqual(found)
  })

  it.each<readonly [string, Json]>([
    ["one value", changed("lock", { generation: ignored, holder: "a1" })],
    ["a whole field", changed("lock", ignored)],
    ["one id", changed("copies", { ...copies, a1: ignored })],
    ["an id that there is not", changed("copies", { ...copies, a9: ignored })],
    ["a field that should be absent", changed("copies", { ...copies, a2: { host: "h2", peer: ignored } })],
    ["everything", ignored],
  ])("is null for what is not known: %s", (_what, shown) => {
    expect(misfit(whole, true, shown, state)).toBeNull()
  })

  it.each<readonly [string, Json, Json]>([
    ["a list that ends before", ["a1"], ["a1", "a2"]],
    ["a list that goes on", ["a1", "a2"], ["a1"]],
    ["an empty list", [], ["a1"]],
    ["a list with another entry at its end", ["a1", "a3"], ["a1", "a2"]],
    ["a list in another order", ["a2", "a1"], ["a1", "a2"]],
    ["a list within a list that ends before", [["a1"]], [["a1", "a2"]]],
    ["an entry with a field less", [{ index: 1 }], [{ index: 1, term: 1 }]],
    ["an entry with a field more", [{ index: 1, term: 1 }], [{ index: 1 }]],
    ["an entry with another value", [{ index: 2 }], [{ index: 1 }]],
    ["a list in place of an object", [], {}],
  ])("compares a value to its end: %s", (_what, shown, expected) => {
    for (const strictly of [true, false])
      expect(misfit(value, strictly, shown, expected)).toEqual(differs("", expected, shown))
    expect(misfit(value, true, structuredClone(expected), expected)).toBeNull()
  })

  it.each<readonly [string, Json]>([
    ["a pair less", [["h1", "h2"]]],
    ["no pair", []],
    [
      "a pair twice in place of another",
      [
        ["h1", "h2"],
        ["h2", "h1"],
      ],
    ],
    [
      "another pair",
      [
        ["h1", "h2"],
        ["h2", "h3"],
      ],
    ],
  ])("compares a set of pairs to its end: %s", (_what, shown) => {
    const expected = [
      ["h1", "h2"],
      ["h1", "h3"],
    ]

    expect(misfit(asSet, true, shown, expected)).toEqual(differs("", expected, shown))
    expect(
      misfit(
        asSet,
        true,
        [
          ["h3", "h1"],
          ["h2", "h1"],
        ],
        expected,
      ),
    ).toBeNull()
  })

  it("takes what is left out as not looked at, where it need not be complete", () => {
    expect(misfit(whole, false, {}, state)).toBeNull()
    expect(misfit(whole, false, { copies: { a1: {} } }, state)).toBeNull()
    expect(misfit(whole, false, { copies: { a1: { host: "h9" } } }, state)).toEqual(
      differs("copies.a1.host", "h1", "h9"),
    )
  })
})
