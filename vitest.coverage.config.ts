import { mergeConfig } from "vitest/config"
import suite from "./vitest.config.ts"

// c8 reads V8's counters, and these know the compiled code: it maps the lines back. It hears of threads, child processes and workers.

export default mergeConfig(suite, { test: { pool: "threads" } })
