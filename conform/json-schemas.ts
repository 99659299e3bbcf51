import * as Schema from "effect/Schema"
import { Answer, Ask } from "./wire.ts"
import { ConfigJson, ScheduleJson, TraceJson } from "../traces/schema.ts"
import { StateJson } from "../traces/state-schema.ts"

const published = {
  "answer.schema.json": Answer,
  "ask.schema.json": Ask,
  "config.schema.json": ConfigJson,
  "schedule.schema.json": ScheduleJson,
  "state.schema.json": StateJson,
  "trace.schema.json": TraceJson,
}

/** The JSON Schemas of the formats, by the names under which they are shipped. */
export const jsonSchemas = (): Readonly<Record<string, object>> =>
  Object.fromEntries(
    Object.entries(published).map(([name, schema]) => {
      const document = Schema.toJsonSchemaDocument(schema, { onExcessProperty: "error" })
      return [
        name,
        {
          $schema: "https://json-schema.org/draft/2020-12/schema",
          ...document.schema,
          $defs: document.definitions,
        },
      ]
    }),
  )
