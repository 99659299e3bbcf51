import { readFileSync } from "node:fs"
import { dirname, join, normalize } from "node:path"
import ts from "typescript"

/** What a file gives to others, and what it takes: by file and name, with `*` for all that a file has. */
type Trade = { readonly given: readonly string[]; readonly taken: readonly string[] }

/** The exports of some files that none of them imports, each as `file: name`; those of `entries` are for others. */
export const unusedExports = (
  files: readonly string[],
  entries: readonly string[],
  read: (file: string) => string = (file) => readFileSync(file, "utf8"),
): readonly string[] => {
  const trades = files.map((file) => ({ file, ...tradeOf(file, read(file)) }))
  const taken = new Set(trades.flatMap((trade) => trade.taken))
  return trades
    .filter(({ file }) => !entries.includes(file) && !taken.has(`${file}: *`))
    .flatMap(({ file, given }) => given.map((name) => `${file}: ${name}`))
    .filter((name) => !taken.has(name))
}

/** The exports and imports of a text. */
const tradeOf = (file: string, text: string): Trade => {
  const source = ts.createSourceFile(file, text, {
    languageVersion: ts.ScriptTarget.ES2023,
    jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
  })
  const from = (module: ts.Expression): string =>
    normalize(join(dirname(file), (module as ts.StringLiteral).text))
  const lazily = [...text.matchAll(/\bimport\("(\.[^"]+)"\)/g)].map(
    ([, module]) => `${normalize(join(dirname(file), module ?? ""))}: *`,
  )
  return {
    given: source.statements.flatMap(namesGiven),
    taken: [
      ...lazily,
      ...source.statements.flatMap((statement) => {
        if (ts.isImportDeclaration(statement))
          return namesTaken(statement, source).map((name) => `${from(statement.moduleSpecifier)}: ${name}`)
        if (ts.isModuleDeclaration(statement))
          return namesMerged(statement).map((name) => `${from(statement.name as ts.StringLiteral)}: ${name}`)
        if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier === undefined) return []
        const module = from(statement.moduleSpecifier)
        const { exportClause } = statement
        if (exportClause === undefined || !ts.isNamedExports(exportClause)) return [`${module}: *`]
        return exportClause.elements.map(
          ({ name, propertyName }) => `${module}: ${(propertyName ?? name).text}`,
        )
      }),
    ],
  }
}

/** The interfaces of another module to which one adds. */
const namesMerged = ({ body }: ts.ModuleDeclaration): readonly string[] =>
  body !== undefined && ts.isModuleBlock(body)
    ? body.statements.filter(ts.isInterfaceDeclaration).map(({ name }) => name.text)
    : []

const namesGiven = (statement: ts.Statement): readonly string[] => {
  if (ts.isExportDeclaration(statement)) {
    const { exportClause } = statement
    return exportClause !== undefined && ts.isNamedExports(exportClause)
      ? exportClause.elements.map(({ name }) => name.text)
      : []
  }
  if (ts.isExportAssignment(statement)) return ["default"]
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : []
  if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return []
  if (modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) return ["default"]
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) => namesBound(name))
  const { name } = statement as ts.DeclarationStatement
  return name === undefined ? [] : [name.text]
}

const namesBound = (name: ts.BindingName): readonly string[] =>
  ts.isIdentifier(name)
    ? [name.text]
    : name.elements.flatMap((element) => (ts.isBindingElement(element) ? namesBound(element.name) : []))

const namesTaken = ({ importClause }: ts.ImportDeclaration, source: ts.SourceFile): readonly string[] => {
  if (importClause === undefined) return []
  const { name, namedBindings } = importClause
  const named =
    namedBindings === undefined
      ? []
      : ts.isNamedImports(namedBindings)
        ? namedBindings.elements.map((element) => (element.propertyName ?? element.name).text)
        : partsOf(namedBindings.name, source)
  return name === undefined ? named : ["default", ...named]
}

/** What a file takes of all that it has imported under one name: all of it, where it does more than name parts. */
const partsOf = (namespace: ts.Identifier, source: ts.SourceFile): readonly string[] => {
  const parts = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && isNamed(node.expression)) parts.add(node.name.text)
    else if (ts.isQualifiedName(node) && isNamed(node.left)) parts.add(node.right.text)
    else if (isNamed(node) && node !== namespace) parts.add("*")
    else ts.forEachChild(node, visit)
  }
  const isNamed = (node: ts.Node): boolean => ts.isIdentifier(node) && node.text === namespace.text
  visit(source)
  return [...parts]
}
