import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { alignTables } from './markdown-table'
import { headlinesOf, jsonOf, type Results, reportOf } from './report'

/** Where the published results lie, from the root of the project. What people read is made of them. */
export const RESULTS_FILE = 'test/bench/results.json'

/** What stands between two marks of a page. */
export interface Block {
  readonly file: string
  /** `benchmark` stands between `<!-- benchmark -->` and `<!-- /benchmark -->`. */
  readonly mark: string
  readonly content: string
}

/** What the pages show of the results. */
export function publishedBlocks(results: Results): readonly Block[] {
  return [
    { file: 'README.md', mark: 'benchmark', content: headlinesOf(results) },
    { file: 'README.md', mark: 'profile', content: sharesOf(results) },
    { file: 'test/bench/README.md', mark: 'benchmark', content: reportOf(results) },
  ]
}

/** Renews the published results and the pages that show them. */
export function publish(root: string, results: Results): void {
  // All pages are made before any is written, so that a page without its marks leaves everything as it was.
  const pages = new Map<string, string>()
  for (const { file, mark, content } of publishedBlocks(results)) {
    const text = pages.get(file) ?? readFileSync(path.join(root, file), 'utf8')
    pages.set(file, withBlock(text, mark, content))
  }
  writeFileSync(path.join(root, RESULTS_FILE), jsonOf(results))
  for (const [file, text] of pages) writeFileSync(path.join(root, file), text)
}

/** What stands between the marks. */
export function blockOf(text: string, mark: string): string {
  return cut(text, mark).inside.trim()
}

/** The text with something else between the marks. */
export function withBlock(text: string, mark: string, content: string): string {
  const { before, after } = cut(text, mark)
  return `${before}\n\n${content}\n\n${after}`
}

function cut(text: string, mark: string): { before: string; inside: string; after: string } {
  const [open, close] = [`<!-- ${mark} -->`, `<!-- /${mark} -->`]
  const [from, to] = [text.indexOf(open) + open.length, text.indexOf(close)]
  if (!text.includes(open) || to < from) throw new Error(`${open} and ${close} are expected in this order`)
  return { before: text.slice(0, from), inside: text.slice(from, to), after: text.slice(to) }
}

function sharesOf({ measured }: Results): string {
  const more = measured.find(({ measurement }) => measurement === 'profile')?.section.more
  if (more === undefined) throw new Error('the profile has no table of shares')
  return alignTables(more.trim())
}
