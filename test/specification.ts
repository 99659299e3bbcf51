import { readFileSync } from "node:fs"
import { join } from "node:path"

const folder = "docs/spec"

/** The pages of the specification, the core first: in the order in which its table of contents lists them. */
const pages = [
  ...readFileSync(join(folder, "README.md"), "utf8").matchAll(/^\| \[[^\]]+\]\((\w+\.md)\)/gm),
].map(([, page = ""]) => page)

/** The text of the specification. Links in it are as from `docs/spec`. */
export const specification = pages.map((page) => readFileSync(join(folder, page), "utf8")).join("\n")
