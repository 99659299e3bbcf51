import { execFileSync } from "node:child_process"
import type { TestProject } from "vitest/node"

/** Builds what the tests import and call: before they begin, and again before each rerun. */
export default function setup(project: TestProject): void {
  build()
  project.onTestsRerun(build)
}

const build = (): void => {
  execFileSync("npm", ["run", "--silent", "build"], { cwd: import.meta.dirname, stdio: "inherit" })
}
