import { fitsGlob, type Glob, parseGlob, type Report } from './glob'

/** A glob that knows only `*`, or a regex, which may match anywhere in the name unless it says `^` and `$`. */
export type FilenameInput = string | { readonly regex: string; readonly flags?: string | undefined }

/** A rule for the last segment of a key. */
export type Filename =
  | { readonly kind: 'glob'; readonly source: string; readonly glob: Glob }
  | { readonly kind: 'regex'; readonly source: string; readonly regex: RegExp }

/** Reads a filename rule; `undefined` if something was reported. */
export function parseFilename(input: FilenameInput, report: Report): Filename | undefined {
  return typeof input === 'string' ? parseNameGlob(input, report) : parseRegex(input.regex, input.flags ?? '', report)
}

/** Whether a file's name, without its folders, obeys the rule. */
export function fitsFilename(rule: Filename, name: string): boolean {
  return rule.kind === 'glob' ? fitsGlob(rule.glob, name) : rule.regex.test(name)
}

function parseNameGlob(source: string, report: Report): Filename | undefined {
  const fault = faultOfGlob(source)
  if (fault !== undefined) {
    report(fault)
    return undefined
  }
  const glob = parseGlob(source, report)
  return glob && { kind: 'glob', source, glob }
}

function faultOfGlob(source: string): string | undefined {
  if (source === '') return 'is empty: leave it out to take every file'
  if (source.includes('/')) return `'${source}' holds '/': it is the file's name alone, folders belong to match`
  const other = /[{}?[\]]/.exec(source)?.[0]
  if (other === undefined) return undefined
  return `'${source}' holds '${other}', and a filename knows only '*': captures belong to match, more takes { regex: … }`
}

function parseRegex(source: string, flags: string, report: Report): Filename | undefined {
  // `g` and `y` would make the regex remember where it stopped in the previous file's name.
  const stray = /[^imsuv]/.exec(flags)?.[0]
  if (stray !== undefined) {
    report(`has the flag '${stray}': only i, m, s, u and v make sense for a name`)
    return undefined
  }
  try {
    return { kind: 'regex', source: `/${source}/${flags}`, regex: new RegExp(source, flags) }
  } catch (error) {
    report(`is no regular expression: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}
