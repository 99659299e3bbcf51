import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { packageRoot } from "../../traces/package.ts"
import { jsonSchemas } from "../json-schemas.ts"
import { wireReference } from "../registry.ts"

// Writes traces/schema/, the JSON Schemas of all formats, and docs/wire.md, the reference of the wire. Run after a change
// of a format: `npm run schemas`.

const folder = join(packageRoot, "traces", "schema")
mkdirSync(folder, { recursive: true })
for (const [name, schema] of Object.entries(jsonSchemas()))
  writeFileSync(join(folder, name), `${JSON.stringify(schema, null, 2)}\n`)
writeFileSync(join(packageRoot, "docs", "wire.md"), wireReference())
