/** SQL that the settings give, to be run besides a load. It is looked at when the settings are read, and filled in when it is run. */

/** What a statement may ask for. */
export type Value = 'batch_id' | 'target' | 'files' | 'rows'

/** In the load's transaction before or after its rows, or alone once it is committed. */
export type When = 'before' | 'after' | 'afterCommit'

const PLACE = /\{(batch_id|target|files|rows)\}/g

/** Puts values in the place of `{batch_id}` and the like, each through `quote`: what they hold is never SQL. */
export function filledIn(
  text: string,
  values: Readonly<Partial<Record<Value, string>>>,
  quote: (value: string) => string,
): string {
  return text.replace(PLACE, (place, name: Value) => {
    const value = values[name]
    return value === undefined ? place : quote(value)
  })
}

/** Why a statement cannot be run there; `undefined` if it may. */
export function whyRefused(text: string, when: When): string | undefined {
  const parts = partsOf(text)
  if (parts === undefined) return 'a quote or a comment in it does not end'
  const code = parts.map(({ kind, text: own }) => (kind === 'code' ? own : ' x ')).join('')
  const statements = code.split(';').filter((one) => one.trim() !== '')
  if (statements.length === 0) return 'it holds no statement'
  if (statements.length > 1) return 'it holds several statements: make each an entry of its own'
  return whyPlaces(parts, when) ?? whyStatement(statements[0] ?? '', when)
}

function whyPlaces(parts: readonly Part[], when: When): string | undefined {
  const inQuotes = parts.find(({ kind, text }) => kind === 'quoted' && text.match(PLACE) !== null)
  const place = inQuotes?.text.match(PLACE)?.[0]
  if (place !== undefined) return `${place} is put in with quotes of its own: take those around it away`
  const code = parts.filter(({ kind }) => kind === 'code').map(({ text }) => text)
  const strange = code
    .join(' ')
    .match(/\{[^}]*\}?/g)
    ?.find((one) => one.match(PLACE) === null)
  if (strange !== undefined) return `${strange} stands for nothing: there are {batch_id}, {target}, {files} and {rows}`
  if (when === 'before' && code.some((text) => text.includes('{rows}'))) {
    return '{rows} is known only when they are loaded: use it in after or afterCommit'
  }
  return undefined
}

interface Rule {
  readonly words: RegExp
  readonly why: string
}

const OWN = 'the transaction is the load’s own: it begins and ends with it'
const ALONE = 'Redshift refuses it in a transaction: put it into afterCommit'

/** docs: r_BEGIN, r_END. */
const NOWHERE: readonly Rule[] = [
  { words: /^(begin|start transaction|commit|end|rollback|abort|prepare transaction)\b/, why: OWN },
]

/** docs: r_TRUNCATE, r_VACUUM_command, r_ALTER_TABLE_APPEND, r_ALTER_TABLE, r_CREATE_EXTERNAL_TABLE, r_CREATE_DATABASE, r_CREATE_LIBRARY. */
const NOT_INSIDE: readonly Rule[] = [
  { words: /^truncate\b/, why: 'it would commit half of the load: use DELETE FROM, or put it into afterCommit' },
  { words: /^call\b/, why: 'a procedure may commit, and with it half of the load: put it into afterCommit' },
  { words: /^(vacuum|analyze compression)\b/, why: ALONE },
  { words: /^alter table\b.* append from\b/, why: ALONE },
  { words: /^alter table\b.* alter column\b.* type\b/, why: ALONE },
  {
    words:
      /^alter table\b.* (add( if not exists)? partition|drop partition|set location|set table properties|set file format)\b/,
    why: ALONE,
  },
  { words: /^(create|alter|drop)( or replace)? (database|external|library|datashare)\b/, why: ALONE },
]

function whyStatement(code: string, when: When): string | undefined {
  const words = code.toLowerCase().replace(/\s+/g, ' ').trim()
  const rules = when === 'afterCommit' ? NOWHERE : [...NOWHERE, ...NOT_INSIDE]
  return rules.find((rule) => rule.words.test(words))?.why
}

interface Part {
  readonly kind: 'code' | 'quoted'
  readonly text: string
}

/** Code, and what stands in quotes; comments are left out. A backslash escapes in quotes of values, as in Redshift. */
function partsOf(text: string): readonly Part[] | undefined {
  const parts: Part[] = []
  let at = 0
  while (at < text.length) {
    const rest = text.slice(at)
    // A name may hold dollars, and what follows them is no quote then.
    const plain =
      /^(?:[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|[0-9]+|[^'"$/\-A-Za-z_0-9\u0080-\uffff]|\/(?!\*)|-(?!-)|\$(?!(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$))+/.exec(
        rest,
      )
    const comment = /^--[^\n\r]*/.exec(rest)
    const quoted =
      /^'(?:[^'\\]|\\[\s\S]|'')*'|^"(?:[^"]|"")*"|^\$((?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?)\$[\s\S]*?\$\1\$/.exec(
        rest,
      )
    const found = plain ?? comment ?? quoted
    if (found === null) {
      const length = rest.startsWith('/*') ? blockLength(rest) : undefined
      if (length === undefined) return undefined
      parts.push({ kind: 'code', text: ' ' })
      at += length
      continue
    }
    if (found === comment) parts.push({ kind: 'code', text: ' ' })
    else parts.push({ kind: found === plain ? 'code' : 'quoted', text: found[0] })
    at += found[0].length
  }
  return parts
}

/** Comments of blocks may hold others. */
function blockLength(text: string): number | undefined {
  let depth = 0
  for (const { 0: mark, index } of text.matchAll(/\/\*|\*\//g)) {
    depth += mark === '/*' ? 1 : -1
    if (depth === 0) return index + mark.length
  }
  return undefined
}
