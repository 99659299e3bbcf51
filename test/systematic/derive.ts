import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import ts from "typescript"
import { packageRoot } from "../../traces/package.ts"

/** One thing that can be wrong in a line of code. */
type Operator =
  "drop-guard" | "negate-condition" | "drop-operand" | "shift-comparison" | "drop-effect" | "neighbour"

/**
 * The packed engine with one thing wrong.
 *
 * Shape  `name` is stable as long as its function is: file:function/operator/number. `file` is below `impl/engine`;
 *        `line` counts from 1; `source` is the whole file with `before` replaced by `after`.
 */
export type SystematicMutant = {
  readonly name: string
  readonly file: string
  readonly line: number
  readonly before: string
  readonly after: string
  readonly source: string
}

type Edit = {
  readonly operator: Operator
  readonly start: number
  readonly end: number
  readonly after: string
}

/** What of the view changes a state or is part of a guard; the rest reads and writes bits. */
const ofView: readonly string[] = [
  "hasStorage",
  "reaches",
  "primaryOf",
  "peerSlot",
  "currentPrimary",
  "isRunning",
  "halt",
  "erase",
  "transfer",
  "contend",
  "goLive",
  "takeLock",
  "testAndSet",
  "isExecutingPrimary",
  "isSecondary",
]

/** Every mutant of the rules and of what they share, in the order of the files. */
export const systematicMutants = (): readonly SystematicMutant[] => {
  const rules = readdirSync(join(packageRoot, "impl", "engine", "rules")).sort()
  return [
    ...rules.flatMap((file) => mutantsOf(`rules/${file}`, null)),
    ...mutantsOf("placement.ts", ["isWithin", "ineligible", "unfit", "allowedHosts", "someCopyMayRun"]),
    ...["phase.ts", "view/copies.ts", "view/hosts.ts", "view/lifecycle.ts", "view/relations.ts"].flatMap(
      (file) => mutantsOf(file, ofView),
    ),
  ]
}

const mutantsOf = (file: string, only: readonly string[] | null): readonly SystematicMutant[] =>
  derived(file, readFileSync(join(packageRoot, "impl", "engine", file), "utf8"), only)

/** The mutants of a text: those of the functions that are named, or of all. */
export const derived = (
  file: string,
  text: string,
  only: readonly string[] | null,
): readonly SystematicMutant[] => {
  const parsed = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true)
  const counts = new Map<string, number>()
  const sources = new Set([text])
  const found: SystematicMutant[] = []
  const visit = (node: ts.Node): void => {
    const place = functionAround(node)
    if (place !== null && (only === null || only.includes(place)))
      for (const { operator, start, end, after } of editsOf(node, text)) {
        const source = text.slice(0, start) + after + text.slice(end)
        if (sources.has(source)) continue
        sources.add(source)
        const sort = `${file.replace(/\.ts$/, "")}:${place}/${operator}`
        counts.set(sort, (counts.get(sort) ?? 0) + 1)
        const line = parsed.getLineAndCharacterOfPosition(start).line + 1
        const name = `${sort}/${counts.get(sort) ?? 0}`
        found.push({ name, file, line, before: text.slice(start, end), after, source })
      }
    ts.forEachChild(node, visit)
  }
  visit(parsed)
  return found
}

/** The function that a node is in, by its name; what builds all of them is none. */
const functionAround = (node: ts.Node): string | null => {
  for (let at = node.parent as ts.Node | undefined; at !== undefined; at = at.parent as ts.Node | undefined) {
    if (!ts.isVariableDeclaration(at) || at.initializer === undefined) continue
    if (!ts.isArrowFunction(at.initializer) || isBuilder(at.initializer)) continue
    return at.name.getText()
  }
  return null
}

/** Whether a function only puts other functions together. */
const isBuilder = ({ body }: ts.ArrowFunction): boolean => {
  const last = ts.isBlock(body) ? body.statements.at(-1) : undefined
  return (
    last !== undefined &&
    ts.isReturnStatement(last) &&
    last.expression !== undefined &&
    ts.isObjectLiteralExpression(last.expression)
  )
}

const shifted: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [ts.SyntaxKind.LessThanToken, "<="],
  [ts.SyntaxKind.LessThanEqualsToken, "<"],
  [ts.SyntaxKind.GreaterThanToken, ">="],
  [ts.SyntaxKind.GreaterThanEqualsToken, ">"],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, "!=="],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, "==="],
])

/** Each constant with its neighbour. */
const neighbours: Readonly<Record<string, string>> = {
  "phase.syncing": "phase.lockstepSecondary",
  "phase.lockstepSecondary": "phase.contendingSecondary",
  "phase.lockstepPrimary": "phase.contendingPrimary",
  "phase.contendingSecondary": "phase.lockstepSecondary",
  "phase.contendingPrimary": "phase.lockstepPrimary",
  "phase.live": "phase.lockstepPrimary",
  "peer.none": "peer.gone",
  "peer.gone": "peer.none",
}

const editsOf = (node: ts.Node, text: string): readonly Edit[] => {
  const edit = (operator: Operator, part: ts.Node, after: string): Edit => ({
    operator,
    start: part.getStart(),
    end: part.getEnd(),
    after,
  })
  const textOf = (part: ts.Node): string => text.slice(part.getStart(), part.getEnd())
  if (ts.isIfStatement(node)) {
    const isGuard = ts.isReturnStatement(node.thenStatement) && node.elseStatement === undefined
    const negated = edit("negate-condition", node.expression, `!(${textOf(node.expression)})`)
    return [
      ...(isGuard ? [edit("drop-guard", node, ";")] : []),
      ...(isEquality(node.expression) ? [] : [negated]),
    ]
  }
  if (ts.isConditionalExpression(node) && !isEquality(node.condition))
    return [edit("negate-condition", node.condition, `!(${textOf(node.condition)})`)]
  if (ts.isBinaryExpression(node)) {
    const { kind } = node.operatorToken
    if (kind === ts.SyntaxKind.AmpersandAmpersandToken || kind === ts.SyntaxKind.BarBarToken)
      return [edit("drop-operand", node, textOf(node.right)), edit("drop-operand", node, textOf(node.left))]
    const other = shifted.get(kind)
    return other === undefined ? [] : [edit("shift-comparison", node.operatorToken, other)]
  }
  if (ts.isExpressionStatement(node)) return [edit("drop-effect", node, ";")]
  if (ts.isNumericLiteral(node)) return [edit("neighbour", node, `${Number(node.text) + 1}`)]
  const neighbour = ts.isPropertyAccessExpression(node) ? neighbours[textOf(node)] : undefined
  return neighbour === undefined ? [] : [edit("neighbour", node, neighbour)]
}

/** Such a condition is negated where its comparison is shifted. */
const isEquality = (condition: ts.Expression): boolean =>
  ts.isBinaryExpression(condition) &&
  [ts.SyntaxKind.EqualsEqualsEqualsToken, ts.SyntaxKind.ExclamationEqualsEqualsToken].includes(
    condition.operatorToken.kind,
  )
