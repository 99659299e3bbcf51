import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    maxWorkers: 2,
    // Most of the suite is a search or a child process: seconds, not milliseconds, on a small machine.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})
