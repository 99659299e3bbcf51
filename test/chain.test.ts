import { existsSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { describe, expect, it } from "vitest"
import { alphabet, kinds } from "../model/action.ts"
import type { RequirementId } from "../model/protocol.ts"
import { catalogue } from "../properties/catalogue.ts"
import { mutants } from "../properties/mutants/catalogue.ts"
import { witnesses } from "../properties/witnesses.ts"
import { corpusFolder } from "../traces/package.ts"
import { filesIn } from "../traces/store.ts"
import { storyOf } from "../traces/write.ts"
import { kindsChangedBy, refusingGuards, rulesWithParts } from "./fixtures.ts"
import { specification } from "./specification.ts"

/** Requirements that a later part of the model takes up: docs/spec/core.md says which. */
const planned: readonly string[] = []

const requirements = [...specification.matchAll(/^\| (FT-\d\d)\s/gm)].map(
  (match) => match[1] as RequirementId,
)
const inForce = requirements.filter((id) => !planned.includes(id))

describe("a requirement's id travels", () => {
  it("is born in the specification, once", () => {
    expect(requirements).toEqual(Array.from({ length: 13 }, (_, i) => `FT-${String(i + 1).padStart(2, "0")}`))
  })

  it.each(inForce)("%s is served by a rule, checked by a property, broken by a mutant", (id) => {
    expect(kindsServing(id)).not.toEqual([])
    expect(propertiesChecking(id)).not.toEqual([])
    expect(mutantsBreaking(id)).not.toEqual([])
  })

  it("is one that the specification knows, wherever it is named", () => {
    const named = [
      ...Object.values(rulesWithParts()).flatMap(({ serves }) => serves),
      ...catalogue.flatMap((property) => property.checks),
      ...mutants.flatMap((mutant) => mutant.breaks),
    ]

    expect(named.filter((id) => !requirements.includes(id))).toEqual([])
  })
})

describe.each(requirements)("the published sentence of %s", (id) => {
  it("is quoted, or paraphrased, from a source that the specification lists", () => {
    const sources = [...sectionOf("Sources").matchAll(/\*\*(.*?)\*\*/g)].map((match) => match[1] ?? "")

    const cited = quotesOf(id).map((quote) => /^(?:“.*”|_Paraphrase_: .*) \(([^(),]+).*\)$/.exec(quote)?.[1])

    expect(cited).not.toEqual([])
    expect(sources).toEqual(expect.arrayContaining(cited))
  })
})

describe.each(inForce)("the published sentence of %s", (id) => {
  it("leads to the rules that serve it, each in its file", () => {
    const links = linksIn(lineOf(id, "Carried by"))

    expect(links.map(({ name }) => name).toSorted()).toEqual(kindsServing(id).toSorted())
    for (const { name, file } of links)
      expect(readFileSync(file, "utf8")).toMatch(new RegExp(`=>?\\s+rule\\(\\s*"${name}"`))
  })

  it("leads to the properties that check it", () => {
    expect(lineOf(id, "Checked by").split(", ")).toEqual(propertiesChecking(id))
  })

  it("leads to scenarios that exist", () => {
    const links = linksIn(lineOf(id, "Scenarios"))

    expect(links).not.toEqual([])
    for (const { name, file } of links) {
      expect(file).toBe(`traces/scenarios/${name}.json`)
      expect(existsSync(file)).toBe(true)
    }
  })

  it("leads to the mutants that break it", () => {
    expect(lineOf(id, "Mutants").split(", ")).toEqual(mutantsBreaking(id).map((name) => `\`${name}\``))
  })
})

describe.each(kinds)("the rule of %s", (kind) => {
  const section = sectionOf(kind)

  it("has a section in the specification, with its requirements", () => {
    const serves = /^Serves: (.*?)\.?$/m.exec(section)?.[1]?.split(", ") ?? []

    expect(serves).toEqual(rulesWithParts()[kind]?.serves)
  })

  it("has its guards there, in their order", () => {
    const guards = [...section.matchAll(/^\| `([a-z-]+)`\s+\|/gm)].map((match) => match[1])

    expect(guards).toEqual(refusingGuards(kind))
  })
})

// Faults and recoveries are assumptions about the world, and are not fair: a mutant of one is a change of subject.
const obliged = kinds.filter(
  (kind) => alphabet[kind].actor === "protocol" || alphabet[kind].actor === "operator",
)

describe.each(obliged)("the rule of %s", (kind) => {
  it("is broken by some mutant", () => {
    expect(mutants.filter((mutant) => kindsChangedBy(mutant).includes(kind))).not.toEqual([])
  })
})

describe.each(catalogue)("the property $id", ({ id, name, witness, statement }) => {
  it("is stated in the specification", () => {
    expect(rowOf(id)).toContain(name)
    expect(rowOf(id)).toContain(witness)
    expect(plain(rowOf(id))).toContain(plain(statement))
  })

  it("has a witness that is looked for", () => {
    expect(witnesses.map((each) => each.id)).toContain(witness)
  })

  it("kills some mutant", () => {
    expect(mutants.filter((mutant) => id in mutant.killedBy)).not.toEqual([])
  })
})

describe.each(witnesses)("the witness $id", ({ id }) => {
  it("is described in the specification", () => {
    expect(rowOf(id)).not.toBe("")
  })
})

describe.each(mutants)("the mutant $name", ({ name, killedBy }) => {
  it("is described in the specification, with what kills it", () => {
    for (const id of Object.keys(killedBy)) expect(rowOf(name)).toContain(id)
  })

  it("has a counterexample in the corpus for every property that a search can find", () => {
    const stories = filesIn(corpusFolder, ".itf.json").map((file) => basename(file, ".itf.json"))

    const wanted = Object.keys(killedBy)
      .filter((id) => id !== "L0")
      .map((id) => `${id}.${storyOf(name)}`)

    expect(stories).toEqual(expect.arrayContaining(wanted))
  })
})

// Helpers

function kindsServing(id: RequirementId): readonly string[] {
  return Object.values(rulesWithParts()).flatMap(({ kind, serves }) => (serves.includes(id) ? [kind] : []))
}

function propertiesChecking(id: RequirementId): readonly string[] {
  return catalogue.flatMap((property) => (property.checks.includes(id) ? [property.id] : []))
}

function mutantsBreaking(id: RequirementId): readonly string[] {
  return mutants.flatMap(({ name, breaks }) => (breaks.includes(id) ? [name] : []))
}

/** The part of the specification under the heading of this name. */
function sectionOf(heading: string): string {
  return new RegExp(`^####? ${heading}\\n([\\s\\S]*?)(?=^##)`, "m").exec(specification)?.[1] ?? ""
}

/** What the specification quotes under a requirement: one text for each paragraph of the quotation. */
function quotesOf(id: RequirementId): readonly string[] {
  const quoted = [...sectionOf(id).matchAll(/^>(.*)$/gm)].map((match) => match[1] ?? "").join("\n")
  return quoted.split("\n\n").map((quote) => quote.replace(/\s+/g, " ").trim())
}

/** What stands under a requirement after this label, in one line. */
function lineOf(id: RequirementId, label: string): string {
  const found = new RegExp(`^- \\*\\*${label}\\*\\*: ([\\s\\S]*?)(?=\\n- |\\n\\n)`, "m").exec(sectionOf(id))
  return found?.[1]?.replace(/\s+/g, " ") ?? ""
}

/** The links of a text whose words are code, each with the file that it leads to. */
function linksIn(text: string): readonly { readonly name: string; readonly file: string }[] {
  return [...text.matchAll(/\[`([\w-]+)`\]\(([^)]+)\)/g)].map(([, name = "", target = ""]) => ({
    name,
    file: join("docs/spec", target),
  }))
}

/** The row of a table in the specification that begins with this id. */
function rowOf(id: string): string {
  return new RegExp(`^\\| \`?${id}\`?\\s.*$`, "m").exec(specification)?.[0] ?? ""
}

/** Without the marks of Markdown. */
function plain(text: string): string {
  return text
    .replace(/[`_*\\]/g, "")
    .replace(/\s+/g, " ")
    .trim()
}
