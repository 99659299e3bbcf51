import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import type * as SchemaIssue from "effect/SchemaIssue"
import { bad, insteadOfObject, nearest, shown } from "./bad-input.ts"

/** What `json` says by a schema. Throws `BadInput`, with the place and what was expected there. */
export const decode = <S extends Schema.ConstraintDecoder<unknown>>(
  file: string,
  schema: S,
  json: unknown,
  at: readonly string[],
): S["Type"] => {
  const result = Schema.decodeUnknownResult(schema, { onExcessProperty: "error" })(json)
  if (Result.isSuccess(result)) return result.success
  const { path, expected } = misfitOf(result.failure.issue)
  const place = [...at, ...path.map(String)]
  throw bad(file, place, `${expected}${place.length === 0 ? insteadOfObject(json) : ""}`)
}

/** Where something does not fit its schema, and what was expected there. */
type Misfit = { readonly path: readonly PropertyKey[]; readonly expected: string }

/** The first thing that does not fit. `around` is what the schema says of the whole that it is in. */
const misfitOf = (
  issue: SchemaIssue.Issue,
  path: readonly PropertyKey[] = [],
  around: SchemaAST.AST | null = null,
): Misfit => {
  switch (issue._tag) {
    case "Composite":
      return misfitOf(issue.issues[0], path, issue.ast)
    case "Pointer":
      return misfitOf(issue.issue, [...path, ...issue.path], around)
    case "Encoding":
      return misfitOf(issue.issue, path, issue.ast)
    case "Filter":
      return { path, expected: `expected ${filterWords(issue.filter, around)}` }
    case "InvalidType":
      return { path, expected: `expected ${wordsOf(issue.ast)}` }
    case "MissingKey":
      return { path, expected: `expected ${wordsOf(partOf(around, path.at(-1)))}, and nothing is there` }
    case "UnexpectedKey":
      return { path, expected: strangerTo(issue.ast, String(path.at(-1))) }
    case "AnyOf":
      return alternativeOf(issue, path)
    default:
      return { path, expected: `expected ${wordsOf(around)}` }
  }
}

/** What a failed check expects. Of a number everything is said at once, not only that it is to be a whole one. */
const filterWords = (filter: SchemaAST.Filter<unknown>, of: SchemaAST.AST | null): string =>
  (of?._tag === "Number" ? toldBy(of) : undefined) ?? expectedBy(filter) ?? wordsOf(of)

/** Of alternatives, the one that fits furthest; all of them where none was begun. */
const alternativeOf = ({ ast, issues }: SchemaIssue.AnyOf, path: readonly PropertyKey[]): Misfit => {
  const misfits = issues.map((issue) => misfitOf(issue, path, ast))
  const deepest = Math.max(...misfits.map((misfit) => misfit.path.length))
  const [only, ...others] = misfits.filter((misfit) => misfit.path.length === deepest)
  return only !== undefined && others.length === 0 && (deepest > path.length || misfits.length === 1)
    ? only
    : { path, expected: `expected ${wordsOf(ast)}` }
}

/** The message about a key that has no place. */
const strangerTo = (ast: SchemaAST.AST, key: string): string => {
  if (ast._tag !== "Objects") return "unknown key"
  const known = ast.propertySignatures.map(({ name }) => String(name))
  const [open] = ast.indexSignatures
  if (open !== undefined) return `expected ${wordsOf(open.parameter)} as the key, not ${shown(key)}`
  return known.length === 0
    ? "unknown key; expected an empty object"
    : `unknown key; expected ${known.length === 1 ? "" : "one of "}${known.join(", ")}${nearest(key, known)}`
}

/** What the schema says of a part of a whole. */
const partOf = (whole: SchemaAST.AST | null, key: PropertyKey | undefined): SchemaAST.AST | null => {
  if (whole?._tag === "Objects")
    return whole.propertySignatures.find(({ name }) => name === key)?.type ?? null
  if (whole?._tag === "Arrays") return whole.elements[Number(key)] ?? whole.rest[0] ?? null
  return null
}

/** What a schema expects, in plain words. */
const wordsOf = (ast: SchemaAST.AST | null): string => {
  switch (ast?._tag) {
    case "String":
      return toldBy(ast) ?? "a text"
    case "Number":
      return toldBy(ast) ?? "a number"
    case "Boolean":
      return "true or false"
    case "Null":
      return "null"
    case "Literal":
      return shown(ast.literal)
    case "Arrays":
      return ast.rest.length === 0 ? `a list of ${ast.elements.length}` : "a list"
    case "Objects":
      return objectWords(ast)
    case "Union":
      return unionWords(ast.types)
    default:
      return "a value"
  }
}

const objectWords = ({ propertySignatures }: SchemaAST.Objects): string => {
  const [first, second] = propertySignatures
  return first !== undefined && second === undefined && first.type._tag === "Literal"
    ? `{${JSON.stringify(first.name)}: ${shown(first.type.literal)}}`
    : "an object"
}

const unionWords = (types: readonly SchemaAST.AST[]): string => {
  const objects = types.flatMap((type) => (type._tag === "Objects" ? [type] : []))
  const key = objects.length === types.length ? tellingKeyOf(objects) : undefined
  if (key !== undefined)
    return `an object whose ${String(key)} is ${either(objects.map((object) => wordsOf(partOf(object, key))))}`
  return either(types.map(wordsOf))
}

/** The key that distinguishes the objects of a union: a literal in all of them. */
const tellingKeyOf = ([first, ...others]: readonly SchemaAST.Objects[]): PropertyKey | undefined =>
  first?.propertySignatures.find(
    ({ name, type }) =>
      type._tag === "Literal" && others.every((other) => partOf(other, name)?._tag === "Literal"),
  )?.name

const either = (words: readonly string[]): string => {
  const [last = "a value", ...before] = [...new Set(words)].reverse()
  return before.length === 0 ? last : `${before.reverse().join(", ")} or ${last}`
}

/** What the narrowest check of a text or a number says. */
const toldBy = ({ checks }: SchemaAST.AST): string | undefined =>
  checks?.map(expectedBy).findLast((words) => words !== undefined)

/** What a check says that it expects, if it says it in words of its own. */
const expectedBy = (check: SchemaAST.Check<unknown>): string | undefined => {
  const expected: unknown = check.annotations?.["expected"]
  return typeof expected === "string" ? expected : undefined
}
